#include "rules/engine/testing/scripted_event.hpp"

#include "core/check.hpp"
#include "rules/compile/compiler.hpp"
#include "rules/event_type.hpp"
#include "rules/load/loader.hpp"
#include "rules/match/ip_set.hpp"

namespace yagura::rules::testing {

ScriptedEvent::ScriptedEvent(std::string_view type, Source source)
    : source_(source),
      type_(find_event_type(type).value_or(0)),
      entries_(fields_of(source).size()) {
  YAGURA_CHECK(find_event_type(type).has_value(), "the type is known");
  if (source == Source::kSyscall) set("evt.type", type);
}

std::string_view ScriptedEvent::keep(std::string_view text) { return texts_.emplace_back(text); }

std::span<const std::string_view> ScriptedEvent::keep(const std::vector<std::string>& texts,
                                                      bool are_ips) {
  std::vector<std::string_view>& list = lists_.emplace_back();
  for (const std::string& text : texts) {
    if (!are_ips) {
      list.push_back(keep(text));
      continue;
    }
    const auto network = parse_network(text);
    YAGURA_CHECK(network.has_value(), "an address");
    list.push_back(keep({reinterpret_cast<const char*>(network->bytes.data()), network->size}));
  }
  return list;
}

ScriptedEvent& ScriptedEvent::put(std::string_view field, Value value) {
  const auto reference = resolve_field(source_, keep(field));
  YAGURA_CHECK(reference.has_value(), "the field is known");
  for (Entry& entry : entries_[reference->id]) {
    if (entry.field != *reference) continue;
    entry.value = value;
    return *this;
  }
  entries_[reference->id].push_back({.field = *reference, .value = value});
  return *this;
}

ScriptedEvent& ScriptedEvent::set(std::string_view field, std::string_view text) {
  return put(field, Value::string(keep(text)));
}
ScriptedEvent& ScriptedEvent::set(std::string_view field, std::int64_t number) {
  return put(field, Value::integer(number));
}
ScriptedEvent& ScriptedEvent::set(std::string_view field, double number) {
  return put(field, Value::real(number));
}
ScriptedEvent& ScriptedEvent::set(std::string_view field, bool truth) {
  return put(field, Value::boolean(truth));
}
ScriptedEvent& ScriptedEvent::set_ip(std::string_view field, std::string_view address) {
  return put(field, Value::ip(keep({std::string(address)}, true).front()));
}
ScriptedEvent& ScriptedEvent::set_list(std::string_view field,
                                       const std::vector<std::string>& texts) {
  return put(field, Value::strings(keep(texts, false)));
}
ScriptedEvent& ScriptedEvent::set_ips(std::string_view field,
                                      const std::vector<std::string>& addresses) {
  return put(field, Value::ips(keep(addresses, true)));
}

Value ScriptedEvent::get(const FieldRef& field) const {
  ++gets_;
  for (const Entry& entry : entries_[field.id]) {
    if (entry.field == field) return entry.value;
  }
  return Value::absent();
}

std::shared_ptr<const RuleSet> rules_of(std::string_view yaml, std::string* messages) {
  Definitions definitions;
  Diagnostics diagnostics;
  load_rule_file(std::make_shared<const kube::Source>("rules.yaml", std::string(yaml),
                                                      kube::SourceFormat::kYaml),
                 definitions, diagnostics);
  auto rules = compile_rules(definitions, diagnostics);
  if (messages != nullptr) {
    for (const Diagnostic& diagnostic : diagnostics.list()) {
      *messages += to_string(diagnostic) + "\n";
    }
  }
  return rules;
}

}  // namespace yagura::rules::testing
