#include "gateway/config/address.hpp"

#include <gtest/gtest.h>

#include <string>

namespace yagura::gateway {
namespace {

std::string listen(std::string_view text) {
  const auto address = parse_listen(text);
  return address ? address->text() : "error";
}

std::string upstream(std::string_view url) {
  const auto parsed = parse_upstream(url);
  return parsed ? (parsed->tls ? "tls " : "plain ") + parsed->address() : "error";
}

TEST(ListenAddress, IsReadInItsForms) {
  EXPECT_EQ(listen("8080"), "0.0.0.0:8080");
  EXPECT_EQ(listen(":8080"), "0.0.0.0:8080");
  EXPECT_EQ(listen("127.0.0.1:0"), "127.0.0.1:0");
  EXPECT_EQ(listen("localhost:81"), "127.0.0.1:81");
  EXPECT_EQ(listen("[::1]:443"), "[::1]:443");
}

TEST(ListenAddress, OtherThingsAreRefused) {
  for (const char* text :
       {"", ":", "70000", "1.2.3.4", "1.2.3:80", "example.org:80", "::1:80", "[::1]", "[::1]80",
        "[1.2.3.4]:80", "1.2.3.4:80 ssl", "1.2.3.4:80;", "8080\n"}) {
    EXPECT_EQ(listen(text), "error") << text;
  }
}

TEST(Upstream, HasAPortByItsScheme) {
  EXPECT_EQ(upstream("http://shop"), "plain shop:80");
  EXPECT_EQ(upstream("https://shop.example/"), "tls shop.example:443");
  EXPECT_EQ(upstream("http://10.0.0.7:8080"), "plain 10.0.0.7:8080");
  EXPECT_EQ(upstream("http://[fd00::1]:8080"), "plain [fd00::1]:8080");
  EXPECT_EQ(upstream("http://my_service:3000"), "plain my_service:3000");
}

TEST(Upstream, OtherThingsAreRefused) {
  for (const char* url :
       {"", "shop:80", "ftp://shop", "http://", "http://shop/path", "http://shop?x",
        "http://user@shop", "http://shop:0", "http://shop:x", "http://sh op", "http://shop;",
        "http://$host", "http://shop\n", "http://a..b", "http://[fd00::1", "http://[shop]:80"}) {
    EXPECT_EQ(upstream(url), "error") << url;
  }
}

TEST(HostPattern, IsADnsNamePerhapsWithAStar) {
  EXPECT_EQ(parse_host_pattern("Shop.Example").value(), "shop.example");
  EXPECT_EQ(parse_host_pattern("*.shop.example").value(), "*.shop.example");
  for (const char* text : {"", "*", "*.", "a.*.b", "~regex", "a b", "a;", "\"a\"", "a/b", ".a"}) {
    EXPECT_FALSE(parse_host_pattern(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace yagura::gateway
