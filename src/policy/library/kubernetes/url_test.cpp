#include "policy/library/kubernetes/url.hpp"

#include <gtest/gtest.h>

namespace yagura::policy {
namespace {

class UrlTest : public testing::Test {
 protected:
  Url parse(std::string_view text) {
    std::string problem;
    const auto url = Url::parse(text, arena_, &problem);
    EXPECT_TRUE(url.has_value()) << text << ": " << problem;
    return url.value_or(Url());
  }
  bool is_url(std::string_view text) { return Url::parse(text, arena_).has_value(); }

  core::Arena arena_;
};

TEST_F(UrlTest, TakesTheFullForm) {
  const Url url = parse("HTTPS://user:pa%20ss@example.com:80/a/b?k=v&k=w#frag%20ment");
  EXPECT_EQ(url.scheme, "https");
  EXPECT_EQ(url.user, "user:pa ss");
  EXPECT_EQ(url.host, "example.com:80");
  EXPECT_EQ(url.hostname(), "example.com");
  EXPECT_EQ(url.port(), "80");
  EXPECT_EQ(url.escaped_path(), "/a/b");
  EXPECT_EQ(url.raw_query, "k=v&k=w");
  EXPECT_EQ(url.fragment, "frag ment");
}

TEST_F(UrlTest, HostsWithBracketsAndZones) {
  EXPECT_EQ(parse("https://[::1]:80/").host, "[::1]:80");
  EXPECT_EQ(parse("https://[::1]:80/").hostname(), "::1");
  EXPECT_EQ(parse("https://[::1]/").hostname(), "::1");
  EXPECT_EQ(parse("https://[::1]/").port(), "");
  EXPECT_EQ(parse("https://[fe80::1%25en0]:8080/").host, "[fe80::1%en0]:8080");
  EXPECT_EQ(parse("https://example.com:/").port(), "");
  EXPECT_EQ(parse("https://127.0.0.1:80/").hostname(), "127.0.0.1");
}

TEST_F(UrlTest, PathsKeepTheirEncodingWhereItIsOne) {
  EXPECT_EQ(parse("https://example.com").escaped_path(), "");
  EXPECT_EQ(parse("https://example.com/path with spaces/").escaped_path(),
            "/path%20with%20spaces/");
  EXPECT_EQ(parse("/a%2Fb").escaped_path(), "/a%2Fb");
  EXPECT_EQ(parse("/a%2Fb").path, "/a/b");
  EXPECT_EQ(parse("/\xc3\xa9").escaped_path(), "/%C3%A9");
  EXPECT_EQ(parse("//host/path").host, "host");
  EXPECT_EQ(parse("mailto:a@b").opaque, "a@b");
  EXPECT_EQ(parse("*").escaped_path(), "*");
}

TEST_F(UrlTest, QueryIsDecodedInOrderWithoutBadPairs) {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(parse("/p?k1=a&k2=b&k2=c").query(), (Pairs{{"k1", "a"}, {"k2", "b"}, {"k2", "c"}}));
  EXPECT_EQ(parse("/p?key with spaces=value+with%20spaces").query(),
            (Pairs{{"key with spaces", "value with spaces"}}));
  EXPECT_EQ(parse("/p?a;b=1&c&=d&e=%zz&&f==").query(), (Pairs{{"c", ""}, {"", "d"}, {"f", "="}}));
  EXPECT_EQ(parse("/p?").query(), Pairs{});
}

TEST_F(UrlTest, RefusesWhatGoRefuses) {
  for (const std::string_view text :
       {"", "../relative", "relative", "https://a:b:c/", "https://host:x/", ":foo", "https://[::1/",
        "/%zz", "/%2", "https://%41/", "https://ho st/", "https://a b@host/", "/a\nb", "/a\x7f",
        "https://host#f", "https://[::1]x/"}) {
    EXPECT_FALSE(is_url(text)) << text;
  }
  EXPECT_TRUE(is_url("https://h\xc3\xb6st/"));
  EXPECT_TRUE(is_url("https://%C3%B6st/"));
  EXPECT_TRUE(is_url("/p#f"));
}

TEST_F(UrlTest, EqualByParts) {
  EXPECT_EQ(parse("HTTP://a/b"), parse("http://a/b"));
  EXPECT_FALSE(parse("http://a/b") == parse("http://a/b?c"));
}

TEST(RequestUri, SaysWhyNot) {
  EXPECT_EQ(check_request_uri("http://example.com"), "");
  EXPECT_NE(check_request_uri("example.com"), "");
}

}  // namespace
}  // namespace yagura::policy
