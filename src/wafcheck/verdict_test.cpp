#include "wafcheck/verdict.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wafcheck/runner.hpp"

namespace yagura::wafcheck {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<std::string> kLog = {R"([id "920100"] [msg "a b"])", R"({"id": 942100})",
                                       R"(x [id "920100"] y)"};

TEST(FtwVerdict, FindsIdsInBothForms) {
  EXPECT_THAT(logged_ids(kLog), ElementsAre(920100, 942100));
}

struct Case {
  StageOutput expected;
  const char* problem;  // null: as expected
};

TEST(FtwVerdict, HoldsEachExpectation) {
  const Case cases[] = {
      {{}, nullptr},
      {{.status = 200}, nullptr},
      {{.status = 403}, "expected status 403, seen: 200"},
      {{.expect_error = true}, "expected no response"},
      {{.expect_error = false}, nullptr},
      {{.response_contains = "he.lo"}, nullptr},
      {{.response_contains = "bye"}, "a response that matches bye"},
      {{.expect_ids = {920100, 942100}}, nullptr},
      {{.expect_ids = {920100, 1}}, "expected 1 to be logged, logged: 920100, 942100"},
      {{.no_expect_ids = {1}}, nullptr},
      {{.no_expect_ids = {1, 942100}}, "expected 942100 not to be logged"},
      {{.match_regex = R"(msg "a\sb)"}, nullptr},
      {{.match_regex = "920100.*942100"}, "a log line that matches"},  // of one line, not of all
      {{.no_match_regex = "920100.*942100"}, nullptr},
      {{.no_match_regex = "msg"}, "no log line that matches msg"},
      {{.match_regex = "("}, "is wrong"},
      {{.isolated = true}, "logged alone"},
  };
  const Observed observed{.status = 200, .response = "hello", .log = kLog};
  for (const Case& item : cases) {
    const auto problem = judge(item.expected, observed);
    if (item.problem == nullptr) {
      EXPECT_FALSE(problem) << *problem;
    } else {
      EXPECT_THAT(problem.value_or("nothing"), HasSubstr(item.problem));
    }
  }
}

TEST(FtwVerdict, OfAnErrorIsHeldToItsLog) {
  const Observed broken{.error = true, .error_text = "closed", .log = kLog};
  EXPECT_THAT(*judge({}, broken), HasSubstr("expected a response, seen: closed"));
  EXPECT_FALSE(judge({.expect_error = true, .expect_ids = {942100}}, broken));
  EXPECT_TRUE(judge({.expect_error = true, .expect_ids = {1}}, broken));
}

// Answers from a list, in order.
class ScriptedDriver final : public Driver {
 public:
  explicit ScriptedDriver(std::vector<Result<Observed>> answers) : answers_(std::move(answers)) {}
  Result<Observed> run(const StageInput&) override { return answers_.at(next_++); }
  [[nodiscard]] std::size_t calls() const { return next_; }

 private:
  std::vector<Result<Observed>> answers_;
  std::size_t next_ = 0;
};

FtwTest make_test(std::uint32_t id, StageOutput output) {
  FtwTest test{.rule_id = 1, .test_id = id, .description = {}, .stages = {}, .file = "f.yaml"};
  test.stages.push_back({.input = {}, .output = std::move(output)});
  return test;
}

TEST(FtwRun, CountsAndNamesEachFailure) {
  ScriptedDriver driver({Observed{.status = 200}, Observed{.status = 403}});
  const std::vector<FtwTest> tests = {make_test(1, {.status = 200}), make_test(2, {.status = 200})};
  const auto run = run_tests(tests, driver);
  ASSERT_TRUE(run);
  EXPECT_EQ(report_text(*run),
            "FAILED 1-2 f.yaml:0: expected status 200, seen: 403\n1 passed, 1 failed\n");
  EXPECT_THAT(report_json(*run), HasSubstr(R"("test": "1-2")"));
}

TEST(FtwRun, TriesOnceMoreOnlyWhereTheTestSaysSo) {
  ScriptedDriver driver({Observed{.status = 1}, Observed{.status = 200}, Observed{.status = 1}});
  const std::vector<FtwTest> tests = {make_test(1, {.status = 200, .retry_once = true}),
                                      make_test(2, {.status = 200})};
  const auto run = run_tests(tests, driver);
  ASSERT_TRUE(run);
  EXPECT_EQ(run->passed, 1U);
  EXPECT_EQ(run->failed(), 1U);
  EXPECT_EQ(driver.calls(), 3U);
}

TEST(FtwRun, GivesUpWhereNothingCanBeTried) {
  const auto broken = Result<Observed>(fail(ErrorCode::kIo, "no connection"));
  ScriptedDriver driver({broken, broken, broken, broken});
  const std::vector<FtwTest> tests = {make_test(1, {}), make_test(2, {}), make_test(3, {}),
                                      make_test(4, {})};
  const auto run = run_tests(tests, driver);
  ASSERT_FALSE(run);
  EXPECT_EQ(driver.calls(), 3U);
}

TEST(FtwRun, FiltersByTitle) {
  const std::vector<FtwTest> tests = {make_test(1, {}), make_test(21, {})};
  EXPECT_EQ(filter_tests(tests, "1-2")->size(), 1U);
  EXPECT_FALSE(filter_tests(tests, "("));
}

}  // namespace
}  // namespace yagura::wafcheck
