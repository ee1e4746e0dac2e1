#include "rules/load/rule_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "rules/language/parser.hpp"
#include "rules/language/suggest.hpp"
#include "rules/load/exception_reader.hpp"

namespace yagura::rules {

namespace {

constexpr std::array<std::string_view, 4> kListKeys = {"list", "items", "append", "override"};
constexpr std::array<std::string_view, 5> kMacroKeys = {"macro", "condition", "append", "override",
                                                        "desc"};
constexpr std::array<std::string_view, 16> kRuleKeys = {
    "rule",        "condition",        "output",
    "desc",        "priority",         "source",
    "tags",        "enabled",          "append",
    "override",    "warn_evttypes",    "exceptions",
    "capture",     "capture_duration", "skip-if-unknown-filter",
    "warn_evttype"};

constexpr std::size_t kMaxTags = 1'000;      // of a rule
constexpr std::size_t kMaxAppended = 1'000;  // pieces of a condition

constexpr std::array<std::string_view, 1> kItems = {"items"};
constexpr std::array<std::string_view, 1> kCondition = {"condition"};
constexpr std::array<std::string_view, 5> kRuleAppend = {"condition", "output", "desc", "tags",
                                                         "exceptions"};
constexpr std::array<std::string_view, 11> kRuleReplace = {"condition",
                                                           "output",
                                                           "desc",
                                                           "priority",
                                                           "tags",
                                                           "exceptions",
                                                           "enabled",
                                                           "warn_evttypes",
                                                           "skip-if-unknown-filter",
                                                           "capture",
                                                           "capture_duration"};

bool contains(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// The key `override`: which keys are appended, which replaced.
enum class Change { kAppend, kReplace };
using Overrides = std::map<std::string, Change, std::less<>>;

Overrides read_overrides(ItemReader& item, std::span<const std::string_view> appendable,
                         std::span<const std::string_view> replaceable) {
  Overrides overrides;
  const kube::Node* node = item.find("override");
  if (node == nullptr) return overrides;
  if (!node->is_map()) {
    item.error(*node, "\"override\" is no map", "write override: {items: append}");
    return overrides;
  }
  for (const kube::Member& member : node->members()) {
    const std::string operation = item.text_of(member.value);
    const FilePlace place = place_of(item.source(), member.key_begin);
    if (operation != "append" && operation != "replace") {
      item.error(member.value, fmt::format("unknown override \"{}\"", operation),
                 "append or replace");
    } else if (!contains(operation == "append" ? appendable : replaceable, member.key)) {
      const auto& known = operation == "append" ? appendable : replaceable;
      item.error(place,
                 fmt::format("\"{}\" cannot be {}", member.key,
                             operation == "append" ? "appended to" : "replaced"),
                 contains(replaceable, member.key)
                     ? "use replace"
                     : did_you_mean(member.key, {known.begin(), known.end()}));
    } else if (!item.has(member.key)) {
      item.error(place, fmt::format("override of \"{}\", but the item has no \"{}\"", member.key,
                                    member.key));
    } else {
      overrides.emplace(std::string(member.key),
                        operation == "append" ? Change::kAppend : Change::kReplace);
    }
  }
  return overrides;
}

bool read_append(ItemReader& item, const Overrides& overrides) {
  const bool append = item.optional_bool("append").value_or(false);
  if (append && !overrides.empty()) {
    item.error(item.place_of_key("append"), "both \"append\" and \"override\"",
               "keep \"override\"");
  }
  return append;
}

template <typename T>
std::string known_names(const NamedTable<T>& table, std::string_view name,
                        const Diagnostics& diagnostics) {
  constexpr std::size_t kMostSuggested = 100;  // errors that look for the name that was meant
  std::vector<std::string_view> names;
  if (diagnostics.error_count() > kMostSuggested) return "a file that is loaded before defines it";
  for (const T& entry : table.entries()) names.push_back(entry.name);
  return did_you_mean(name, names, "a file that is loaded before must define it");
}

template <typename T>
void define(T entry, NamedTable<T>& table, Definitions& definitions) {
  entry.index = definitions.next_index++;
  T* known = table.find(entry.name);
  if constexpr (requires { entry.visibility; }) entry.visibility = entry.index;
  if (known == nullptr) {
    table.add(std::move(entry));
    return;
  }
  entry.index = known->index;
  *known = std::move(entry);
}

// The condition with what the item appends to it. Each time costs a copy, so there is a limit.
std::shared_ptr<const ConditionText> joined(const std::shared_ptr<const ConditionText>& first,
                                            ItemReader& item) {
  const kube::Node& node = *item.find("condition");
  const std::string more = item.text_of(node);
  if (first->text().size() + more.size() > kMaxConditionSize ||
      first->piece_count() >= kMaxAppended) {
    item.error(node, "the condition is too long with what is appended to it",
               fmt::format("at most {} bytes and {} pieces", kMaxConditionSize, kMaxAppended));
    return first;
  }
  auto text = std::make_shared<ConditionText>(*first);
  text->append(more, item.source(), node.begin(), node.end());
  return text;
}

// ---- rules

std::string trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1));
}

void read_priority(ItemReader& item, RuleDefinition& rule) {
  const auto text = item.required_text("priority");
  if (!text) return;
  const auto priority = find_priority(*text);
  if (priority) {
    rule.priority = *priority;
    return;
  }
  item.error(*item.find("priority"), fmt::format("unknown priority \"{}\"", *text),
             "EMERGENCY, ALERT, CRITICAL, ERROR, WARNING, NOTICE, INFO or DEBUG");
}

void read_tags(ItemReader& item, RuleDefinition& rule) {
  const kube::Node* node = item.find("tags");
  if (node == nullptr || node->is_null()) return;
  const auto tags = item.text_list("tags");
  if (!tags) return;
  if (rule.tags.size() + tags->size() > kMaxTags) {
    item.error(*node, fmt::format("more than {} tags", kMaxTags));
    return;
  }
  for (const TextItem& tag : *tags) {
    if (std::ranges::find(rule.tags, tag.text) == rule.tags.end()) rule.tags.push_back(tag.text);
  }
}

void read_capture(ItemReader& item, RuleDefinition& rule) {
  if (const auto capture = item.optional_bool("capture")) rule.capture = *capture;
  const kube::Node* duration = item.find("capture_duration");
  if (duration == nullptr) return;
  if (duration->is_int() && duration->as_int() >= 0 && duration->as_int() <= UINT32_MAX) {
    rule.capture_duration_ms = static_cast<std::uint32_t>(duration->as_int());
  } else {
    item.error(*duration, "\"capture_duration\" is no number of milliseconds");
  }
}

void read_flags(ItemReader& item, RuleDefinition& rule) {
  if (const auto enabled = item.optional_bool("enabled")) rule.enabled = *enabled;
  if (const auto warn = item.optional_bool("warn_evttypes")) rule.warn_evttypes = *warn;
  if (const auto skip = item.optional_bool("skip-if-unknown-filter")) {
    rule.skip_if_unknown_filter = *skip;
  }
  read_capture(item, rule);
}

void read_output(ItemReader& item, RuleDefinition& rule) {
  if (auto output = item.required_text("output")) {
    rule.output = trimmed(*output);
    rule.output_place = item.place(*item.find("output"));
  }
}

void define_rule(ItemReader& item, RuleDefinition rule, Definitions& definitions) {
  rule.condition = item.condition("condition");
  read_output(item, rule);
  if (auto description = item.required_text("desc")) rule.description = std::move(*description);
  read_priority(item, rule);
  if (auto source = item.optional_text("source")) rule.source = std::move(*source);
  read_tags(item, rule);
  read_flags(item, rule);
  rule.exceptions = read_exceptions(item);
  for (ExceptionDefinition& exception : rule.exceptions) complete_exception(exception, item);
  const RuleDefinition* known = definitions.rules.find(rule.name);
  if (known != nullptr && known->source != rule.source) {
    item.error(item.place(), fmt::format("rule \"{}\" is defined again with source {}, not {}",
                                         rule.name, rule.source, known->source));
  }
  if (item.ok()) define(std::move(rule), definitions.rules, definitions);
}

// `enabled` alone: the old way to switch a rule of another file.
void enable_rule(ItemReader& item, const std::string& name, Definitions& definitions) {
  const auto enabled = item.optional_bool("enabled");
  RuleDefinition* known = definitions.rules.find(name);
  if (known == nullptr) {
    item.error(item.place(), fmt::format("no rule \"{}\" to enable or disable", name),
               known_names(definitions.rules, name, item.diagnostics()));
  } else if (enabled) {
    known->enabled = *enabled;
  }
}

void append_rule(ItemReader& item, const std::string& name, Definitions& definitions) {
  RuleDefinition* known = definitions.rules.find(name);
  if (known == nullptr) {
    item.error(item.place(), fmt::format("no rule \"{}\" to append to", name),
               known_names(definitions.rules, name, item.diagnostics()));
    return;
  }
  if (!item.has("condition") && !item.has("exceptions")) {
    item.error(item.place(), "nothing is appended", "add a condition or exceptions");
    return;
  }
  std::shared_ptr<const ConditionText> condition = known->condition;
  if (item.has("condition") && item.required_text("condition")) condition = joined(condition, item);
  append_exceptions(read_exceptions(item), *known, item);
  if (item.ok()) known->condition = std::move(condition);
}

void override_key(ItemReader& item, std::string_view key, Change change, RuleDefinition& rule) {
  const bool append = change == Change::kAppend;
  if (key == "condition") {
    if (!item.required_text(key)) return;
    if (append) {
      rule.condition = joined(rule.condition, item);
    } else {
      rule.condition = item.condition(key);
    }
  } else if (key == "output") {
    const std::string before = append ? rule.output + " " : std::string();
    read_output(item, rule);
    rule.output.insert(0, before);
  } else if (key == "desc") {
    const std::string before = append ? rule.description + " " : std::string();
    if (auto text = item.required_text(key)) rule.description = before + *text;
  } else if (key == "tags") {
    if (!append) rule.tags.clear();
    read_tags(item, rule);
  } else if (key == "exceptions") {
    std::vector<ExceptionDefinition> exceptions = read_exceptions(item);
    if (append) {
      append_exceptions(std::move(exceptions), rule, item);
    } else {
      rule.exceptions = std::move(exceptions);
      for (ExceptionDefinition& exception : rule.exceptions) complete_exception(exception, item);
    }
  } else if (key == "priority") {
    read_priority(item, rule);
  }
}

void override_rule(ItemReader& item, const std::string& name, const Overrides& overrides,
                   Definitions& definitions) {
  RuleDefinition* known = definitions.rules.find(name);
  if (known == nullptr) {
    item.error(item.place(), fmt::format("no rule \"{}\" to override", name),
               known_names(definitions.rules, name, item.diagnostics()));
    return;
  }
  for (const auto& [key, change] : overrides) override_key(item, key, change, *known);
  for (const std::string_view key : kRuleReplace) {
    if (item.has(key) && !overrides.contains(key)) {
      item.error(item.place_of_key(key), fmt::format("\"{}\" has no entry under \"override\"", key),
                 "append or replace");
    }
  }
  read_flags(item, *known);  // those without an entry were reported
}

}  // namespace

void read_list(ItemReader& item, Definitions& definitions) {
  item.check_keys(kListKeys, "list");
  const auto name = item.required_text("list");
  auto items = item.text_list("items");
  const Overrides overrides = read_overrides(item, kItems, kItems);
  const bool append = read_append(item, overrides) ||
                      (!overrides.empty() && overrides.begin()->second == Change::kAppend);
  if (name && !is_list_name(*name)) {
    item.error(*item.find("list"), fmt::format("\"{}\" is no name of a list", *name),
               "no blanks, quotes, commas, parentheses or =");
  }
  if (!item.ok() || !name || !items) return;
  if (!append) {
    define(ListDefinition{.name = *name, .items = std::move(*items), .place = item.place()},
           definitions.lists, definitions);
    return;
  }
  ListDefinition* known = definitions.lists.find(*name);
  if (known == nullptr) {
    item.error(item.place(), fmt::format("no list \"{}\" to append to", *name),
               known_names(definitions.lists, *name, item.diagnostics()));
    return;
  }
  known->items.insert(known->items.end(), items->begin(), items->end());
  known->visibility = definitions.next_index++;
}

void read_macro(ItemReader& item, Definitions& definitions) {
  item.check_keys(kMacroKeys, "macro");
  const auto name = item.required_text("macro");
  const auto condition = item.condition("condition");
  const Overrides overrides = read_overrides(item, kCondition, kCondition);
  const bool append = read_append(item, overrides) ||
                      (!overrides.empty() && overrides.begin()->second == Change::kAppend);
  if (name && !is_macro_name(*name)) {
    item.error(*item.find("macro"), fmt::format("\"{}\" is no name of a macro", *name),
               "letters, digits and _, a letter first");
  }
  if (!item.ok() || !name) return;
  if (!append) {
    define(MacroDefinition{.name = *name, .condition = condition, .place = item.place()},
           definitions.macros, definitions);
    return;
  }
  MacroDefinition* known = definitions.macros.find(*name);
  if (known == nullptr) {
    item.error(item.place(), fmt::format("no macro \"{}\" to append to", *name),
               known_names(definitions.macros, *name, item.diagnostics()));
    return;
  }
  known->condition = joined(known->condition, item);
  known->visibility = definitions.next_index++;
}

void read_rule(ItemReader& item, Definitions& definitions) {
  item.check_keys(kRuleKeys, "rule");
  const auto name = item.required_text("rule");
  if (!name) return;
  const Overrides overrides = read_overrides(item, kRuleAppend, kRuleReplace);
  const bool append = read_append(item, overrides);
  if (!item.ok()) return;
  if (!overrides.empty()) return override_rule(item, *name, overrides, definitions);
  if (append) return append_rule(item, *name, definitions);
  const bool is_definition =
      item.has("condition") || item.has("output") || item.has("desc") || item.has("priority");
  if (!is_definition && item.has("enabled")) return enable_rule(item, *name, definitions);
  RuleDefinition rule;
  rule.name = *name;
  rule.place = item.place();
  define_rule(item, std::move(rule), definitions);
}

}  // namespace yagura::rules
