#include "wafcheck/check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "waf/load/load.hpp"
#include "wafcheck/in_process_driver.hpp"
#include "wafcheck/verdict.hpp"

namespace yagura::wafcheck {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::shared_ptr<const waf::RuleSet> load(const std::string& directives) {
  Diagnostics diagnostics;
  auto rules = waf::load_rules(
      {.directives = "SecRuleEngine On\nSecRequestBodyAccess On\nSecResponseBodyAccess On\n"
                     "SecResponseBodyMimeType text/plain text/html\n" +
                     directives},
      diagnostics);
  for (const Diagnostic& item : diagnostics.list()) ADD_FAILURE() << to_string(item);
  return rules;
}

constexpr const char* kRules = R"(
SecRule ARGS "@rx evil" "id:1,phase:2,deny,status:418,log,msg:'evil in %{MATCHED_VAR_NAME}'"
SecRule ARGS "@rx odd" "id:2,phase:2,pass,log,msg:'odd',setvar:tx.anomaly_score=+5"
SecRule TX:anomaly_score "@ge 5" "id:5,phase:2,pass,log,msg:'score'"
SecRule RESPONSE_BODY "@rx secret" "id:3,phase:4,deny,log,msg:'leak'"
SecRule REQUEST_PROTOCOL "@streq HTTP/0.9" "id:4,phase:1,pass,log,msg:'old'"
)";

CheckedRequest check(const std::string& text,
                     const std::optional<BackendResponse>& response = std::nullopt) {
  RequestChecker checker(load(kRules));
  auto checked = checker.check("a.http", text, response);
  EXPECT_TRUE(checked.has_value());
  return checked ? *std::move(checked) : CheckedRequest{};
}

TEST(RequestCheck, SaysWhichRuleBlocksAndWhere) {
  const auto checked = check("GET /?q=so-evil HTTP/1.1\nHost: a\n\n");
  EXPECT_EQ(checked.verdict, CheckVerdict::kBlocked);
  EXPECT_EQ(checked.status, 418);
  ASSERT_THAT(checked.matches, SizeIs(1));
  EXPECT_EQ(checked.matches[0].rule, 1U);
  EXPECT_EQ(checked.matches[0].address, "ARGS:q");
  EXPECT_EQ(checked.matches[0].message, "evil in ARGS:q");
  EXPECT_TRUE(checked.matches[0].decided);
  EXPECT_THAT(checked.matches[0].exclusion, HasSubstr("ARGS:q"));
  EXPECT_THAT(check_details(checked), HasSubstr("at       ARGS:q"));
}

TEST(RequestCheck, TellsDetectedFromPassed) {
  const auto odd = check("GET /?q=odd HTTP/1.1\nHost: a\n\n");
  EXPECT_EQ(odd.verdict, CheckVerdict::kDetected);
  EXPECT_EQ(odd.inbound_score, 5);
  EXPECT_EQ(check_line(odd), "detected    5  a.http  2,5\n");
  EXPECT_THAT(odd.matches.at(0).exclusion, HasSubstr("ARGS:q"));
  EXPECT_THAT(odd.matches.at(1).exclusion, IsEmpty());
  const auto plain = check("GET /?q=fine HTTP/1.1\nHost: a\n\n");
  EXPECT_EQ(plain.verdict, CheckVerdict::kPass);
  EXPECT_THAT(plain.matches, IsEmpty());
}

TEST(RequestCheck, TakesTheRestOfAFileAsItsBody) {
  const auto checked =
      check("POST / HTTP/1.1\nHost: a\nContent-Type: application/x-www-form-urlencoded\n\nx=evil");
  EXPECT_EQ(checked.verdict, CheckVerdict::kBlocked);
}

TEST(RequestCheck, InspectsTheResponseThatIsGiven) {
  const auto response = read_response("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\na secret");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "a secret");
  const auto checked = check("GET / HTTP/1.1\nHost: a\n\n", *response);
  EXPECT_EQ(checked.verdict, CheckVerdict::kBlocked);
  EXPECT_EQ(checked.matches.at(0).rule, 3U);
  EXPECT_FALSE(read_response("<html>"));
}

TEST(RequestCheck, NamesWhatIsMalformedAndInspectsItNevertheless) {
  const auto checked = check("GET /?q=evil HTTP/1.1\nHost : a\n\n");
  EXPECT_EQ(checked.verdict, CheckVerdict::kBlocked);
  EXPECT_FALSE(checked.malformed.empty());
  RequestChecker checker(load(kRules));
  EXPECT_THAT(checker.check("x", "", std::nullopt).error().message, HasSubstr("no request"));
}

TEST(InProcessDriver, LogsWhatMatchesAndAnswersAsTheEngineSays) {
  InProcessDriver driver(load(kRules));
  const auto blocked = driver.run({.uri = "/?a=evil", .headers = {{"Host", "a"}}});
  ASSERT_TRUE(blocked);
  EXPECT_EQ(blocked->status, 418);
  EXPECT_THAT(logged_ids(blocked->log), ElementsAre(1U));
  const auto passed = driver.run({.uri = "/", .headers = {{"Host", "a"}}});
  EXPECT_EQ(passed->status, 200);
  EXPECT_THAT(passed->log, IsEmpty());
}

TEST(InProcessDriver, RefusesWhatNoServerServes) {
  InProcessDriver driver(load(kRules));
  const auto refused = driver.run({.uri = "/?a=evil#x", .headers = {{"Host", "a"}}});
  EXPECT_EQ(refused->status, 400);
  EXPECT_THAT(refused->log, IsEmpty());
}

TEST(InProcessDriver, AnswersTheOldestFormWithoutAStatusLine) {
  InProcessDriver driver(load(kRules));
  const auto seen = driver.run({.version = ""});
  EXPECT_TRUE(seen->error);
  EXPECT_THAT(logged_ids(seen->log), ElementsAre(4U));
}

TEST(InProcessDriver, ReflectsResponses) {
  InProcessDriver driver(load(kRules));
  StageInput input{.method = "POST", .uri = "/reflect"};
  input.headers = {{"Host", "a"}, {"Content-Type", "application/json"}};
  input.data = R"({"body": "<p>a secret"})";
  const auto seen = driver.run(input);
  EXPECT_THAT(logged_ids(seen->log), ElementsAre(3U));
}

}  // namespace
}  // namespace yagura::wafcheck
