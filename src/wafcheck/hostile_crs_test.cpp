// What the patterns of the Core Rule Set make of values that are built to keep a backtracking
// matcher busy. A test that does not end has found one. No rule may give up: all of CRS is known to
// the linear matcher.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "waf/load/load.hpp"
#include "wafcheck/hostile.hpp"

namespace yagura::wafcheck {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLength = 20'000;
constexpr std::uint64_t kMemory = 64 << 20;
constexpr waf::RuleId kFirstDetectionRule = 910'000;

fs::path crs_folder() {
  const char* named = std::getenv("YAGURA_CORPORA");
  const fs::path corpora = named != nullptr && *named != '\0'
                               ? fs::path(named)
                               : fs::path(YAGURA_SOURCE_DIR) / ".." / "shared" / "corpora";
  return fs::is_directory(corpora / "crs") ? corpora / "crs" : fs::path();
}

// Loaded once for all tests of the process.
const std::shared_ptr<const waf::RuleSet>& crs() {
  static const std::shared_ptr<const waf::RuleSet> kRules = [] {
    Diagnostics diagnostics;
    return waf::load_rules(
        {.path = crs_folder(), .cache_folder = fs::temp_directory_path() / "yagura-test-patterns"},
        diagnostics);
  }();
  return kRules;
}

class HostilePatterns : public ::testing::Test {
 protected:
  void SetUp() override {
    if (crs_folder().empty()) GTEST_SKIP() << "skipped: no corpora";
    ASSERT_NE(crs(), nullptr);
  }
};

// Each is repeated to a long run: what repetitions of patterns share, and what patterns begin with.
std::vector<std::string> pieces() {
  std::vector<std::string> list;
  for (int byte = 1; byte < 128; ++byte) list.emplace_back(1, static_cast<char>(byte));
  for (const char* piece :
       {"\xc3\xa9", "\xff",     "a ",          "a=",      "../",    "..\\",    "/*",    "*/",
        "--",       "' '",      "\"a",         "select ", "union ", "<a ",     "<!--",  "&#",
        "%25",      "\\x",      "${",          "{{",      "() {",   "a.a.",    "1.1.",  "x'",
        "or ",      "0x",       "a(",          "(a",      ")(",     "a,",      "cmd ",  "|a",
        ";a",       "`a",       "$(",          "a\n",     "a\r\n",  "http://", "on=",   "a:a;",
        "QUJD",     "<script ", "javascript:", "sleep(",  "1=1 ",   "'or'",    "exec(", "${jndi:",
        "@import ", "style=",   "data:",       "x-",      "a\\",    "/a",      "a-a",   "\r\n",
        "\n(",      "=\n",      "\"\n",        "'\n",     "$(\n",   "|| ",     "&& ",   "b'",
        "u\"",      "wget\n"}) {
    list.emplace_back(piece);
  }
  return list;
}

std::string run_of(const std::string& piece) {
  std::string text;
  while (text.size() < kLength) text += piece;
  return text;
}

std::string percent_encoded(const std::string& text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const char byte : text) {
    const auto code = static_cast<unsigned char>(byte);
    ((out += '%') += kDigits[code >> 4]) += kDigits[code & 15];
  }
  return out;
}

std::string json_string(const std::string& text) {
  std::string out = "\"";
  for (const char byte : text) {
    const auto code = static_cast<unsigned char>(byte);
    if (code >= 0x20 && byte != '"' && byte != '\\') {
      out += byte;
      continue;
    }
    constexpr std::string_view kDigits = "0123456789abcdef";
    out += "\\u00";
    (out += kDigits[code >> 4]) += kDigits[code & 15];
  }
  return out + "\"";
}

HostileExchange form_with(const std::string& value) {
  return {.headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
          .body = "q=" + percent_encoded(value),
          .response_headers = {},
          .response_body = {}};
}

void expect_bounded(const HostileOutcome& outcome, const std::string& piece) {
  EXPECT_EQ(outcome.not_evaluated, 0U) << ::testing::PrintToString(piece);
  EXPECT_EQ(outcome.body_error, "") << ::testing::PrintToString(piece);
  EXPECT_LT(outcome.memory, kMemory) << ::testing::PrintToString(piece);
}

TEST_F(HostilePatterns, EndInArguments) {
  for (const std::string& piece : pieces()) {
    expect_bounded(send(crs(), form_with(run_of(piece))), piece);
  }
}

TEST_F(HostilePatterns, EndInJson) {
  for (const std::string& piece : pieces()) {
    const HostileExchange exchange{.headers = {{"Content-Type", "application/json"}},
                                   .body = "{\"a\":[" + json_string(run_of(piece)) + "]}",
                                   .response_headers = {},
                                   .response_body = {}};
    expect_bounded(send(crs(), exchange), piece);
  }
}

TEST_F(HostilePatterns, EndInHeadersCookiesAndPaths) {
  for (const std::string& piece : pieces()) {
    if (piece.find_first_of("\r\n") != std::string::npos) continue;  // no server passes them on
    const std::string run = run_of(piece);
    const HostileExchange exchange{.method = "GET",
                                   .uri = "/" + percent_encoded(run.substr(0, kLength / 4)),
                                   .headers = {{"Referer", run}, {"Cookie", "q=" + run}},
                                   .body = {},
                                   .response_headers = {},
                                   .response_body = {}};
    expect_bounded(send(crs(), exchange), piece);
  }
}

TEST_F(HostilePatterns, EndInResponses) {
  for (const std::string& piece : pieces()) {
    const HostileExchange exchange{.method = "GET",
                                   .uri = "/",
                                   .headers = {},
                                   .body = {},
                                   .response_headers = {{"Content-Type", "text/html"}},
                                   .response_body = run_of(piece)};
    expect_bounded(send(crs(), exchange), piece);
  }
}

// Whatever stands before it, an attack is found: nothing is cut, and no rule tires.
TEST_F(HostilePatterns, HideNoAttackBehindThem) {
  for (const std::string& piece : pieces()) {
    const HostileOutcome outcome =
        send(crs(), form_with(run_of(piece) + "\"><script>alert(document.cookie)</script>"));
    expect_bounded(outcome, piece);
    EXPECT_TRUE(outcome.verdict.interrupts()) << ::testing::PrintToString(piece);
    EXPECT_GE(outcome.rule, kFirstDetectionRule);
  }
}

TEST_F(HostilePatterns, EndInManyValues) {
  std::string body;
  for (int i = 0; i < 250; ++i) {
    body += "a" + std::to_string(i) + "=" + percent_encoded(std::string(100, '\n') + "wget ") + "&";
  }
  HostileExchange exchange = form_with("");
  exchange.body = body;
  expect_bounded(send(crs(), exchange), "many values");
}

}  // namespace
}  // namespace yagura::wafcheck
