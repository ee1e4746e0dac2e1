// The first stage only spares work: the requests of all regression tests of OWASP CRS 4 log the
// same lines with it and without it.

#include <fmt/format.h>
#include <re2/re2.h>

#include "crs_corpus.hpp"
#include "waf/load/load.hpp"
#include "wafcheck/in_process_driver.hpp"
#include "wafcheck/settings.hpp"

namespace {

using namespace yagura;
using namespace yagura::conformance;
using namespace yagura::wafcheck;

std::shared_ptr<const waf::RuleSet> load(bool use_prefilter) {
  Diagnostics diagnostics;
  const waf::RuleSource source{.path = crs4_folder(),
                               .directives_before = std::string(crs_test_settings())};
  waf::CompileOptions options;
  options.use_prefilter = use_prefilter;
  auto rules = waf::compile(waf::read_rules(source, diagnostics), options, diagnostics);
  print(diagnostics);
  return rules;
}

// But for what is new in every transaction.
std::vector<std::string> lines_of(Driver& driver, const StageInput& input) {
  auto seen = driver.run(input);
  if (!seen) return {seen.error().message};
  for (std::string& line : seen->log) {
    re2::RE2::GlobalReplace(&line, R"(\[unique_id "[^"]*"\])", "");
  }
  return seen->log;
}

void show(const FtwTest& test, const std::vector<std::string>& with,
          const std::vector<std::string>& without) {
  fmt::print("FAILED {}: {} lines with the first stage, {} without\n", test.title(), with.size(),
             without.size());
  for (std::size_t i = 0; i < std::max(with.size(), without.size()); ++i) {
    const std::string_view left = i < with.size() ? with[i] : std::string_view("(none)");
    const std::string_view right = i < without.size() ? without[i] : std::string_view("(none)");
    if (left == right) continue;
    fmt::print("  with    {}\n  without {}\n", left, right);
    return;
  }
}

}  // namespace

int main() {
  if (crs4_folder().empty()) {
    fmt::print("skipped: no corpora\n");
    return kSkipped;
  }
  const auto tests = crs4_tests();
  auto with = load(true);
  auto without = load(false);
  if (tests.empty() || with == nullptr || without == nullptr) return 1;
  InProcessDriver fast(std::move(with));
  InProcessDriver plain(std::move(without));
  std::size_t passed = 0;
  std::size_t failed = 0;
  for (const FtwTest& test : tests) {
    for (const Stage& stage : test.stages) {
      const auto left = lines_of(fast, stage.input);
      const auto right = lines_of(plain, stage.input);
      if (left == right) {
        ++passed;
      } else {
        ++failed;
        show(test, left, right);
      }
    }
  }
  fmt::print("{} passed, {} failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}
