#pragma once

// The request that a policy judges (admission.k8s.io AdmissionRequest): a live one, or what
// applying a manifest would send.

#include <cstdint>
#include <string_view>

#include "kube/node.hpp"
#include "kube/resource_kinds.hpp"
#include "policy/library/kubernetes/authorizer.hpp"

namespace yagura::policy {

enum class Operation : std::uint8_t { kCreate, kUpdate, kDelete, kConnect };

// "CREATE", …
[[nodiscard]] std::string_view to_string(Operation operation);

struct RequestedKind {
  std::string_view group;
  std::string_view version;
  std::string_view kind;
  std::string_view resource;  // lower-case plural
  friend bool operator==(const RequestedKind&, const RequestedKind&) = default;
};

// Texts and nodes are borrowed: they must outlive the session's work on this request.
struct AdmissionRequest {
  const kube::Node* object = nullptr;      // null: DELETE (CEL sees null)
  const kube::Node* old_object = nullptr;  // null: CREATE, CONNECT
  Operation operation = Operation::kCreate;
  RequestedKind kind;
  std::string_view subresource;
  kube::ResourceScope scope = kube::ResourceScope::kNamespaced;
  std::string_view namespace_;  // empty: cluster-scoped. Of a Namespace object: its own name
  std::string_view name;        // may be empty on CREATE (generateName)
  bool dry_run = false;
  const kube::Node* options = nullptr;  // CreateOptions and so on

  // Null: nobody knows who asks, and what depends on it is not evaluated.
  const UserInfo* user = nullptr;
  const kube::Node* user_extra = nullptr;  // map of lists of strings

  // The namespace's object. Null for a namespaced request: not known, and what depends on more than
  // its name is not evaluated.
  const kube::Node* namespace_object = nullptr;
  const Authorizer* authorizer = nullptr;  // null: unknown_authorizer()
};

// The request that creates `object`: kind and scope from the registry, name and namespace from the
// metadata ("default" where a namespaced object names none). The texts point into the object and
// the registry.
[[nodiscard]] AdmissionRequest request_to_create(const kube::Node& object,
                                                 kube::KindRegistry& kinds);

}  // namespace yagura::policy
