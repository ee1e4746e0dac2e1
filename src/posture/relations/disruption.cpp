// PodDisruptionBudgets and HorizontalPodAutoscalers against the workloads that they are for.

#include <charconv>
#include <optional>
#include <unordered_map>

#include "posture/relations/checks.hpp"

namespace yagura::posture::relations {

namespace {

bool is_replicated(const Object& object) {
  if (!object.workload) return false;
  switch (object.workload->kind()) {
    case kube::WorkloadKind::kDeployment:
    case kube::WorkloadKind::kStatefulSet:
    case kube::WorkloadKind::kReplicaSet:
    case kube::WorkloadKind::kReplicationController:
    case kube::WorkloadKind::kDeploymentConfig:
    case kube::WorkloadKind::kRollout:
      return true;
    default:
      return false;
  }
}

// spec.replicas, 1 where it is not written.
std::int64_t replicas_of(const Object& object) {
  const kube::Node* replicas = object.find({"spec", "replicas"});
  return replicas != nullptr && replicas->is_int() ? replicas->as_int() : 1;
}

// What scales a workload of the scan.
class Autoscalers {
 public:
  explicit Autoscalers(const ObjectIndex& index) {
    for (const Object* hpa : index.of_kind("autoscaling", "HorizontalPodAutoscaler")) {
      const kube::Node* target = hpa->find({"spec", "scaleTargetRef"});
      const Object* workload =
          index.find(kube::api_group(text_of(target, "apiVersion")), text_of(target, "kind"),
                     hpa->namespace_, text_of(target, "name"));
      if (workload != nullptr) by_target_.try_emplace(workload, hpa);
    }
  }
  [[nodiscard]] const Object* of(const Object& workload) const {
    const auto found = by_target_.find(&workload);
    return found == by_target_.end() ? nullptr : found->second;
  }

 private:
  std::unordered_map<const Object*, const Object*> by_target_;
};

std::int64_t minimum_of(const Object& hpa) {
  const kube::Node* minimum = hpa.find({"spec", "minReplicas"});
  return minimum != nullptr && minimum->is_int() ? minimum->as_int() : 1;
}

struct Amount {
  std::int64_t value = 0;
  bool percent = false;

  // Percentages are rounded up, as the disruption controller does for both fields.
  [[nodiscard]] std::int64_t of(std::int64_t replicas) const {
    return percent ? (value * replicas + 99) / 100 : value;
  }
};

std::optional<Amount> amount_at(const Object& budget, std::string_view field) {
  const kube::Node* node = budget.find({"spec", field});
  if (node == nullptr) return std::nullopt;
  if (node->is_int()) return Amount{.value = node->as_int()};
  const std::string_view text = node->string_or();
  Amount amount;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount.value);
  const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (error != std::errc() || (rest != "%" && !rest.empty()) || amount.value < 0 ||
      amount.value > 1'000'000) {
    return std::nullopt;
  }
  amount.percent = rest == "%";
  return amount;
}

// The replicated workloads whose pods a budget selects.
std::vector<const Object*> budgeted(const ObjectIndex& index, const Object& budget) {
  std::vector<const Object*> workloads;
  const Selector selector = Selector::of_label_selector(budget.find({"spec", "selector"}));
  const auto pods = index.pods_in(budget.namespace_);
  for (const std::uint32_t position : index.select(budget.namespace_, selector)) {
    const Object* object = pods[position].object;
    if (is_replicated(*object) && !object->made_by_scanned) workloads.push_back(object);
  }
  return workloads;
}

std::string replica_text(std::int64_t count) {
  return std::to_string(count) + (count == 1 ? " replica" : " replicas");
}

std::string amount_text(const Amount& amount) {
  return std::to_string(amount.value) + (amount.percent ? "%" : "");
}

void judge_minimum(Judge& judge, const Autoscalers& scalers, const Object& budget,
                   const Amount& minimum) {
  const auto workloads = budgeted(judge.index(), budget);
  if (workloads.empty()) return;
  std::int64_t replicas = 0;
  for (const Object* workload : workloads) {
    if (scalers.of(*workload) != nullptr) return;
    replicas += replicas_of(*workload);
  }
  if (replicas == 0 || minimum.of(replicas) < replicas) return;
  judge.fail(budget, at("spec", "minAvailable"),
             "minAvailable is " + amount_text(minimum) + ", and " + display(*workloads.front()) +
                 (workloads.size() > 1 ? " and others have " : " has ") + replica_text(replicas) +
                 ": no pod may be evicted, so that draining a node never ends");
}

}  // namespace

void pdb_missing(Judge& judge) {
  const ObjectIndex& index = judge.index();
  std::unordered_map<const Object*, bool> protected_;
  for (const Object* budget : index.of_kind("policy", "PodDisruptionBudget")) {
    for (const Object* workload : budgeted(index, *budget)) protected_[workload] = true;
  }
  const Autoscalers scalers(index);
  for (const Object& object : index.objects()) {
    if (!object.workload || object.made_by_scanned) continue;
    const auto kind = object.workload->kind();
    if (kind != kube::WorkloadKind::kDeployment && kind != kube::WorkloadKind::kStatefulSet)
      continue;
    const Object* hpa = scalers.of(object);
    const std::int64_t replicas = hpa == nullptr ? replicas_of(object) : minimum_of(*hpa);
    // With one pod there is nothing to keep up while it moves.
    if (replicas < 2) continue;
    judge.looks_at(object);
    if (protected_.contains(&object)) continue;
    judge.fail(object, below(template_path(*object.workload), "metadata", "labels"),
               "no PodDisruptionBudget in the scanned objects of " + in_namespace(object) +
                   " selects these " + replica_text(replicas) +
                   ": draining nodes may evict all of them at once");
  }
}

// Budgets that forbid everything whatever the workload is (maxUnavailable 0) are a single object's
// matter: rules/checks.
void pdb_allows_no_disruption(Judge& judge) {
  const Autoscalers scalers(judge.index());
  for (const Object* budget : judge.index().of_kind("policy", "PodDisruptionBudget")) {
    const auto least = amount_at(*budget, "minAvailable");
    if (!least || (least->percent && least->value >= 100)) continue;
    judge.looks_at(*budget);
    judge_minimum(judge, scalers, *budget, *least);
  }
}

void pdb_above_hpa_minimum(Judge& judge) {
  const Autoscalers scalers(judge.index());
  for (const Object* budget : judge.index().of_kind("policy", "PodDisruptionBudget")) {
    const auto least = amount_at(*budget, "minAvailable");
    if (!least) continue;
    for (const Object* workload : budgeted(judge.index(), *budget)) {
      const Object* hpa = scalers.of(*workload);
      if (hpa == nullptr) continue;
      judge.looks_at(*budget);
      const std::int64_t minimum = minimum_of(*hpa);
      if (least->of(minimum) < minimum) continue;
      judge.fail(*budget, at("spec", "minAvailable"),
                 "minAvailable is " + amount_text(*least) + ", and HorizontalPodAutoscaler " +
                     quoted(hpa->name) + " may scale " + display(*workload) + " down to " +
                     replica_text(minimum) + ": then no pod may be evicted");
    }
  }
}

void hpa_target_fixed_replicas(Judge& judge) {
  const Autoscalers scalers(judge.index());
  for (const Object& object : judge.index().objects()) {
    if (!is_replicated(object)) continue;
    const Object* hpa = scalers.of(object);
    if (hpa == nullptr) continue;
    judge.looks_at(object);
    const kube::Node* replicas = object.find({"spec", "replicas"});
    if (replicas == nullptr || replicas->is_null()) continue;
    model::Fix fix{.description = "remove spec.replicas", .operations = {}};
    fix.operations.push_back(
        {.kind = model::PatchOperation::Kind::kRemove, .path = "/spec/replicas", .value = {}});
    judge.fail(object, at("spec", "replicas"),
               "HorizontalPodAutoscaler " + quoted(hpa->name) +
                   " scales this, and each apply sets it back to " +
                   std::to_string(replicas_of(object)),
               {.fix = std::move(fix)});
  }
}

}  // namespace yagura::posture::relations
