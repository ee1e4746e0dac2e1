#include "cli/rules_inspect.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
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
    std::printf("%s, %s, %s: %s, %s\n", counted(definitions.rules.entries().size(), "rule").c_str(),
                counted(definitions.macros.entries().size(), "macro").c_str(),
                counted(definitions.lists.entries().size(), "list").c_str(),
                counted(diagnostics.error_count(), "error").c_str(),
                counted(warnings, "warning").c_str());
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
  const auto set = usable_rules(options.paths);
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
}

}  // namespace yagura::cli
