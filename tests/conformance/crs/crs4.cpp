// All regression tests of OWASP CRS 4 against the engine in this process, without an override.

#include <fmt/format.h>

#include "crs_corpus.hpp"
#include "waf/load/load.hpp"
#include "wafcheck/in_process_driver.hpp"
#include "wafcheck/runner.hpp"
#include "wafcheck/settings.hpp"

int main() {
  using namespace yagura;
  using namespace yagura::conformance;
  const auto root = crs4_folder();
  if (root.empty()) {
    fmt::print("skipped: no corpora\n");
    return kSkipped;
  }
  const auto tests = crs4_tests();
  if (tests.empty()) return 1;
  Diagnostics diagnostics;
  auto rules = waf::load_rules(
      {.path = root, .directives_before = std::string(wafcheck::crs_test_settings())}, diagnostics);
  print(diagnostics);
  if (rules == nullptr) return 1;
  wafcheck::InProcessDriver driver(std::move(rules));
  const auto run = wafcheck::run_tests(tests, driver);
  if (!run) {
    fmt::print("{}\n", run.error().message);
    return 1;
  }
  fmt::print("{:.1f} s\n{}", run->seconds, wafcheck::report_text(*run));
  return run->failed() == 0 ? 0 : 1;
}
