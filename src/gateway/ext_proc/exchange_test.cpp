#include "gateway/ext_proc/exchange.hpp"

#include <gtest/gtest.h>

#include "external_processor.pb.h"
#include "gateway/ext_proc/testing.hpp"

namespace yagura::gateway {
namespace {

namespace pb = envoy::service::ext_proc::v3;

constexpr std::string_view kRules = R"(
SecRuleEngine On
SecRequestBodyAccess On
SecResponseBodyAccess On
SecResponseBodyMimeType text/plain
SecRule ARGS "@contains attack" "id:1,phase:2,deny,status:403,log,msg:'attack in an argument'"
SecRule REQUEST_HEADERS:Host "@streq evil.example" "id:2,phase:1,deny,status:421,log"
SecRule RESPONSE_HEADERS:x-leak "@streq yes" "id:3,phase:3,deny,status:502,log"
SecRule RESPONSE_BODY "@contains secret" "id:4,phase:4,deny,status:500,log"
SecRule ARGS "@contains elsewhere" "id:5,phase:1,redirect:https://example.org/,log"
SecRule REMOTE_ADDR "@ipMatch 203.0.113.7" "id:6,phase:1,deny,status:429,log"
)";

struct ExchangeTest : ::testing::Test {
  std::shared_ptr<const waf::RuleSet> rules = testing::compile_rules(kRules);
  Exchange exchange{rules, {}, {}};

  pb::ProcessingResponse one(const pb::ProcessingRequest& request) {
    std::vector<pb::ProcessingResponse> answers = exchange.take(request);
    EXPECT_EQ(answers.size(), 1U);
    return answers.empty() ? pb::ProcessingResponse{} : answers.front();
  }
};

TEST_F(ExchangeTest, LetsAGetPassWithTheVerdictAsMetadata) {
  const auto answer = one(testing::request_headers("GET", "/?q=hello", true));
  ASSERT_TRUE(answer.has_request_headers());
  const auto& space = answer.dynamic_metadata().fields().at("yagura.waf").struct_value().fields();
  EXPECT_EQ(space.at("verdict").string_value(), "passed");
  EXPECT_FALSE(space.at("id").string_value().empty());
}

TEST_F(ExchangeTest, RefusesAnArgumentBeforeAnythingReachesTheUpstream) {
  const auto answer = one(testing::request_headers("GET", "/?q=attack", true));
  ASSERT_TRUE(answer.has_immediate_response());
  EXPECT_EQ(answer.immediate_response().status().code(), 403);
  EXPECT_EQ(answer.immediate_response().details(), "yagura_waf_rule_1");
  const auto& space = answer.dynamic_metadata().fields().at("yagura.waf").struct_value().fields();
  EXPECT_EQ(space.at("verdict").string_value(), "blocked");
  EXPECT_EQ(space.at("rules").list_value().values(0).string_value(), "1");
}

TEST_F(ExchangeTest, KnowsAuthorityAsHost) {
  const auto answer =
      one(testing::request_headers("GET", "/", true, {{":authority", "evil.example"}}));
  ASSERT_TRUE(answer.has_immediate_response());
  EXPECT_EQ(answer.immediate_response().status().code(), 421);
}

TEST_F(ExchangeTest, RedirectsWithALocation) {
  const auto answer = one(testing::request_headers("GET", "/?q=elsewhere", true));
  ASSERT_TRUE(answer.has_immediate_response());
  EXPECT_EQ(answer.immediate_response().status().code(), 302);
  const auto& header = answer.immediate_response().headers().set_headers(0).header();
  EXPECT_EQ(header.key(), "location");
  EXPECT_EQ(header.raw_value(), "https://example.org/");
}

TEST_F(ExchangeTest, AsksForABufferedBodyWhereARuleReadsIt) {
  const auto answer = one(testing::request_headers(
      "POST", "/", false, {{"content-type", "application/x-www-form-urlencoded"}}));
  ASSERT_TRUE(answer.has_request_headers());
  EXPECT_EQ(answer.mode_override().request_body_mode(), pb::ProcessingMode::BUFFERED);
}

TEST_F(ExchangeTest, JudgesABodyThatComesInChunksAtItsEnd) {
  one(testing::request_headers("POST", "/", false,
                               {{"content-type", "application/x-www-form-urlencoded"}}));
  EXPECT_TRUE(one(testing::request_body("a=att", false)).has_request_body());
  const auto answer = one(testing::request_body("ack", true));
  ASSERT_TRUE(answer.has_immediate_response());
  EXPECT_EQ(answer.immediate_response().status().code(), 403);
  EXPECT_TRUE(exchange.take(testing::request_body("more", true)).empty())
      << "nothing after a refusal";
}

TEST_F(ExchangeTest, JudgesABodyThatEndsWithTrailers) {
  one(testing::request_headers("POST", "/", false,
                               {{"content-type", "application/x-www-form-urlencoded"}}));
  one(testing::request_body("a=attack", false));
  pb::ProcessingRequest trailers;
  trailers.mutable_request_trailers();
  EXPECT_TRUE(one(trailers).has_immediate_response());
}

TEST_F(ExchangeTest, HoldsChunksBackInFullDuplexUntilTheBodyIsJudged) {
  auto head = testing::request_headers("POST", "/", false,
                                       {{"content-type", "application/x-www-form-urlencoded"}});
  head.mutable_protocol_config()->set_request_body_mode(pb::ProcessingMode::FULL_DUPLEX_STREAMED);
  one(head);
  EXPECT_TRUE(exchange.take(testing::request_body("a=he", false)).empty());
  const auto answer = one(testing::request_body("llo", true));
  const auto& streamed = answer.request_body().response().body_mutation().streamed_response();
  EXPECT_EQ(streamed.body(), "a=hello");
  EXPECT_TRUE(streamed.end_of_stream());
}

TEST_F(ExchangeTest, RefusesInFullDuplexBeforeAnyByteWasGivenBack) {
  auto head = testing::request_headers("POST", "/", false,
                                       {{"content-type", "application/x-www-form-urlencoded"}});
  head.mutable_protocol_config()->set_request_body_mode(pb::ProcessingMode::FULL_DUPLEX_STREAMED);
  one(head);
  EXPECT_TRUE(exchange.take(testing::request_body("a=att", false)).empty());
  EXPECT_TRUE(one(testing::request_body("ack", true)).has_immediate_response());
}

TEST_F(ExchangeTest, JudgesResponseHeadersAndBody) {
  one(testing::request_headers("GET", "/", true));
  const auto head = one(testing::response_headers("200", false, {{"content-type", "text/plain"}}));
  ASSERT_TRUE(head.has_response_headers());
  EXPECT_EQ(head.mode_override().response_body_mode(), pb::ProcessingMode::BUFFERED);
  const auto answer = one(testing::response_body("a secret", true));
  ASSERT_TRUE(answer.has_immediate_response());
  EXPECT_EQ(answer.immediate_response().status().code(), 500);
}

TEST_F(ExchangeTest, WantsNoResponseBodyOfATypeThatRulesDoNotRead) {
  one(testing::request_headers("GET", "/", true));
  const auto head = one(testing::response_headers("200", false, {{"content-type", "image/png"}}));
  EXPECT_EQ(head.mode_override().response_body_mode(), pb::ProcessingMode::NONE);
}

TEST_F(ExchangeTest, RefusesAResponseByItsHeaders) {
  one(testing::request_headers("GET", "/", true));
  const auto answer = one(testing::response_headers("200", true, {{"x-leak", "yes"}}));
  ASSERT_TRUE(answer.has_immediate_response());
  EXPECT_EQ(answer.immediate_response().status().code(), 502);
}

TEST_F(ExchangeTest, TakesTheClientsAddressFromTheLastForwardedOne) {
  const auto answer = one(
      testing::request_headers("GET", "/", true, {{"x-forwarded-for", "192.0.2.1, 203.0.113.7"}}));
  EXPECT_EQ(answer.immediate_response().status().code(), 429);
}

TEST_F(ExchangeTest, PrefersTheAddressThatEnvoySaw) {
  auto head = testing::request_headers("GET", "/", true, {{"x-forwarded-for", "192.0.2.1"}});
  auto& attributes = (*head.mutable_attributes())["envoy.filters.http.ext_proc"];
  (*attributes.mutable_fields())["source.address"].set_string_value("203.0.113.7:4711");
  EXPECT_EQ(one(head).immediate_response().status().code(), 429);
}

TEST_F(ExchangeTest, AnswersNothingInObservabilityMode) {
  auto head = testing::request_headers("GET", "/?q=attack", true);
  head.set_observability_mode(true);
  EXPECT_TRUE(exchange.take(head).empty());
  EXPECT_TRUE(exchange.transaction().verdict().interrupts());
}

TEST_F(ExchangeTest, SurvivesMessagesInAnyOrder) {
  EXPECT_EQ(exchange.take(testing::request_body("x", true)).size(), 1U);
  EXPECT_EQ(exchange.take(pb::ProcessingRequest{}).size(), 0U);
  EXPECT_EQ(exchange.take(testing::response_body("x", true)).size(), 1U);
}

}  // namespace
}  // namespace yagura::gateway
