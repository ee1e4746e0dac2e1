#pragma once

// Runs the table tests that stand beside a policy: tests.yaml, in the format of rules/README.md.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics.hpp"
#include "core/result.hpp"
#include "kube/document.hpp"
#include "policy/vap/evaluation_session.hpp"

namespace yagura::policy {

struct PolicyTestResult {
  std::string name;
  std::uint32_t line = 0;  // of the case in tests.yaml
  bool passed = false;
  std::string problem;  // what was expected and what came; empty where it passed
};

struct PolicyTestReport {
  std::filesystem::path folder;
  std::string policy;
  std::vector<PolicyTestResult> results;

  [[nodiscard]] std::size_t passed_count() const;
  [[nodiscard]] std::size_t failed_count() const { return results.size() - passed_count(); }
};

// A case whose policy failed, as expected. The session still holds the evaluation: explain() works.
struct FailingCase {
  const kube::Document& object;
  const CompiledPolicy& policy;
  const PolicyResult& result;
  EvaluationSession& session;
  const kube::Node* params = nullptr;
};

struct PolicyTestOptions {
  // The fields that the failure is reported at ("spec.containers[0].image"), to compare with
  // `paths`. Without it paths are not looked at.
  std::function<std::vector<std::string>(const FailingCase&)> paths;
  // A further condition on failing cases: what is wrong, or empty.
  std::function<std::string(const FailingCase&)> check_failing;
  // Demand at least one case that passes and one that fails.
  bool require_both = true;
};

// Folders at or below `root` with a tests.yaml beside a policy.yaml, sorted.
[[nodiscard]] std::vector<std::filesystem::path> find_policy_tests(
    const std::filesystem::path& root);

// Runs every case. Problems of the two files go to `diagnostics`; the report then holds what could
// be run. Fails where a file cannot be read, or holds no policy.
[[nodiscard]] Result<PolicyTestReport> run_policy_tests(const std::filesystem::path& folder,
                                                        Diagnostics& diagnostics,
                                                        const PolicyTestOptions& options = {});

}  // namespace yagura::policy
