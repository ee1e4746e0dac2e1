// Every check that ships, with what the engine adds to a policy: the field that each finding points
// at, and the fix.

#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>

#include "kube/document.hpp"
#include "kube/reader.hpp"
#include "kube/resource_kinds.hpp"
#include "posture/policy_test_hooks.hpp"
#include "posture/ruleset.hpp"
#include "posture/scan.hpp"
#include "posture/shipped_rules.hpp"

namespace yagura::posture {
namespace {

TEST(ShippedChecks, EachHasCasesThatPassAndFailAndItsFixesMend) {
  const auto folders = policy::find_policy_tests(std::string(YAGURA_SOURCE_DIR) + "/rules/checks");
  ASSERT_FALSE(folders.empty());
  for (const auto& folder : folders) {
    Diagnostics diagnostics;
    const auto report = policy::run_policy_tests(folder, diagnostics, policy_test_options());
    for (const Diagnostic& diagnostic : diagnostics.list()) ADD_FAILURE() << to_string(diagnostic);
    if (!report) {
      ADD_FAILURE() << report.error().message;
      continue;
    }
    for (const auto& result : report->results) {
      EXPECT_TRUE(result.passed) << folder.filename() << "/tests.yaml:" << result.line << ": "
                                 << result.name << ": " << result.problem;
    }
  }
}

TEST(ShippedChecks, EveryPolicyHasTestsBesideIt) {
  std::set<std::string> tested;
  const std::filesystem::path root = std::string(YAGURA_SOURCE_DIR) + "/rules";
  for (const auto& folder : policy::find_policy_tests(root)) {
    tested.insert(std::filesystem::relative(folder, root).string());
  }
  for (const ShippedRule& rule : shipped_rules()) {
    if (!rule.path.starts_with("checks/")) continue;
    EXPECT_TRUE(tested.contains(std::filesystem::path(rule.path).parent_path().string()))
        << rule.path;
  }
}

TEST(ShippedChecks, AllLoadWithoutAProblem) {
  Diagnostics diagnostics;
  const Ruleset rules = Ruleset::load({}, {}, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.list()) ADD_FAILURE() << to_string(diagnostic);
  EXPECT_GT(rules.active().size(), 100U);
}

// An object with nothing in it is of its kind all the same: no check may stumble over what is not
// there.
TEST(ShippedChecks, NoneStumblesOverAnEmptyObjectOfAnyKind) {
  std::string text;
  for (const kube::ResourceKind& kind : kube::builtin_kinds()) {
    const std::string api_version =
        (kind.group.empty() ? std::string{} : std::string(kind.group) + "/") +
        std::string(kind.version);
    text += "---\napiVersion: " + api_version + "\nkind: " + std::string(kind.kind) +
            "\nmetadata: {name: a}\n";
    text += "---\napiVersion: " + api_version + "\nkind: " + std::string(kind.kind) +
            "\nmetadata: {name: b, annotations: , labels: }\nspec:\n";
  }
  Diagnostics diagnostics;
  const auto source =
      std::make_shared<const kube::Source>("kinds.yaml", text, kube::SourceFormat::kYaml);
  const auto documents = kube::read_documents(source, diagnostics);
  ASSERT_FALSE(diagnostics.has_errors()) << to_string(diagnostics.list().front());
  const Ruleset rules = Ruleset::load({}, {}, diagnostics);
  const ScanResult result = scan(rules, {}, documents, {}, diagnostics);
  for (const model::Finding& finding : result.findings) {
    EXPECT_NE(finding.status, model::Status::kNotEvaluated)
        << finding.control->id << " on " << display_name(*finding.resource) << ": "
        << finding.message;
  }
}

}  // namespace
}  // namespace yagura::posture
