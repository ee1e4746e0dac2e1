// Each exclusion is loaded before the rules and the request is sent again: what was excluded
// passes, the same value elsewhere does not.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "waf/log/log.hpp"
#include "waf/log/testing/exchange.hpp"

namespace yagura::waf {
namespace {

using testing::compiled;
using testing::detections_of;
using testing::exchange;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Request;

constexpr std::string_view kRules = R"(
SecRuleEngine On
SecRequestBodyAccess On
SecRule REQUEST_HEADERS:Content-Type "@contains json" "id:1,phase:1,pass,nolog,ctl:requestBodyProcessor=JSON"
SecRule REQUEST_HEADERS:Content-Type "@contains xml" "id:2,phase:1,pass,nolog,ctl:requestBodyProcessor=XML"
SecRule REQUEST_HEADERS|REQUEST_COOKIES|REQUEST_COOKIES_NAMES|REQUEST_LINE|REQUEST_BASENAME "@contains attack" "id:10,phase:1,pass,log"
SecRule ARGS|ARGS_NAMES|XML:/*|FILES|FILES_NAMES "@contains attack" "id:11,phase:2,pass,log"
SecRule &ARGS "@gt 3" "id:12,phase:2,pass,log"
)";

struct Case {
  const char* name;
  Request excluded, others;  // both match the rule `id`; only the first passes afterwards
  RuleId id;
  const char* part;  // of the exclusion
};

const std::vector<Case>& cases() {
  static const std::vector<Case> kCases = {
      {"argument", {.uri = "/a?q=attack"}, {.uri = "/a?r=attack"}, 11, ";ARGS:q"},
      {"argument elsewhere", {.uri = "/a?q=attack"}, {.uri = "/b?q=attack"}, 11, "@streq /a\""},
      {"argument with a blank",
       {.uri = "/a?q%20x=attack"},
       {.uri = "/a?qx=attack"},
       11,
       ";ARGS:/^q\\x20x$/"},
      {"argument in Japanese",
       {.uri = "/a?%E5%90%8D=attack"},
       {.uri = "/a?%E5%90=attack"},
       11,
       ";ARGS:/^\\xe5\\x90\\x8d$/"},
      {"argument with syntax",
       {.uri = "/a?q%22%2C%7C%2F%0A=attack"},
       {.uri = "/a?q=attack"},
       11,
       ";ARGS:/^q\\x22\\x2c\\x7c\\x2f\\x0a$/"},
      {"argument's name",
       {.uri = "/a?attack=1"},
       {.uri = "/a?attack2=1"},
       11,
       ";ARGS_NAMES:attack"},
      {"array", {.uri = "/a?q[0]=attack"}, {.uri = "/a?q[1]=attack"}, 11, ";ARGS:q[0]"},
      {"header",
       {.uri = "/a", .headers = {{"X-Note", "attack"}}},
       {.uri = "/a", .headers = {{"X-Other", "attack"}}},
       10,
       ";REQUEST_HEADERS:X-Note"},
      {"cookie",
       {.uri = "/a", .headers = {{"Cookie", "c=attack"}}},
       {.uri = "/b", .headers = {{"Cookie", "c=attack"}}},
       10,
       ";REQUEST_"},
      {"path", {.uri = "/x/attack.html"}, {.uri = "/x/attack2.html"}, 10, "@streq /x/attack.html"},
      {"path with a blank",
       {.uri = "/x%20y?q=attack"},
       {.uri = "/xy?q=attack"},
       11,
       "@rx ^\\x2fx\\x20y$"},
      {"path with syntax",
       {.uri = "/%22%20%22id:1?q=attack"},
       {.uri = "/?q=attack"},
       11,
       "@rx ^\\x2f\\x22\\x20\\x22id\\x3a1$"},
      {"JSON",
       {.method = "POST",
        .uri = "/a",
        .type = "application/json",
        .body = R"({"a":{"b":"attack"}})"},
       {.method = "POST",
        .uri = "/a",
        .type = "application/json",
        .body = R"({"a":{"c":"attack"}})"},
       11,
       ";ARGS:json.a.b"},
      {"XML",
       {.method = "POST", .uri = "/a", .type = "text/xml", .body = "<a><b>attack</b></a>"},
       {.method = "POST", .uri = "/b", .type = "text/xml", .body = "<a><b>attack</b></a>"},
       11,
       ";XML:/*"},
      {"count",
       {.uri = "/a?a=1&b=2&c=3&d=4"},
       {.uri = "/b?a=1&b=2&c=3&d=4"},
       12,
       "ctl:ruleRemoveById=12"},
  };
  return kCases;
}

const Detection* first_of(const Transaction& transaction, RuleId id) {
  for (const Detection& detection : transaction.detections()) {
    if (detection.rule->id == id) return &detection;
  }
  return nullptr;
}

TEST(Exclusion, LetsTheValuePassAndNothingElse) {
  const auto rules = compiled(kRules);
  for (const Case& item : cases()) {
    SCOPED_TRACE(item.name);
    auto before = exchange(rules, item.excluded);
    ASSERT_GT(detections_of(*exchange(rules, item.others), item.id), 0U);
    std::string exclusions;
    const Detection* found = first_of(*before, item.id);
    ASSERT_NE(found, nullptr);
    EXPECT_THAT(exclusion_for(*before, *found), HasSubstr(item.part));
    for (const Detection& detection : before->detections()) {  // a cookie is a header too
      if (detection.rule->id == item.id) exclusions += exclusion_for(*before, detection) + "\n";
    }
    const auto with = compiled(exclusions + std::string(kRules));
    EXPECT_EQ(detections_of(*exchange(with, item.excluded), item.id), 0U) << exclusions;
    EXPECT_GT(detections_of(*exchange(with, item.others), item.id), 0U) << exclusions;
  }
}

TEST(Exclusion, HoldsNoByteThatAClientChose) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const std::string name = std::string("q") + c + "z";
    const auto transaction =
        exchange(compiled(kRules), {.uri = "/" + name + "?" + name + "=attack"});
    for (const Detection& detection : transaction->detections()) {
      const std::string exclusion = exclusion_for(*transaction, detection);
      EXPECT_EQ(std::ranges::count(exclusion, '"'), 4) << exclusion;
      EXPECT_EQ(std::ranges::count(exclusion, '\n'), 0) << exclusion;
      EXPECT_THAT(exclusion, Not(HasSubstr(",z")));
      (void)compiled(exclusion);  // fails the test where it does not load
    }
  }
}

TEST(Exclusion, WritesTheWholeVariableWhereANameIsTooLong) {
  const auto transaction =
      exchange(compiled(kRules), {.uri = "/a?" + std::string(5000, 'n') + "=attack"});
  ASSERT_FALSE(transaction->detections().empty());
  const std::string exclusion = exclusion_for(*transaction, *first_of(*transaction, 11));
  EXPECT_THAT(exclusion, HasSubstr(";ARGS\""));
  EXPECT_LT(exclusion.size(), 2000U);
}

TEST(Exclusion, UpdatesTheRuleWhereThePathIsTooLong) {
  const auto transaction =
      exchange(compiled(kRules), {.uri = "/" + std::string(5000, 'n') + "?q=attack"});
  const std::string exclusion = exclusion_for(*transaction, *first_of(*transaction, 11));
  EXPECT_EQ(exclusion, "SecRuleUpdateTargetById 11 \"!ARGS:q\"");
  const auto with = compiled(std::string(kRules) + exclusion + "\n");
  EXPECT_EQ(detections_of(*exchange(with, {.uri = "/x?q=attack"}), 11), 0U);
}

constexpr std::string_view kChains = R"(
SecRuleEngine On
SecRequestBodyAccess On
SecRule REQUEST_METHOD "@rx ." "id:20,phase:2,pass,log,chain"
  SecRule ARGS "@rx ^n(\d+)$" "capture,chain"
  SecRule TX:1 "@gt 5" ""
SecRule ARGS "@contains x" "id:21,phase:2,pass,log,chain"
  SecRule MATCHED_VAR "@contains y" ""
SecRule ARGS "@contains x" "id:22,phase:2,pass,log,chain"
  SecRule MATCHED_VARS "@contains z" ""
SecRule REQUEST_HEADERS:Accept "@contains json" "id:23,phase:2,pass,log,chain"
  SecRule ARGS "@contains v" "t:lowercase"
SecRule REQUEST_BASENAME "@contains base" "id:24,phase:2,pass,log,chain"
  SecRule &ARGS "@ge 1" ""
SecRule &ARGS "@ge 1" "id:25,phase:2,pass,log,chain"
  SecRule REQUEST_METHOD "@streq PUT" ""
)";

// Both match the rule `id`; only the first passes afterwards.
TEST(Exclusion, OfAChainNamesWhatItsRulesFoundInTheRequest) {
  const std::vector<Case> cases = {
      {"captured",
       {.uri = "/a?q=n1&r=n9"},
       {.uri = "/a?s=n9"},
       20,
       ";ARGS:q,ctl:ruleRemoveTargetById=20;ARGS:r\""},
      {"last match",
       {.uri = "/a?q=xy&r=xy"},
       {.uri = "/a?s=xy"},
       21,
       ";ARGS:q,ctl:ruleRemoveTargetById=21;ARGS:r\""},
      {"matches", {.uri = "/a?q=x&r=xz"}, {.uri = "/a?q=xz"}, 22, "=22;ARGS:r\""},
      {"argument before header",
       {.uri = "/a?q=v", .headers = {{"Accept", "json"}}},
       {.uri = "/a?r=v", .headers = {{"Accept", "json"}}},
       23,
       "=23;ARGS:q\""},
      {"whole value", {.uri = "/base?q=1"}, {.uri = "/x/base?q=1"}, 24, ";REQUEST_BASENAME\""},
      {"method at last",
       {.method = "PUT", .uri = "/a?q=1"},
       {.method = "PUT", .uri = "/b?q=1"},
       25,
       ";REQUEST_METHOD\""},
  };
  const auto rules = compiled(kChains);
  for (const Case& item : cases) {
    SCOPED_TRACE(item.name);
    const auto before = exchange(rules, item.excluded);
    ASSERT_EQ(detections_of(*before, item.id), 1U);
    ASSERT_EQ(detections_of(*exchange(rules, item.others), item.id), 1U);
    const std::string exclusion = exclusion_for(*before, *first_of(*before, item.id));
    EXPECT_THAT(exclusion, HasSubstr(item.part));
    const auto with = compiled(exclusion + "\n" + std::string(kChains));
    EXPECT_EQ(detections_of(*exchange(with, item.excluded), item.id), 0U) << exclusion;
    EXPECT_EQ(detections_of(*exchange(with, item.others), item.id), 1U) << exclusion;
  }
}

TEST(Exclusion, OfAChainUpdatesTheRuleThatLooked) {
  const auto before =
      exchange(compiled(kChains), {.uri = "/" + std::string(5000, 'n') + "?q=n9&r=1"});
  const std::string exclusion = exclusion_for(*before, *first_of(*before, 20));
  EXPECT_EQ(exclusion, "SecRuleUpdateTargetById 20:1 \"!ARGS:q\"");
  const auto with = compiled(std::string(kChains) + exclusion + "\n");
  EXPECT_EQ(detections_of(*exchange(with, {.uri = "/a?q=n9"}), 20), 0U);
}

TEST(Exclusion, OfAChainThatFoundNothingInTheRequestRemovesIt) {
  const auto transaction = exchange(compiled(R"(
SecRuleEngine On
SecRule &ARGS "@ge 1" "id:30,phase:2,pass,log,chain"
  SecRule &REQUEST_HEADERS "@ge 1" ""
)"),
                                    {.uri = "/a?q=1"});
  EXPECT_THAT(exclusion_for(*transaction, *first_of(*transaction, 30)),
              HasSubstr("ctl:ruleRemoveById=30"));
}

TEST(Exclusion, NamesForAScoreWhatRaisedIt) {
  const auto transaction = exchange(compiled(R"(
SecRuleEngine On
SecAction "id:1,phase:1,pass,nolog,setvar:tx.score=0"
SecRule ARGS "@contains attack" "id:2,phase:2,pass,log,setvar:tx.score=+5"
SecRule TX:score "@ge 5" "id:3,phase:2,deny,log"
)"),
                                    {.uri = "/a?q=attack&r=attack"});
  ASSERT_EQ(transaction->detections().size(), 3U);
  const Detection& decided = transaction->detections().back();
  EXPECT_THAT(exclusion_for(*transaction, decided), HasSubstr("=2;ARGS:q"));
  EXPECT_THAT(exclusion_for(*transaction, decided), HasSubstr("=2;ARGS:r"));
  EXPECT_THAT(exclusion_for(*transaction, decided), Not(HasSubstr("=3")));
}

}  // namespace
}  // namespace yagura::waf
