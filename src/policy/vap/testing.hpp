#pragma once

// For tests: policies and requests from YAML in one line.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kube/resource_kinds.hpp"
#include "policy/vap/evaluation_session.hpp"

namespace yagura::policy::testing {

// Every policy and binding of the text. Aborts the test's expectations, with the diagnostics, where
// there are any.
[[nodiscard]] std::shared_ptr<const PolicySet> load(std::string_view yaml);

// The diagnostics of loading the text, each in a line.
[[nodiscard]] std::string load_problems(std::string_view yaml);

// A policy about pods with this text under `spec`, indented by two blanks: "  validations: …".
[[nodiscard]] std::string pod_policy(std::string_view spec, std::string_view name = "demo");

// Judges YAML objects by the policies of a text.
class Judge {
 public:
  explicit Judge(std::string_view policies, VapLimits limits = {});

  // Begins with the request that creates the object; it stays readable until the next.
  AdmissionRequest& begin(std::string_view object);
  // Begins again, after the request was changed.
  void restart() { session_.begin(request_); }
  // A document that lives as long as this.
  const kube::Node& read(std::string_view yaml);

  PolicyResult evaluate(std::uint32_t policy = 0, const kube::Node* params = nullptr) {
    return session_.evaluate(policy, params);
  }
  // "pass", "no match", "not evaluated: why", or the messages, joined by "; ".
  std::string verdict(std::uint32_t policy = 0, const kube::Node* params = nullptr);
  // begin() and verdict().
  std::string judge(std::string_view object) {
    begin(object);
    return verdict();
  }

  EvaluationSession& session() { return session_; }
  AdmissionRequest& request() { return request_; }

 private:
  EvaluationSession session_;
  AdmissionRequest request_;
  kube::KindRegistry kinds_;
  std::vector<kube::Document> documents_;
};

}  // namespace yagura::policy::testing
