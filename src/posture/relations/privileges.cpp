// What a workload may do through its service account.

#include "posture/relations/checks.hpp"
#include "posture/relations/rights.hpp"

namespace yagura::posture::relations {

namespace {

kube::NodePath account_path(const Object& object) {
  const bool old_field =
      kube::find_set(object.workload->pod_spec(), "serviceAccountName") == nullptr &&
      kube::find_set(object.workload->pod_spec(), "serviceAccount") != nullptr;
  return below(pod_spec_path(*object.workload),
               old_field ? "serviceAccount" : "serviceAccountName");
}

std::string by_whom(const Grant& grant) {
  return std::string(grant.binding->kind) + " " + quoted(grant.binding->name) + " binds " +
         std::string(grant.role_kind) + " " + quoted(grant.role_name);
}

std::string where(const Grant& grant) {
  return grant.cluster_wide ? std::string("in the whole cluster")
                            : "in namespace " + quoted(grant.binding->namespace_);
}

// Each workload that has the token, with the grants of its account.
template <typename Action>
void for_each_account_user(Judge& judge, const Action& action) {
  const ObjectIndex& index = judge.index();
  const Rights rights(index);
  for (const Object& object : index.objects()) {
    if (!object.workload || object.workload->pod_spec() == nullptr) continue;
    if (object.workload->kind() == kube::WorkloadKind::kPodTemplate) continue;
    if (object.made_by_scanned || !mounts_token(index, object)) continue;
    judge.looks_at(object);
    const std::string_view account = object.workload->service_account().name;
    action(object, account, rights.of(object.namespace_, account));
  }
}

template <typename Predicate, typename Words>
void fail_on_first(Judge& judge, const Predicate& predicate, const Words& words) {
  for_each_account_user(judge, [&](const Object& object, std::string_view account,
                                   const std::vector<const Grant*>& grants) {
    for (const Grant* grant : grants) {
      if (!predicate(*grant)) continue;
      judge.fail(object, account_path(object),
                 "service account " + quoted(account) + " may " + words(*grant) + " " +
                     where(*grant) + ": " + by_whom(*grant),
                 {.subject = std::string(account)});
      return;
    }
  });
}

bool is_admin(const Grant& grant) {
  return grant.powers.everything ||
         (grant.role_kind == "ClusterRole" && grant.role_name == "admin");
}

}  // namespace

void workload_admin_role(Judge& judge) {
  fail_on_first(judge, is_admin, [](const Grant&) { return std::string("do everything"); });
}

void workload_cluster_takeover_role(Judge& judge) {
  const auto takes_over = [](const Grant& grant) {
    if (is_admin(grant)) return false;  // said by workload_admin_role
    const bool reaches_all = grant.cluster_wide || grant.binding->namespace_ == "kube-system";
    return reaches_all && (!grant.powers.takeover.empty() || grant.powers.reads_secrets);
  };
  fail_on_first(judge, takes_over, [](const Grant& grant) {
    return grant.powers.takeover.empty() ? std::string("read all Secrets")
                                         : std::string(grant.powers.takeover);
  });
}

void workload_can_read_secrets(Judge& judge) {
  const auto reads = [](const Grant& grant) {
    return grant.powers.reads_secrets && !is_admin(grant);
  };
  fail_on_first(judge, reads, [](const Grant&) { return std::string("read Secrets"); });
}

void workload_can_use_api(Judge& judge) {
  const auto uses = [](const Grant& grant) { return grant.powers.any || !grant.known; };
  fail_on_first(judge, uses, [](const Grant&) { return std::string("use the Kubernetes API"); });
}

void token_without_permissions(Judge& judge) {
  for_each_account_user(judge, [&](const Object& object, std::string_view account,
                                   const std::vector<const Grant*>& grants) {
    if (!grants.empty()) return;
    // Only where the scan knows the account: its bindings are then likely to be here too.
    if (judge.index().find("", "ServiceAccount", object.namespace_, account) == nullptr) return;
    model::Fix fix{.description = "set automountServiceAccountToken to false", .operations = {}};
    fix.operations.push_back(
        {.kind = model::PatchOperation::Kind::kSet,
         .path = object.workload->pointer_of("/spec/automountServiceAccountToken"),
         .value = "false"});
    judge.fail(object, below(pod_spec_path(*object.workload), "automountServiceAccountToken"),
               "the token of service account " + quoted(account) +
                   " is mounted, and no binding in the scanned objects gives it any right",
               {.subject = std::string(account), .fix = std::move(fix)});
  });
}

}  // namespace yagura::posture::relations
