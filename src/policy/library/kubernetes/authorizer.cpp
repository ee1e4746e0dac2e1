// The builder values are small structs; each step copies its receiver with one field changed.

#include "policy/library/kubernetes/authorizer.hpp"

#include <string>

#include "policy/library/kubernetes/kubernetes_library.hpp"
#include "policy/library/kubernetes/name_formats.hpp"
#include "policy/library/kubernetes/opaque_value.hpp"

namespace yagura::policy {

namespace {

struct Asker {
  const Authorizer* authorizer = nullptr;
  UserInfo user;
};

struct Check {
  Asker asker;
  AuthorizationQuestion question;
};

struct AuthorizerTraits {
  using Data = Asker;
  static constexpr std::string_view kTypeName = "kubernetes.authorization.Authorizer";
  static bool equals(const Data& a, const Data& b) {
    return a.authorizer == b.authorizer && a.user.username == b.user.username;
  }
  static std::string text(const Data&) { return "authorizer"; }
};

// Values of these types have nothing to compare: two of them are never equal.
template <const char* name>
struct CheckTraits {
  using Data = Check;
  static constexpr std::string_view kTypeName = name;
  static bool equals(const Data&, const Data&) { return false; }
  static std::string text(const Data& data) {
    if (!data.question.is_resource) return "check of " + std::string(data.question.path);
    return "check of " + std::string(data.question.group) + "/" +
           std::string(data.question.resource);
  }
};

constexpr char kPathCheck[] = "kubernetes.authorization.PathCheck";
constexpr char kGroupCheck[] = "kubernetes.authorization.GroupCheck";
constexpr char kResourceCheck[] = "kubernetes.authorization.ResourceCheck";
using PathCheckTraits = CheckTraits<kPathCheck>;
using GroupCheckTraits = CheckTraits<kGroupCheck>;
using ResourceCheckTraits = CheckTraits<kResourceCheck>;

struct DecisionTraits {
  using Data = AuthorizationAnswer;
  static constexpr std::string_view kTypeName = "kubernetes.authorization.Decision";
  static bool equals(const Data&, const Data&) { return false; }
  static std::string text(const Data& data) {
    return data.verdict == AuthorizationVerdict::kAllow ? "allowed" : "not allowed";
  }
};

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

Value path(EvalContext& context, std::span<const Value> args) {
  const Asker* asker = opaque_data<AuthorizerTraits>(args[0]);
  if (asker == nullptr || !args[1].is_string()) return EvalContext::no_such_overload();
  if (is_blank(args[1].as_string())) return context.error("path must not be empty");
  Check check{.asker = *asker, .question = {}};
  check.question.is_resource = false;
  check.question.path = args[1].as_string();
  return make_opaque<PathCheckTraits>(context, check);
}

Value group(EvalContext& context, std::span<const Value> args) {
  const Asker* asker = opaque_data<AuthorizerTraits>(args[0]);
  if (asker == nullptr || !args[1].is_string()) return EvalContext::no_such_overload();
  Check check{.asker = *asker, .question = {}};
  check.question.group = args[1].as_string();
  return make_opaque<GroupCheckTraits>(context, check);
}

// A service account is the user system:serviceaccount:NAMESPACE:NAME in two groups.
Value service_account(EvalContext& context, std::span<const Value> args) {
  const Asker* asker = opaque_data<AuthorizerTraits>(args[0]);
  if (asker == nullptr || !args[1].is_string() || !args[2].is_string()) {
    return EvalContext::no_such_overload();
  }
  const std::string namespace_name(args[1].as_string());
  const std::string name(args[2].as_string());
  if (!check_dns1123_subdomain(name).empty()) return context.error("Invalid service account name");
  if (!check_dns1123_label(namespace_name).empty()) {
    return context.error("Invalid service account namespace");
  }
  core::Arena& arena = context.arena();
  const auto groups = arena.make_array<std::string_view>(3);
  groups[0] = "system:serviceaccounts";
  groups[1] = arena.copy("system:serviceaccounts:" + namespace_name);
  groups[2] = "system:authenticated";
  const UserInfo user{
      .username = arena.copy("system:serviceaccount:" + namespace_name + ":" + name),
      .uid = {},
      .groups = groups};
  return make_opaque<AuthorizerTraits>(context, {.authorizer = asker->authorizer, .user = user});
}

Value resource(EvalContext& context, std::span<const Value> args) {
  const Check* check = opaque_data<GroupCheckTraits>(args[0]);
  if (check == nullptr || !args[1].is_string()) return EvalContext::no_such_overload();
  if (is_blank(args[1].as_string())) return context.error("resource must not be empty");
  Check changed = *check;
  changed.question.resource = args[1].as_string();
  return make_opaque<ResourceCheckTraits>(context, changed);
}

template <std::string_view AuthorizationQuestion::* field>
Value with_field(EvalContext& context, std::span<const Value> args) {
  const Check* check = opaque_data<ResourceCheckTraits>(args[0]);
  if (check == nullptr || !args[1].is_string()) return EvalContext::no_such_overload();
  Check changed = *check;
  changed.question.*field = args[1].as_string();
  return make_opaque<ResourceCheckTraits>(context, changed);
}

constexpr std::uint64_t kCheckCost = 350'000;  // at most two checks fit the limit of an expression
constexpr UnknownSet kUnknownDecision{};

Value check(EvalContext& context, std::span<const Value> args) {
  const Check* check = opaque_data<ResourceCheckTraits>(args[0]);
  if (check == nullptr) check = opaque_data<PathCheckTraits>(args[0]);
  if (check == nullptr || !args[1].is_string()) return EvalContext::no_such_overload();
  if (!context.charge(kCheckCost)) return EvalContext::cost_exceeded();
  AuthorizationQuestion question = check->question;
  question.user = check->asker.user;
  question.verb = args[1].as_string();
  const AuthorizationAnswer answer = check->asker.authorizer->authorize(question, context.arena());
  if (answer.verdict == AuthorizationVerdict::kNotEvaluated)
    return Value::unknown(&kUnknownDecision);
  return make_opaque<DecisionTraits>(context, answer);
}

Value allowed(EvalContext&, std::span<const Value> args) {
  const AuthorizationAnswer* answer = opaque_data<DecisionTraits>(args[0]);
  if (answer == nullptr) return EvalContext::no_such_overload();
  return Value::boolean(answer->verdict == AuthorizationVerdict::kAllow);
}

Value errored(EvalContext&, std::span<const Value> args) {
  const AuthorizationAnswer* answer = opaque_data<DecisionTraits>(args[0]);
  if (answer == nullptr) return EvalContext::no_such_overload();
  return Value::boolean(!answer->error.empty());
}

Value error(EvalContext&, std::span<const Value> args) {
  const AuthorizationAnswer* answer = opaque_data<DecisionTraits>(args[0]);
  return answer == nullptr ? EvalContext::no_such_overload() : Value::string(answer->error);
}

Value reason(EvalContext&, std::span<const Value> args) {
  const AuthorizationAnswer* answer = opaque_data<DecisionTraits>(args[0]);
  return answer == nullptr ? EvalContext::no_such_overload() : Value::string(answer->reason);
}

// A selector is parsed into requirements, each of which costs a list and a struct; the shortest
// takes two characters.
template <std::string_view AuthorizationQuestion::* field>
Value with_selector(EvalContext& context, std::span<const Value> args) {
  if (args[1].is_string()) {
    const std::uint64_t size = cost_size(args[1]);
    const std::uint64_t requirements = (size + 1) / 2;
    if (!context.charge(10 + traversal_cost(size) + requirements * 50))
      return EvalContext::cost_exceeded();
  }
  return with_field<field>(context, args);
}

using Question = AuthorizationQuestion;

#define YAGURA_AUTHZ "kubernetes.authorization."
constexpr OverloadSignature kPath[] = {
    {"authorizer_path", YAGURA_AUTHZ "Authorizer.path(string) -> " YAGURA_AUTHZ "PathCheck"}};
constexpr OverloadSignature kGroup[] = {
    {"authorizer_group", YAGURA_AUTHZ "Authorizer.group(string) -> " YAGURA_AUTHZ "GroupCheck"}};
constexpr OverloadSignature kServiceAccount[] = {
    {"authorizer_serviceaccount",
     YAGURA_AUTHZ "Authorizer.serviceAccount(string, string) -> " YAGURA_AUTHZ "Authorizer"}};
constexpr OverloadSignature kResource[] = {{"groupcheck_resource", YAGURA_AUTHZ
                                            "GroupCheck.resource(string) -> " YAGURA_AUTHZ
                                            "ResourceCheck"}};
constexpr OverloadSignature kSubresource[] = {{"resourcecheck_subresource", YAGURA_AUTHZ
                                               "ResourceCheck.subresource(string) -> " YAGURA_AUTHZ
                                               "ResourceCheck"}};
constexpr OverloadSignature kNamespace[] = {{"resourcecheck_namespace", YAGURA_AUTHZ
                                             "ResourceCheck.namespace(string) -> " YAGURA_AUTHZ
                                             "ResourceCheck"}};
constexpr OverloadSignature kName[] = {{"resourcecheck_name",
                                        YAGURA_AUTHZ "ResourceCheck.name(string) -> " YAGURA_AUTHZ
                                                     "ResourceCheck"}};
constexpr OverloadSignature kFieldSelector[] = {
    {"authorizer_fieldselector",
     YAGURA_AUTHZ "ResourceCheck.fieldSelector(string) -> " YAGURA_AUTHZ "ResourceCheck"}};
constexpr OverloadSignature kLabelSelector[] = {
    {"authorizer_labelselector",
     YAGURA_AUTHZ "ResourceCheck.labelSelector(string) -> " YAGURA_AUTHZ "ResourceCheck"}};
constexpr OverloadSignature kCheckOverloads[] = {
    {"pathcheck_check", YAGURA_AUTHZ "PathCheck.check(string) -> " YAGURA_AUTHZ "Decision"},
    {"resourcecheck_check",
     YAGURA_AUTHZ "ResourceCheck.check(string) -> " YAGURA_AUTHZ "Decision"}};
constexpr OverloadSignature kErrored[] = {
    {"decision_errored", YAGURA_AUTHZ "Decision.errored() -> bool"}};
constexpr OverloadSignature kError[] = {
    {"decision_error", YAGURA_AUTHZ "Decision.error() -> string"}};
constexpr OverloadSignature kAllowed[] = {
    {"decision_allowed", YAGURA_AUTHZ "Decision.allowed() -> bool"}};
constexpr OverloadSignature kReason[] = {
    {"decision_reason", YAGURA_AUTHZ "Decision.reason() -> string"}};
#undef YAGURA_AUTHZ

constexpr Function kFunctions[] = {
    {.name = "path", .overloads = kPath, .implementation = path, .min_args = 2, .max_args = 2},
    {.name = "group", .overloads = kGroup, .implementation = group, .min_args = 2, .max_args = 2},
    {.name = "serviceAccount",
     .overloads = kServiceAccount,
     .implementation = service_account,
     .min_args = 3,
     .max_args = 3},
    {.name = "resource",
     .overloads = kResource,
     .implementation = resource,
     .min_args = 2,
     .max_args = 2},
    {.name = "subresource",
     .overloads = kSubresource,
     .implementation = with_field<&Question::subresource>,
     .min_args = 2,
     .max_args = 2},
    {.name = "namespace",
     .overloads = kNamespace,
     .implementation = with_field<&Question::namespace_>,
     .min_args = 2,
     .max_args = 2},
    {.name = "name",
     .overloads = kName,
     .implementation = with_field<&Question::name>,
     .min_args = 2,
     .max_args = 2},
    {.name = "fieldSelector",
     .overloads = kFieldSelector,
     .implementation = with_selector<&Question::field_selector>,
     .min_args = 2,
     .max_args = 2,
     .own_cost = true},
    {.name = "labelSelector",
     .overloads = kLabelSelector,
     .implementation = with_selector<&Question::label_selector>,
     .min_args = 2,
     .max_args = 2,
     .own_cost = true},
    {.name = "check",
     .overloads = kCheckOverloads,
     .implementation = check,
     .min_args = 2,
     .max_args = 2,
     .own_cost = true,
     .pure = false},
    {.name = "errored",
     .overloads = kErrored,
     .implementation = errored,
     .min_args = 1,
     .max_args = 1},
    {.name = "error", .overloads = kError, .implementation = error, .min_args = 1, .max_args = 1},
    {.name = "allowed",
     .overloads = kAllowed,
     .implementation = allowed,
     .min_args = 1,
     .max_args = 1},
    {.name = "reason",
     .overloads = kReason,
     .implementation = reason,
     .min_args = 1,
     .max_args = 1},
};

class UnknownAuthorizer final : public Authorizer {
 public:
  AuthorizationAnswer authorize(const AuthorizationQuestion&, core::Arena&) const override {
    return {.verdict = AuthorizationVerdict::kNotEvaluated,
            .reason = "there is no cluster to ask",
            .error = {}};
  }
};

}  // namespace

const Authorizer& unknown_authorizer() {
  static const UnknownAuthorizer authorizer;
  return authorizer;
}

Value make_authorizer(EvalContext& context, const Authorizer& authorizer, const UserInfo& user) {
  return make_opaque<AuthorizerTraits>(context, {.authorizer = &authorizer, .user = user});
}

Value make_request_resource_check(EvalContext& context, const Authorizer& authorizer,
                                  const UserInfo& user, const RequestedResource& resource) {
  Check check{.asker = {.authorizer = &authorizer, .user = user}, .question = {}};
  check.question.group = resource.group;
  check.question.resource = resource.resource;
  check.question.subresource = resource.subresource;
  check.question.namespace_ = resource.namespace_;
  check.question.name = resource.name;
  return make_opaque<ResourceCheckTraits>(context, check);
}

std::span<const Function> kubernetes_authorizer_functions() { return kFunctions; }

}  // namespace yagura::policy
