// The steps are those of apiserver's policy dispatcher: for each policy that matches, for each of
// its bindings that matches, for each parameter object: evaluate; then act as the binding says.

#include "policy/vap/admission.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/json_text.hpp"

namespace yagura::policy {

namespace {

constexpr std::size_t kMaxAuditValue = 10 * 1024;  // bytes
constexpr std::string_view kFailureKey = "validation.policy.admission.k8s.io/validation_failure";

std::string_view text_at(const kube::Node& object, std::initializer_list<std::string_view> path) {
  const kube::Node* node = object.get(path);
  return node == nullptr ? std::string_view() : node->string_or();
}

class Decider {
 public:
  Decider(EvaluationSession& session, const AdmissionRequest& request, const ParamStore& params)
      : session_(session), request_(request), params_(params) {}

  AdmissionDecision decide();

 private:
  void apply(const CompiledPolicy& policy, const BindingDocument& binding);
  void evaluate(const CompiledPolicy& policy, const BindingDocument& binding,
                const kube::Node* params);
  void act(const CompiledPolicy& policy, const BindingDocument& binding,
           const ValidationFailure& failure, std::size_t index);
  void audit(const CompiledPolicy& policy, const BindingDocument& binding);
  void configuration_error(const CompiledPolicy& policy, const BindingDocument& binding,
                           std::string_view why);
  void deny(const CompiledPolicy& policy, const BindingDocument& binding, std::string message,
            DenyReason reason);
  void publish(const CompiledPolicy& policy);

  EvaluationSession& session_;
  const AdmissionRequest& request_;
  const ParamStore& params_;
  AdmissionDecision decision_;
  std::vector<std::pair<std::string, std::vector<std::string>>> audit_values_;  // of one policy
};

void Decider::deny(const CompiledPolicy& policy, const BindingDocument& binding,
                   std::string message, DenyReason reason) {
  decision_.denials.push_back({.policy = std::string(policy.text->name),
                               .binding = std::string(binding.name),
                               .message = std::move(message),
                               .reason = reason});
}

void Decider::configuration_error(const CompiledPolicy& policy, const BindingDocument& binding,
                                  std::string_view why) {
  if (policy.text->failure_policy == FailurePolicy::kIgnore) return;
  deny(policy, binding, fmt::format("failed to configure binding: {}", why), DenyReason::kInvalid);
}

// The API server's audit event holds a list with one entry of the last such failure.
std::string failure_json(const CompiledPolicy& policy, const BindingDocument& binding,
                         std::string_view message, std::size_t index) {
  std::string text;
  core::JsonWriter writer(text, 0);
  writer.begin_array().begin_object();
  writer.member("message", message).member("policy", std::string_view(policy.text->name));
  writer.member("binding", std::string_view(binding.name))
      .member("expressionIndex", static_cast<unsigned>(index));
  writer.key("validationActions").begin_array();
  constexpr std::string_view kNames[] = {"Deny", "Warn", "Audit"};
  for (unsigned i = 0; i < 3; ++i) {
    if (binding.has(static_cast<ValidationAction>(i))) writer.value(kNames[i]);
  }
  writer.end_array().end_object().end_array();
  return text;
}

void Decider::act(const CompiledPolicy& policy, const BindingDocument& binding,
                  const ValidationFailure& failure, std::size_t index) {
  if (failure.is_ignored) return;
  if (binding.has(ValidationAction::kDeny))
    deny(policy, binding, std::string(failure.message), failure.reason);
  if (binding.has(ValidationAction::kWarn)) {
    decision_.warnings.push_back(
        fmt::format("Validation failed for ValidatingAdmissionPolicy '{}' with binding '{}': {}",
                    policy.text->name, binding.name, failure.message));
  }
  if (binding.has(ValidationAction::kAudit)) {
    decision_.audit_annotations.emplace_back(kFailureKey,
                                             failure_json(policy, binding, failure.message, index));
  }
}

void Decider::audit(const CompiledPolicy& policy, const BindingDocument& binding) {
  for (const AuditAnnotation& annotation : session_.audit_annotations()) {
    if (annotation.action == AuditAnnotation::Action::kError) {
      deny(policy, binding, std::string(annotation.value), DenyReason::kInvalid);
    }
    if (annotation.action != AuditAnnotation::Action::kPublish) continue;
    auto found = std::find_if(audit_values_.begin(), audit_values_.end(),
                              [&](const auto& entry) { return entry.first == annotation.key; });
    if (found == audit_values_.end()) {
      found = audit_values_.insert(found, {std::string(annotation.key), {}});
    }
    std::string value(annotation.value.substr(0, kMaxAuditValue));
    auto& values = found->second;
    if (std::find(values.begin(), values.end(), value) == values.end())
      values.push_back(std::move(value));
  }
}

void Decider::publish(const CompiledPolicy& policy) {
  for (const auto& [key, values] : audit_values_) {
    decision_.audit_annotations.emplace_back(fmt::format("{}/{}", policy.text->name, key),
                                             fmt::format("{}", fmt::join(values, ", ")));
  }
  audit_values_.clear();
}

void Decider::evaluate(const CompiledPolicy& policy, const BindingDocument& binding,
                       const kube::Node* params) {
  const auto index = static_cast<std::uint32_t>(session_.set().index_of(policy));
  const PolicyResult result = session_.evaluate(index, params);
  if (result.outcome == PolicyOutcome::kNoMatch) return;
  if (result.outcome == PolicyOutcome::kNotEvaluated) {
    decision_.not_evaluated.push_back(
        fmt::format("{} with binding {}: {}", policy.text->name, binding.name, result.detail));
    return;
  }
  for (const ValidationFailure& failure : result.failures) {
    const bool whole = failure.index == ValidationFailure::kNoValidation;
    act(policy, binding, failure, whole ? 0 : failure.index);
  }
  audit(policy, binding);
}

void Decider::apply(const CompiledPolicy& policy, const BindingDocument& binding) {
  if (binding.resources) {
    const SelectorMatch match = matches_request(*binding.resources, request_);
    if (match == SelectorMatch::kNo) return;
    if (match == SelectorMatch::kUnknown) {
      decision_.not_evaluated.push_back(
          fmt::format("{} with binding {}: the labels of the object's namespace are not known",
                      policy.text->name, binding.name));
      return;
    }
  }
  if (!policy.text->param_kind || !binding.param_ref) return evaluate(policy, binding, nullptr);
  const ParamStore::Found found =
      params_.find(*policy.text->param_kind, *binding.param_ref, request_);
  if (!found.error.empty()) return configuration_error(policy, binding, found.error);
  if (found.objects.empty() && binding.param_ref->not_found == ParameterNotFound::kDeny) {
    return configuration_error(
        policy, binding, "no params found for policy binding with `Deny` parameterNotFoundAction");
  }
  for (const kube::Node* object : found.objects) evaluate(policy, binding, object);
}

// Whether the policy's own constraints hold, before its bindings are looked at.
bool is_about(const CompiledPolicy& policy, const AdmissionRequest& request) {
  return matches_request(policy.text->constraints, request) != SelectorMatch::kNo;
}

// The objects that configure admission are judged by none of it, so that a wrong policy can be
// taken away.
bool is_exempt(const RequestedKind& kind) {
  constexpr std::string_view kKinds[] = {
      "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration",
      "ValidatingAdmissionPolicy",      "ValidatingAdmissionPolicyBinding",
      "MutatingAdmissionPolicy",        "MutatingAdmissionPolicyBinding"};
  return kind.group == "admissionregistration.k8s.io" &&
         std::find(std::begin(kKinds), std::end(kKinds), kind.kind) != std::end(kKinds);
}

AdmissionDecision Decider::decide() {
  if (is_exempt(request_.kind)) return std::move(decision_);
  for (const std::uint32_t index : session_.candidates()) {
    const CompiledPolicy& policy = session_.set().policies()[index];
    if (!is_about(policy, request_)) continue;
    for (const std::uint32_t binding : session_.set().bindings_of(policy)) {
      apply(policy, session_.set().bindings()[binding]);
    }
    publish(policy);
  }
  if (decision_.denials.empty()) return std::move(decision_);
  const DeniedBy& first = decision_.denials.front();
  decision_.allowed = false;
  decision_.reason = first.reason;
  decision_.code = http_code(first.reason);
  decision_.message =
      fmt::format("ValidatingAdmissionPolicy '{}' with binding '{}' denied request: {}",
                  first.policy, first.binding, first.message);
  return std::move(decision_);
}

}  // namespace

void ParamStore::add(const std::vector<kube::Document>& documents) {
  for (const kube::Document& document : documents) {
    const kube::Node& object = document.root();
    const auto parts = kube::split_api_version(text_at(object, {"apiVersion"}));
    entries_.push_back({.group = parts.group,
                        .version = parts.version,
                        .kind = text_at(object, {"kind"}),
                        .namespace_ = text_at(object, {"metadata", "namespace"}),
                        .name = text_at(object, {"metadata", "name"}),
                        .object = &object});
  }
}

ParamStore::Found ParamStore::find(const ParamKind& kind, const ParamRef& ref,
                                   const AdmissionRequest& request) const {
  const auto parts = kube::split_api_version(kind.api_version);
  const kube::ResourceKind* builtin =
      kube::find_builtin_kind(parts.group, parts.version, kind.kind);
  // A custom kind is namespaced if its objects say a namespace.
  bool namespaced = builtin != nullptr ? builtin->scope == kube::ResourceScope::kNamespaced : false;
  const auto is_of_kind = [&](const Entry& entry) {
    return entry.group == parts.group && entry.version == parts.version && entry.kind == kind.kind;
  };
  if (builtin == nullptr) {
    namespaced = std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
      return is_of_kind(entry) && !entry.namespace_.empty();
    });
  }
  Found found;
  const bool request_is_namespaced =
      request.scope == kube::ResourceScope::kNamespaced && !request.namespace_.empty();
  if (namespaced && ref.namespace_.empty() && !request_is_namespaced) {
    found.error =
        "cannot use namespaced paramRef in policy binding that matches cluster-scoped resources";
    return found;
  }
  if (builtin != nullptr && !namespaced && !ref.namespace_.empty()) {
    found.error = "paramRef.namespace must not be provided for a cluster-scoped `paramKind`";
    return found;
  }
  const std::string_view wanted = ref.namespace_.empty() ? request.namespace_ : ref.namespace_;
  for (const Entry& entry : entries_) {
    if (!is_of_kind(entry)) continue;
    // A manifest without a namespace goes to the default one.
    const std::string_view home =
        entry.namespace_.empty() ? std::string_view("default") : entry.namespace_;
    if (namespaced && home != wanted) continue;
    const bool picked = ref.name.empty()
                            ? ref.selector && ref.selector->matches(labels_of(entry.object))
                            : entry.name == ref.name;
    if (picked) found.objects.push_back(entry.object);
  }
  return found;
}

AdmissionDecision decide(EvaluationSession& session, const AdmissionRequest& request,
                         const ParamStore& params) {
  return Decider(session, request, params).decide();
}

}  // namespace yagura::policy
