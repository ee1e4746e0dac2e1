#pragma once

// The whole of admission: policies through their bindings, with the parameters that those name, to
// one answer.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/vap/evaluation_session.hpp"

namespace yagura::policy {

// Objects that paramRefs look for. Lives as long as its documents do.
class ParamStore {
 public:
  // Every object of the documents.
  void add(const std::vector<kube::Document>& documents);

  struct Found {
    std::vector<const kube::Node*> objects;
    std::string error;  // not empty: the binding is wrong
  };
  // What a binding of a policy with this paramKind gives for a request in a namespace: one object
  // by name, or those that the selector picks, in order of their documents. A namespaced kind
  // without paramRef.namespace is looked for in the request's namespace.
  [[nodiscard]] Found find(const ParamKind& kind, const ParamRef& ref,
                           const AdmissionRequest& request) const;

 private:
  struct Entry {
    std::string_view group;
    std::string_view version;
    std::string_view kind;
    std::string_view namespace_;
    std::string_view name;
    const kube::Node* object = nullptr;
  };
  std::vector<Entry> entries_;
};

struct DeniedBy {
  std::string policy;
  std::string binding;  // empty: the policy itself could not be applied
  std::string message;  // of the validation
  DenyReason reason = DenyReason::kInvalid;
};

struct AdmissionDecision {
  bool allowed = true;
  // Of the first denial, as a client sees them.
  std::string message;
  DenyReason reason = DenyReason::kInvalid;
  int code = 0;
  std::vector<DeniedBy> denials;
  std::vector<std::string> warnings;
  std::vector<std::pair<std::string, std::string>> audit_annotations;  // key, value
  std::vector<std::string> not_evaluated;                              // "policy with binding: why"
};

// Judges the request that the session began with by every policy of its set that has a binding.
// Objects that configure admission itself (webhooks, policies, bindings) are exempt.
[[nodiscard]] AdmissionDecision decide(EvaluationSession& session, const AdmissionRequest& request,
                                       const ParamStore& params);

}  // namespace yagura::policy
