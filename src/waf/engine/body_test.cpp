#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "waf/engine/testing/run_rules.hpp"

namespace yagura::waf {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace testing_engine;  // NOLINT: helpers of these tests

constexpr const char* kJson =
    "SecRule REQUEST_HEADERS:Content-Type \"@beginsWith application/json\" "
    "\"id:900,phase:1,pass,nolog,ctl:requestBodyProcessor=JSON\"\n";
constexpr const char* kXml =
    "SecRule REQUEST_HEADERS:Content-Type \"@contains xml\" "
    "\"id:901,phase:1,pass,nolog,ctl:requestBodyProcessor=XML\"\n";

TEST(WafRequestBody, FormsAreArgumentsAndTheBodyIsShown) {
  const Trial run(
      "SecRule ARGS_POST:a \"@streq 1 2\" \"id:1,phase:2,pass,log\"\n"
      "SecRule REQUEST_BODY \"@streq a=1+2&b=%33\" \"id:2,phase:2,pass,log\"\n"
      "SecRule REQBODY_PROCESSOR \"@streq URLENCODED\" \"id:3,phase:1,pass,log\"",
      form("a=1+2&b=%33"));
  EXPECT_THAT(run.ids(), ElementsAre(3, 1, 2));
  EXPECT_TRUE(run.detection(1).in_body);
  EXPECT_EQ(run.detection(1).body_offset, 2u);
}

TEST(WafRequestBody, PiecesMakeTheSameValuesAsTheWhole) {
  Exchange exchange = form("a=hello%20world&b=2");
  exchange.chunk = 1;
  EXPECT_EQ(value_of("ARGS_POST.a", exchange), "hello world");
  EXPECT_EQ(value_of("REQUEST_BODY", exchange), "a=hello%20world&b=2");
}

TEST(WafRequestBody, JsonLeavesAreArgumentsAndTheBodyIsNotShown) {
  const Trial run(std::string(kJson) +
                      "SecRule ARGS:json.items.1.id \"@streq x\" \"id:1,phase:2,pass,log\"\n"
                      "SecRule ARGS \"@streq x\" \"id:2,phase:2,pass,log\"\n"
                      "SecRule REQUEST_BODY \"@rx .\" \"id:3,phase:2,pass,log\"",
                  post("application/json", R"({"items":[{"id":"y"},{"id":"x"}]})"));
  EXPECT_FALSE(run.detected(3));
  ASSERT_TRUE(run.detected(2));
}

TEST(WafRequestBody, TheAddressOfAJsonValueIsAPointer) {
  Trial run(std::string(kJson) + "SecRule ARGS \"@streq x\" \"id:2,phase:2,pass,log\"",
            post("application/json", R"({"items":[{"id":"y"},{"id":"x"}]})"));
  EXPECT_EQ(run.transaction().address_of(run.detection(2)), "/items/1/id");
}

TEST(WafRequestBody, ABodyThatIsNoJsonIsAnError) {
  const Trial run(std::string(kJson) +
                      "SecRule REQBODY_ERROR \"!@eq 0\" \"id:1,phase:2,deny,status:400,"
                      "logdata:'%{reqbody_error_msg}'\"",
                  post("application/json", "{\"a\":"));
  EXPECT_EQ(run.verdict().status, 400);
  EXPECT_FALSE(run.detection(1).log_data.empty());
}

TEST(WafRequestBody, MultipartFilesAndFlagsAreShown) {
  const Trial run(
      "SecRule FILES:f \"@streq a.php\" \"id:1,phase:2,pass,log\"\n"
      "SecRule FILES_NAMES \"@streq f\" \"id:2,phase:2,pass,log\"\n"
      "SecRule FILES_SIZES \"@eq 5\" \"id:3,phase:2,pass,log\"\n"
      "SecRule FILES_COMBINED_SIZE \"@eq 5\" \"id:4,phase:2,pass,log\"\n"
      "SecRule ARGS_POST:t \"@streq v\" \"id:5,phase:2,pass,log\"\n"
      "SecRule MULTIPART_PART_HEADERS:f \"@contains text/plain\" \"id:6,phase:2,pass,log\"\n"
      "SecRule MULTIPART_STRICT_ERROR \"!@eq 0\" \"id:7,phase:2,pass,log\"\n"
      "SecRule MULTIPART_FILENAME \"@streq a.php\" \"id:8,phase:2,pass,log\"\n"
      "SecRule MULTIPART_NAME \"@streq f\" \"id:9,phase:2,pass,log\"\n"
      "SecRule MULTIPART_NAME:t \"@streq t\" \"id:10,phase:2,pass,log\"\n"
      "SecRule &MULTIPART_NAME \"@eq 2\" \"id:11,phase:2,pass,log\"\n"
      "SecRule MULTIPART_NAME \"@rx ^t$\" \"id:12,phase:2,pass,log\"\n"
      "SecRule &FILES_NAMES|&MULTIPART_FILENAME \"!@eq 1\" \"id:13,phase:2,pass,log\"\n"
      "SecRule REQUEST_BODY \"@rx .\" \"id:14,phase:2,pass,log\"",
      post("multipart/form-data; boundary=xyz",
           "--xyz\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\nv\r\n"
           "--xyz\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.php\"\r\n"
           "Content-Type: text/plain\r\n\r\nhello\r\n--xyz--\r\n"));
  EXPECT_THAT(run.ids(), ElementsAre(1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12));
}

TEST(WafRequestBody, XmlTextsAreArgumentsWhereThatIsAskedFor) {
  const std::string rules = std::string(kXml) +
                            "SecRule ARGS:xml.a.b \"@streq evil\" \"id:1,phase:2,pass,log\"\n"
                            "SecRule XML:/* \"@contains evil\" \"id:2,phase:2,pass,log\"\n"
                            "SecRule ARGS_NAMES \"@streq xml.a.b\" \"id:3,phase:2,pass,log\"\n";
  const Exchange exchange = post("text/xml", "<a><b>evil</b></a>");
  EXPECT_THAT(Trial(rules, exchange).ids(), ElementsAre(2));
  EXPECT_THAT(Trial(rules + "SecParseXmlIntoArgs On", exchange).ids(), ElementsAre(1, 2, 3));
  EXPECT_THAT(Trial(rules + "SecParseXmlIntoArgs OnlyArgs", exchange).ids(), ElementsAre(1, 3));
  const std::string by_ctl = "SecAction \"id:9,phase:1,pass,nolog,ctl:parseXmlIntoArgs=";
  EXPECT_THAT(Trial(by_ctl + "OnlyArgs\"\n" + rules, exchange).ids(), ElementsAre(1, 3));
  EXPECT_THAT(Trial(by_ctl + "Off\"\n" + rules + "SecParseXmlIntoArgs On", exchange).ids(),
              ElementsAre(2));
}

TEST(WafRequestBody, XmlTextAndAttributesAreShown) {
  const Trial run(std::string(kXml) +
                      "SecRule XML:/* \"@contains evil\" \"id:1,phase:2,pass,log\"\n"
                      "SecRule XML://@* \"@streq bad\" \"id:2,phase:2,pass,log\"\n"
                      "SecRule XML:/a/b/text() \"@streq evil\" \"id:3,phase:2,pass,log\"\n"
                      "SecRule XML:/a/c/text() \"@rx .\" \"id:4,phase:2,pass,log\"",
                  post("text/xml", "<a><b x=\"bad\">evil</b></a>"));
  EXPECT_THAT(run.ids(), ElementsAre(1, 2, 3));
}

TEST(WafRequestBody, WithoutAProcessorTheBodyIsShownWhereItIsForced) {
  const std::string rule = "SecRule REQUEST_BODY \"@streq raw\" \"id:1,phase:2,pass,log\"\n";
  EXPECT_THAT(Trial(rule, post("text/plain", "raw")).ids(), IsEmpty());
  EXPECT_THAT(Trial(rule + "SecAction \"id:2,phase:1,pass,nolog,ctl:forceRequestBodyVariable=On\"",
                    post("text/plain", "raw"))
                  .ids(),
              ElementsAre(1));
}

TEST(WafRequestBody, IsNotWantedWhereNobodyLooksIntoIt) {
  const auto wants = [](std::string_view rules, const char* type) {
    Transaction transaction(
        rules_of("SecRuleEngine On\nSecRequestBodyAccess On\n" + std::string(rules)), {}, {});
    transaction.set_request_line("POST", "/", "HTTP/1.1");
    transaction.add_request_header("Content-Type", type);
    transaction.process_request_headers();
    return transaction.wants_request_body();
  };
  const char* form_type = "application/x-www-form-urlencoded";
  const char* reads_args = "SecRule ARGS \"@rx x\" \"id:1,phase:2,deny\"";
  EXPECT_TRUE(wants(reads_args, form_type));
  EXPECT_FALSE(wants("SecRule REQUEST_URI \"@rx x\" \"id:1,phase:2,deny\"", form_type));
  EXPECT_FALSE(wants(reads_args, "image/png"));  // nothing would read it
  EXPECT_FALSE(
      wants("SecRequestBodyAccess Off\nSecRule ARGS \"@rx x\" \"id:1,phase:2,deny\"", form_type));
  EXPECT_FALSE(wants(
      "SecAction \"id:2,phase:1,deny\"\nSecRule ARGS \"@rx x\" \"id:1,phase:2,deny\"", form_type));
}

TEST(WafRequestBody, ATooLargeBodyIsRefused) {
  EngineCounters counters{};
  EngineServices services;
  services.counters = &counters;
  const Trial run("SecRequestBodyLimit 10\nSecRule ARGS \"@rx x\" \"id:1,phase:2,pass,log\"",
                  form("a=0123456789x"), services);
  EXPECT_EQ(run.verdict().status, 413);
  EXPECT_EQ(run.verdict().rule, nullptr);
  EXPECT_EQ(counters.body_limit_reached, 1u);
}

TEST(WafRequestBody, ATooLargeBodyIsJudgedByWhatFitsWhereThatIsAskedFor) {
  const Trial run(
      "SecRequestBodyLimit 10\nSecRequestBodyLimitAction ProcessPartial\n"
      "SecRule ARGS:a \"@streq 01234567\" \"id:1,phase:2,pass,log\"\n"
      "SecRule INBOUND_DATA_ERROR \"@eq 1\" \"id:2,phase:2,pass,log\"",
      form("a=0123456789x"));
  EXPECT_FALSE(run.verdict().interrupts());
  EXPECT_THAT(run.ids(), ElementsAre(1, 2));
}

TEST(WafRequestBody, APartThatWasCutIsJudgedAsFarAsItCame) {
  const std::string rules =
      "SecRequestBodyLimit 90\nSecRequestBodyLimitAction ProcessPartial\n"
      "SecRule ARGS:a|FILES_TMP_CONTENT:a \"@contains evil\" \"id:1,phase:2,pass,log\"\n"
      "SecRule REQBODY_ERROR|MULTIPART_STRICT_ERROR|MULTIPART_UNMATCHED_BOUNDARY \"!@eq 0\" "
      "\"id:2,phase:2,pass,log\"\n"
      "SecRule INBOUND_DATA_ERROR \"@eq 1\" \"id:3,phase:2,pass,log\"";
  for (const char* file : {"", "; filename=\"x\""}) {
    const Trial run(rules,
                    post("multipart/form-data; boundary=xyz",
                         "--xyz\r\nContent-Disposition: form-data; name=\"a\"" + std::string(file) +
                             "\r\n\r\nevil" + std::string(90, 'x') + "\r\n--xyz--\r\n"));
    EXPECT_THAT(run.ids(), ElementsAre(1, 3)) << file;
  }
}

TEST(WafRequestBody, JsonAndXmlThatWereCutAreJudgedAsFarAsTheyCame) {
  const std::string rules = std::string(kJson) + kXml +
                            "SecRequestBodyLimit 12\nSecRequestBodyLimitAction ProcessPartial\n"
                            "SecRule ARGS|XML:/* \"@contains evil\" \"id:1,phase:2,pass,log\"\n"
                            "SecRule REQBODY_ERROR \"!@eq 0\" \"id:2,phase:2,pass,log\"";
  EXPECT_THAT(Trial(rules, post("application/json", "{\"abc\":\"evil and more\"}")).ids(),
              ElementsAre(1));
  EXPECT_THAT(Trial(rules, post("text/xml", "<abcdef>evil and more</abcdef>")).ids(),
              ElementsAre(1));
}

TEST(WafRequestBody, MoreArgumentsThanTheLimitAreAnError) {
  std::string body = "a=1";
  for (int i = 0; i < 20; ++i) body += "&b=" + std::to_string(i);
  const Trial run(
      "SecArgumentsLimit 10\nSecRule &ARGS \"@gt 10\" \"id:1,phase:2,pass,log\"\n"
      "SecRule REQBODY_ERROR \"@eq 1\" \"id:2,phase:2,pass,log\"",
      form(body));
  EXPECT_THAT(run.ids(), ElementsAre(2));
}

TEST(WafResponseBody, IsReadByContentTypeAlone) {
  const std::string rules = "SecRule RESPONSE_BODY \"@contains secret\" \"id:1,phase:4,pass,log\"";
  const auto seen = [&](const char* type) {
    return Trial(rules, {.response_headers = {{"Content-Type", type}}, .response_body = "secret"})
        .detected(1);
  };
  EXPECT_TRUE(seen("text/html"));
  EXPECT_TRUE(seen("TEXT/HTML ; charset=x"));
  EXPECT_FALSE(seen("image/png"));
}

TEST(WafResponseBody, PastItsLimitIsCutOrRefused) {
  const std::string rule = "SecRule RESPONSE_BODY \"@streq 12345\" \"id:1,phase:4,pass,log\"\n";
  const Exchange exchange{.response_body = "123456789"};
  const Trial cut("SecResponseBodyLimit 5\nSecResponseBodyLimitAction ProcessPartial\n" + rule,
                  exchange);
  EXPECT_TRUE(cut.detected(1));
  EXPECT_FALSE(cut.verdict().interrupts());
  const Trial refused("SecResponseBodyLimit 5\nSecResponseBodyLimitAction Reject\n" + rule,
                      exchange);
  EXPECT_TRUE(refused.verdict().interrupts());
}

TEST(WafResponseBody, ContentEncodingsAreUndone) {
  // "secret" by gzip.
  const unsigned char bytes[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                                 0x03, 0x2b, 0x4e, 0x4d, 0x2e, 0x4a, 0x2d, 0x01, 0x00,
                                 0x5d, 0xd0, 0xa7, 0x58, 0x06, 0x00, 0x00, 0x00};
  std::string body(reinterpret_cast<const char*>(bytes), sizeof bytes);
  const std::string rules = "SecRule RESPONSE_BODY \"@contains secre\" \"id:1,phase:4,pass,log\"";
  const Trial run(
      rules, {.chunk = 5,
              .response_headers = {{"Content-Type", "text/html"}, {"Content-Encoding", "gzip"}},
              .response_body = body});
  EXPECT_TRUE(run.detected(1));
}

}  // namespace
}  // namespace yagura::waf
