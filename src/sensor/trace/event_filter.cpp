#include "sensor/trace/event_filter.hpp"

#include <algorithm>

#include "core/json_text.hpp"
#include "kube/document.hpp"
#include "rules/compile/compiler.hpp"
#include "rules/language/suggest.hpp"
#include "rules/load/loader.hpp"

namespace yagura::sensor {

namespace {

// A rule file of one rule; JSON strings are YAML.
std::string rule_file(std::string_view condition) {
  std::string text =
      "- rule: filter\n  desc: filter\n  output: filter\n  priority: INFO\n"
      "  warn_evttypes: false\n  condition: ";
  core::append_json_string(text, condition);
  text += '\n';
  return text;
}

bool matches_name(std::string_view wanted, std::string_view name) {
  if (wanted.ends_with('*')) return name.starts_with(wanted.substr(0, wanted.size() - 1));
  return wanted == name;
}

bool is_event_of_rules(const RecordView& record) { return record.kind() <= YGR_EXIT; }

}  // namespace

Result<EventFilter> EventFilter::make(const EventFilterOptions& options, Diagnostics& diagnostics) {
  EventFilter filter;
  filter.options_ = options;
  for (const std::string& name : options.types) {
    const auto type = rules::find_event_type(name);
    if (!type) {
      return fail(ErrorCode::kInvalidInput, "\"" + name + "\" is no type of events");
    }
    filter.types_.push_back(*type);
  }
  std::ranges::sort(filter.types_);
  filter.has_types_ = !filter.types_.empty();
  if (options.condition.empty()) return filter;

  rules::Definitions definitions;
  rules::load_rule_file(std::make_shared<const kube::Source>("filter", rule_file(options.condition),
                                                             kube::SourceFormat::kYaml),
                        definitions, diagnostics);
  const auto set = rules::compile_rules(definitions, diagnostics);
  if (set == nullptr || set->rules.size() != 1) {
    return fail(ErrorCode::kInvalidInput, "the filter is no condition");
  }
  const rules::CompiledRule& rule = set->rules[0];
  if (!rule.is_for_all_types) {
    if (!filter.has_types_) {
      filter.types_ = rule.event_types;
    } else {
      std::vector<rules::EventType> both;
      std::ranges::set_intersection(filter.types_, rule.event_types, std::back_inserter(both));
      filter.types_ = std::move(both);
    }
  }
  filter.evaluator_ = std::make_unique<rules::Evaluator>(set);
  return filter;
}

bool EventFilter::is_of_pod(const Container* container) const {
  if (container == nullptr || container->pod == nullptr) return false;
  const Pod& pod = *container->pod;
  const std::size_t slash = options_.pod.find('/');
  if (slash == std::string::npos) return matches_name(options_.pod, pod.name);
  const std::string_view name_space = std::string_view(options_.pod).substr(0, slash);
  const std::string_view name = std::string_view(options_.pod).substr(slash + 1);
  return matches_name(name_space, pod.name_space) && (name.empty() || matches_name(name, pod.name));
}

bool EventFilter::is_of_container(const Container* container) const {
  if (options_.container == "host") return container == nullptr;
  if (container == nullptr) return false;
  return container->id.starts_with(options_.container) ||
         matches_name(options_.container, container->name);
}

bool EventFilter::matches(const SensorEvent& event, const SensorEventView& view) {
  if (has_types_ || evaluator_ != nullptr) {
    if (!is_event_of_rules(*event.record)) return false;
    if (!types_.empty() && !std::ranges::binary_search(types_, view.type())) return false;
  }
  if (!options_.pod.empty() && !is_of_pod(event.container())) return false;
  if (!options_.container.empty() && !is_of_container(event.container())) return false;
  if (options_.pid != 0) {
    const Process* at = event.process;
    while (at != nullptr && at->pid != options_.pid) at = at->parent.get();
    if (at == nullptr) return false;
  }
  return evaluator_ == nullptr || evaluator_->match_first(view) >= 0;
}

}  // namespace yagura::sensor
