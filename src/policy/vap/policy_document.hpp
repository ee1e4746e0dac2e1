#pragma once

// Admission policies as their documents say them, read and checked but not compiled. Texts and
// nodes point into the document, which each keeps alive.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics.hpp"
#include "kube/document.hpp"
#include "policy/vap/match_resources.hpp"

namespace yagura::policy {

// A CEL expression and the scalar that it stands in. No node: there is none.
struct ExpressionText {
  std::string_view text;
  const kube::Node* node = nullptr;
  [[nodiscard]] bool exists() const { return node != nullptr; }
};

struct NamedExpression {  // a variable or match condition
  std::string_view name;
  ExpressionText expression;
};

// metav1.StatusReason, those that a validation may give.
enum class DenyReason : std::uint8_t {
  kInvalid,
  kForbidden,
  kUnauthorized,
  kRequestEntityTooLarge
};
[[nodiscard]] std::string_view to_string(DenyReason reason);  // "Invalid", …
[[nodiscard]] int http_code(DenyReason reason);               // 422, 403, 401, 413

struct ValidationText {
  ExpressionText expression;
  std::string_view message;  // trimmed; empty: none
  ExpressionText message_expression;
  DenyReason reason = DenyReason::kInvalid;
};

struct AuditAnnotationText {
  std::string_view key;
  ExpressionText value_expression;
};

enum class PatchType : std::uint8_t { kApplyConfiguration, kJsonPatch };

struct MutationText {
  PatchType type = PatchType::kApplyConfiguration;
  ExpressionText expression;
};

struct ParamKind {
  std::string_view api_version;
  std::string_view kind;
};

enum class PolicyType : std::uint8_t { kValidating, kMutating };
enum class FailurePolicy : std::uint8_t { kFail, kIgnore };

struct PolicyDocument {
  explicit PolicyDocument(kube::Document from) : document(std::move(from)) {}

  kube::Document document;
  PolicyType type = PolicyType::kValidating;
  std::string_view name;
  const kube::Node* annotations = nullptr;  // metadata.annotations, or null
  FailurePolicy failure_policy = FailurePolicy::kFail;
  std::optional<ParamKind> param_kind;
  MatchResources constraints;
  std::vector<NamedExpression> match_conditions;
  std::vector<NamedExpression> variables;
  std::vector<ValidationText> validations;
  std::vector<AuditAnnotationText> audit_annotations;
  std::vector<MutationText> mutations;  // of a mutating policy

  // metadata.annotations[key], or empty.
  [[nodiscard]] std::string_view annotation(std::string_view key) const;
};

enum class ValidationAction : std::uint8_t { kDeny, kWarn, kAudit };
enum class ParameterNotFound : std::uint8_t { kAllow, kDeny };

struct ParamRef {
  std::string_view name;  // empty: by selector
  std::string_view namespace_;
  std::optional<LabelSelector> selector;
  ParameterNotFound not_found = ParameterNotFound::kDeny;
};

struct BindingDocument {
  explicit BindingDocument(kube::Document from) : document(std::move(from)) {}

  kube::Document document;
  PolicyType type = PolicyType::kValidating;
  std::string_view name;
  std::string_view policy_name;
  std::optional<ParamRef> param_ref;
  std::optional<MatchResources> resources;
  std::uint8_t actions = 0;  // bit 1 << ValidationAction
  [[nodiscard]] bool has(ValidationAction action) const {
    return (actions & (1U << static_cast<unsigned>(action))) != 0;
  }
};

struct PolicyDocuments {
  std::vector<PolicyDocument> policies;
  std::vector<BindingDocument> bindings;
};

// Whether the document is one of ours: ValidatingAdmissionPolicy, MutatingAdmissionPolicy or a
// binding of one, of admissionregistration.k8s.io/v1, v1beta1 or v1alpha1.
[[nodiscard]] bool is_policy_document(const kube::Document& document);

// Reads those of the documents that are; the others are left out silently. Every problem is a
// diagnostic with the place of the field (or of where it should be) and a hint; a document with an
// error is left out. Rules are those of the API's own validation, with its defaults filled in.
// Expressions are not looked into.
[[nodiscard]] PolicyDocuments read_policy_documents(const std::vector<kube::Document>& documents,
                                                    Diagnostics& diagnostics);

}  // namespace yagura::policy
