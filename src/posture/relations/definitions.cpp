// Definitions that have no effect, or that stand twice.

#include <map>
#include <set>
#include <tuple>

#include "posture/relations/checks.hpp"

namespace yagura::posture::relations {

namespace {

constexpr std::string_view kAdmission = "admissionregistration.k8s.io";

void judge_policies(Judge& judge, std::string_view kind, std::string_view binding_kind) {
  std::set<std::string_view> bound;
  for (const Object* binding : judge.index().of_kind(kAdmission, binding_kind)) {
    bound.insert(text_of(binding->root->find("spec"), "policyName"));
  }
  for (const Object* policy : judge.index().of_kind(kAdmission, kind)) {
    if (policy->name.empty()) continue;
    judge.looks_at(*policy);
    if (bound.contains(policy->name)) continue;
    judge.fail(*policy, at("metadata", "name"),
               "no " + std::string(binding_kind) +
                   " in the scanned objects is for this policy: it does nothing");
  }
}

std::string_view folder_of(std::string_view file) {
  const std::size_t slash = file.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : file.substr(0, slash);
}

}  // namespace

void admission_policy_without_binding(Judge& judge) {
  judge_policies(judge, "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding");
  judge_policies(judge, "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding");
}

// The same folder: variants of one object for several clusters or environments are in folders of
// their own. Objects of Kustomize builds are left out: several overlays make the same base their
// own, and within one build Kustomize refuses it.
void duplicate_object(Judge& judge) {
  using Key = std::tuple<std::string_view, std::string_view, std::string_view, std::string_view,
                         std::string_view>;
  std::map<Key, const Object*> first;
  for (const Object& object : judge.index().objects()) {
    if (object.name.empty() || object.document->is_composed()) continue;
    judge.looks_at(object);
    const std::string_view written =
        object.namespace_written ? object.namespace_ : std::string_view();
    const Key key{folder_of(object.resource->file), object.group, object.kind, written,
                  object.name};
    const auto [known, fresh] = first.try_emplace(key, &object);
    if (fresh) continue;
    const model::Resource& before = *known->second->resource;
    judge.fail(object, at("metadata", "name"),
               display(object) + " is defined before at " + before.file + ":" +
                   std::to_string(before.line) + ": whichever is applied last wins");
  }
}

}  // namespace yagura::posture::relations
