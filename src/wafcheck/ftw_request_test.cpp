#include "wafcheck/ftw_request.hpp"

#include <gtest/gtest.h>

#include "wafcheck/ftw_template.hpp"

namespace yagura::wafcheck {
namespace {

TEST(FtwRequest, IsCompletedAndItsHeadersAreSorted) {
  StageInput input{.method = "POST", .uri = "/post"};
  input.headers = {{"User-Agent", "t"}, {"Host", "localhost"}};
  input.data = "a=<b>&c";
  EXPECT_EQ(build_request(input),
            "POST /post HTTP/1.1\r\nHost: localhost\r\nUser-Agent: t\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n"
            "Content-Length: 11\r\n\r\na=%3Cb%3E&c");
}

TEST(FtwRequest, LeavesEncodedDataAndOtherTypesAsTheyAre) {
  StageInput input{.method = "POST"};
  const auto body = [&] {
    const std::string text = build_request(input);
    return text.substr(text.find("\r\n\r\n") + 4);
  };
  for (const char* data : {"a=%3C<", "a=b+<"}) {
    input.data = data;
    EXPECT_EQ(body(), data);
  }
  input.data = "<a>";
  input.headers = {{"Content-Type", "application/xml"}};
  EXPECT_EQ(body(), "<a>");
}

TEST(FtwRequest, IsSentAsWrittenWhereNothingShallBeCompleted) {
  StageInput input{.method = "GET", .complete = false};
  input.data = "a b";
  EXPECT_EQ(build_request(input), "GET / HTTP/1.1\r\n\r\na b");
  input.raw = "junk";
  EXPECT_EQ(build_request(input), "junk");
}

TEST(FtwRequest, KeepsWhatIsGivenInAnyCase) {
  StageInput input{.method = "POST"};
  input.headers = {{"content-length", "7"}, {"Content-type", "text/xml"}};
  input.data = "<a b='c'>";
  EXPECT_EQ(build_request(input),
            "POST / HTTP/1.1\r\nContent-type: text/xml\r\ncontent-length: 7\r\n"
            "Connection: close\r\n\r\n<a b='c'>");
}

TEST(FtwRequest, GivesMultipartDataItsLineEnds) {
  StageInput input{.method = "POST"};
  input.headers = {{"Content-Type", "multipart/form-data; boundary=x"}};
  input.data = "--x\nA: b\n";
  EXPECT_TRUE(build_request(input).ends_with("\r\n\r\n--x\r\nA: b\r\n"));
}

TEST(FtwTemplate, ExpandsTheFunctionsThatTestsUse) {
  EXPECT_EQ(expand_template(R"(a{{ "xy" | repeat 3 }}b)"), "axyxyxyb");
  EXPECT_EQ(expand_template(R"({{repeat 2 "\n"}})"), "\n\n");
  EXPECT_EQ(expand_template(R"({{ "{{" }}7*7)"), "{{7*7");
  EXPECT_EQ(expand_template("{{ `a` }}{{`b`|repeat 0}}"), "a");
  EXPECT_EQ(expand_template("none } { {"), "none } { {");
}

TEST(FtwTemplate, FailsForOthersAndAtItsLimit) {
  for (const char* text : {"{{7*7}}", "{{ upper \"a\" }}", "{{", R"({{ "a }})", R"({{ "\q" }})"}) {
    EXPECT_FALSE(expand_template(text)) << text;
  }
  EXPECT_EQ(expand_template(R"({{ "x" | repeat 99999999999 }})").error().code,
            ErrorCode::kLimitExceeded);
  EXPECT_EQ(expand_template(R"({{ "x" | repeat 33554432 }}{{ "x" }})").error().code,
            ErrorCode::kLimitExceeded);
}

}  // namespace
}  // namespace yagura::wafcheck
