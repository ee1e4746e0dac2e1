#pragma once

// What the service accounts of a scan may do: roles, aggregated roles and bindings joined. Internal
// to relations. (rbac.authorization.k8s.io/v1; escalation paths as
// https://kubernetes.io/docs/concepts/security/rbac-good-practices/ lists them.)

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "posture/relations/object_index.hpp"

namespace yagura::posture::relations {

// What a set of rules allows, as far as relations ask.
struct Powers {
  bool any = false;            // at all
  bool everything = false;     // every verb on every resource of every group
  bool reads_secrets = false;  // get, list or watch of Secrets that are not named one by one
  // The first way to take over all that the rules reach, in words ("create pods"); empty: none.
  std::string_view takeover;

  void add(const Powers& other);
};

// One binding that gives a service account something.
struct Grant {
  const Object* binding = nullptr;
  std::string_view role_kind;
  std::string_view role_name;
  bool cluster_wide = false;
  bool known = false;  // the role is among the scanned objects, or one of Kubernetes' own
  Powers powers;
};

class Rights {
 public:
  explicit Rights(const ObjectIndex& index);

  // By name, and by the groups that every service account is in.
  [[nodiscard]] std::vector<const Grant*> of(std::string_view namespace_,
                                             std::string_view account) const;

 private:
  using Account = std::pair<std::string_view, std::string_view>;  // namespace, name

  void add_binding(const Object& binding);
  [[nodiscard]] Powers powers_of(const Object& role) const;
  [[nodiscard]] Powers powers_of_rules(std::span<const kube::Node> rules) const;

  const ObjectIndex& index_;
  std::vector<Grant> grants_;
  std::map<Account, std::vector<std::size_t>> by_account_;
  std::map<std::string_view, std::vector<std::size_t>> by_namespace_;  // system:serviceaccounts:NS
  std::vector<std::size_t> for_all_;  // system:serviceaccounts, system:authenticated
};

// Whether the token of the pod's service account is mounted: the pod says, else the account (where
// it is in the scan), else yes.
[[nodiscard]] bool mounts_token(const ObjectIndex& index, const Object& object);

}  // namespace yagura::posture::relations
