#include "cli/catalogue_command.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "core/json_text.hpp"
#include "posture/pss/pss.hpp"
#include "posture/ruleset.hpp"

namespace yagura::cli {

namespace {

using posture::ControlPtr;

std::string joined(const std::vector<std::string>& texts, const char* separator) {
  std::string all;
  for (const std::string& text : texts) {
    if (!all.empty()) all += separator;
    all += text;
  }
  return all;
}

posture::ControlIndex all_controls() {
  Diagnostics diagnostics;
  posture::ControlIndex index = posture::shipped_controls(diagnostics);
  for (const ControlPtr& control : posture::pss::controls()) index.add(control);
  return index;
}

void append_json(core::JsonWriter& json, const model::Control& control) {
  json.begin_object();
  json.member("id", control.id).member("title", control.title);
  json.member("severity", model::to_string(control.severity)).member("category", control.category);
  json.member("default", control.in_default_set);
  json.member("rationale", control.rationale).member("remedy", control.fix_text);
  const auto list = [&json](const char* name, const std::vector<std::string>& texts) {
    json.key(name).begin_array();
    for (const std::string& text : texts) json.value(text);
    json.end_array();
  };
  list("aliases", control.aliases);
  list("tags", control.tags);
  list("references", control.references);
  json.end_object();
}

void print_json(const std::vector<ControlPtr>& controls) {
  std::string text;
  core::JsonWriter json(text);
  json.begin_array();
  for (const ControlPtr& control : controls) append_json(json, *control);
  json.end_array();
  std::printf("%s\n", text.c_str());
}

ExitCode list_controls(bool as_json) {
  std::vector<ControlPtr> controls = all_controls().all();
  std::ranges::sort(controls, {}, [](const ControlPtr& control) { return control->id; });
  if (as_json) {
    print_json(controls);
    return ExitCode::kClean;
  }
  std::printf("%-44s %-9s %-12s %-4s %s\n", "CONTROL", "SEVERITY", "CATEGORY", "ON", "TITLE");
  for (const ControlPtr& control : controls) {
    std::printf("%-44s %-9s %-12s %-4s %s\n", control->id.c_str(),
                std::string(model::to_string(control->severity)).c_str(), control->category.c_str(),
                control->in_default_set ? "yes" : "no", control->title.c_str());
  }
  return ExitCode::kClean;
}

void explain_one(const model::Control& control) {
  std::printf("%s: %s\n\n", control.id.c_str(), control.title.c_str());
  std::printf("severity    %s\ncategory    %s\non          %s\n",
              std::string(model::to_string(control.severity)).c_str(), control.category.c_str(),
              control.in_default_set ? "by default" : "where it is asked for");
  if (!control.aliases.empty())
    std::printf("aliases     %s\n", joined(control.aliases, ", ").c_str());
  if (!control.tags.empty()) std::printf("tags        %s\n", joined(control.tags, ", ").c_str());
  if (!control.rationale.empty())
    std::printf("\nWhy it matters\n  %s\n", control.rationale.c_str());
  if (!control.fix_text.empty()) std::printf("\nHow to mend it\n  %s\n", control.fix_text.c_str());
  if (!control.references.empty())
    std::printf("\nReferences\n  %s\n", joined(control.references, "\n  ").c_str());
}

ExitCode explain(const std::string& id, bool as_json) {
  const posture::ControlIndex index = all_controls();
  const std::vector<ControlPtr> found = index.find(id);
  if (found.empty()) {
    const std::vector<std::string> similar = index.similar(id);
    return report_error(
        {.code = ErrorCode::kNotFound,
         .message = "\"" + id + "\" is no control, nor an id that another tool gives one" +
                    (similar.empty() ? "; `yagura policy list` shows all"
                                     : "; did you mean " + joined(similar, ", ") + "?")});
  }
  if (as_json) {
    print_json(found);
    return ExitCode::kClean;
  }
  if (found.size() > 1) std::printf("%s is %zu controls here:\n\n", id.c_str(), found.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (i > 0) std::printf("\n----\n\n");
    explain_one(*found[i]);
  }
  return ExitCode::kClean;
}

}  // namespace

void add_catalogue_commands(CLI::App& policy, ExitCode& exit_code) {
  struct Options {
    std::string id;
    std::string format = "table";
  };
  auto options = std::make_shared<Options>();
  const auto add_format = [&](CLI::App* command) {
    command->add_option("-o,--output", options->format, "table or json")
        ->check(CLI::IsMember({"table", "json"}))
        ->capture_default_str();
  };
  CLI::App* list = policy.add_subcommand("list", "Every control: id, severity, category, title");
  add_format(list);
  list->callback([options, &exit_code] { exit_code = list_controls(options->format == "json"); });
  CLI::App* explain_command =
      policy.add_subcommand("explain", "What a control is about, by our id or any other tool's");
  explain_command->add_option("ID", options->id, "as privileged-container, C-0057, KSV-0017")
      ->required();
  add_format(explain_command);
  explain_command->callback(
      [options, &exit_code] { exit_code = explain(options->id, options->format == "json"); });
}

}  // namespace yagura::cli
