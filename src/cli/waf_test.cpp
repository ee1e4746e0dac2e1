#include "cli/waf_test.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <vector>

#include "waf/load/load.hpp"
#include "wafcheck/in_process_driver.hpp"
#include "wafcheck/network_driver.hpp"
#include "wafcheck/runner.hpp"
#include "wafcheck/settings.hpp"

namespace yagura::cli {

namespace {

namespace fs = std::filesystem;
using namespace wafcheck;

Error usage(std::string message) {
  return {.code = ErrorCode::kInvalidInput, .message = std::move(message)};
}

Result<void> check_usage(const WafTestOptions& options) {
  if (options.connect.empty() != options.log.empty()) {
    return std::unexpected(
        usage("--connect and --log go together: the server's log says which rules matched"));
  }
  if (options.connect.empty() && options.rules.empty()) {
    return std::unexpected(
        usage("say which rules to test: --rules DIR (or --connect HOST:PORT --log FILE for a "
              "server that has them)"));
  }
  if (!fs::exists(options.tests)) {
    return std::unexpected(usage(options.tests + ": no such file or folder"));
  }
  return {};
}

Result<std::vector<FtwTest>> load_tests(const WafTestOptions& options) {
  Diagnostics diagnostics;
  std::vector<FtwTest> tests = read_tests(options.tests, diagnostics);
  if (!options.overrides.empty()) {
    const auto overrides = read_overrides(options.overrides, diagnostics);
    const std::size_t count = apply_overrides(overrides, tests);
    if (!diagnostics.has_errors() && count == 0) {
      diagnostics.warning(options.overrides, 0, 0, "overrides none of these tests");
    }
  }
  print_diagnostics(diagnostics);
  if (diagnostics.has_errors())
    return std::unexpected(usage("the tests cannot be read as a whole"));
  if (!options.filter.empty()) {
    YAGURA_TRY(tests, filter_tests(std::move(tests), options.filter));
  }
  if (tests.empty()) {
    return std::unexpected(usage(
        options.filter.empty()
            ? options.tests + ": no tests here (*.yaml with rule_id and tests)"
            : "no test has a title that matches " + options.filter + "; titles are like 920100-4"));
  }
  return tests;
}

Result<std::unique_ptr<Driver>> make_driver(const WafTestOptions& options) {
  if (!options.connect.empty()) {
    YAGURA_TRY(const Endpoint endpoint, parse_endpoint(options.connect));
    YAGURA_TRY(std::unique_ptr<Driver> driver, NetworkDriver::open(endpoint, options.log));
    return driver;
  }
  const auto settings = settings_named(options.setup);
  if (!settings) {
    return std::unexpected(
        usage("--setup " + options.setup + ": there are crs-tests (the default) and none"));
  }
  Diagnostics diagnostics;
  auto rules = waf::load_rules({.path = options.rules,
                                .directives = {},
                                .directives_before = std::string(*settings),
                                .cache_folder = options.cache,
                                .shadow = {}},
                               diagnostics);
  print_diagnostics(diagnostics);
  if (rules == nullptr) return std::unexpected(usage(options.rules + ": the rules cannot be used"));
  return std::make_unique<InProcessDriver>(std::move(rules));
}

Result<TestRun> run(const std::vector<FtwTest>& tests, Driver& driver) {
  const bool show = ::isatty(STDERR_FILENO) == 1;
  auto result = run_tests(tests, driver, [&](std::size_t done) {
    if (show && (done % 50 == 0 || done == tests.size())) {
      std::fprintf(stderr, "\r%zu of %zu tests", done, tests.size());
    }
  });
  if (show) std::fprintf(stderr, "\r\033[K");
  return result;
}

}  // namespace

ExitCode run_waf_test(const WafTestOptions& options) {
  if (const auto usable = check_usage(options); !usable) return report_error(usable.error());
  const auto tests = load_tests(options);
  if (!tests) return report_error(tests.error());
  const auto driver = make_driver(options);
  if (!driver) return report_error(driver.error());
  const auto result = run(*tests, **driver);
  if (!result) return report_error(result.error());
  const std::string report = options.format == "json" ? report_json(*result) : report_text(*result);
  std::fputs(report.c_str(), stdout);
  return result->failed() == 0 ? ExitCode::kClean : ExitCode::kFindings;
}

}  // namespace yagura::cli
