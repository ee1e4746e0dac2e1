// The checks are those of a kube-apiserver on creation (pkg/apis/admissionregistration/validation),
// in its order, with the defaults that the API fills in first.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "policy/library/kubernetes/name_formats.hpp"
#include "policy/vap/match_reader.hpp"
#include "policy/vap/policy_document.hpp"

namespace yagura::policy {

namespace {

constexpr std::string_view kGroup = "admissionregistration.k8s.io/";
constexpr std::size_t kMaxMatchConditions = 64;
constexpr std::size_t kMaxAuditAnnotations = 20;
// Ours: compiling takes time in the square of it. An object of an API server has 1.5 MB at most.
constexpr std::size_t kMaxVariables = 100;
constexpr std::size_t kMaxAuditExpression = 5 * 1024;  // bytes

std::string_view text_at(const kube::Document& document, std::string_view field) {
  const kube::Node* node = document.root().find(field);
  return node == nullptr ? std::string_view() : node->string_or();
}

bool is_our_version(std::string_view api_version) {
  if (!api_version.starts_with(kGroup)) return false;
  const std::string_view version = api_version.substr(kGroup.size());
  return version == "v1" || version == "v1beta1" || version == "v1alpha1";
}

enum class DocumentKind : std::uint8_t { kNone, kPolicy, kBinding };

struct Recognised {
  DocumentKind kind = DocumentKind::kNone;
  PolicyType type = PolicyType::kValidating;
};

Recognised recognise(const kube::Document& document) {
  if (!is_our_version(text_at(document, "apiVersion"))) return {};
  const std::string_view kind = text_at(document, "kind");
  if (kind == "ValidatingAdmissionPolicy") return {DocumentKind::kPolicy, PolicyType::kValidating};
  if (kind == "ValidatingAdmissionPolicyBinding") {
    return {DocumentKind::kBinding, PolicyType::kValidating};
  }
  if (kind == "MutatingAdmissionPolicy") return {DocumentKind::kPolicy, PolicyType::kMutating};
  if (kind == "MutatingAdmissionPolicyBinding") {
    return {DocumentKind::kBinding, PolicyType::kMutating};
  }
  return {};
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n\v\f");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n\v\f") - first + 1);
}

// cel-spec's IDENT, without what the language reserves.
bool is_identifier(std::string_view name) {
  constexpr std::array<std::string_view, 21> kReserved = {
      "true",     "false",   "null",      "in",       "as",  "break",  "const",
      "continue", "else",    "for",       "function", "if",  "import", "let",
      "loop",     "package", "namespace", "return",   "var", "void",   "while"};
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  if (name.empty() || !is_letter(name[0])) return false;
  if (std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end()) return false;
  return std::all_of(name.begin(), name.end(),
                     [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

std::string_view read_metadata(FieldReader& reader) {
  FieldReader metadata = reader.child("metadata");
  const std::string_view name = metadata.text("name");
  if (name.empty()) {
    metadata.missing("name");
  } else {
    for (const std::string& problem : check_dns1123_subdomain(name))
      metadata.error_at("name", problem);
  }
  return name;
}

ExpressionText read_expression(FieldReader& reader, std::string_view field) {
  const kube::Node* node = reader.string(field);
  if (node == nullptr) {
    if (reader.find(field) == nullptr) reader.missing(field, "a CEL expression");
    return {};
  }
  if (is_blank(node->as_string())) {
    reader.error_at(field, "must not be empty", "a CEL expression");
    return {};
  }
  return {.text = node->as_string(), .node = node};
}

std::vector<NamedExpression> read_match_conditions(FieldReader& reader) {
  std::vector<NamedExpression> conditions;
  std::set<std::string_view> names;
  const auto nodes = reader.list("matchConditions");
  if (nodes.size() > kMaxMatchConditions) {
    reader.error_at("matchConditions", fmt::format("has {} conditions, {} are allowed",
                                                   nodes.size(), kMaxMatchConditions));
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    FieldReader item = reader.item("matchConditions", i, nodes[i]);
    item.allow_only({"name", "expression"});
    NamedExpression condition{.name = item.text("name"),
                              .expression = read_expression(item, "expression")};
    if (condition.name.empty()) {
      item.missing("name");
    } else {
      for (const std::string& problem : check_qualified_name(condition.name)) {
        item.error_at("name", problem);
      }
    }
    if (!condition.name.empty() && !names.insert(condition.name).second) {
      item.error_at("name", fmt::format("\"{}\" stands twice", condition.name));
    }
    conditions.push_back(condition);
  }
  return conditions;
}

std::vector<NamedExpression> read_variables(FieldReader& reader) {
  std::vector<NamedExpression> variables;
  std::set<std::string_view> names;
  const auto nodes = reader.list("variables");
  if (nodes.size() > kMaxVariables) {
    reader.error_at("variables",
                    fmt::format("has {} variables, {} are allowed", nodes.size(), kMaxVariables),
                    "split the policy");
    return variables;
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    FieldReader item = reader.item("variables", i, nodes[i]);
    item.allow_only({"name", "expression"});
    NamedExpression variable{.name = item.text("name"),
                             .expression = read_expression(item, "expression")};
    if (variable.name.empty()) {
      item.missing("name");
    } else if (!is_identifier(variable.name)) {
      item.error_at(
          "name", fmt::format("\"{}\" is not a CEL identifier", variable.name),
          "letters, digits and underscores, not beginning with a digit, no reserved word");
    } else if (!names.insert(variable.name).second) {
      item.error_at("name", fmt::format("variable \"{}\" stands twice", variable.name));
    }
    variables.push_back(variable);
  }
  return variables;
}

DenyReason read_reason(FieldReader& reader) {
  const std::string_view reason = reader.text("reason");
  for (const DenyReason value : {DenyReason::kInvalid, DenyReason::kForbidden,
                                 DenyReason::kUnauthorized, DenyReason::kRequestEntityTooLarge}) {
    if (reason == to_string(value)) return value;
  }
  if (reader.find("reason") != nullptr) {
    reader.error_at("reason", fmt::format("unknown reason \"{}\"", reason),
                    "Invalid, Forbidden, Unauthorized or RequestEntityTooLarge");
  }
  return DenyReason::kInvalid;
}

ValidationText read_validation(FieldReader reader) {
  reader.allow_only({"expression", "message", "messageExpression", "reason"});
  ValidationText validation;
  validation.expression = read_expression(reader, "expression");
  if (const kube::Node* message = reader.string("message")) {
    validation.message = trim(message->as_string());
    if (validation.message.empty() && !message->as_string().empty()) {
      reader.error_at("message", "must not be blank", "remove the field, or write a message");
    }
    if (validation.message.find_first_of("\r\n") != std::string_view::npos) {
      reader.error_at("message", "must not contain line breaks", "write it in one line");
    }
  }
  if (const kube::Node* node = reader.string("messageExpression");
      node != nullptr && !node->as_string().empty()) {
    validation.message_expression = read_expression(reader, "messageExpression");
  }
  validation.reason = read_reason(reader);
  return validation;
}

std::vector<AuditAnnotationText> read_audit_annotations(FieldReader& reader,
                                                        std::string_view policy) {
  std::vector<AuditAnnotationText> annotations;
  std::set<std::string_view> keys;
  const auto nodes = reader.list("auditAnnotations");
  if (nodes.size() > kMaxAuditAnnotations) {
    reader.error_at("auditAnnotations", fmt::format("has {} annotations, {} are allowed",
                                                    nodes.size(), kMaxAuditAnnotations));
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    FieldReader item = reader.item("auditAnnotations", i, nodes[i]);
    item.allow_only({"key", "valueExpression"});
    AuditAnnotationText annotation{.key = item.text("key"),
                                   .value_expression = read_expression(item, "valueExpression")};
    const std::string full_name = fmt::format("{}/{}", policy, annotation.key);
    for (const std::string& problem : check_qualified_name(full_name))
      item.error_at("key", problem);
    if (!keys.insert(annotation.key).second) {
      item.error_at("key", fmt::format("\"{}\" stands twice", annotation.key));
    }
    if (trim(annotation.value_expression.text).size() > kMaxAuditExpression) {
      item.error_at("valueExpression", "must be no more than 5 KiB");
    }
    annotations.push_back(annotation);
  }
  return annotations;
}

std::optional<ParamKind> read_param_kind(FieldReader& reader) {
  if (reader.object("paramKind") == nullptr) return std::nullopt;
  FieldReader item = reader.child("paramKind");
  item.allow_only({"apiVersion", "kind"});
  ParamKind kind{.api_version = item.text("apiVersion"), .kind = item.text("kind")};
  if (kind.api_version.empty()) {
    item.missing("apiVersion", "for example v1");
  } else {
    const kube::GroupVersion parts = kube::split_api_version(kind.api_version);
    if (!parts.group.empty()) {
      for (const std::string& problem : check_dns1123_subdomain(parts.group)) {
        item.error_at("apiVersion", fmt::format("group \"{}\": {}", parts.group, problem));
      }
    }
    for (const std::string& problem : check_dns1035_label(parts.version)) {
      item.error_at("apiVersion", fmt::format("version \"{}\": {}", parts.version, problem));
    }
  }
  if (kind.kind.empty()) item.missing("kind", "for example ConfigMap");
  return kind;
}

FailurePolicy read_failure_policy(FieldReader& reader) {
  const std::string_view policy = reader.text("failurePolicy");
  if (!policy.empty() && policy != "Fail" && policy != "Ignore") {
    reader.error_at("failurePolicy", fmt::format("unknown failure policy \"{}\"", policy),
                    "Fail or Ignore");
  }
  return policy == "Ignore" ? FailurePolicy::kIgnore : FailurePolicy::kFail;
}

MutationText read_mutation(FieldReader reader) {
  reader.allow_only({"patchType", "applyConfiguration", "jsonPatch"});
  MutationText mutation;
  const std::string_view type = reader.text("patchType");
  std::string_view field = "applyConfiguration";
  if (type == "JSONPatch") {
    mutation.type = PatchType::kJsonPatch;
    field = "jsonPatch";
  } else if (type != "ApplyConfiguration") {
    reader.error_at("patchType", fmt::format("unknown patch type \"{}\"", type),
                    "ApplyConfiguration or JSONPatch");
    return mutation;
  }
  if (reader.object(field) == nullptr) {
    reader.missing(field, fmt::format("patchType {} needs it", type));
    return mutation;
  }
  FieldReader patch = reader.child(field);
  patch.allow_only({"expression"});
  mutation.expression = read_expression(patch, "expression");
  return mutation;
}

void read_mutations(FieldReader& spec, PolicyDocument& policy) {
  std::size_t index = 0;
  for (const kube::Node& node : spec.list("mutations")) {
    policy.mutations.push_back(read_mutation(spec.item("mutations", index++, node)));
  }
  if (policy.mutations.empty())
    spec.missing("mutations", "a policy without mutations does nothing");
  const std::string_view reinvocation = spec.text("reinvocationPolicy");
  if (reinvocation != "Never" && reinvocation != "IfNeeded") {
    spec.error_at("reinvocationPolicy", "must be Never or IfNeeded");
  }
}

void read_validations(FieldReader& spec, PolicyDocument& policy) {
  std::size_t index = 0;
  for (const kube::Node& node : spec.list("validations")) {
    policy.validations.push_back(read_validation(spec.item("validations", index++, node)));
  }
  policy.audit_annotations = read_audit_annotations(spec, policy.name);
  if (policy.validations.empty() && policy.audit_annotations.empty()) {
    spec.missing("validations", "a policy has validations or auditAnnotations");
  }
}

PolicyDocument read_policy(const kube::Document& document, PolicyType type,
                           Diagnostics& diagnostics) {
  FieldReader reader(document, diagnostics, &document.root(), {});
  reader.allow_only({"apiVersion", "kind", "metadata", "spec", "status"});
  PolicyDocument policy(document);
  policy.type = type;
  policy.name = read_metadata(reader);
  policy.annotations = document.root().get({"metadata", "annotations"});
  if (reader.find("spec") == nullptr) {
    reader.missing("spec");
    return policy;
  }
  FieldReader spec = reader.child("spec");
  const bool validating = type == PolicyType::kValidating;
  if (validating) {
    spec.allow_only({"failurePolicy", "paramKind", "matchConstraints", "matchConditions",
                     "variables", "validations", "auditAnnotations"});
  } else {
    spec.allow_only({"failurePolicy", "paramKind", "matchConstraints", "matchConditions",
                     "variables", "mutations", "reinvocationPolicy"});
  }
  policy.failure_policy = read_failure_policy(spec);
  policy.param_kind = read_param_kind(spec);
  if (spec.find("matchConstraints") == nullptr) {
    spec.missing("matchConstraints",
                 "say what the policy is about: matchConstraints.resourceRules");
  } else {
    policy.constraints = read_match_resources(spec.child("matchConstraints"), RulesRequired::kYes);
  }
  policy.match_conditions = read_match_conditions(spec);
  policy.variables = read_variables(spec);
  if (validating) {
    read_validations(spec, policy);
  } else {
    read_mutations(spec, policy);
  }
  return policy;
}

std::optional<ParamRef> read_param_ref(FieldReader& spec) {
  if (spec.object("paramRef") == nullptr) return std::nullopt;
  FieldReader reader = spec.child("paramRef");
  reader.allow_only({"name", "namespace", "selector", "parameterNotFoundAction"});
  ParamRef ref{.name = reader.text("name"), .namespace_ = reader.text("namespace")};
  if (reader.object("selector") != nullptr)
    ref.selector = read_label_selector(reader.child("selector"));
  if (!ref.name.empty() && ref.selector) {
    reader.error_at("selector", "name and selector exclude each other", "remove one of them");
  }
  if (ref.name.empty() && !ref.selector)
    reader.missing("name", "or a selector: which objects are the parameters");
  const std::string_view action = reader.text("parameterNotFoundAction");
  if (action.empty()) {
    reader.missing("parameterNotFoundAction", "Allow or Deny");
  } else if (action != "Allow" && action != "Deny") {
    reader.error_at("parameterNotFoundAction", fmt::format("unknown action \"{}\"", action),
                    "Allow or Deny");
  }
  ref.not_found = action == "Allow" ? ParameterNotFound::kAllow : ParameterNotFound::kDeny;
  return ref;
}

std::uint8_t read_actions(FieldReader& spec) {
  std::uint8_t bits = 0;
  constexpr std::array<std::string_view, 3> kNames = {"Deny", "Warn", "Audit"};
  for (const std::string_view action : spec.strings("validationActions")) {
    const auto found = std::find(kNames.begin(), kNames.end(), action);
    if (found == kNames.end()) {
      spec.error_at("validationActions", fmt::format("unknown action \"{}\"", action),
                    "Deny, Warn or Audit");
      continue;
    }
    const auto bit = static_cast<std::uint8_t>(1U << (found - kNames.begin()));
    if ((bits & bit) != 0)
      spec.error_at("validationActions", fmt::format("\"{}\" stands twice", action));
    bits = static_cast<std::uint8_t>(bits | bit);
  }
  if (spec.list("validationActions").empty()) {
    spec.missing("validationActions", "at least one of Deny, Warn, Audit");
  }
  const bool denies = (bits & 1U) != 0;
  const bool warns = (bits & 2U) != 0;
  if (denies && warns) {
    spec.error_at("validationActions", "Deny and Warn exclude each other",
                  "a denied request says the message already: remove Warn");
  }
  return bits;
}

BindingDocument read_binding(const kube::Document& document, PolicyType type,
                             Diagnostics& diagnostics) {
  FieldReader reader(document, diagnostics, &document.root(), {});
  reader.allow_only({"apiVersion", "kind", "metadata", "spec"});
  BindingDocument binding(document);
  binding.type = type;
  binding.name = read_metadata(reader);
  if (reader.find("spec") == nullptr) {
    reader.missing("spec");
    return binding;
  }
  FieldReader spec = reader.child("spec");
  const bool validating = type == PolicyType::kValidating;
  if (validating) {
    spec.allow_only({"policyName", "paramRef", "matchResources", "validationActions"});
  } else {
    spec.allow_only({"policyName", "paramRef", "matchResources"});
  }
  binding.policy_name = spec.text("policyName");
  if (binding.policy_name.empty()) {
    spec.missing("policyName");
  } else {
    for (const std::string& problem : check_dns1123_subdomain(binding.policy_name)) {
      spec.error_at("policyName", problem);
    }
  }
  binding.param_ref = read_param_ref(spec);
  if (spec.object("matchResources") != nullptr) {
    binding.resources = read_match_resources(spec.child("matchResources"), RulesRequired::kNo);
  }
  if (validating) binding.actions = read_actions(spec);
  return binding;
}

}  // namespace

bool is_policy_document(const kube::Document& document) {
  return recognise(document).kind != DocumentKind::kNone;
}

PolicyDocuments read_policy_documents(const std::vector<kube::Document>& documents,
                                      Diagnostics& diagnostics) {
  PolicyDocuments read;
  for (const kube::Document& document : documents) {
    const Recognised recognised = recognise(document);
    const std::size_t errors = diagnostics.error_count();
    if (recognised.kind == DocumentKind::kPolicy) {
      PolicyDocument policy = read_policy(document, recognised.type, diagnostics);
      if (diagnostics.error_count() == errors) read.policies.push_back(std::move(policy));
    } else if (recognised.kind == DocumentKind::kBinding) {
      BindingDocument binding = read_binding(document, recognised.type, diagnostics);
      if (diagnostics.error_count() == errors) read.bindings.push_back(std::move(binding));
    }
  }
  return read;
}

}  // namespace yagura::policy
