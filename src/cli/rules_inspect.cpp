#include "cli/rules_inspect.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "cli/rules_files.hpp"
#include "core/json_text.hpp"

namespace yagura::cli {

namespace {

using rules::CompiledRule;

struct Options {
  std::vector<std::string> paths;
  std::string format = "table";
  bool strict = false;
};

std::string plural(std::size_t count, std::string_view word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

// Loads, tells what is wrong, and refuses rules with errors.
Result<std::shared_ptr<const rules::RuleSet>> usable_rules(const Options& options) {
  Diagnostics diagnostics;
  YAGURA_TRY(const LoadedRules loaded, load_rules(options.paths, diagnostics));
  print_diagnostics(diagnostics);
  if (loaded.set == nullptr) return fail(ErrorCode::kInvalidInput, "the rules cannot be used");
  return loaded.set;
}

// ---- lint

std::string_view name_of(DiagnosticLevel level) {
  if (level == DiagnosticLevel::kNote) return "note";
  return level == DiagnosticLevel::kWarning ? "warning" : "error";
}

std::size_t count_of(const Diagnostics& diagnostics, DiagnosticLevel level) {
  return static_cast<std::size_t>(
      std::ranges::count(diagnostics.list(), level, &Diagnostic::level));
}

void print_json(const LoadedRules& loaded, const Diagnostics& diagnostics) {
  std::string text;
  core::JsonWriter json(text);
  json.begin_object();
  json.member("rules", loaded.definitions.rules.entries().size());
  json.member("macros", loaded.definitions.macros.entries().size());
  json.member("lists", loaded.definitions.lists.entries().size());
  json.key("diagnostics").begin_array();
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    json.begin_object().member("level", name_of(diagnostic.level)).member("file", diagnostic.file);
    json.member("line", diagnostic.line).member("column", diagnostic.column);
    json.member("message", diagnostic.message).member("hint", diagnostic.hint).end_object();
  }
  json.end_array().end_object();
  std::printf("%s\n", text.c_str());
}

ExitCode lint(const Options& options) {
  Diagnostics diagnostics;
  const auto loaded = load_rules(options.paths, diagnostics, {.note_unused = options.strict});
  if (!loaded) return report_error(loaded.error());
  const std::size_t warnings = count_of(diagnostics, DiagnosticLevel::kWarning);
  if (options.format == "json") {
    print_json(*loaded, diagnostics);
  } else {
    for (const Diagnostic& diagnostic : diagnostics.list()) {
      std::printf("%s\n", to_string(diagnostic).c_str());
    }
    const rules::Definitions& definitions = loaded->definitions;
    std::printf("%s, %s, %s: %s, %s\n", plural(definitions.rules.entries().size(), "rule").c_str(),
                plural(definitions.macros.entries().size(), "macro").c_str(),
                plural(definitions.lists.entries().size(), "list").c_str(),
                plural(diagnostics.error_count(), "error").c_str(),
                plural(warnings, "warning").c_str());
  }
  const bool bad = diagnostics.has_errors() || (options.strict && warnings > 0);
  return bad ? ExitCode::kFindings : ExitCode::kClean;
}

// ---- list

std::string types_text(const CompiledRule& rule) {
  if (rule.source != rules::Source::kSyscall) return "-";
  if (rule.is_for_all_types) return "all";
  std::string text;
  for (const rules::EventType type : rule.event_types) {
    if (!text.empty()) text += ',';
    text += rules::event_type_name(type);
  }
  return text.empty() ? "none" : text;
}

std::string place_text(const CompiledRule& rule) {
  return fmt::format("{}:{}", rule.place.file, rule.place.line);
}

void append_json(core::JsonWriter& json, const CompiledRule& rule) {
  json.begin_object().member("name", rule.name).member("priority", to_string(rule.priority));
  json.member("source", to_string(rule.source)).member("enabled", rule.enabled);
  json.key("tags").begin_array();
  for (const std::string& tag : rule.tags) json.value(tag);
  json.end_array().key("eventTypes");
  if (rule.is_for_all_types) {
    json.value("all");
  } else {
    json.begin_array();
    for (const rules::EventType type : rule.event_types) json.value(rules::event_type_name(type));
    json.end_array();
  }
  json.member("file", rule.place.file).member("line", rule.place.line);
  json.member("description", rule.description).member("output", rule.output).end_object();
}

ExitCode list(const Options& options) {
  const auto set = usable_rules(options);
  if (!set) return report_error(set.error());
  if (options.format == "json") {
    std::string text;
    core::JsonWriter json(text);
    json.begin_array();
    for (const CompiledRule& rule : (*set)->rules) append_json(json, rule);
    json.end_array();
    std::printf("%s\n", text.c_str());
    return ExitCode::kClean;
  }
  std::size_t width = 4;
  for (const CompiledRule& rule : (*set)->rules) width = std::max(width, rule.name.size());
  const auto print = [&](std::string_view name, std::string_view priority, std::string_view source,
                         std::string_view enabled, std::string_view types, std::string_view place,
                         const std::string& tags) {
    std::printf("%s\n", fmt::format("{:<{}}  {:<13}  {:<9}  {:<7}  {:<24}  {}  {}", name, width,
                                    priority, source, enabled, types, place, tags)
                            .c_str());
  };
  print("RULE", "PRIORITY", "SOURCE", "ENABLED", "EVENT TYPES", "PLACE", "TAGS");
  for (const CompiledRule& rule : (*set)->rules) {
    print(rule.name, to_string(rule.priority), to_string(rule.source), rule.enabled ? "yes" : "no",
          types_text(rule), place_text(rule), fmt::format("{}", fmt::join(rule.tags, ",")));
  }
  return ExitCode::kClean;
}

// ---- coverage

using RulesBy = std::map<std::string, std::vector<const CompiledRule*>>;

struct Coverage {
  RulesBy tactics;     // mitre_persistence, and TA0003
  RulesBy techniques;  // T1543, T1222.002
  RulesBy event_types;
  std::vector<const CompiledRule*> without_tags;
  std::size_t rules = 0;
  std::size_t enabled = 0;
};

bool is_number_behind(std::string_view tag, std::string_view prefix) {
  if (!tag.starts_with(prefix) || tag.size() == prefix.size()) return false;
  tag.remove_prefix(prefix.size());
  return std::ranges::all_of(tag, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

Coverage coverage_of(const rules::RuleSet& set) {
  Coverage coverage;
  for (const CompiledRule& rule : set.rules) {
    ++coverage.rules;
    coverage.enabled += rule.enabled ? 1 : 0;
    bool is_tagged = false;
    for (const std::string& tag : rule.tags) {
      if (tag.starts_with("mitre_") || is_number_behind(tag, "TA")) {
        coverage.tactics[tag].push_back(&rule);
        is_tagged = true;
      } else if (is_number_behind(tag, "T")) {
        coverage.techniques[tag].push_back(&rule);
        is_tagged = true;
      }
    }
    if (!is_tagged) coverage.without_tags.push_back(&rule);
    if (rule.source != rules::Source::kSyscall) {
      coverage.event_types[std::string(to_string(rule.source))].push_back(&rule);
    } else if (rule.is_for_all_types) {
      coverage.event_types["all"].push_back(&rule);
    } else {
      for (const rules::EventType type : rule.event_types) {
        coverage.event_types[std::string(rules::event_type_name(type))].push_back(&rule);
      }
    }
  }
  return coverage;
}

std::size_t enabled_of(const std::vector<const CompiledRule*>& rules) {
  return static_cast<std::size_t>(
      std::ranges::count_if(rules, [](const CompiledRule* rule) { return rule->enabled; }));
}

void print_table(const char* title, const RulesBy& rules_by) {
  std::printf("\n%-32s  %5s  %7s\n", title, "RULES", "ENABLED");
  for (const auto& [name, rules] : rules_by) {
    std::printf("%-32s  %5zu  %7zu\n", name.c_str(), rules.size(), enabled_of(rules));
  }
}

void append_json(core::JsonWriter& json, std::string_view key, const RulesBy& rules_by) {
  json.key(key).begin_object();
  for (const auto& [name, rules] : rules_by) {
    json.key(name).begin_object().member("enabled", enabled_of(rules)).key("rules").begin_array();
    for (const CompiledRule* rule : rules) json.value(rule->name);
    json.end_array().end_object();
  }
  json.end_object();
}

ExitCode coverage(const Options& options) {
  const auto set = usable_rules(options);
  if (!set) return report_error(set.error());
  const Coverage found = coverage_of(**set);
  if (options.format == "json") {
    std::string text;
    core::JsonWriter json(text);
    json.begin_object().member("rules", found.rules).member("enabled", found.enabled);
    append_json(json, "tactics", found.tactics);
    append_json(json, "techniques", found.techniques);
    append_json(json, "eventTypes", found.event_types);
    json.key("withoutAttackTags").begin_array();
    for (const CompiledRule* rule : found.without_tags) json.value(rule->name);
    json.end_array().end_object();
    std::printf("%s\n", text.c_str());
    return ExitCode::kClean;
  }
  std::printf("%s, %zu enabled; %zu techniques and %zu tactics of ATT&CK, %s without a tag of it\n",
              plural(found.rules, "rule").c_str(), found.enabled, found.techniques.size(),
              found.tactics.size(), plural(found.without_tags.size(), "rule").c_str());
  print_table("TACTIC", found.tactics);
  print_table("TECHNIQUE", found.techniques);
  print_table("EVENT TYPE", found.event_types);
  return ExitCode::kClean;
}

using Run = ExitCode (*)(const Options&);

std::shared_ptr<Options> add(CLI::App& rules, ExitCode& exit_code, const char* name,
                             const char* description, Run run) {
  auto options = std::make_shared<Options>();
  CLI::App* command = rules.add_subcommand(name, description);
  command
      ->add_option("FILE", options->paths, "rule files in order, folders, or - for standard input")
      ->required();
  command->add_option("-o,--output", options->format, "table or json")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  if (run == lint) {
    command->add_flag("--strict", options->strict,
                      "warnings are failures too; note what nothing uses");
  }
  command->callback([options, run, &exit_code] { exit_code = run(*options); });
  return options;
}

}  // namespace

void add_rules_inspect(CLI::App& rules, ExitCode& exit_code) {
  add(rules, exit_code, "lint", "Check rule files: structure, conditions, fields, types", lint);
  add(rules, exit_code, "list", "The rules with priority, tags, event types and place", list);
  add(rules, exit_code, "coverage", "ATT&CK techniques and event types that the rules cover",
      coverage);
}

}  // namespace yagura::cli
