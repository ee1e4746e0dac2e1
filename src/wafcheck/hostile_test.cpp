// Requests and responses made to exhaust: each ends in a clear verdict, says what it gave up, and
// takes no more memory than its limits allow. The rules are few and our own; what patterns make of
// hostile values is in hostile_crs_test.cpp.

#include "wafcheck/hostile.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "waf/body/testing/compress.hpp"
#include "waf/load/load.hpp"

namespace yagura::wafcheck {
namespace {

using waf::testing::brotli;
using waf::testing::deflate_text;
using waf::testing::gzip;

using ::testing::HasSubstr;

constexpr std::uint64_t kMiB = 1 << 20;
// Generous: what a transaction may take besides the bytes that it keeps (a kept body goes to a file
// past 128 KiB).
constexpr std::uint64_t kMemory = 24 * kMiB;

constexpr waf::RuleId kUnreadableBody = 200'002;
constexpr waf::RuleId kStrictMultipart = 200'003;

constexpr const char* kOwnRules = R"(
SecRule ARGS|ARGS_NAMES|REQUEST_HEADERS|REQUEST_COOKIES|FILES|XML:/*|XML://@* "@contains evil" "id:1,phase:2,deny,status:403,log"
SecRule RESPONSE_BODY "@contains secret" "id:2,phase:4,deny,status:502,log"
)";

// The recommended directives, then `changes`, then two rules.
std::shared_ptr<const waf::RuleSet> rules_with(const std::string& changes = {}) {
  Diagnostics diagnostics;
  auto rules = waf::load_rules(
      {.directives = std::string(waf::base_directives()) + changes + "\n" + kOwnRules},
      diagnostics);
  for (const Diagnostic& item : diagnostics.list()) ADD_FAILURE() << to_string(item);
  return rules;
}

HostileExchange post(const std::string& type, std::string body) {
  return {.headers = {{"Content-Type", type}},
          .body = std::move(body),
          .response_headers = {},
          .response_body = {}};
}

constexpr const char* kForm = "application/x-www-form-urlencoded";
constexpr const char* kJson = "application/json";
constexpr const char* kXml = "text/xml";
constexpr const char* kMultipart = "multipart/form-data; boundary=b0";

std::string repeated(std::string_view piece, std::size_t count) {
  std::string text;
  text.reserve(piece.size() * count);
  for (std::size_t i = 0; i < count; ++i) text += piece;
  return text;
}

std::string wide_json() { return "[" + repeated("1,", 5'000'000) + "1]"; }
std::string deep_json() {
  const std::string open = "{\"" + std::string(1000, 'k') + "\":";
  return repeated(open, 10'000) + "1" + repeated("}", 10'000);
}

void expect_refused(const HostileOutcome& outcome, waf::RuleId rule, int status) {
  EXPECT_EQ(outcome.verdict.action, waf::VerdictAction::kDeny);
  EXPECT_EQ(outcome.verdict.status, status);
  EXPECT_EQ(outcome.rule, rule);
  EXPECT_LT(outcome.memory, kMemory);
}

TEST(HostileJson, OfTenMegabytesIsRefusedAtTheRecommendedLimit) {
  for (const std::string& body : {wide_json(), deep_json()}) {
    const HostileOutcome outcome = send(rules_with(), post(kJson, body));
    expect_refused(outcome, kUnreadableBody, 400);
    EXPECT_NE(outcome.body_error, "");
  }
}

TEST(HostileJson, OfOneLevelStopsAtTheArgumentLimit) {
  const auto rules = rules_with("SecRequestBodyNoFilesLimit 13107200");
  const HostileOutcome outcome = send(rules, post(kJson, wide_json()));
  expect_refused(outcome, kUnreadableBody, 400);
  EXPECT_THAT(outcome.body_error, HasSubstr("more than 1000 values"));
  EXPECT_EQ(outcome.arguments, 1000U);
}

TEST(HostileJson, OfTenThousandLevelsStopsAtTheDepthLimit) {
  const auto rules = rules_with("SecRequestBodyNoFilesLimit 13107200");
  const HostileOutcome outcome = send(rules, post(kJson, deep_json()));
  expect_refused(outcome, kUnreadableBody, 400);
  EXPECT_THAT(outcome.body_error, HasSubstr("more than 512 levels deep"));
}

TEST(HostileJson, MayBeAsLargeAsAnOperatorAllows) {
  const auto rules = rules_with(
      "SecRequestBodyNoFilesLimit 13107200\nSecArgumentsLimit 200000\n"
      "SecRuleRemoveById 200007");
  const HostileOutcome outcome =
      send(rules, post(kJson, "[" + repeated("1,", 150'000) + "\"evil\"]"));
  EXPECT_EQ(outcome.rule, 1U) << "the last of 150,001 values is inspected; " << outcome.body_error;
  EXPECT_LT(outcome.memory, 200 * kMiB);
}

TEST(HostileArguments, OneMillionInAFormAreRefused) {
  const auto rules = rules_with("SecRequestBodyNoFilesLimit 13107200");
  const HostileOutcome outcome = send(rules, post(kForm, repeated("a=1&", 1'000'000)));
  expect_refused(outcome, kUnreadableBody, 400);
  EXPECT_EQ(outcome.body_error, "More than 1000 arguments: the rest was not read.");
}

TEST(HostileArguments, OneMillionInAQueryAreRefused) {
  HostileExchange exchange{.method = "GET",
                           .uri = "/?" + repeated("a&", 1'000'000),
                           .headers = {},
                           .body = {},
                           .response_headers = {},
                           .response_body = {}};
  const HostileOutcome outcome = send(rules_with(), exchange);
  expect_refused(outcome, kUnreadableBody, 400);
  EXPECT_EQ(outcome.arguments, 1000U);
}

TEST(HostileHeaders, OfOneMegabyteAreInspectedWhole) {
  HostileExchange exchange{.method = "GET",
                           .uri = "/",
                           .headers = {{"X-Large", std::string(kMiB, 'a') + "evil"}},
                           .body = {},
                           .response_headers = {},
                           .response_body = {}};
  expect_refused(send(rules_with(), exchange), 1, 403);
  exchange.headers = {{"Cookie", repeated("a=b; ", 200'000) + "c=evil"}};
  const HostileOutcome cookies = send(rules_with(), exchange);
  EXPECT_TRUE(cookies.verdict.interrupts());
  EXPECT_LT(cookies.memory, 64 * kMiB);
}

TEST(HostileHeaders, InGreatNumberAreInspected) {
  HostileExchange exchange{.method = "GET",
                           .uri = "/",
                           .headers = {},
                           .body = {},
                           .response_headers = {},
                           .response_body = {}};
  for (int i = 0; i < 20'000; ++i) exchange.headers.emplace_back("X-" + std::to_string(i), "v");
  EXPECT_FALSE(send(rules_with(), exchange).verdict.interrupts());
  exchange.headers.emplace_back("X-Last", "evil");
  expect_refused(send(rules_with(), exchange), 1, 403);
}

TEST(HostileMultipart, OfOneHundredThousandPartsIsRefused) {
  const auto rules = rules_with("SecRequestBodyNoFilesLimit 13107200");
  const std::string field = "--b0\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nv\r\n";
  const HostileOutcome fields =
      send(rules, post(kMultipart, repeated(field, 100'000) + "--b0--\r\n"));
  expect_refused(fields, kUnreadableBody, 400);
  EXPECT_THAT(fields.body_error, HasSubstr("More than 1000 arguments"));

  const std::string file =
      "--b0\r\nContent-Disposition: form-data; name=\"a\"; filename=\"f\"\r\n\r\nv\r\n";
  const HostileOutcome files =
      send(rules, post(kMultipart, repeated(file, 100'000) + "--b0--\r\n"));
  expect_refused(files, kUnreadableBody, 400);
  EXPECT_THAT(files.body_error, HasSubstr("More than 10000 parts"));
}

TEST(HostileMultipart, WithOddEndsIsRefusedStrictly) {
  const std::string body =
      "--b0\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nv\r\n--b0--\r\nmore";
  expect_refused(send(rules_with(), post(kMultipart, body)), kStrictMultipart, 400);
}

TEST(HostileMultipart, OfALargeFileTakesNoMemory) {
  const std::string body =
      "--b0\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n" +
      std::string(12 * kMiB, 'x') + "\r\n--b0--\r\n";
  const HostileOutcome outcome = send(rules_with(), post(kMultipart, body));
  EXPECT_FALSE(outcome.verdict.interrupts());
  EXPECT_LT(outcome.memory, 4 * kMiB);
}

TEST(HostileXml, IsBoundedInDepthSizeAndEntities) {
  const auto rules = rules_with("SecRequestBodyNoFilesLimit 13107200");
  const HostileOutcome deep = send(rules, post(kXml, repeated("<a>", 100'000)));
  expect_refused(deep, kUnreadableBody, 400);
  EXPECT_THAT(deep.body_error, HasSubstr("more than 512 levels deep"));

  const HostileOutcome wide = send(rules, post(kXml, "<a>" + repeated("<b/>", 1'000'000) + "</a>"));
  expect_refused(wide, kUnreadableBody, 400);
  EXPECT_THAT(wide.body_error, HasSubstr("more than 100000 elements"));

  const HostileOutcome laughs =
      send(rules, post(kXml, "<!DOCTYPE a [<!ENTITY b \"lol\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>"));
  expect_refused(laughs, kUnreadableBody, 400);
  EXPECT_THAT(laughs.body_error, HasSubstr("declares an entity"));
}

TEST(HostileBody, PastItsLimitIsRefusedOrCut) {
  const HostileOutcome refused =
      send(rules_with(), post(kForm, "a=" + std::string(20 * kMiB, 'b')));
  expect_refused(refused, 0, 413);
  EXPECT_TRUE(refused.inbound_error);
  EXPECT_EQ(refused.body_limits, 1U);

  const auto partial =
      rules_with("SecRequestBodyLimit 100000\nSecRequestBodyLimitAction ProcessPartial");
  const HostileOutcome cut = send(partial, post(kForm, "q=evil&a=" + std::string(kMiB, 'b')));
  expect_refused(cut, 1, 403);
  EXPECT_TRUE(cut.inbound_error);
  EXPECT_EQ(cut.body_limits, 1U);
}

TEST(HostileBody, OfNoKnownKindGoesToAFile) {
  const HostileOutcome outcome =
      send(rules_with("SecRequestBodyNoFilesLimit 13107200"),
           post("application/octet-stream", std::string(12 * kMiB, 'x')));
  EXPECT_FALSE(outcome.verdict.interrupts());
  EXPECT_LT(outcome.memory, 4 * kMiB);
}

TEST(HostileBody, ThatComesByteByByteIsJudgedAsOneThatComesAtOnce) {
  const std::string part = "--b0\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n";
  const auto rules = rules_with();
  for (HostileExchange exchange :
       {post(kForm, "a=" + std::string(5000, 'b') + "&c=ev%69l&d=1"),
        post(kJson, "{\"a\":[" + repeated("\"text\",", 300) + "\"ev\\u0069l\"]}"),
        post(kMultipart, part + repeated("line\r\n", 500) + "evil\r\n--b0--\r\n"),
        post(kXml, "<a>" + repeated("<b c='d'>e</b>", 300) + "<b c='ev&#105;l'/></a>"),
        post(kJson, "{\"a\":[" + repeated("1,", 300)),
        post(kForm, repeated("a=b&", 300) + "c=d")}) {
    const HostileOutcome at_once = send(rules, exchange);
    exchange.chunk = 1;
    const HostileOutcome slowly = send(rules, exchange);
    EXPECT_EQ(slowly.rule, at_once.rule);
    EXPECT_EQ(slowly.matched, at_once.matched);
    EXPECT_EQ(slowly.body_error, at_once.body_error);
    EXPECT_EQ(slowly.arguments, at_once.arguments);
    EXPECT_LT(slowly.memory, kMemory);
  }
}

HostileExchange response(const std::string& encoding, std::string body) {
  return {.method = "GET",
          .uri = "/",
          .headers = {},
          .body = {},
          .response_headers = {{"Content-Type", "text/html"}, {"Content-Encoding", encoding}},
          .response_body = std::move(body)};
}

// Waiting must not be taken for inspecting: the transaction's budget is spent by the clock alone.
TEST(HostileBody, MayTakeItsTimeToCome) {
  const auto rules = rules_with();
  waf::EngineCounters counters{};
  waf::EngineServices services;
  services.counters = &counters;
  constexpr std::chrono::milliseconds kBudget{200};
  waf::Transaction transaction(rules, services, {.time_budget = kBudget, .unique_id = {}});
  transaction.set_request_line("POST", "/", "HTTP/1.1");
  transaction.add_request_header("Content-Type", kForm);
  transaction.process_request_headers();
  transaction.append_request_body("a=ev");
  const auto late = std::chrono::steady_clock::now() + kBudget + std::chrono::milliseconds(1);
  while (std::chrono::steady_clock::now() < late) {
  }
  transaction.append_request_body("il");
  EXPECT_TRUE(transaction.process_request_body().interrupts());
  EXPECT_EQ(counters.time_budget_exceeded, 0U);
  transaction.finish();
}

TEST(HostileTime, EndsByTheFailurePolicy) {
  std::string many;  // the clock is looked at once in a while
  for (int id = 1000; id < 2000; ++id) {
    many += "SecRule ARGS \"@rx never\" \"id:" + std::to_string(id) + ",phase:2,pass,log\"\n";
  }
  const auto rules = rules_with(many);
  const HostileExchange exchange = post(kForm, "a=evil");
  constexpr std::chrono::microseconds kBudget{1};  // is over before the first rule
  const HostileOutcome open =
      send(rules, exchange, waf::TransactionOptions{.time_budget = kBudget, .unique_id = {}});
  EXPECT_FALSE(open.verdict.interrupts());
  EXPECT_EQ(open.over_time, 1U);
  EXPECT_EQ(open.fail_open, 1U);
  const HostileOutcome closed =
      send(rules, exchange,
           waf::TransactionOptions{.time_budget = kBudget, .fail_open = false, .unique_id = {}});
  expect_refused(closed, 0, 503);
  EXPECT_EQ(closed.over_time, 1U);
  EXPECT_EQ(closed.fail_closed, 1U);
}

TEST(HostileResponse, ThatIsABombIsCutAtTheLimitAndSaysSo) {
  const std::string page = "<html>" + std::string(50 * kMiB, ' ');
  for (const auto& [encoding, body] : {std::pair<std::string, std::string>{"gzip", gzip(page)},
                                       {"deflate", deflate_text(page, -15)},
                                       {"br", brotli(page)},
                                       {"gzip, gzip, gzip", gzip(gzip(gzip(page)))}}) {
    const HostileOutcome cut = send(rules_with(), response(encoding, body));
    EXPECT_FALSE(cut.verdict.interrupts()) << encoding;
    EXPECT_TRUE(cut.outbound_error) << encoding;
    EXPECT_EQ(cut.body_limits, 1U) << encoding;
    EXPECT_LT(cut.memory, kMemory) << encoding;

    const HostileOutcome refused =
        send(rules_with("SecResponseBodyLimitAction Reject"), response(encoding, body));
    expect_refused(refused, 0, 500);
  }
}

TEST(HostileResponse, IsInspectedUpToWhereItIsCut) {
  const std::string page = "<html>a secret" + std::string(50 * kMiB, ' ');
  expect_refused(send(rules_with(), response("gzip", gzip(page))), 2, 502);
}

TEST(HostileResponse, ThatIsDamagedSaysSo) {
  const HostileOutcome outcome = send(rules_with(), response("gzip", "this is not gzip at all"));
  EXPECT_TRUE(outcome.outbound_error);
  EXPECT_EQ(outcome.body_errors, 1U);
}

TEST(HostileResponse, InAnUnknownEncodingSaysSo) {
  const HostileOutcome outcome = send(rules_with(), response("zstd", "whatever it may be"));
  EXPECT_TRUE(outcome.outbound_error);
  EXPECT_EQ(outcome.body_errors, 1U);
}

TEST(HostileRequest, IsWatchedByItsPeak) {
  const MemoryWatch watch;
  {
    const std::string text(64 * kMiB, 'x');
  }
  EXPECT_GE(watch.growth(), 60 * kMiB) << "or the other tests' bounds mean nothing";
}

TEST(HostileRequest, ThatIsRepeatedTakesNoMoreMemory) {
  const auto rules = rules_with("SecRequestBodyNoFilesLimit 13107200");
  const HostileExchange exchange = post(kJson, wide_json());
  (void)send(rules, exchange);
  const MemoryWatch watch;
  for (int i = 0; i < 50; ++i) (void)send(rules, exchange);
  EXPECT_LT(watch.growth(), kMemory);
}

}  // namespace
}  // namespace yagura::wafcheck
