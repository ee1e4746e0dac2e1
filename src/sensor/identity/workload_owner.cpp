#include "sensor/identity/workload_owner.hpp"

#include <algorithm>

namespace yagura::sensor {
namespace {

std::string_view label(const Labels& labels, std::string_view key) {
  const auto found = std::ranges::find(labels, key, &std::pair<std::string, std::string>::first);
  return found == labels.end() ? std::string_view() : std::string_view(found->second);
}

// `name` without "-suffix"; empty where it doesn't end so.
std::string_view without(std::string_view name, std::string_view suffix) {
  if (suffix.empty() || name.size() <= suffix.size() + 1 || !name.ends_with(suffix) ||
      name[name.size() - suffix.size() - 1] != '-') {
    return {};
  }
  return name.substr(0, name.size() - suffix.size() - 1);
}

// Without the "-" and the random end that controllers give their pods ("-x7k2p").
std::string_view without_last_part(std::string_view name) {
  const std::size_t dash = name.rfind('-');
  return dash == std::string_view::npos || dash == 0 ? std::string_view() : name.substr(0, dash);
}

Workload of_replica_set(std::string_view replica_set, const Labels& labels) {
  if (const auto name = without(replica_set, label(labels, "pod-template-hash")); !name.empty()) {
    return {"Deployment", std::string(name)};
  }
  if (const auto name = without(replica_set, label(labels, "rollouts-pod-template-hash"));
      !name.empty()) {
    return {"Rollout", std::string(name)};
  }
  return {"ReplicaSet", std::string(replica_set)};
}

// A CronJob names its Jobs by the scheduled time: minutes since 1970 (8 digits until 2160), before
// Kubernetes 1.21 seconds (10).
Workload of_job(std::string_view job) {
  const std::size_t dash = job.rfind('-');
  if (dash != std::string_view::npos && dash > 0) {
    const std::string_view end = job.substr(dash + 1);
    const bool is_number = std::ranges::all_of(end, [](char c) { return c >= '0' && c <= '9'; });
    if (is_number && (end.size() == 8 || end.size() == 10)) {
      return {"CronJob", std::string(job.substr(0, dash))};
    }
  }
  return {"Job", std::string(job)};
}

}  // namespace

Workload workload_of(const Owner& owner, const Pod& pod) {
  if (owner.kind.empty() || owner.kind == "Node") {
    return {"Pod", pod.name};
  }
  if (owner.kind == "ReplicaSet") {
    return of_replica_set(owner.name, pod.labels);
  }
  if (owner.kind == "Job") {
    return of_job(owner.name);
  }
  return {owner.kind, owner.name};
}

Workload guess_workload(const Pod& pod) {
  const std::string_view base = without_last_part(pod.name);
  if (!label(pod.labels, "pod-template-hash").empty() ||
      !label(pod.labels, "rollouts-pod-template-hash").empty()) {
    Workload workload = of_replica_set(base, pod.labels);
    return workload.kind == "ReplicaSet" ? Workload() : workload;
  }
  if (!label(pod.labels, "statefulset.kubernetes.io/pod-name").empty() && !base.empty()) {
    return {"StatefulSet", std::string(base)};
  }
  if (!label(pod.labels, "controller-revision-hash").empty() &&
      !label(pod.labels, "pod-template-generation").empty() && !base.empty()) {
    return {"DaemonSet", std::string(base)};
  }
  for (const std::string_view key : {"batch.kubernetes.io/job-name", "job-name"}) {
    if (const auto job = label(pod.labels, key); !job.empty()) {
      return of_job(job);
    }
  }
  return {};
}

}  // namespace yagura::sensor
