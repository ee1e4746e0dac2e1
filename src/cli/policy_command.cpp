#include "cli/policy_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/json_text.hpp"
#include "kube/sources/sources.hpp"
#include "policy/check/check.hpp"
#include "policy/testing/table_tests.hpp"
#include "policy/vap/lint.hpp"
#include "policy/vap/policy_set.hpp"
#include "policy/vap/value_json.hpp"
#include "posture/control_metadata.hpp"
#include "posture/policy_test_hooks.hpp"

namespace yagura::cli {

namespace {

namespace fs = std::filesystem;

std::vector<kube::Document> read_all(const std::vector<std::string>& names,
                                     Diagnostics& diagnostics) {
  std::vector<kube::Document> documents;
  kube::SourceOptions options;
  options.build_kustomizations = false;
  options.render_charts = false;
  kube::load_sources(
      names, options, [&](kube::Document&& document) { documents.push_back(std::move(document)); },
      diagnostics);
  return documents;
}

std::string plural(std::size_t count, std::string_view word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : word.ends_with('y') ? "" : "s");
}

std::size_t count_of(const Diagnostics& diagnostics, DiagnosticLevel level) {
  return static_cast<std::size_t>(
      std::count_if(diagnostics.list().begin(), diagnostics.list().end(),
                    [&](const Diagnostic& diagnostic) { return diagnostic.level == level; }));
}

// ---- lint

struct LintOptions {
  std::vector<std::string> paths;
  bool strict = false;
  std::string format = "text";
};

std::string_view name_of(DiagnosticLevel level) {
  switch (level) {
    case DiagnosticLevel::kNote:
      return "note";
    case DiagnosticLevel::kWarning:
      return "warning";
    case DiagnosticLevel::kError:
      return "error";
  }
  return "";
}

void print_as_json(const Diagnostics& diagnostics) {
  std::string text;
  core::JsonWriter json(text);
  json.begin_array();
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    json.begin_object().member("level", name_of(diagnostic.level)).member("file", diagnostic.file);
    json.member("line", diagnostic.line).member("column", diagnostic.column);
    json.member("message", diagnostic.message).member("hint", diagnostic.hint).end_object();
  }
  json.end_array();
  std::printf("%s\n", text.c_str());
}

// Our own annotations, where a policy has any.
void lint_metadata(const policy::PolicySet& set, Diagnostics& diagnostics) {
  for (const policy::CompiledPolicy& policy : set.policies()) {
    if (!policy.text->annotation("yagura.dev/title").empty()) {
      static_cast<void>(posture::read_control(policy.text->document, diagnostics));
    }
  }
}

ExitCode lint(const LintOptions& options) {
  Diagnostics diagnostics;
  const auto documents = read_all(options.paths, diagnostics);
  const auto count = static_cast<std::size_t>(
      std::count_if(documents.begin(), documents.end(), policy::is_policy_document));
  if (count == 0 && !diagnostics.has_errors()) {
    return report_error(
        {.code = ErrorCode::kInvalidInput,
         .message = "no ValidatingAdmissionPolicy, MutatingAdmissionPolicy or binding found"});
  }
  const auto set = policy::load_policies(documents, diagnostics);
  policy::lint_policies(*set, diagnostics);
  lint_metadata(*set, diagnostics);
  const std::size_t warnings = count_of(diagnostics, DiagnosticLevel::kWarning);
  if (options.format == "json") {
    print_as_json(diagnostics);
  } else {
    for (const Diagnostic& diagnostic : diagnostics.list())
      std::printf("%s\n", to_string(diagnostic).c_str());
    std::printf("%s, %s, %s\n", plural(count, "object").c_str(),
                plural(diagnostics.error_count(), "error").c_str(),
                plural(warnings, "warning").c_str());
  }
  const bool bad = diagnostics.has_errors() || (options.strict && warnings > 0);
  return bad ? ExitCode::kFindings : ExitCode::kClean;
}

// ---- test

struct TestOptions {
  std::vector<std::string> paths;
  bool verbose = false;
};

struct TestTotals {
  std::size_t policies = 0;
  std::size_t passed = 0;
  std::size_t failed = 0;
};

void print_report(const policy::PolicyTestReport& report, const TestOptions& options) {
  const bool color = use_color(STDOUT_FILENO);
  const auto mark = [&](bool passed) {
    if (!color) return std::string(passed ? "ok    " : "FAILED");
    return std::string(passed ? "\x1b[32mok    \x1b[0m" : "\x1b[31mFAILED\x1b[0m");
  };
  std::printf("%s  %-44s %s\n", mark(report.failed_count() == 0).c_str(), report.policy.c_str(),
              plural(report.results.size(), "test").c_str());
  for (const policy::PolicyTestResult& result : report.results) {
    if (result.passed && !options.verbose) continue;
    std::printf("  %s  %s\n", mark(result.passed).c_str(), result.name.c_str());
    if (result.passed) continue;
    std::printf("          %s:%u: %s\n", (report.folder / "tests.yaml").string().c_str(),
                result.line, result.problem.c_str());
  }
}

bool run_folder(const fs::path& folder, const TestOptions& options, TestTotals& totals) {
  Diagnostics diagnostics;
  const auto report = policy::run_policy_tests(folder, diagnostics, posture::policy_test_options());
  print_diagnostics(diagnostics);
  if (!report) {
    report_error(report.error());
    return false;
  }
  print_report(*report, options);
  ++totals.policies;
  totals.passed += report->passed_count();
  totals.failed += report->failed_count();
  return !diagnostics.has_errors();
}

ExitCode test(const TestOptions& options) {
  TestTotals totals;
  bool readable = true;
  for (const std::string& path : options.paths) {
    if (!fs::exists(path)) {
      return report_error(
          {.code = ErrorCode::kNotFound, .message = path + ": no such file or folder"});
    }
    const fs::path root = fs::is_directory(path) ? fs::path(path) : fs::path(path).parent_path();
    for (const fs::path& folder : policy::find_policy_tests(root.empty() ? fs::path(".") : root)) {
      readable = run_folder(folder, options, totals) && readable;
    }
  }
  if (totals.policies == 0 && readable) {
    return report_error(
        {.code = ErrorCode::kNotFound, .message = "no tests.yaml beside a policy.yaml found"});
  }
  std::printf(
      "%s: %zu passed, %zu failed\n",
      totals.policies == 1 ? "1 policy" : fmt::format("{} policies", totals.policies).c_str(),
      totals.passed, totals.failed);
  if (totals.failed > 0) return ExitCode::kFindings;
  return readable ? ExitCode::kClean : ExitCode::kUsage;
}

// ---- eval

struct EvalOptions {
  std::string expression;
  std::vector<std::string> files;
  std::string params;
};

std::string display_name(const kube::Node& object) {
  const auto text = [&](std::initializer_list<std::string_view> path) {
    const kube::Node* node = object.get(path);
    return node == nullptr ? std::string() : std::string(node->string_or());
  };
  return text({"kind"}) + "/" + text({"metadata", "name"});
}

void print_result(const policy::EvalResult& result, const policy::Type& type,
                  const std::string& object) {
  std::string line;
  core::JsonWriter json(line, 0);
  json.begin_object();
  if (!object.empty()) json.member("object", object);
  if (result.value.is_error()) {
    json.member("error", policy::error_text(result.value));
  } else if (result.value.is_unknown()) {
    json.member(
        "error",
        "not known here: who sent the request, its namespace, or the cluster's authorization");
  } else {
    std::string value;
    policy::append_json(value, result.value);
    json.key("value").raw(value);
    const bool dynamic = type.is_dyn();
    json.member("type",
                dynamic ? std::string(policy::type_name(result.value)) : policy::to_string(type));
  }
  json.member("cost", result.cost).end_object();
  std::printf("%s\n", line.c_str());
}

ExitCode eval(const EvalOptions& options) {
  policy::ExpressionCompiler compiler;
  const auto compiled = compiler.compile(options.expression, *compiler.root_scope(true),
                                         policy::ExpressionCompiler::Authorizer::kDeclared);
  if (compiled.program == nullptr) {
    std::fprintf(stderr, "%s\n",
                 to_string(compiled.issues, options.expression, "expression").c_str());
    return ExitCode::kUsage;
  }
  Diagnostics diagnostics;
  std::vector<kube::Document> documents;
  if (!options.files.empty()) documents = read_all(options.files, diagnostics);
  std::vector<kube::Document> params;
  if (!options.params.empty()) params = read_all({options.params}, diagnostics);
  print_diagnostics(diagnostics);
  if (diagnostics.has_errors()) return ExitCode::kUsage;

  policy::EvaluationSession session(policy::compile_policies({}, diagnostics));
  kube::KindRegistry kinds;
  bool failed = false;
  const auto run = [&](const policy::AdmissionRequest& request, const std::string& name) {
    session.begin(request);
    session.set_params(params.empty() ? nullptr : &params[0].root());
    const policy::EvalResult result = session.evaluate(*compiled.program);
    failed = failed || result.value.is_abnormal();
    print_result(result, *compiled.type, name);
  };
  if (documents.empty()) run(policy::AdmissionRequest{}, {});
  for (const kube::Document& document : documents) {
    run(policy::request_to_create(document.root(), kinds), display_name(document.root()));
  }
  return failed ? ExitCode::kFindings : ExitCode::kClean;
}

}  // namespace

CLI::App& add_policy_command(CLI::App& app, ExitCode& exit_code) {
  CLI::App* command =
      app.add_subcommand("policy", "Write, check and test admission policies (CEL)");
  command->require_subcommand(1);

  auto lint_options = std::make_shared<LintOptions>();
  CLI::App* lint_command =
      command->add_subcommand("lint", "Check policy files: structure, expressions, types, costs");
  lint_command->add_option("PATH", lint_options->paths, "files, folders, or - for standard input")
      ->required();
  lint_command->add_flag("--strict", lint_options->strict, "warnings are failures too");
  lint_command->add_option("-o,--output", lint_options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  lint_command->callback([lint_options, &exit_code] { exit_code = lint(*lint_options); });

  auto test_options = std::make_shared<TestOptions>();
  CLI::App* test_command =
      command->add_subcommand("test", "Run the tests.yaml beside each policy.yaml");
  test_command->add_option("PATH", test_options->paths, "folders, searched to the bottom")
      ->required();
  test_command->add_flag("-v,--verbose", test_options->verbose, "name the tests that pass as well");
  test_command->callback([test_options, &exit_code] { exit_code = test(*test_options); });

  auto eval_options = std::make_shared<EvalOptions>();
  CLI::App* eval_command = command->add_subcommand(
      "eval", "Evaluate an expression: a line of JSON with value, type and cost");
  eval_command
      ->add_option("EXPR", eval_options->expression, "for example 'object.spec.replicas > 1'")
      ->required();
  eval_command->add_option("-f,--file", eval_options->files,
                           "objects: each of them is `object` in turn");
  eval_command->add_option("--param", eval_options->params,
                           "a file whose first object is `params`");
  eval_command->callback([eval_options, &exit_code] { exit_code = eval(*eval_options); });
  return *command;
}

}  // namespace yagura::cli
