#include "wafcheck/backend.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wafcheck/base64.hpp"

namespace yagura::wafcheck {
namespace {

using ::testing::Contains;
using ::testing::Pair;

TEST(TestBackend, AnswersEverythingWith200) {
  EXPECT_EQ(answer("GET", "/reflect", "").status, 200);
  EXPECT_EQ(answer("POST", "/any?x", "{}").status, 200);
}

TEST(TestBackend, ReflectsWhatTheJsonAsksFor) {
  const auto response = answer(
      "POST", "/reflect?x=1",
      R"({"status": 502, "headers": {"Content-Type": "text/css", "X": "y"}, "body": "a\nb"})");
  EXPECT_EQ(response.status, 502);
  EXPECT_EQ(response.body, "a\nb");
  EXPECT_THAT(response.headers, Contains(Pair("Content-Type", "text/css")));
  EXPECT_THAT(response.headers, Contains(Pair("Content-Length", "3")));
  EXPECT_EQ(answer("POST", "/reflect", R"({"encodedBody": "AAEC"})").body,
            std::string("\0\1\2", 3));
}

TEST(TestBackend, RefusesToReflectWhatIsNoJsonObject) {
  for (const char* body : {"", "<%- a %>", "[]", R"({"status": 20})", R"({"encodedBody": "*"})"}) {
    EXPECT_EQ(answer("POST", "/reflect", body).status, 400) << body;
  }
}

TEST(TestBackend, GivesABodyTheTypeItLooksLike) {
  EXPECT_EQ(sniffed_type("  <html>"), "text/html; charset=utf-8");
  EXPECT_EQ(sniffed_type("<!doctype html >"), "text/html; charset=utf-8");
  EXPECT_EQ(sniffed_type("<pre>"), "text/plain; charset=utf-8");
  EXPECT_EQ(sniffed_type("<?xml version"), "text/xml; charset=utf-8");
  EXPECT_EQ(sniffed_type("<?php echo"), "text/plain; charset=utf-8");
  EXPECT_EQ(sniffed_type(std::string_view("a\0b", 3)), "application/octet-stream");
}

TEST(Base64, IsDecodedAcrossLinesAndStrictOtherwise) {
  EXPECT_EQ(decode_base64("SGVs\n bG8="), "Hello");
  EXPECT_EQ(decode_base64("SGVsbG8"), "Hello");
  EXPECT_EQ(decode_base64(""), "");
  EXPECT_EQ(decode_base64("SGV*"), std::nullopt);
  EXPECT_EQ(decode_base64("A"), std::nullopt);
  EXPECT_EQ(decode_base64("QQ==QQ"), std::nullopt);
}

}  // namespace
}  // namespace yagura::wafcheck
