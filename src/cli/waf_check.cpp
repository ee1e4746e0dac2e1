#include "cli/waf_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "core/file.hpp"
#include "core/json_text.hpp"
#include "waf/compile/lint.hpp"
#include "waf/load/load.hpp"
#include "wafcheck/check.hpp"
#include "wafcheck/settings.hpp"

namespace yagura::cli {

namespace {

namespace fs = std::filesystem;
using namespace wafcheck;

std::unexpected<Error> usage(std::string message) {
  return fail(ErrorCode::kInvalidInput, std::move(message));
}

std::string plural(std::size_t count, std::string_view word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

// Folders give every file below them, by name.
Result<std::vector<std::string>> find_requests(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (path == "-" || !fs::is_directory(path, error)) {
      if (path != "-" && !fs::exists(path)) {
        return usage(path +
                     ": no such file or folder; a request is a file like\n"
                     "  GET /search?q=test HTTP/1.1\n  Host: example.org\n  (empty line)");
      }
      files.push_back(path);
      continue;
    }
    const std::size_t before = files.size();
    for (const auto& entry : fs::recursive_directory_iterator(path, error)) {
      if (entry.is_regular_file()) files.push_back(entry.path().string());
    }
    if (files.size() == before) return usage(path + ": there are no files in this folder");
    std::sort(files.begin() + static_cast<std::ptrdiff_t>(before), files.end());
  }
  return files;
}

Result<std::shared_ptr<const waf::RuleSet>> load(const WafCheckOptions& options) {
  Diagnostics diagnostics;
  auto rules =
      waf::load_rules({.path = options.rules,
                       .directives = {},
                       .directives_before = crs_level_settings(options.paranoia, options.threshold),
                       .cache_folder = options.cache,
                       .shadow = {}},
                      diagnostics);
  print_diagnostics(diagnostics);
  if (rules == nullptr) return usage(options.rules + ": the rules cannot be used");
  return rules;
}

Result<std::optional<BackendResponse>> load_response(const std::string& path) {
  if (path.empty()) return std::optional<BackendResponse>();
  YAGURA_TRY(const std::string text, core::read_file(path));
  auto response = read_response(text);
  if (!response) return std::unexpected(std::move(response).error().with_context(path));
  return std::optional(*std::move(response));
}

Result<std::vector<CheckedRequest>> check_all(const WafCheckOptions& options) {
  YAGURA_TRY(const std::vector<std::string> files, find_requests(options.requests));
  YAGURA_TRY(const auto response, load_response(options.response));
  YAGURA_TRY(auto rules, load(options));
  RequestChecker checker(std::move(rules));
  std::vector<CheckedRequest> checked;
  const bool many = files.size() > 1;
  for (const std::string& file : files) {
    YAGURA_TRY(const std::string text, core::read_file(file));
    YAGURA_TRY(CheckedRequest item, checker.check(file, text, response));
    if (options.format == "table") {  // one by one, so that many are seen as they go
      const bool details = options.verbose || !many;
      std::fputs((details ? check_details(item) : check_line(item)).c_str(), stdout);
      if (many) item.matches.clear();
    }
    checked.push_back(std::move(item));
  }
  return checked;
}

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
  for (const Diagnostic& item : diagnostics.list()) {
    json.begin_object().member("level", name_of(item.level)).member("file", item.file);
    json.member("line", item.line).member("column", item.column).member("message", item.message);
    json.member("hint", item.hint).end_object();
  }
  json.end_array();
  std::printf("%s\n", text.c_str());
}

}  // namespace

ExitCode run_waf_check(const WafCheckOptions& options) {
  const auto checked = check_all(options);
  if (!checked) return report_error(checked.error());
  if (options.format == "json") std::fputs(check_json(*checked).c_str(), stdout);
  const bool blocked = std::any_of(
      checked->begin(), checked->end(),
      [](const CheckedRequest& item) { return item.verdict == CheckVerdict::kBlocked; });
  return blocked ? ExitCode::kFindings : ExitCode::kClean;
}

ExitCode run_waf_lint(const WafLintOptions& options) {
  Diagnostics diagnostics;
  std::size_t rules = 0;
  for (const std::string& path : options.paths) {
    if (!fs::exists(path)) {
      return report_error(
          {.code = ErrorCode::kNotFound, .message = path + ": no such file or folder"});
    }
    // Patterns are compiled as they would be to run, but for the first stage's databases.
    waf::CompileOptions compile_options;
    compile_options.use_prefilter = false;
    const auto document = waf::read_rules({.path = path}, diagnostics);
    const auto set = waf::compile(document, compile_options, diagnostics);
    waf::lint(document, set.get(), diagnostics);
    if (set != nullptr) rules += set->rule_count;
  }
  const auto warnings = static_cast<std::size_t>(
      std::count_if(diagnostics.list().begin(), diagnostics.list().end(),
                    [](const auto& item) { return item.level == DiagnosticLevel::kWarning; }));
  if (options.format == "json") {
    print_as_json(diagnostics);
  } else {
    for (const Diagnostic& item : diagnostics.list()) {
      std::printf("%s\n", to_string(item).c_str());
    }
    const std::string counts =
        fmt::format("{}, {}, {}\n", plural(rules, "rule"),
                    plural(diagnostics.error_count(), "error"), plural(warnings, "warning"));
    std::fputs(counts.c_str(), stdout);
  }
  const bool bad = diagnostics.has_errors() || (options.strict && warnings > 0);
  return bad ? ExitCode::kFindings : ExitCode::kClean;
}

}  // namespace yagura::cli
