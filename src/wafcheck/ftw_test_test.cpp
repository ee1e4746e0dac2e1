#include "wafcheck/ftw_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace yagura::wafcheck {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr const char* kFile = R"(---
meta: {author: us}
rule_id: 920100
tests:
  - test_id: 4
    desc: A test
    stages:
      - input:
          dest_addr: 127.0.0.1
          port: 8080
          method: POST
          uri: "/a?b"
          version: HTTP/1.0
          autocomplete_headers: false
          headers:
            Host: localhost
            Content-Length: 0123
            X-Yes: yes
          data: '{{ "ab" | repeat 2 }}'
        output:
          status: 403
          expect_error: true
          retry_once: true
          log:
            expect_ids: [920100, 949110]
            no_expect_ids: [1]
            match_regex: 'id "9\d+"'
            no_match_regex: "x"
      - input:
          encoded_request: R0VUIC8=
        output: {}
)";

TEST(FtwTests, AreReadWithEverythingTheySay) {
  Diagnostics diagnostics;
  const auto tests = read_test_text("t.yaml", kFile, diagnostics);
  EXPECT_FALSE(diagnostics.has_errors());
  ASSERT_EQ(tests.size(), 1U);
  EXPECT_EQ(tests[0].title(), "920100-4");
  EXPECT_EQ(tests[0].line, 5U);
  ASSERT_EQ(tests[0].stages.size(), 2U);
  const StageInput& input = tests[0].stages[0].input;
  EXPECT_EQ(input.dest_addr, "127.0.0.1");
  EXPECT_EQ(input.port, 8080);
  EXPECT_EQ(input.method, "POST");
  EXPECT_EQ(input.uri, "/a?b");
  EXPECT_EQ(input.version, "HTTP/1.0");
  EXPECT_FALSE(input.complete);
  EXPECT_EQ(input.data, "abab");
  EXPECT_THAT(input.headers, ElementsAre(Pair("Host", "localhost"), Pair("Content-Length", "0123"),
                                         Pair("X-Yes", "yes")));
  const StageOutput& output = tests[0].stages[0].output;
  EXPECT_EQ(output.status, 403);
  EXPECT_EQ(output.expect_error, true);
  EXPECT_TRUE(output.retry_once);
  EXPECT_THAT(output.expect_ids, ElementsAre(920100U, 949110U));
  EXPECT_THAT(output.no_expect_ids, ElementsAre(1U));
  EXPECT_EQ(output.match_regex, R"(id "9\d+")");
  EXPECT_EQ(output.no_match_regex, "x");
  EXPECT_EQ(tests[0].stages[1].input.raw, "GET /");
}

TEST(FtwTests, ThatAskForTheUnsupportedAreNamedAndLeftOut) {
  Diagnostics diagnostics;
  const auto tests = read_test_text("t.yaml", R"(rule_id: 1
tests:
  - test_id: 1
    stages: [{input: {save_cookie: true}, output: {}}]
  - test_id: 2
    stages: [{input: {protocol: https}, output: {}}]
  - test_id: 3
    stages: [{input: {data: "{{ now }}"}, output: {}}]
  - test_id: 4
    stages: [{input: {encoded_request: "*"}, output: {}}]
  - test_id: 5
    stages: []
  - test_id: 6
    stages: [{input: {uri: /ok}, output: {}}]
)",
                                    diagnostics);
  ASSERT_EQ(tests.size(), 1U);
  EXPECT_EQ(tests[0].test_id, 6U);
  EXPECT_EQ(diagnostics.error_count(), 5U);
  EXPECT_EQ(diagnostics.list()[0].line, 4U);
  EXPECT_THAT(diagnostics.list()[0].message, HasSubstr("save_cookie"));
}

TEST(FtwTests, WithoutARuleIdAreNoTests) {
  Diagnostics diagnostics;
  EXPECT_TRUE(read_test_text("t.yaml", "tests: []\n", diagnostics).empty());
  EXPECT_TRUE(diagnostics.has_errors());
}

TEST(FtwOverrides, ReplaceTheWholeOutputOfTheStagesNamed) {
  const auto folder = std::filesystem::path(::testing::TempDir()) / "ftw_overrides";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "o.yaml") << R"(test_overrides:
  - rule_id: 920100
    test_ids: [4]
    stage_ids: [0]
    reason: the server answers itself
    output:
      status: 400
  - rule_id: 7
    test_ids: [1]
)";
  Diagnostics diagnostics;
  const auto overrides = read_overrides(folder / "o.yaml", diagnostics);
  auto tests = read_test_text("t.yaml", kFile, diagnostics);
  ASSERT_FALSE(diagnostics.has_errors());
  ASSERT_EQ(overrides.size(), 2U);
  EXPECT_EQ(apply_overrides(overrides, tests), 1U);
  EXPECT_EQ(tests[0].stages[0].output.status, 400);
  EXPECT_TRUE(tests[0].stages[0].output.expect_ids.empty());
}

}  // namespace
}  // namespace yagura::wafcheck
