#include "policy/testing/table_tests.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "core/file.hpp"
#include "policy/vap/testing.hpp"

namespace yagura::policy {
namespace {

namespace fs = std::filesystem;

class TableTests : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("yagura-table-tests-" + std::to_string(::getpid()));
    fs::create_directories(folder_);
    write("policy.yaml",
          testing::pod_policy("  paramKind: {apiVersion: v1, kind: ConfigMap}\n"
                              "  validations:\n"
                              "  - expression: object.spec.num <= int(params.data.most)\n"
                              "    message: too many\n"));
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(std::string_view name, std::string_view text) {
    ASSERT_TRUE(core::write_file(folder_ / name, text));
  }

  // Runs the cases; "name: problem" of those that failed, each in a line.
  std::string run(std::string_view tests,
                  const PolicyTestOptions& options = {.require_both = false}) {
    write("tests.yaml", tests);
    Diagnostics diagnostics;
    const auto report = run_policy_tests(folder_, diagnostics, options);
    std::string text;
    for (const Diagnostic& diagnostic : diagnostics.list()) text += diagnostic.message + "\n";
    if (!report) return text + report.error().message;
    passed_ = report->passed_count();
    for (const PolicyTestResult& result : report->results) {
      if (!result.passed) text += result.name + ": " + result.problem + "\n";
    }
    return text;
  }

  static std::string test(std::string_view expect, int count, std::string_view extra = "") {
    return "- name: a\n  object: {apiVersion: v1, kind: Pod, spec: {num: " + std::to_string(count) +
           "}}\n  params: {data: {most: '5'}}\n  expect: " + std::string(expect) + "\n" +
           std::string(extra);
  }

  fs::path folder_;
  std::size_t passed_ = 0;
};

TEST_F(TableTests, PassWhereTheVerdictIsTheExpectedOne) {
  EXPECT_EQ(
      run("tests:\n" + test("pass", 5) + test("fail", 6, "  message: too\n") +
          "- name: b\n  object: {apiVersion: v1, kind: Service}\n  expect: no-match\n"
          "- name: c\n  object: {apiVersion: v1, kind: Pod, spec: {num: 1}}\n  expect: error\n"),
      "");
  EXPECT_EQ(passed_, 4U);
}

TEST_F(TableTests, SayWhatCameInstead) {
  EXPECT_EQ(run("tests:\n" + test("fail", 5)), "a: expected fail, but it passed\n");
  EXPECT_EQ(run("tests:\n" + test("pass", 6)),
            "a: expected pass, but validations[0] failed: too many\n");
  EXPECT_EQ(run("tests:\n- name: a\n  object: {apiVersion: v1, kind: Service}\n  expect: pass\n"),
            "a: expected pass, but the policy does not match the object\n");
  EXPECT_NE(run("tests:\n- name: a\n  object: {apiVersion: v1, kind: Pod}\n  expect: fail\n")
                .find("a: expected fail, but validations[0] could not be evaluated: "),
            std::string::npos);
  EXPECT_EQ(run("tests:\n" + test("fail", 6, "  message: few\n")),
            "a: expected a message with \"few\", but validations[0] failed: too many\n");
}

TEST_F(TableTests, DefaultParametersComeFromTheAnnotation) {
  std::string policy = testing::pod_policy(
      "  paramKind: {apiVersion: v1, kind: ConfigMap}\n"
      "  validations: [{expression: object.spec.num <= int(params.data.most)}]\n");
  policy.replace(
      policy.find("{name: demo}"), 12,
      "\n  name: demo\n  annotations:\n    yagura.dev/params: |\n      data: {most: '2'}\n");
  write("policy.yaml", policy);
  EXPECT_EQ(
      run("tests:\n- name: a\n  object: {apiVersion: v1, kind: Pod, spec: {num: 2}}\n  expect: "
          "pass\n"
          "- name: b\n  object: {apiVersion: v1, kind: Pod, spec: {num: 3}}\n  expect: fail\n"),
      "");
}

TEST_F(TableTests, PathsAreComparedExactly) {
  PolicyTestOptions options{.require_both = false};
  options.paths = [](const FailingCase& failing) {
    EXPECT_EQ(failing.object.root().get({"spec", "num"})->as_int(), 6);
    return std::vector<std::string>{"spec.num"};
  };
  EXPECT_EQ(run("tests:\n" + test("fail", 6, "  paths: [spec.num]\n"), options), "");
  EXPECT_EQ(run("tests:\n" + test("fail", 6, "  paths: [spec.x]\n"), options),
            "a: expected it at spec.x, but it is reported at spec.num\n");
  EXPECT_EQ(run("tests:\n" + test("fail", 6, "  paths: []\n"), options),
            "a: expected it at no field, but it is reported at spec.num\n");
  options.check_failing = [](const FailingCase&) { return std::string("the fix does not help"); };
  EXPECT_EQ(run("tests:\n" + test("fail", 6), options), "a: the fix does not help\n");
}

TEST_F(TableTests, BothVerdictsAreDemanded) {
  EXPECT_NE(run("tests:\n" + test("pass", 5), {})
                .find("has a case that is expected to fail: there is none"),
            std::string::npos);
  EXPECT_NE(run("tests:\n" + test("fail", 6), {})
                .find("has a case that is expected to pass: there is none"),
            std::string::npos);
}

TEST_F(TableTests, TakeOperationOldObjectAndUser) {
  write(
      "policy.yaml",
      testing::pod_policy(
          "  validations:\n"
          "  - expression: request.operation == 'DELETE' || object.spec.num >= oldObject.spec.num\n"
          "  - expression: request.userInfo.username == 'jane' && request.userInfo.groups == "
          "['a']\n"
          "  - expression: namespaceObject.metadata.labels.env == 'prod'\n"));
  const std::string common =
      "  userInfo: {username: jane, groups: [a]}\n  namespaceObject: {metadata: {labels: {env: "
      "prod}}}\n";
  EXPECT_EQ(
      run("tests:\n- name: update\n  object: {apiVersion: v1, kind: Pod, spec: {num: 2}}\n"
          "  oldObject: {apiVersion: v1, kind: Pod, spec: {num: 1}}\n  expect: pass\n" +
          common +
          "- name: less\n  object: {apiVersion: v1, kind: Pod, spec: {num: 1}}\n"
          "  oldObject: {apiVersion: v1, kind: Pod, spec: {num: 2}}\n  expect: fail\n" +
          common +
          "- name: delete\n  oldObject: {apiVersion: v1, kind: Pod, spec: {num: 2}}\n  expect: "
          "pass\n" +
          common +
          "- name: unknown user\n  object: {apiVersion: v1, kind: Pod, spec: {num: 2}}\n"
          "  oldObject: {apiVersion: v1, kind: Pod, spec: {num: 1}}\n  expect: not-evaluated\n"),
      "");
}

TEST_F(TableTests, MistakesInTheFileAreTold) {
  EXPECT_NE(run("tests:\n- name: a\n  expect: pass\n").find("tests[0].object: is required"),
            std::string::npos);
  EXPECT_NE(run("tests:\n" + test("maybe", 1)).find("unknown expectation \"maybe\""),
            std::string::npos);
  EXPECT_NE(run("tests:\n" + test("pass", 1, "  expects: x\n"))
                .find("unknown field \"tests[0].expects\""),
            std::string::npos);
  write("policy.yaml", "apiVersion: v1\nkind: Pod\n");
  EXPECT_NE(run("tests: []\n").find("there is no policy that could be tested"), std::string::npos);
}

TEST_F(TableTests, AreFoundBelowAFolder) {
  fs::create_directories(folder_ / "a" / "b");
  write("a/b/policy.yaml", "x");
  write("a/b/tests.yaml", "x");
  write("tests.yaml", "x");
  fs::create_directories(folder_ / "c");
  write("c/tests.yaml", "x");  // no policy beside it
  const auto folders = find_policy_tests(folder_);
  ASSERT_EQ(folders.size(), 2U);
  EXPECT_EQ(folders[0], folder_);
  EXPECT_EQ(folders[1], folder_ / "a" / "b");
}

}  // namespace
}  // namespace yagura::policy
