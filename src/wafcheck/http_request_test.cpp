#include "wafcheck/http_request.hpp"

#include <gtest/gtest.h>

#include "wafcheck/http_server.hpp"

namespace yagura::wafcheck {
namespace {

HttpRequest read(std::string_view text, BodyWithoutLength mode = BodyWithoutLength::kNone) {
  auto request = read_http_request(text, mode);
  EXPECT_TRUE(request.has_value());
  return request ? *std::move(request) : HttpRequest{};
}

TEST(HttpRequest, IsReadIntoItsParts) {
  const std::string text =
      "POST /a?b=c HTTP/1.1\r\nHost: example.org:8080\r\nContent-Length: "
      "3\r\nX-Empty:\r\n\r\nabcdef";
  const HttpRequest request = read(text);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/a?b=c");
  EXPECT_EQ(request.protocol, "HTTP/1.1");
  ASSERT_EQ(request.fields.size(), 3U);
  EXPECT_EQ(request.find("host")->value, "example.org:8080");
  EXPECT_EQ(request.find("x-empty")->value, "");
  EXPECT_EQ(request.body(), "abc");
  EXPECT_EQ(request.size, text.size() - 3);
  EXPECT_TRUE(request.problems.empty());
}

TEST(HttpRequest, JoinsChunksAndPassesOverTrailers) {
  const std::string text =
      "POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n"
      "3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: 1\r\n\r\nnext";
  const HttpRequest request = read(text);
  EXPECT_EQ(request.body(), "abc0123456789");
  EXPECT_EQ(text.substr(request.size), "next");
  EXPECT_TRUE(request.problems.empty());
}

TEST(HttpRequest, OfTheFirstFormHasNoProtocolAndNoFields) {
  const HttpRequest request = read("GET / \r\nHost: a\r\n\r\n");
  EXPECT_TRUE(request.is_simple());
  EXPECT_EQ(request.target, "/");
  EXPECT_TRUE(request.fields.empty());
  EXPECT_FALSE(refusal_of(request));
}

TEST(HttpRequest, TakesTheRestAsBodyWhereAFileSaysNoLength) {
  EXPECT_EQ(read("POST / HTTP/1.1\nHost: a\n\nq=1", BodyWithoutLength::kRest).body(), "q=1");
  EXPECT_EQ(read("POST / HTTP/1.1\nHost: a\n\nq=1").body(), "");
}

struct FaultCase {
  const char* text;
  HttpFault fault;
};

TEST(HttpRequest, NamesWhatIsMalformedAndAServerRefusesIt) {
  const FaultCase cases[] = {
      {"", HttpFault::kNoRequestLine},
      {"\r\n\r\n", HttpFault::kNoRequestLine},
      {"  GET / HTTP/1.1\r\nHost: a\r\n\r\n", HttpFault::kBlankBeforeMethod},
      {"G(T / HTTP/1.1\r\nHost: a\r\n\r\n", HttpFault::kBadMethod},
      {"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", HttpFault::kRequestLineWords},
      {"GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", HttpFault::kBadTarget},
      {"GET \\ HTTP/1.1\r\nHost: a\r\n\r\n", HttpFault::kBadTarget},
      {"GET * HTTP/1.1\r\nHost: a\r\n\r\n", HttpFault::kBadTarget},
      {"CONNECT example.org HTTP/1.1\r\nHost: a\r\n\r\n", HttpFault::kBadTarget},
      {"GET / HTTP/0.9\r\nHost: a\r\n\r\n", HttpFault::kBadProtocol},
      {"GET / JUNK/1.0\r\nHost: a\r\n\r\n", HttpFault::kBadProtocol},
      {"GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", HttpFault::kFieldWithoutColon},
      {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", HttpFault::kBadFieldName},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", HttpFault::kBadFieldValue},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", HttpFault::kFoldedField},
      {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3x\r\n\r\n", HttpFault::kBadContentLength},
      {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
       HttpFault::kConflictingContentLengths},
      {"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
       HttpFault::kBadTransferEncoding},
      {"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
       HttpFault::kBadChunk},
      {"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
       HttpFault::kBadChunk},
      {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc", HttpFault::kIncompleteBody},
      {"GET / HTTP/1.1\r\nHost: a\r\n", HttpFault::kIncompleteHead},
      {"GET / HTTP/1.1\r\n\r\n", HttpFault::kNoHost},
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", HttpFault::kSeveralHosts},
      {"GET / HTTP/1.1\r\nHost: a%00\r\n\r\n", HttpFault::kBadHost},
      {"GET / HTTP/1.1\r\nHost:\r\n\r\n", HttpFault::kBadHost},
  };
  for (const FaultCase& item : cases) {
    const HttpRequest request = read(item.text);
    EXPECT_TRUE(request.has(item.fault)) << item.text << describe(item.fault);
    EXPECT_TRUE(refusal_of(request)) << item.text;
  }
}

TEST(HttpRequest, IsServedWhereItIsUnusualAndAllowed) {
  for (const char* text : {
           "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
           "CONNECT 1.2.3.4:80 HTTP/1.1\r\nHost: a\r\n\r\n",
           "|GET / HTTP/1.1\r\nHost: a\r\n\r\n",
           "GET http://localhost HTTP/1.1\r\nHost: a\r\n\r\n",
           "GET /\xE2\x91\xA0 HTTP/4.0\r\nHost: [fe80::1]:80\r\n\r\n",
           "GET / HTTP/1.0\r\n\r\n",
           "GET / HTTP/1.0\r\nHost:\r\n\r\n",
       }) {
    EXPECT_FALSE(refusal_of(read(text))) << text;
  }
}

TEST(HttpServer, GoesByTheEncodingWhereALengthStandsBesideIt) {
  const std::string text =
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 7\r\nTransfer-Encoding: chunked\r\n\r\n"
      "7\r\nfoo=bar\r\n0\r\n\r\n";
  const HttpRequest request = read(text);
  EXPECT_TRUE(request.has(HttpFault::kLengthAndChunked));
  EXPECT_FALSE(refusal_of(request));
  EXPECT_EQ(request.body(), "foo=bar");
  for (const ServedField& field : served_fields(request)) EXPECT_NE(field.name, "Content-Length");
}

TEST(HttpServer, JoinsFieldsOfOneName) {
  const std::string text =
      "GET / HTTP/1.1\r\nHost: a\r\nX-A: 1\r\nCookie: a=1\r\nx-a: 2\r\nCookie: b=2\r\n\r\n";
  const auto fields = served_fields(read(text));
  ASSERT_EQ(fields.size(), 3U);
  EXPECT_EQ(fields[1].value, "1, 2");
  EXPECT_EQ(fields[2].value, "a=1; b=2");
}

TEST(HttpRequest, FailsAtEachLimitAndNowhereElse) {
  const std::string text = "GET /abcdef HTTP/1.1\r\nHost: a\r\nX: 1\r\n\r\n";
  const auto fails = [&](const HttpLimits& limits) {
    const auto request = read_http_request(text, BodyWithoutLength::kNone, limits);
    return !request && request.error().code == ErrorCode::kLimitExceeded;
  };
  EXPECT_FALSE(fails({}));
  EXPECT_TRUE(fails({.max_size = text.size() - 1}));
  EXPECT_TRUE(fails({.max_line = 10}));
  EXPECT_TRUE(fails({.max_fields = 1}));
  EXPECT_FALSE(fails({.max_size = text.size(), .max_line = 20, .max_fields = 2}));
}

TEST(HttpRequest, GoesOnAfterALineWithoutAColon) {
  const std::string text = "GET / HTTP/1.1\nHost\n more\n\n";
  const HttpRequest request = read(text);
  EXPECT_TRUE(request.has(HttpFault::kFieldWithoutColon));
  EXPECT_TRUE(request.has(HttpFault::kFoldedField));
  ASSERT_EQ(request.fields.size(), 1U);
  EXPECT_EQ(request.fields[0].name, "Host");
  EXPECT_EQ(request.fields[0].value, "\n more");
}

TEST(HttpRequest, FoldedPastTheLimitFails) {
  std::string text = "GET / HTTP/1.1\r\nX: 1\r\n";
  for (int i = 0; i < 100; ++i) text += " more\r\n";
  EXPECT_FALSE(read_http_request(text, BodyWithoutLength::kNone, {.max_line = 100}));
  EXPECT_TRUE(read_http_request(text, BodyWithoutLength::kNone, {.max_line = 1000}));
}

}  // namespace
}  // namespace yagura::wafcheck
