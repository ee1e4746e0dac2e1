// What rules declare secret stands in no log: argument and header values in every form that a
// request may give them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "waf/log/log.hpp"
#include "waf/log/testing/exchange.hpp"

namespace yagura::waf {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::Request;

constexpr std::string_view kRules = R"(
SecRuleEngine On
SecRequestBodyAccess On
SecResponseBodyAccess On
SecResponseBodyMimeType text/plain
SecAuditEngine On
SecAuditLogParts ABCEFHIJKZ
SecRule REQUEST_HEADERS:Content-Type "@contains json" "id:1,phase:1,pass,nolog,ctl:requestBodyProcessor=JSON"
SecAction "id:2,phase:1,pass,nolog,noauditlog,sanitiseArg:password,sanitiseRequestHeader:Authorization,sanitiseResponseHeader:Set-Cookie"
SecRule ARGS|REQUEST_HEADERS|REQUEST_BODY|QUERY_STRING|RESPONSE_HEADERS|RESPONSE_BODY "@rx (?i)hunt" "id:3,phase:4,deny,log,auditlog,t:lowercase,capture,msg:'saw %{MATCHED_VAR}',logdata:'%{TX.0} in %{MATCHED_VAR}',tag:'x'"
)";

std::string all_logs(const Request& request, std::string_view rules = kRules) {
  const auto transaction = testing::exchange(testing::compiled(rules), request);
  std::string text = audit_json(*transaction) + "\n" + audit_native(*transaction) + "\n" +
                     block_record(*transaction) + "\n";
  for (const Detection& detection : transaction->detections()) {
    text += error_log_line(*transaction, detection) + "\n";
    text += event_json(to_event(*transaction, detection)) + "\n";
  }
  return text;
}

TEST(Sanitise, HidesArgumentsOfQueriesAndForms) {
  for (const std::string value : {"hunter2", "h%75nter2", "HUNTER2"}) {
    const std::string query = all_logs({.uri = "/login?user=jo&password=" + value + "&x=1"});
    EXPECT_THAT(query, Not(HasSubstr("unter2"))) << query;
    EXPECT_THAT(query, Not(HasSubstr("UNTER2"))) << query;
    EXPECT_THAT(query, HasSubstr("user=jo&password=*"));
    const std::string form = all_logs({.method = "POST",
                                       .uri = "/login",
                                       .type = "application/x-www-form-urlencoded",
                                       .body = "user=jo&p%61ssword=" + value + "&x=1"});
    EXPECT_THAT(form, Not(HasSubstr("unter2"))) << form;
    EXPECT_THAT(form, HasSubstr("&x=1"));
  }
}

TEST(Sanitise, HidesMembersOfJsonWhateverTheirEscapes) {
  for (const std::string value : {"\"hunter2\"", R"("h\u0075nter\"2")", "[\"hunter2\"]"}) {
    const std::string logs =
        all_logs({.method = "POST",
                  .uri = "/login",
                  .type = "application/json",
                  .body = R"({"user":{"name":"jo","password":)" + value + R"(},"x":"kept"})"});
    EXPECT_THAT(logs, Not(HasSubstr("nter"))) << logs;
    EXPECT_THAT(logs, HasSubstr("kept"));
  }
}

TEST(Sanitise, HidesPartsOfMultipartBodies) {
  const std::string logs = all_logs(
      {.method = "POST",
       .uri = "/login",
       .type = "multipart/form-data; boundary=b1",
       .body = "--b1\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nhunter2\r\n"
               "--b1\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\nkept\r\n--b1--\r\n"});
  EXPECT_THAT(logs, Not(HasSubstr("hunter2"))) << logs;
  EXPECT_THAT(logs, HasSubstr("kept"));
}

TEST(Sanitise, HidesHeadersAndWhereTheirValuesAppearAgain) {
  const std::string logs = all_logs(
      {.uri = "/",
       .headers = {{"authorization", "Bearer hunter2"}, {"X-Copy", "Bearer hunter2"}},
       .response = "your token is Bearer Hunter2",
       .response_headers = {{"Content-Type", "text/plain"}, {"Set-Cookie", "sid=hunter2"}}});
  EXPECT_THAT(logs, Not(HasSubstr("unter2"))) << logs;
  EXPECT_THAT(logs, HasSubstr("your token is *****"));
}

TEST(Sanitise, HidesWhatARuleMatched) {
  const std::string logs = all_logs({.uri = "/?card=4111111111111111&x=kept"}, R"(
SecRuleEngine On
SecAuditEngine On
SecAuditLogParts ABCEFHIJKZ
SecRule ARGS "@rx ^\d{16}$" "id:3,phase:2,pass,log,auditlog,sanitiseMatched,msg:'card %{MATCHED_VAR}'"
)");
  EXPECT_THAT(logs, Not(HasSubstr("4111"))) << logs;
  EXPECT_THAT(logs, HasSubstr("x=kept"));
}

TEST(Sanitise, LeavesOthersAlone) {
  const std::string logs = all_logs({.uri = "/?q=hunting"});
  EXPECT_THAT(logs, HasSubstr("q=hunting"));
  EXPECT_THAT(logs, HasSubstr("saw hunting"));
}

}  // namespace
}  // namespace yagura::waf
