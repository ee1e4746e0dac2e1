#include "policy/vap/testing.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "kube/testing.hpp"

namespace yagura::policy::testing {

std::shared_ptr<const PolicySet> load(std::string_view yaml) {
  Diagnostics diagnostics;
  auto set = load_policies(kube::parse_all(yaml), diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.list()) ADD_FAILURE() << to_string(diagnostic);
  return set;
}

std::string load_problems(std::string_view yaml) {
  Diagnostics diagnostics;
  static_cast<void>(load_policies(kube::parse_all(yaml), diagnostics));
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics.list()) text += to_string(diagnostic) + "\n";
  return text;
}

std::string pod_policy(std::string_view spec, std::string_view name) {
  return fmt::format(
      "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: "
      "{{name: {}}}\nspec:\n"
      "  matchConstraints: {{resourceRules: [{{apiGroups: [''], apiVersions: [v1], operations: "
      "['*'], "
      "resources: [pods]}}]}}\n{}\n",
      name, spec);
}

Judge::Judge(std::string_view policies, VapLimits limits) : session_(load(policies), limits) {}

const kube::Node& Judge::read(std::string_view yaml) {
  documents_.push_back(kube::parse_one(yaml));
  return documents_.back().root();
}

AdmissionRequest& Judge::begin(std::string_view object) {
  request_ = request_to_create(read(object), kinds_);
  session_.begin(request_);
  return request_;
}

std::string Judge::verdict(std::uint32_t policy, const kube::Node* params) {
  const PolicyResult result = session_.evaluate(policy, params);
  switch (result.outcome) {
    case PolicyOutcome::kNoMatch:
      return "no match";
    case PolicyOutcome::kPass:
      return "pass";
    case PolicyOutcome::kNotEvaluated:
      return fmt::format("not evaluated: {}", result.detail);
    case PolicyOutcome::kFail:
      break;
  }
  std::string text;
  for (const ValidationFailure& failure : result.failures) {
    if (!text.empty()) text += "; ";
    text += failure.message;
  }
  return text;
}

}  // namespace yagura::policy::testing
