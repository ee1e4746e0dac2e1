#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "waf/engine/testing/run_rules.hpp"

namespace yagura::waf {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::MatchesRegex;
using namespace testing_engine;  // NOLINT: helpers of these tests

struct UriCase {
  const char* uri;
  const char* variable;
  const char* value;
};

TEST(WafVariables, TheUrisPartsAreAsModSecurityNamesThem) {
  const UriCase cases[] = {
      {"/a/b%20c.php?x=%31&y", "REQUEST_URI_RAW", "/a/b%20c.php?x=%31&y"},
      {"/a/b%20c.php?x=%31&y", "REQUEST_URI", "/a/b%20c.php?x=%31&y"},
      {"/a/b%20c.php?x=%31&y", "REQUEST_FILENAME", "/a/b c.php"},
      {"/a/b%20c.php?x=%31&y", "REQUEST_BASENAME", "b c.php"},
      {"/a/b%20c.php?x=%31&y", "QUERY_STRING", "x=%31&y"},
      {"/a/b%20c.php?x=%31&y", "ARGS.x", "1"},
      {"/a/b%20c.php?x=%31&y", "REQUEST_LINE", "GET /a/b%20c.php?x=%31&y HTTP/1.1"},
      {"/a/", "REQUEST_BASENAME", ""},
      {"/", "QUERY_STRING", ""},
      {"http://example.org/x?y", "REQUEST_URI", "/x?y"},
      {"http://example.org/x?y", "REQUEST_URI_RAW", "http://example.org/x?y"},
      {"http://example.org", "REQUEST_FILENAME", "/"},
      {"/x?a=http://b/c", "REQUEST_FILENAME", "/x"},
      {"*", "REQUEST_URI", "*"},
      {"/%zz%4", "REQUEST_FILENAME", "/%zz%4"},
      {"/?a=b?c", "QUERY_STRING", "a=b?c"},
  };
  for (const UriCase& each : cases) {
    EXPECT_EQ(value_of(each.variable, get(each.uri)), each.value)
        << each.variable << " of " << each.uri;
  }
}

TEST(WafVariables, TheLinesPartsAreGiven) {
  const Exchange exchange{.method = "PUT", .uri = "/x", .protocol = "HTTP/1.0"};
  EXPECT_EQ(value_of("REQUEST_METHOD", exchange), "PUT");
  EXPECT_EQ(value_of("REQUEST_PROTOCOL", exchange), "HTTP/1.0");
}

TEST(WafVariables, TheConnectionIsGiven) {
  EXPECT_EQ(value_of("REMOTE_ADDR", get("/")), "192.0.2.7");
  EXPECT_EQ(value_of("REMOTE_PORT", get("/")), "40000");
  EXPECT_EQ(value_of("SERVER_ADDR", get("/")), "198.51.100.1");
  EXPECT_EQ(value_of("SERVER_PORT", get("/")), "80");
}

TEST(WafVariables, HeadersAreFoundInAnyCase) {
  const Exchange exchange{.headers = {{"Host", "example.org:8080"},
                                      {"user-agent", "x"},
                                      {"Authorization", "Basic dXNlcjpzZWNyZXQ="}}};
  EXPECT_EQ(value_of("REQUEST_HEADERS.HOST", exchange), "example.org:8080");
  EXPECT_EQ(value_of("REQUEST_HEADERS.User-Agent", exchange), "x");
  EXPECT_EQ(value_of("SERVER_NAME", exchange), "example.org");
  EXPECT_EQ(value_of("AUTH_TYPE", exchange), "Basic");
  EXPECT_EQ(value_of("REMOTE_USER", exchange), "user");
  EXPECT_EQ(value_of("REQUEST_HEADERS_NAMES.host", exchange), "Host");
}

TEST(WafVariables, CookiesAreSplit) {
  const Exchange exchange{.headers = {{"Cookie", "a=1; b=2"}, {"Cookie", "c=3"}}};
  EXPECT_EQ(value_of("REQUEST_COOKIES.b", exchange), "2");
  EXPECT_EQ(value_of("REQUEST_COOKIES.c", exchange), "3");
  EXPECT_EQ(Trial("SecRule &REQUEST_COOKIES \"@eq 3\" \"id:1,phase:1,pass,log\"", exchange).ids(),
            std::vector<RuleId>{1});
}

TEST(WafVariables, SizesAddUp) {
  EXPECT_EQ(value_of("ARGS_COMBINED_SIZE", get("/?ab=cde&f=")), "6");
  Exchange exchange = form("ab=cde");
  exchange.uri = "/?x=y";
  EXPECT_EQ(value_of("ARGS_COMBINED_SIZE", exchange), "7");
  EXPECT_EQ(value_of("REQUEST_BODY_LENGTH", exchange), "6");
}

TEST(WafVariables, TheResponseIsGiven) {
  const Exchange exchange{
      .status = 404,
      .response_headers = {{"Content-Type", "text/html; charset=utf-8"}, {"X-Powered-By", "PHP"}},
      .response_body = "<p>secret</p>"};
  EXPECT_EQ(value_of("RESPONSE_STATUS", exchange, 3), "404");
  EXPECT_EQ(value_of("RESPONSE_PROTOCOL", exchange, 3), "HTTP/1.1");
  EXPECT_EQ(value_of("RESPONSE_HEADERS.x-powered-by", exchange, 3), "PHP");
  EXPECT_THAT(value_of("RESPONSE_CONTENT_TYPE", exchange, 3), testing::StartsWith("text/html"));
  const Trial run("SecRule RESPONSE_BODY \"@contains secret\" \"id:1,phase:4,deny,status:502\"",
                  exchange);
  EXPECT_EQ(run.verdict().status, 502);
}

TEST(WafVariables, TimesAreOfTheTransactionsStart) {
  EngineServices services;
  services.clock = [] { return std::chrono::system_clock::from_time_t(1'700'000'000); };
  const auto value = [&](std::string_view variable) {
    return Trial("SecAction \"id:1,phase:1,pass,nolog,setvar:'tx.seen=%{" + std::string(variable) +
                     "}'\"",
                 get("/"), services)
        .tx("seen");
  };
  EXPECT_EQ(value("TIME_EPOCH"), "1700000000");
  EXPECT_EQ(value("TIME_YEAR"), "2023");
  EXPECT_EQ(value("TIME_MON"), "11");
  EXPECT_THAT(value("TIME"), MatchesRegex("[0-9][0-9]:[0-9][0-9]:[0-9][0-9]"));
  EXPECT_THAT(value("TIME_HOUR"), MatchesRegex("[0-9]+"));
  EXPECT_THAT(value("DURATION"), MatchesRegex("[0-9]+"));
}

TEST(WafVariables, TheRuleThatRunsIsGiven) {
  const Trial run(
      "SecAction \"id:7,phase:1,pass,log,severity:3,rev:'2',msg:'m %{rule.id}',"
      "logdata:'%{rule.severity} %{rule.rev}'\"",
      get("/"));
  EXPECT_EQ(run.detection(7).message, "m 7");
  EXPECT_EQ(run.detection(7).log_data, "3 2");
}

TEST(WafVariables, AMessageThatNamesItselfComesToAnEnd) {
  const Trial run("SecAction \"id:7,phase:1,pass,log,msg:'a %{rule.msg}'\"", get("/"));
  EXPECT_THAT(run.detection(7).message, testing::StartsWith("a a "));
  EXPECT_LT(run.detection(7).message.size(), 1'000u);
}

TEST(WafVariables, TheHighestSeverityIsTheLowestNumber) {
  const Trial run(
      "SecAction \"id:1,phase:1,pass,log,severity:4\"\nSecAction "
      "\"id:2,phase:1,pass,log,severity:2\"\n"
      "SecAction \"id:3,phase:1,pass,log,severity:5\"\n"
      "SecAction \"id:4,phase:1,pass,nolog,setvar:'tx.seen=%{HIGHEST_SEVERITY}'\"",
      get("/"));
  EXPECT_EQ(run.tx("seen"), "2");
}

TEST(WafVariables, TheEnvironmentIsTheTransactions) {
  const Trial run(
      "SecAction \"id:1,phase:1,pass,nolog,setenv:yagura_x=%{REQUEST_METHOD}\"\n"
      "SecRule ENV:yagura_x \"@streq GET\" \"id:2,phase:1,pass,log\"",
      get("/"));
  EXPECT_THAT(run.ids(), ElementsAre(2));
  EXPECT_EQ(std::getenv("yagura_x"), nullptr);
}

TEST(WafVariables, MembersOfTxWithNamesMadeByMacrosAreFound) {
  const Trial run(
      "SecRule ARGS_NAMES \"@rx .\" \"id:1,phase:2,pass,nolog,"
      "setvar:'tx.Count_%{MATCHED_VAR}=+1'\"\n"
      "SecRule TX:/^count_/ \"@gt 1\" \"id:2,phase:2,pass,log,logdata:'%{MATCHED_VAR_NAME}'\"",
      get("/?a=1&b=2&A=3"));
  EXPECT_THAT(run.ids(), ElementsAre(2));
  EXPECT_EQ(run.detection(2).log_data, "TX:count_a");
  EXPECT_EQ(run.tx("COUNT_a"), "2");
}

TEST(WafVariables, NumbersOfScoresNeverOverflow) {
  const Trial run(
      "SecAction \"id:1,phase:1,pass,nolog,setvar:tx.n=9223372036854775807,setvar:tx.n=+1,"
      "setvar:tx.m=-9223372036854775808,setvar:tx.m=-1,setvar:tx.t=abc,setvar:tx.t=+2\"",
      get("/"));
  EXPECT_EQ(run.tx("n"), "9223372036854775807");
  EXPECT_EQ(run.tx("m"), "-9223372036854775808");
  EXPECT_EQ(run.tx("t"), "2");
}

TEST(WafVariables, AVariableCanBeUnset) {
  const Trial run(
      "SecAction \"id:1,phase:1,pass,nolog,setvar:tx.a=1,setvar:!tx.a\"\n"
      "SecRule &TX:a \"@eq 1\" \"id:2,phase:1,pass,log\"",
      get("/"));
  EXPECT_THAT(run.ids(), IsEmpty());
}

TEST(WafVariables, ListenersSeeParsedPartsWithoutACopy) {
  Exchange exchange = form("b=2&b=3");
  exchange.uri = "/?a=%31";
  struct Listener : TransactionListener {
    std::vector<std::string> seen;
    int finished = 0;
    void on_request(const Transaction& transaction) override {
      transaction.for_each(Variable::kArgs, [&](const ValueView& value) {
        seen.push_back(std::string(value.name) + "=" + std::string(value.value) + "@" +
                       (value.body_offset == kNoOffset ? "-" : std::to_string(value.body_offset)));
      });
    }
    void on_finish(const Transaction&) override { ++finished; }
  } listener;
  EngineServices services;
  services.listener = &listener;
  const Trial run("SecRule ARGS \"@rx x\" \"id:1,phase:2,pass\"", exchange, services);
  EXPECT_THAT(listener.seen, ElementsAre("a=1@-", "b=2@2", "b=3@6"));
  EXPECT_EQ(listener.finished, 1);
}

}  // namespace
}  // namespace yagura::waf
