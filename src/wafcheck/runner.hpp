#pragma once

// Runs tests through a driver and tells how they went.

#include <functional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "wafcheck/driver.hpp"
#include "wafcheck/ftw_test.hpp"

namespace yagura::wafcheck {

struct TestFailure {
  const FtwTest* test = nullptr;
  std::size_t stage = 0;  // from 0
  std::string problem;    // what was expected and seen, one line
};

struct TestRun {
  std::size_t passed = 0;
  std::vector<TestFailure> failures;
  double seconds = 0;
  [[nodiscard]] std::size_t failed() const { return failures.size(); }
};

// A test fails with its first stage that does; where that stage says retry_once it is tried again.
// `progress` is called after each test, with the number done. An error: the driver could not go on
// (after three stages in a row that could not be tried).
[[nodiscard]] Result<TestRun> run_tests(const std::vector<FtwTest>& tests, Driver& driver,
                                        const std::function<void(std::size_t)>& progress = {});

// Tests whose title ("920100-4") the regular expression matches somewhere. An error: it is wrong.
[[nodiscard]] Result<std::vector<FtwTest>> filter_tests(std::vector<FtwTest> tests,
                                                        const std::string& regex);

// "FAILED 920100-4 file.yaml:12: expected …" for each failure, then "N passed, N failed".
[[nodiscard]] std::string report_text(const TestRun& run);
// {"passed": …, "failed": …, "seconds": …, "failures": [{"test", "file", "line", "stage",
// "description", "problem"}]}
[[nodiscard]] std::string report_json(const TestRun& run);

}  // namespace yagura::wafcheck
