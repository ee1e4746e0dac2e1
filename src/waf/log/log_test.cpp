#include "waf/log/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "waf/compile/compile.hpp"
#include "waf/seclang/parse.hpp"

namespace yagura::waf {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::shared_ptr<const RuleSet> compiled(std::string_view text) {
  Diagnostics diagnostics;
  auto rules = compile(seclang::parse_text(text, "rules.conf", ".", diagnostics), {}, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.list()) ADD_FAILURE() << to_string(diagnostic);
  return rules;
}

constexpr std::string_view kRules = R"(
SecRuleEngine On
SecRequestBodyAccess On
SecAuditEngine On
SecAuditLogParts ABCFHIJKZ
SecRule ARGS "@contains attack" "id:942100,phase:2,deny,status:403,log,auditlog,msg:'An attack',logdata:'in %{MATCHED_VAR_NAME}: %{MATCHED_VAR}',tag:'attack-x',severity:CRITICAL"
SecRule ARGS:password "@rx ." "id:7,phase:2,pass,log,auditlog,sanitiseArg:password,msg:'a password'"
)";

struct LogTest : ::testing::Test {
  std::shared_ptr<const RuleSet> rules = compiled(kRules);
  std::unique_ptr<Transaction> transaction;

  void request(std::string_view uri, std::string_view host = "shop.example") {
    transaction = std::make_unique<Transaction>(rules, EngineServices{},
                                                TransactionOptions{.unique_id = "id-1"});
    transaction->set_connection("192.0.2.1", 4711, "198.51.100.2", 80);
    transaction->set_request_line("GET", uri, "HTTP/1.1");
    transaction->add_request_header("Host", host);
    transaction->process_request_headers();
    transaction->process_request_body();
    transaction->finish();
  }
  [[nodiscard]] const Detection& first() const { return transaction->detections().at(0); }
};

TEST_F(LogTest, WritesTheLineOfModSecuritysConnector) {
  request("/a?q=attack");
  const std::string line = error_log_line(*transaction, first());
  EXPECT_THAT(
      line,
      ::testing::StartsWith(
          "ModSecurity: Access denied with code 403 (phase 2). Matched \"Operator `Contains' with "
          "parameter `attack' against variable `ARGS:q' (Value: `attack' ) [file \"rules.conf\"] "
          "[line \""));
  EXPECT_THAT(line, HasSubstr("[id \"942100\"] [rev \"\"] [msg \"An attack\"] [data \"in ARGS:q: "
                              "attack\"] [severity \"2\"]"));
  EXPECT_THAT(
      line,
      HasSubstr(
          "[tag \"attack-x\"] [hostname \"shop.example\"] [uri \"/a\"] [unique_id \"id-1\"]"));
}

TEST_F(LogTest, KeepsARecordOnOneLineWhateverARequestHolds) {
  request("/a\n\"]?q%0a=attack%0a%22]%00%ff[id%20%221%22]", "evil\n\"host");
  for (const std::string& line :
       {error_log_line(*transaction, first()), event_json(to_event(*transaction, first())),
        block_record(*transaction), audit_json(*transaction)}) {
    EXPECT_EQ(line.find('\n'), std::string::npos) << line;
  }
  EXPECT_THAT(error_log_line(*transaction, first()), Not(HasSubstr("[id \"1\"]")));
}

TEST_F(LogTest, ExcludesNoMoreThanTheValueOnItsPath) {
  request("/a/b?q=attack");
  const std::string exclusion = exclusion_for(*transaction, first());
  EXPECT_THAT(exclusion, HasSubstr("@streq /a/b"));
  EXPECT_THAT(exclusion, HasSubstr("ctl:ruleRemoveTargetById=942100;ARGS:q"));
  rules = compiled(exclusion + "\n" + std::string(kRules));
  request("/a/b?q=attack");
  EXPECT_FALSE(transaction->verdict().interrupts());
  request("/a/b?other=attack");
  EXPECT_TRUE(transaction->verdict().interrupts());
  request("/a/c?q=attack");
  EXPECT_TRUE(transaction->verdict().interrupts());
}

TEST_F(LogTest, ExcludesForAScoreWhatRaisedIt) {
  rules = compiled(R"(
SecRuleEngine On
SecAction "id:1,phase:1,pass,nolog,setvar:tx.score=0"
SecRule ARGS "@contains attack" "id:2,phase:2,pass,log,setvar:tx.score=+5"
SecRule TX:score "@ge 5" "id:3,phase:2,deny,log"
)");
  request("/a?q=attack&r=attack");
  ASSERT_EQ(transaction->detections().size(), 3U);
  const Detection& decided = transaction->detections().back();
  EXPECT_THAT(exclusion_for(*transaction, decided), HasSubstr("=2;ARGS:q"));
  EXPECT_THAT(exclusion_for(*transaction, decided), HasSubstr("=2;ARGS:r"));
  EXPECT_THAT(exclusion_for(*transaction, decided), Not(HasSubstr("=3")));
}

TEST_F(LogTest, NeverPutsAClientsBytesIntoAnExclusionAsSyntax) {
  request("/a\"%20id:1?%22,deny,ctl:x%0a=attack");
  const std::string exclusion = exclusion_for(*transaction, first());
  EXPECT_EQ(exclusion, "SecRuleUpdateTargetById 942100 \"!ARGS\"");
}

TEST_F(LogTest, ExplainsABlockByWhatDidIt) {
  request("/a?q=attack");
  const auto text = explain_block(block_record(*transaction));
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_THAT(*text, HasSubstr("was refused with 403"));
  EXPECT_THAT(*text, HasSubstr("942100  An attack"));
  EXPECT_THAT(*text, HasSubstr("ARGS:q"));
  EXPECT_THAT(*text, HasSubstr("ctl:ruleRemoveTargetById=942100;ARGS:q"));
}

TEST_F(LogTest, SaysThatABlocksRecordIsDamaged) {
  EXPECT_FALSE(explain_block("{\"id\":"));
  EXPECT_FALSE(explain_block("{}"));
}

TEST_F(LogTest, SanitisesWhatRulesSay) {
  request("/login?user=jo&password=hunter2");
  const std::string record = audit_json(*transaction);
  EXPECT_THAT(record, Not(HasSubstr("hunter2")));
  EXPECT_THAT(record, HasSubstr("password=*******"));
  EXPECT_THAT(audit_native(*transaction), Not(HasSubstr("hunter2")));
}

TEST_F(LogTest, TellsTheEventWhatHappened) {
  request("/a?q=attack");
  const model::Event event = to_event(*transaction, first());
  EXPECT_EQ(event.outcome, model::Outcome::kDenied);
  EXPECT_EQ(event.severity, model::Severity::kCritical);
  EXPECT_EQ(event.rule, "942100");
  EXPECT_THAT(event_json(event), HasSubstr("\"effect\":\"blocked\""));
}

}  // namespace
}  // namespace yagura::waf
