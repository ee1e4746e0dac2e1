#pragma once

// `authorizer` of admission policies: questions to the cluster's authorization ("may this user
// delete pods in this namespace?"). Who answers is the embedder's: a live cluster asks its API,
// RBAC documents can be searched, and a scan of manifests knows nothing and says so.

#include <cstdint>
#include <span>
#include <string_view>

#include "core/arena.hpp"
#include "policy/program/context.hpp"
#include "policy/program/value.hpp"

namespace yagura::policy {

struct UserInfo {
  std::string_view username;
  std::string_view uid;
  std::span<const std::string_view> groups;
};

// Attributes of a SubjectAccessReview. Texts live as long as the evaluation.
struct AuthorizationQuestion {
  UserInfo user;
  std::string_view verb;
  bool is_resource = true;
  std::string_view path;  // not of a resource: "/healthz"
  std::string_view group;
  std::string_view resource;
  std::string_view subresource;
  std::string_view namespace_;
  std::string_view name;
  std::string_view field_selector;  // as written
  std::string_view label_selector;
};

enum class AuthorizationVerdict : std::uint8_t {
  kAllow,
  kDeny,
  kNoOpinion,     // allowed() is false
  kNotEvaluated,  // nobody can say: the value of check() is unknown, and so is what depends on it
};

struct AuthorizationAnswer {
  AuthorizationVerdict verdict = AuthorizationVerdict::kNotEvaluated;
  std::string_view reason;  // in the arena, or static
  std::string_view error;   // not empty: the check itself failed
};

class Authorizer {
 public:
  virtual ~Authorizer() = default;
  // Thread-safe. Texts of the answer go to the arena.
  [[nodiscard]] virtual AuthorizationAnswer authorize(const AuthorizationQuestion& question,
                                                      core::Arena& arena) const = 0;
};

// Answers kNotEvaluated to all.
[[nodiscard]] const Authorizer& unknown_authorizer();

// The variable `authorizer`. The authorizer and the user's texts must outlive the evaluation.
[[nodiscard]] Value make_authorizer(EvalContext& context, const Authorizer& authorizer,
                                    const UserInfo& user);

// The variable `authorizer.requestResource`: a check of the request's own resource.
struct RequestedResource {
  std::string_view group;
  std::string_view resource;
  std::string_view subresource;
  std::string_view namespace_;
  std::string_view name;
};
[[nodiscard]] Value make_request_resource_check(EvalContext& context, const Authorizer& authorizer,
                                                const UserInfo& user,
                                                const RequestedResource& resource);

}  // namespace yagura::policy
