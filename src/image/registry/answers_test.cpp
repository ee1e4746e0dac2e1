#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "image/registry/http_session.hpp"
#include "image/registry/registry_answers.hpp"
#include "image/registry/registry_reference.hpp"

namespace yagura::image {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(RegistryReference, NamesAreCompletedAsDockerDoes) {
  const auto text = [](std::string_view given) {
    const auto reference = parse_registry_reference(given);
    return reference ? to_string(*reference) : reference.error().message;
  };
  const std::string digest = "sha256:" + std::string(64, 'a');
  EXPECT_EQ(text("nginx"), "docker.io/library/nginx:latest");
  EXPECT_EQ(text("nginx:1.25"), "docker.io/library/nginx:1.25");
  EXPECT_EQ(text("team/app"), "docker.io/team/app:latest");
  EXPECT_EQ(text("index.docker.io/nginx"), "docker.io/library/nginx:latest");
  EXPECT_EQ(text("docker.io/nginx@" + digest), "docker.io/library/nginx@" + digest);
  EXPECT_EQ(text("localhost/app"), "localhost/app:latest");
  EXPECT_EQ(text("localhost:5000/app:1"), "localhost:5000/app:1");
  EXPECT_EQ(text("ghcr.io/a/b__c/d-e.f:v1@" + digest), "ghcr.io/a/b__c/d-e.f:v1@" + digest);
  EXPECT_EQ(text("[::1]:5000/app"), "[::1]:5000/app:latest");
  EXPECT_EQ(text("HOST/app"), "HOST/app:latest");
}

TEST(RegistryReference, WhatIsNoneIsRefused) {
  for (const std::string& bad : {std::string(),
                                 std::string("UPPER"),
                                 std::string("a//b"),
                                 std::string("a/../b"),
                                 std::string("a:"),
                                 std::string("a:-x"),
                                 std::string("a@sha256:00"),
                                 std::string("a@md5:x"),
                                 std::string("host:port/app"),
                                 std::string("a b"),
                                 std::string("a\nb"),
                                 std::string("-a"),
                                 std::string("a_-b"),
                                 std::string("x.y:99999999/a"),
                                 std::string("ho_st..x/a"),
                                 "a:" + std::string(129, 't'),
                                 std::string(256, 'a'),
                                 std::string("[::1/a"),
                                 std::string("[zz]/a"),
                                 std::string("[::..]/a"),
                                 std::string("a?x=1"),
                                 std::string("a/b#c"),
                                 std::string("/a")}) {
    EXPECT_FALSE(parse_registry_reference(bad)) << bad;
  }
}

TEST(RegistryReference, LoopbackIsKnownByItsNameAlone) {
  for (const std::string_view host : {"localhost", "127.0.0.1", "127.8.9.10", "[::1]"}) {
    EXPECT_TRUE(is_loopback_host(host)) << host;
  }
  for (const std::string_view host :
       {"127.evil.example", "localhost.example", "10.0.0.1", "127.0.0.1.example", "127.1"}) {
    EXPECT_FALSE(is_loopback_host(host)) << host;
  }
}

TEST(AuthChallenge, SeveralOfOneHeaderAreTakenApart) {
  const auto challenges = parse_auth_challenges(
      R"(Bearer realm="https://auth.example/token",service="a \"b\"", scope="repository:x:pull,push" , Basic realm=plain, Negotiate)");
  ASSERT_THAT(challenges, SizeIs(3));
  EXPECT_EQ(challenges[0].scheme, "bearer");
  EXPECT_EQ(challenges[0].parameter("realm"), "https://auth.example/token");
  EXPECT_EQ(challenges[0].parameter("service"), "a \"b\"");
  EXPECT_EQ(challenges[0].parameter("scope"), "repository:x:pull,push");
  EXPECT_EQ(challenges[1].scheme, "basic");
  EXPECT_EQ(challenges[1].parameter("realm"), "plain");
  EXPECT_EQ(challenges[2].scheme, "negotiate");
}

TEST(AuthChallenge, MalformedAndEndlessOnesEnd) {
  EXPECT_THAT(parse_auth_challenges(""), IsEmpty());
  EXPECT_THAT(parse_auth_challenges(",,,"), IsEmpty());
  EXPECT_THAT(parse_auth_challenges("\"x"), IsEmpty());
  const auto open = parse_auth_challenges(R"(Bearer realm="https://x)");
  ASSERT_THAT(open, SizeIs(1));
  EXPECT_EQ(open[0].parameter("realm"), "");
  std::string many;
  for (int i = 0; i < 100; ++i) many += "Basic realm=x, ";
  EXPECT_THAT(parse_auth_challenges(many), SizeIs(16));
  std::string wide = "Bearer ";
  for (int i = 0; i < 100; ++i) wide += "a=b,";
  EXPECT_THAT(parse_auth_challenges(wide)[0].parameters, SizeIs(32));
  EXPECT_THAT(parse_auth_challenges("Bearer realm=" + std::string(9000, 'x')), IsEmpty());
}

TEST(RegistryToken, BothNamesAndTheLifetimeAreRead) {
  EXPECT_EQ(parse_registry_token(R"({"token":"t","access_token":"a","expires_in":300})")->token,
            "t");
  EXPECT_EQ(parse_registry_token(R"({"token":"t","expires_in":300})")->lifetime, seconds(300));
  EXPECT_EQ(parse_registry_token(R"({"access_token":"a"})")->token, "a");
  EXPECT_EQ(parse_registry_token(R"({"access_token":"a"})")->lifetime, seconds(60));
  EXPECT_EQ(parse_registry_token(R"({"token":"a","expires_in":-1})")->lifetime, seconds(60));
  EXPECT_EQ(parse_registry_token(R"({"token":"a","expires_in":9223372036854775807})")->lifetime,
            std::chrono::hours(24 * 30));
  EXPECT_FALSE(parse_registry_token("{}"));
  EXPECT_FALSE(parse_registry_token("[1]"));
  EXPECT_FALSE(parse_registry_token(R"({"token":"a\r\nX: y"})"));
  EXPECT_FALSE(parse_registry_token(R"({"token":")" + std::string(70'000, 'a') + R"("})"));
}

TEST(NextLink, TheRelationIsLookedFor) {
  EXPECT_EQ(parse_next_link(R"(</v2/x/tags/list?n=2&last=b>; rel="next")"),
            "/v2/x/tags/list?n=2&last=b");
  EXPECT_EQ(parse_next_link(R"(<a>; rel="prev", <b>; title="x"; rel=next)"), "b");
  EXPECT_EQ(parse_next_link(R"(<a>; rel="prev")"), std::nullopt);
  EXPECT_EQ(parse_next_link("<a"), std::nullopt);
  EXPECT_EQ(parse_next_link(R"(<>; rel="next")"), std::nullopt);
  EXPECT_EQ(parse_next_link(""), std::nullopt);
}

TEST(TagList, WhatIsNoTagIsLeftOutAndLimitsHold) {
  EXPECT_THAT(*parse_tag_list(R"({"tags":["1","../x","v2",7]})", 10), ElementsAre("1", "v2"));
  EXPECT_THAT(*parse_tag_list(R"({"tags":null})", 10), IsEmpty());
  EXPECT_EQ(parse_tag_list(R"({"tags":["1","2"]})", 1).error().code, ErrorCode::kLimitExceeded);
  EXPECT_FALSE(parse_tag_list("", 10));
}

TEST(RegistryErrors, AreOneVisibleLine) {
  EXPECT_EQ(parse_registry_errors("{\"errors\":[{\"code\":\"DENIED\",\"message\":\"no\\nway\\u001b["
                                  "1m\"},{\"code\":\"X\"}]}"),
            "no way\\x1b[1m; X");
  EXPECT_EQ(parse_registry_errors("<html>"), "");
  EXPECT_EQ(parse_registry_errors(R"({"errors":[7]})"), "");
}

TEST(RetryAfter, SecondsAndDates) {
  const auto now = std::chrono::system_clock::from_time_t(784111777);  // 1994-11-06 08:49:37
  EXPECT_EQ(parse_retry_after("120", now), seconds(120));
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", now), seconds(60));
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1993 08:50:37 GMT", now), seconds(0));
  EXPECT_EQ(parse_retry_after("soon", now), std::nullopt);
  EXPECT_EQ(parse_retry_after("-5", now), std::nullopt);
  EXPECT_EQ(parse_retry_after("", now), std::nullopt);
}

TEST(HttpUrl, PartsOriginsAndRelativeOnes) {
  const auto url = parse_http_url("HTTPS://user:pass@Host.Example/a/b?q=1#f");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->authority(), "host.example");
  EXPECT_EQ(url->url.find("pass"), std::string::npos);
  const auto relative = parse_http_url("/c?d", url->url);
  ASSERT_TRUE(relative);
  EXPECT_TRUE(relative->has_same_origin(*url));
  EXPECT_TRUE(relative->url.ends_with("/c?d"));
  EXPECT_FALSE(parse_http_url("https://host.example:444/")->has_same_origin(*url));
  EXPECT_FALSE(parse_http_url("http://host.example/")->has_same_origin(*url));
  EXPECT_FALSE(parse_http_url("file:///etc/passwd"));
  EXPECT_FALSE(parse_http_url("/relative"));
  EXPECT_FALSE(parse_http_url(""));
  EXPECT_EQ(url_escaped("a b/ü"), "a%20b%2F%C3%BC");
}

}  // namespace
}  // namespace yagura::image
