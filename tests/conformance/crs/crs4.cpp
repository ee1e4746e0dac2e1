// All regression tests of OWASP CRS 4 against the engine in this process, without an override.

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "waf/load/load.hpp"
#include "waf/testing/in_process_driver.hpp"
#include "waf/testing/runner.hpp"
#include "waf/testing/settings.hpp"

namespace {

namespace fs = std::filesystem;
using namespace yagura;
using namespace yagura::waf::testing;

constexpr std::size_t kLeastTests = 5000;  // fewer: the corpus was not read as a whole

fs::path corpora() {
  const char* named = std::getenv("YAGURA_CORPORA");
  return named != nullptr && *named != '\0'
             ? fs::path(named)
             : fs::path(YAGURA_SOURCE_DIR) / ".." / "shared" / "corpora";
}

int give_up(const Diagnostics& diagnostics, const char* what) {
  for (const Diagnostic& item : diagnostics.list()) fmt::print("{}\n", to_string(item));
  fmt::print("{}\n", what);
  return 1;
}

}  // namespace

int main() {
  const fs::path root = corpora() / "crs";
  if (!fs::is_directory(root)) {
    fmt::print("skipped: no corpora\n");
    return 77;
  }
  Diagnostics diagnostics;
  const auto tests = read_tests(root / "regression", diagnostics);
  if (diagnostics.has_errors() || tests.size() < kLeastTests) {
    return give_up(diagnostics, "the tests cannot be read as a whole");
  }
  auto rules = waf::load_rules(
      {.path = root, .directives_before = std::string(crs_test_settings())}, diagnostics);
  if (rules == nullptr) return give_up(diagnostics, "the rules cannot be loaded");
  InProcessDriver driver(std::move(rules));
  const auto run = run_tests(tests, driver);
  if (!run) return give_up(diagnostics, run.error().message.c_str());
  fmt::print("{:.1f} s\n{}", run->seconds, report_text(*run));
  return run->failed() == 0 ? 0 : 1;
}
