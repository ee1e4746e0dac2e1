// conformance_cel: cel-spec's conformance suites. Exit codes: 0 all passed, 1 something failed, 77
// no corpora. An argument restricts the run to suites, or SUITE/SECTION/TEST names, that contain
// it.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

#include "case_runner.hpp"
#include "suite_reader.hpp"

namespace yagura::conformance {
namespace {

namespace fs = std::filesystem;

fs::path corpora() {
  if (const char* given = std::getenv("YAGURA_CORPORA")) return given;
  return fs::path(YAGURA_SOURCE_DIR) / ".." / "shared" / "corpora";
}

struct Tally {
  std::size_t passed = 0;
  std::size_t failed = 0;
  std::map<std::string, std::size_t> skipped;
};

void print_failure(const TestCase& test, const std::string& name, const Outcome& outcome) {
  std::printf("FAILED %s\n  expression: %s\n  expected: %s\n  got: %s\n", name.c_str(),
              test.expression.c_str(), outcome.expected.c_str(), outcome.got.c_str());
}

Tally run(const Suites& suites, const std::string& filter) {
  const CaseRunner runner(suites);
  Tally tally;
  for (const TestCase& test : suites.cases) {
    const std::string name = test.suite + "/" + test.section + "/" + test.name;
    if (name.find(filter) == std::string::npos) continue;
    const Outcome outcome = runner.run(test);
    switch (outcome.verdict) {
      case Verdict::kPassed:
        ++tally.passed;
        break;
      case Verdict::kSkipped:
        ++tally.skipped[outcome.reason];
        break;
      case Verdict::kFailed:
        ++tally.failed;
        print_failure(test, name, outcome);
        break;
    }
  }
  return tally;
}

int main_with(const std::string& filter) {
  const fs::path folder = corpora() / "cel-spec";
  if (!fs::is_directory(folder)) {
    std::printf("skipped: no corpora\n");
    return 77;
  }
  const Result<Suites> suites = read_suites(folder, YAGURA_PROTOBUF_INCLUDE);
  if (!suites) {
    std::printf("cannot read the suites: %s\n", suites.error().message.c_str());
    return 1;
  }
  const Tally tally = run(*suites, filter);
  std::size_t skipped = 0;
  for (const auto& [reason, count] : tally.skipped) {
    std::printf("skipped for %s: %zu\n", reason.c_str(), count);
    skipped += count;
  }
  std::printf("%zu passed, %zu failed, %zu skipped\n", tally.passed, tally.failed, skipped);
  return tally.failed == 0 && tally.passed > 0 ? 0 : 1;
}

}  // namespace
}  // namespace yagura::conformance

int main(int argc, char** argv) { return yagura::conformance::main_with(argc > 1 ? argv[1] : ""); }
