// All regression tests of OWASP CRS 4 against the engine in this process, without an override.

#include <fmt/format.h>

#include "crs_corpus.hpp"
#include "waf/load/load.hpp"
#include "waf/testing/in_process_driver.hpp"
#include "waf/testing/runner.hpp"
#include "waf/testing/settings.hpp"

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
      {.path = root, .directives_before = std::string(waf::testing::crs_test_settings())},
      diagnostics);
  print(diagnostics);
  if (rules == nullptr) return 1;
  waf::testing::InProcessDriver driver(std::move(rules));
  const auto run = waf::testing::run_tests(tests, driver);
  if (!run) {
    fmt::print("{}\n", run.error().message);
    return 1;
  }
  fmt::print("{:.1f} s\n{}", run->seconds, waf::testing::report_text(*run));
  return run->failed() == 0 ? 0 : 1;
}
