#include "waf/log/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "waf/log/testing/exchange.hpp"

namespace yagura::waf {
namespace {

using testing::compiled;
using testing::exchange;
using ::testing::HasSubstr;
using testing::is_json;
using ::testing::Not;
using testing::Request;
using ::testing::StartsWith;

constexpr std::string_view kRules = R"(
SecRuleEngine On
SecRequestBodyAccess On
SecResponseBodyAccess On
SecResponseBodyMimeType text/plain
SecAuditEngine On
SecAuditLogParts ABCEFHIJKZ
SecComponentSignature "component/1"
SecRule ARGS "@contains attack" "id:942100,phase:2,deny,status:403,log,auditlog,msg:'An attack',logdata:'in %{MATCHED_VAR_NAME}: %{MATCHED_VAR}',tag:'attack-x',severity:CRITICAL"
)";

struct LogTest : ::testing::Test {
  std::unique_ptr<Transaction> transaction;

  void run(const Request& request, std::string_view rules = kRules) {
    transaction = exchange(compiled(rules), request);
  }
  [[nodiscard]] const Detection& first() const { return transaction->detections().at(0); }
};

TEST_F(LogTest, WritesTheLineOfModSecuritysConnector) {
  run({.uri = "/a?q=attack"});
  EXPECT_EQ(
      error_log_line(*transaction, first()),
      "ModSecurity: Access denied with code 403 (phase 2). Matched \"Operator `Contains' with "
      "parameter `attack' against variable `ARGS:q' (Value: `attack' ) [file \"rules.conf\"] "
      "[line \"9\"] [id \"942100\"] [rev \"\"] [msg \"An attack\"] [data \"in ARGS:q: "
      "attack\"] [severity \"2\"] [ver \"\"] [maturity \"0\"] [accuracy \"0\"] [tag "
      "\"attack-x\"] [hostname \"shop.example\"] [uri \"/a\"] [unique_id \"id-1\"] [ref "
      "\"v0,6\"]");
}

TEST_F(LogTest, CutsLongValuesAndSaysHowMuch) {
  run({.uri = "/a?q=attack" + std::string(300, 'x')});
  const std::string line = error_log_line(*transaction, first());
  EXPECT_THAT(line, HasSubstr("x (206 characters omitted)' )"));
  EXPECT_THAT(line, HasSubstr("x (117 characters omitted)\"] [severity"));
}

TEST_F(LogTest, SaysHowARequestWasStopped) {
  const auto beginning = [&](std::string_view action) {
    run({.uri = "/?a=b"},
        "SecRuleEngine On\nSecRule ARGS b \"id:1,phase:2,log," + std::string(action) + "\"\n");
    return error_log_line(*transaction, first());
  };
  EXPECT_THAT(beginning("pass"), StartsWith("ModSecurity: Warning. Matched"));
  EXPECT_THAT(beginning("drop"), StartsWith("ModSecurity: Access denied with connection close"));
  EXPECT_THAT(beginning("redirect:'/x'"),
              StartsWith("ModSecurity: Access denied with redirection to /x using status 302"));
}

TEST_F(LogTest, SaysWhyARequestWasStoppedByNoRule) {
  run({.method = "POST", .type = "application/x-www-form-urlencoded", .body = "a=0123456789"},
      "SecRuleEngine On\nSecRequestBodyAccess On\nSecRequestBodyLimit 10\n"
      "SecRule ARGS b \"id:1,phase:2,log\"\n");
  EXPECT_THAT(
      refusal_log_line(*transaction),
      StartsWith("ModSecurity: Access denied with code 413. The request's body is longer than "
                 "SecRequestBodyLimit (10) allows"));
  EXPECT_THAT(refusal_log_line(*transaction), HasSubstr("[unique_id \"id-1\"]"));
  const auto told = explain_block(block_record(*transaction));
  ASSERT_TRUE(told) << told.error().message;
  EXPECT_THAT(*told, HasSubstr("raise them where your exclusions stand"));
}

TEST_F(LogTest, HasNoSuchLineWhereARuleStoppedItOrNothing) {
  run({.uri = "/?a=b"}, "SecRuleEngine On\nSecRule ARGS b \"id:1,phase:2,log,deny\"\n");
  EXPECT_EQ(refusal_log_line(*transaction), "");
  run({.uri = "/?a=c"}, "SecRuleEngine On\nSecRule ARGS b \"id:1,phase:2,log,deny\"\n");
  EXPECT_EQ(refusal_log_line(*transaction), "");
}

// A record is a line whatever a request holds, JSON is valid, and nothing that a client sends looks
// like a field of its own.
TEST_F(LogTest, KeepsARecordOnOneLineWhateverEachFieldHolds) {
  using namespace std::string_literals;  // the length counts the NUL
  const std::string evil = "\r\n\"] [id \"1\"]\\\x1b[31m\xff\xc3\x28\xe2\x80\xae\0`'{}attack"s;
  constexpr std::string_view kQuoting = R"(
SecRuleEngine On
SecAuditEngine On
SecAuditLogParts ABCEFHIJKZ
SecRequestBodyAccess On
SecResponseBodyAccess On
SecResponseBodyMimeType text/plain
SecRule ARGS|REQUEST_HEADERS|REQUEST_COOKIES|REQUEST_METHOD|REQUEST_PROTOCOL|RESPONSE_BODY|RESPONSE_HEADERS "@contains attack" "id:9,phase:4,deny,log,auditlog,msg:'m %{MATCHED_VAR}',logdata:'%{MATCHED_VAR_NAME} %{MATCHED_VAR}',tag:'t %{MATCHED_VAR}'"
)";
  Request request{.method = "GET" + evil,
                  .uri = "/p" + evil + "?q=" + evil,
                  .protocol = "HTTP/" + evil,
                  .host = "h" + evil,
                  .headers = {{"X" + evil, evil}, {"User-Agent", evil}, {"Cookie", "a=" + evil}},
                  .type = "application/x-www-form-urlencoded",
                  .body = "b" + evil + "=" + evil,
                  .id = "id" + evil,
                  .client = "192.0.2.1" + evil,
                  .response = evil,
                  .response_headers = {{"Content-Type", "text/plain"}, {"Y" + evil, evil}}};
  run(request, kQuoting);
  ASSERT_GT(transaction->detections().size(), 5U);
  for (const Detection& detection : transaction->detections()) {
    const std::string line = error_log_line(*transaction, detection);
    EXPECT_TRUE(std::ranges::all_of(line, [](char c) { return c >= ' ' && c < 0x7f; })) << line;
    EXPECT_THAT(line, Not(HasSubstr("[id \"1\"]")));
    const std::string event = event_json(to_event(*transaction, detection));
    EXPECT_EQ(event.find('\n'), std::string::npos);
    EXPECT_TRUE(is_json(event)) << event;
  }
  for (const std::string& record : {audit_json(*transaction), block_record(*transaction)}) {
    EXPECT_EQ(record.find('\n'), std::string::npos);
    EXPECT_TRUE(is_json(record)) << record;
  }
  const auto told = explain_block(block_record(*transaction));
  ASSERT_TRUE(told) << told.error().message;
  EXPECT_EQ(told->find('\x1b'), std::string::npos);
  EXPECT_EQ(told->find('\r'), std::string::npos);
  EXPECT_EQ(told->find("\xe2\x80\xae"), std::string::npos);  // turns the direction of writing
}

TEST_F(LogTest, WritesAuditRecordsWithModSecuritysFields) {
  run({.method = "POST",
       .uri = "/a?q=1",
       .headers = {{"X-A", "b"}},
       .type = "application/x-www-form-urlencoded",
       .body = "r=attack"});
  const std::string record = audit_json(*transaction);
  EXPECT_TRUE(is_json(record));
  for (const char* field :
       {"\"client_ip\":\"192.0.2.1\"",
        "\"client_port\":4711",
        "\"host_ip\":\"198.51.100.2\"",
        "\"host_port\":80",
        "\"unique_id\":\"id-1\"",
        "\"method\":\"POST\"",
        "\"http_version\":1.1",
        "\"uri\":\"/a?q=1\"",
        "\"body\":\"r=attack\"",
        "\"X-A\":\"b\"",
        "\"http_code\":403",
        "\"secrules_engine\":\"Enabled\"",
        "\"components\":[\"component/1\"]",
        "\"message\":\"An attack\"",
        "\"match\":\"Matched \\\"Operator `Contains' with parameter `attack' against variable "
        "`ARGS:r' (Value: `attack' )\"",
        "\"reference\":\"v2,6\"",
        "\"ruleId\":\"942100\"",
        "\"file\":\"rules.conf\"",
        "\"data\":\"in ARGS:r: attack\"",
        "\"severity\":\"2\"",
        "\"tags\":[\"attack-x\"]",
        "\"maturity\":\"0\"",
        "\"accuracy\":\"0\""}) {
    EXPECT_THAT(record, HasSubstr(field));
  }
}

TEST_F(LogTest, WritesOnlyThePartsAskedFor) {
  run({.method = "POST",
       .uri = "/?q=attack",
       .headers = {{"X-A", "secret-header"}},
       .type = "application/x-www-form-urlencoded",
       .body = "r=the-body"},
      "SecRuleEngine On\nSecRequestBodyAccess On\nSecAuditEngine On\nSecAuditLogParts AZ\nSecRule "
      "ARGS attack \"id:1,phase:2,pass,log,auditlog,msg:'told'\"\n");
  for (const std::string& record : {audit_json(*transaction), audit_native(*transaction)}) {
    EXPECT_THAT(record, Not(HasSubstr("secret-header")));
    EXPECT_THAT(record, Not(HasSubstr("the-body")));
    EXPECT_THAT(record, Not(HasSubstr("told")));
  }
}

TEST_F(LogTest, WritesTheNativeFormPartByPart) {
  run({.method = "POST",
       .uri = "/a?q=1",
       .headers = {{"X-A", "b\n---00000000---Z--"}},
       .type = "application/x-www-form-urlencoded",
       .body = "r=attack"});
  const std::string record = audit_native(*transaction);
  ASSERT_THAT(record, StartsWith("---"));
  const std::string boundary = record.substr(0, record.find("---A--"));
  std::size_t before = 0;
  for (const char part : std::string_view("ABCFHIJKZ")) {
    const std::size_t at = record.find(boundary + "---" + part + "--\n");
    ASSERT_NE(at, std::string::npos) << part;
    EXPECT_GE(at, before);
    before = at;
  }
  EXPECT_THAT(record, HasSubstr("id-1 192.0.2.1 4711 198.51.100.2 80\n"));
  EXPECT_THAT(record, HasSubstr("POST /a?q=1 HTTP/1.1\nHost: shop.example\n"));
  EXPECT_THAT(record, HasSubstr("--\nr=attack\n"));
  EXPECT_THAT(record, HasSubstr("X-A: b\\x0a---00000000---Z--\n"));
  EXPECT_THAT(record, HasSubstr("[id \"942100\"]"));
  EXPECT_THAT(record, HasSubstr("SecRule ARGS \"@contains attack\""));
}

TEST_F(LogTest, ExplainsABlockByWhatDidIt) {
  run({.uri = "/a?q=attack+日本"}, R"(
SecRuleEngine On
SecAction "id:1,phase:1,pass,nolog,setvar:tx.blocking_inbound_anomaly_score=0,setvar:tx.inbound_anomaly_score_threshold=5"
SecRule ARGS "@contains attack" "id:942100,phase:2,pass,log,msg:'An attack',setvar:tx.blocking_inbound_anomaly_score=+5"
SecRule TX:blocking_inbound_anomaly_score "@ge 5" "id:949110,phase:2,deny,log,msg:'Score exceeded'"
)");
  const auto text = explain_block(block_record(*transaction));
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_THAT(*text, HasSubstr("was refused with 403"));
  EXPECT_THAT(*text, HasSubstr(", score 5 of 5"));
  EXPECT_THAT(*text, HasSubstr("What did it:\n  942100  An attack\n    value      ARGS:q\n"));
  EXPECT_THAT(*text, HasSubstr("    was        attack 日本\n"));
  EXPECT_THAT(*text, HasSubstr("ctl:ruleRemoveTargetById=942100;ARGS:q"));
  EXPECT_THAT(*text, HasSubstr("Decided by 949110: Score exceeded"));
}

TEST_F(LogTest, NamesTheJsonPointerOfAValue) {
  run({.method = "POST",
       .uri = "/a",
       .type = "application/json",
       .body = R"({"items":[{"note":"an attack"}]})"},
      std::string(kRules) +
          "SecRule REQUEST_HEADERS:Content-Type json "
          "\"id:1,phase:1,pass,nolog,ctl:requestBodyProcessor=JSON\"\n");
  ASSERT_EQ(testing::detections_of(*transaction, 942100), 1U);
  const auto text = explain_block(block_record(*transaction));
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_THAT(*text, HasSubstr("/items/0/note"));
}

TEST_F(LogTest, SaysThatABlocksRecordIsDamaged) {
  EXPECT_FALSE(explain_block("{\"id\":"));
  EXPECT_FALSE(explain_block("{}"));
  EXPECT_FALSE(explain_block(""));
}

TEST_F(LogTest, BoundsABlocksRecord) {
  std::string rules = "SecRuleEngine On\n";
  for (int id = 1; id <= 120; ++id) {
    rules += "SecRule ARGS attack \"id:" + std::to_string(id) + ",phase:2,pass,log\"\n";
  }
  run({.uri = "/?q=attack" + std::string(100'000, 'x')}, rules);
  const std::string record = block_record(*transaction);
  EXPECT_THAT(record, HasSubstr("\"left_out\":70"));
  EXPECT_LT(record.size(), 300'000U);
}

TEST_F(LogTest, TellsTheEventWhatHappened) {
  run({.uri = "/a?q=attack"});
  const model::Event event = to_event(*transaction, first());
  EXPECT_EQ(event.outcome, model::Outcome::kDenied);
  EXPECT_EQ(event.severity, model::Severity::kCritical);
  EXPECT_EQ(event.rule, "942100");
  EXPECT_THAT(event_json(event), HasSubstr("\"effect\":\"blocked\""));
  EXPECT_THAT(event_json(event), HasSubstr("\"tags\":[\"attack-x\"]"));
  run({.uri = "/a?q=attack"}, std::string(kRules) + "SecRuleEngine DetectionOnly\n");
  EXPECT_THAT(event_json(to_event(*transaction, first())), HasSubstr("\"effect\":\"would-block\""));
}

}  // namespace
}  // namespace yagura::waf
