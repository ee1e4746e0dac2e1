#include "cli/rules_coverage.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "cli/rules_files.hpp"
#include "core/json_text.hpp"
#include "rules/coverage/coverage.hpp"
#include "sensor/probe/call_numbers.hpp"

namespace yagura::cli {

namespace {

using rules::Coverage;
using rules::RulesBy;

struct Options {
  std::vector<std::string> paths;
  std::vector<std::string> other_paths;
  std::string format = "table";
  bool with_rules = false;
};

struct Section {
  const char* title;  // of tables
  const char* key;    // in JSON
  RulesBy Coverage::* rules;
};
constexpr std::array<Section, 4> kSections = {
    {{"TACTIC", "tactics", &Coverage::tactics},
     {"TECHNIQUE", "techniques", &Coverage::techniques},
     {"TAG", "tags", &Coverage::tags},
     {"EVENT TYPE", "eventTypes", &Coverage::event_types}}};

// System calls of this machine that the sensor attaches to for the rules that are enabled.
std::vector<std::string> calls_of(const rules::RuleSet& set) {
  const auto types = set.needed_types(rules::Source::kSyscall);
  std::vector<std::string> calls;
  for (const sensor::CallNumber& call : sensor::native_calls()) {
    const auto type = rules::find_event_type(sensor::event_name_of_call(call.name));
    if (type && std::ranges::find(types, *type) != types.end()) calls.emplace_back(call.name);
  }
  std::ranges::sort(calls);
  return calls;
}

// ---- one set

void print_line(const std::string& text) { std::printf("%s\n", text.c_str()); }

void print_section(const Section& section, const Coverage& coverage, bool with_rules) {
  print_line(fmt::format("\n{:<32}  {:>5}  {:>7}", section.title, "RULES", "ENABLED"));
  for (const auto& [name, rules] : coverage.*section.rules) {
    print_line(fmt::format("{:<32}  {:>5}  {:>7}", name, rules.size(), enabled_count(rules)));
    if (!with_rules) continue;
    for (const rules::CompiledRule* rule : rules) {
      print_line(fmt::format("  {}{}", rule->name, rule->enabled ? "" : " (off)"));
    }
  }
}

void print_calls(const std::vector<std::string>& calls) {
  constexpr std::size_t kWidth = 100;
  print_line(
      fmt::format("\nthe sensor watches {} for the rules that are enabled, besides the "
                  "lives of processes",
                  counted(calls.size(), "system call")));
  std::string line = " ";
  for (const std::string& call : calls) {
    if (line.size() + call.size() + 1 > kWidth) {
      print_line(line);
      line = " ";
    }
    line += ' ' + call;
  }
  if (!calls.empty()) print_line(line);
}

void print_table(const Coverage& found, const std::vector<std::string>& calls, bool with_rules) {
  print_line(
      fmt::format("{}, {} enabled; {} techniques and {} tactics of ATT&CK, {} without a tag of it",
                  counted(found.rules, "rule"), found.enabled, found.techniques.size(),
                  found.tactics.size(), counted(found.without_attack_tags.size(), "rule")));
  for (const Section& section : kSections) print_section(section, found, with_rules);
  print_calls(calls);
}

void append_json(core::JsonWriter& json, const Section& section, const Coverage& coverage) {
  json.key(section.key).begin_object();
  for (const auto& [name, rules] : coverage.*section.rules) {
    json.key(name).begin_object().member("enabled", enabled_count(rules));
    json.key("rules").begin_array();
    for (const rules::CompiledRule* rule : rules) json.value(rule->name);
    json.end_array().end_object();
  }
  json.end_object();
}

void append_names(core::JsonWriter& json, const char* key, const std::vector<std::string>& names) {
  json.key(key).begin_array();
  for (const std::string& name : names) json.value(name);
  json.end_array();
}

void print_json(const Coverage& found, const std::vector<std::string>& calls) {
  std::string text;
  core::JsonWriter json(text);
  json.begin_object().member("rules", found.rules).member("enabled", found.enabled);
  for (const Section& section : kSections) append_json(json, section, found);
  append_names(json, "systemCalls", calls);
  json.key("withoutAttackTags").begin_array();
  for (const rules::CompiledRule* rule : found.without_attack_tags) json.value(rule->name);
  json.end_array().end_object();
  print_line(text);
}

// ---- two sets

struct Difference {
  Coverage before;
  Coverage after;
  std::vector<rules::RuleChange> rules;
  std::vector<std::string> lost_calls;
  std::vector<std::string> new_calls;
};

std::vector<std::string> without(const std::vector<std::string>& all,
                                 const std::vector<std::string>& others) {
  std::vector<std::string> left;
  std::ranges::set_difference(all, others, std::back_inserter(left));
  return left;
}

Difference difference_of(const rules::RuleSet& before, const rules::RuleSet& after) {
  const auto old_calls = calls_of(before);
  const auto new_calls = calls_of(after);
  return {.before = coverage_of(before),
          .after = coverage_of(after),
          .rules = changes_of(before, after),
          .lost_calls = without(old_calls, new_calls),
          .new_calls = without(new_calls, old_calls)};
}

void print_table(const Difference& difference) {
  print_line(fmt::format("{} before, {} after; enabled: {} before, {} after",
                         counted(difference.before.rules, "rule"), difference.after.rules,
                         difference.before.enabled, difference.after.enabled));
  for (const Section& section : kSections) {
    const auto changes =
        changes_of(difference.before.*section.rules, difference.after.*section.rules);
    if (changes.empty()) continue;
    print_line(fmt::format("\n{:<32}  {:>6}  {:>6}", section.title, "BEFORE", "AFTER"));
    for (const rules::CoverageChange& change : changes) {
      const char* const note = change.after == 0 ? "  lost" : change.before == 0 ? "  new" : "";
      print_line(
          fmt::format("{:<32}  {:>6}  {:>6}{}", change.name, change.before, change.after, note));
    }
  }
  if (!difference.rules.empty()) print_line("\nRULE");
  for (const rules::RuleChange& change : difference.rules) {
    print_line(fmt::format("{:<10}{}", to_string(change.kind), change.name));
  }
  if (difference.lost_calls.empty() && difference.new_calls.empty()) return;
  print_line("\nSYSTEM CALL");
  for (const std::string& call : difference.lost_calls) print_line("lost      " + call);
  for (const std::string& call : difference.new_calls) print_line("new       " + call);
}

void print_json(const Difference& difference) {
  std::string text;
  core::JsonWriter json(text);
  json.begin_object();
  for (const Section& section : kSections) {
    json.key(section.key).begin_object();
    for (const rules::CoverageChange& change :
         changes_of(difference.before.*section.rules, difference.after.*section.rules)) {
      json.key(change.name).begin_object().member("before", change.before);
      json.member("after", change.after).end_object();
    }
    json.end_object();
  }
  json.key("rules").begin_array();
  for (const rules::RuleChange& change : difference.rules) {
    json.begin_object().member("name", change.name);
    json.member("change", to_string(change.kind)).end_object();
  }
  json.end_array();
  append_names(json, "lostSystemCalls", difference.lost_calls);
  append_names(json, "newSystemCalls", difference.new_calls);
  json.end_object();
  print_line(text);
}

ExitCode run(const Options& options) {
  const auto set = usable_rules(options.paths);
  if (!set) return report_error(set.error());
  const bool is_json = options.format == "json";
  if (!options.other_paths.empty()) {
    const auto other = usable_rules(options.other_paths);
    if (!other) return report_error(other.error());
    const Difference difference = difference_of(**set, **other);
    is_json ? print_json(difference) : print_table(difference);
    return ExitCode::kClean;
  }
  const Coverage found = coverage_of(**set);
  is_json ? print_json(found, calls_of(**set))
          : print_table(found, calls_of(**set), options.with_rules);
  return ExitCode::kClean;
}

}  // namespace

void add_rules_coverage(CLI::App& rules, ExitCode& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* const command = rules.add_subcommand(
      "coverage", "ATT&CK techniques, tags, event types and system calls that rules cover");
  command
      ->add_option("FILE", options->paths, "rule files in order, folders, or - for standard input")
      ->required();
  command
      ->add_option("--against", options->other_paths,
                   "tell only what these files (the option again for each) have more or less of")
      ->allow_extra_args(false);
  command->add_flag("--rules", options->with_rules, "name the rules below each line");
  command->add_option("-o,--output", options->format, "table or json")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace yagura::cli
