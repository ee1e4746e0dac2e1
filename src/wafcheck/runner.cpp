#include "wafcheck/runner.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <chrono>
#include <optional>

#include "core/json_text.hpp"
#include "wafcheck/verdict.hpp"

namespace yagura::wafcheck {

namespace {

constexpr int kMaxErrorsInARow = 3;

class Run {
 public:
  explicit Run(Driver& driver) : driver_(driver) {}

  Result<void> add(const FtwTest& test) {
    for (std::size_t i = 0; i < test.stages.size(); ++i) {
      YAGURA_TRY(auto problem, run_stage(test.stages[i]));
      if (!problem) continue;
      run_.failures.push_back({.test = &test, .stage = i, .problem = *std::move(problem)});
      return {};
    }
    ++run_.passed;
    return {};
  }

  TestRun take() { return std::move(run_); }

 private:
  Result<std::optional<std::string>> run_stage(const Stage& stage) {
    YAGURA_TRY(auto problem, try_stage(stage));
    if (problem && stage.output.retry_once) return try_stage(stage);
    return problem;
  }

  Result<std::optional<std::string>> try_stage(const Stage& stage) {
    const Result<Observed> observed = driver_.run(stage.input);
    if (observed) {
      errors_in_a_row_ = 0;
      return judge(stage.output, *observed);
    }
    if (++errors_in_a_row_ >= kMaxErrorsInARow) return std::unexpected(observed.error());
    return observed.error().message;
  }

  Driver& driver_;
  TestRun run_;
  int errors_in_a_row_ = 0;
};

}  // namespace

Result<TestRun> run_tests(const std::vector<FtwTest>& tests, Driver& driver,
                          const std::function<void(std::size_t)>& progress) {
  const auto start = std::chrono::steady_clock::now();
  Run run(driver);
  std::size_t done = 0;
  for (const FtwTest& test : tests) {
    YAGURA_TRY_VOID(run.add(test));
    if (progress) progress(++done);
  }
  TestRun result = run.take();
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  result.seconds = taken.count();
  return result;
}

Result<std::vector<FtwTest>> filter_tests(std::vector<FtwTest> tests, const std::string& regex) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  const re2::RE2 pattern(regex, options);
  if (!pattern.ok()) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("the filter {} is no regular expression: {}", regex, pattern.error()));
  }
  std::erase_if(
      tests, [&](const FtwTest& test) { return !re2::RE2::PartialMatch(test.title(), pattern); });
  return tests;
}

std::string report_text(const TestRun& run) {
  std::string text;
  for (const TestFailure& failure : run.failures) {
    const FtwTest& test = *failure.test;
    const std::string stage =
        test.stages.size() > 1 ? fmt::format(" (stage {})", failure.stage) : "";
    text += fmt::format("FAILED {}{} {}:{}: {}\n", test.title(), stage, test.file, test.line,
                        failure.problem);
  }
  return text + fmt::format("{} passed, {} failed\n", run.passed, run.failed());
}

std::string report_json(const TestRun& run) {
  std::string text;
  core::JsonWriter json(text);
  json.begin_object().member("passed", run.passed).member("failed", run.failed());
  json.member("seconds", run.seconds).key("failures").begin_array();
  for (const TestFailure& failure : run.failures) {
    json.begin_object().member("test", failure.test->title()).member("file", failure.test->file);
    json.member("line", failure.test->line).member("stage", failure.stage);
    json.member("description", failure.test->description).member("problem", failure.problem);
    json.end_object();
  }
  json.end_array().end_object();
  return text + "\n";
}

}  // namespace yagura::wafcheck
