#include "sensor/analysis/facts/workload.hpp"

#include <fmt/format.h>

#include <utility>

namespace yagura::sensor {

namespace {

// Containers that come and go leave their objects here; emptied when there are that many.
constexpr std::size_t kMaxRemembered = 8192;

std::string_view or_unknown(std::string_view text, std::string_view other) {
  return text.empty() ? other : text;
}

}  // namespace

std::string workload_key(const Container* container) {
  if (container == nullptr) return "host";
  if (container->is_sandbox) return {};
  if (const Pod* pod = container->pod.get(); pod != nullptr && !pod->name.empty()) {
    const bool has_workload = !pod->workload_name.empty();
    return fmt::format("{}/{}/{}/{}", or_unknown(pod->name_space, "default"),
                       has_workload ? std::string_view(pod->workload_kind) : "Pod",
                       has_workload ? pod->workload_name : pod->name,
                       or_unknown(container->name, "-"));
  }
  // Of a pod's container whose pod is not known yet the image alone would be the wrong workload.
  const bool may_learn_more = container->metadata == Metadata::kPath;
  if (may_learn_more || container->image_repository.empty()) return {};
  return "image:" + container->image_repository;
}

Workload* WorkloadTable::find_key(std::string_view key) {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : found->second;
}

Workload* WorkloadTable::find_other(const std::shared_ptr<const Container>& container) {
  const auto found = by_container_.find(container);
  Workload* workload = nullptr;
  if (found != by_container_.end()) {
    workload = found->second;
  } else {
    workload = resolve(container.get());
    if (by_container_.size() >= kMaxRemembered) by_container_.clear();
    by_container_.emplace(container, workload);
  }
  last_container_ = container;
  last_ = workload;
  has_last_ = true;
  return workload;
}

Workload* WorkloadTable::resolve(const Container* container) {
  if (container == nullptr && !options_.with_host) return nullptr;
  std::string key = workload_key(container);
  if (key.empty()) return nullptr;
  Workload* workload = find_key(key);
  if (workload == nullptr) workload = make(std::move(key), container);
  if (workload == nullptr || container == nullptr) return workload;
  if (container->pod != nullptr) workload->labels = container->pod->labels;
  if (!container->mounts.empty()) {
    workload->volumes.clear();
    for (const Mount& mount : container->mounts) {
      if (mount.is_writable) workload->volumes.push_back(mount.destination);
    }
  }
  if (!container->image_digest.empty() && workload->image_digest != container->image_digest) {
    workload->image_digest = container->image_digest;
    ++workload->image_changes;
  }
  return workload;
}

Workload* WorkloadTable::make(std::string key, const Container* container) {
  if (workloads_.size() >= options_.max_workloads) {
    ++refused_;
    return nullptr;
  }
  auto workload = std::make_unique<Workload>();
  workload->number = static_cast<std::uint32_t>(workloads_.size());
  workload->key = std::move(key);
  if (container != nullptr) {
    workload->image_repository = container->image_repository;
    workload->container = container->name;
    if (const Pod* pod = container->pod.get(); pod != nullptr) {
      const bool has_workload = !pod->workload_name.empty();
      workload->name_space = pod->name_space;
      workload->kind = has_workload ? pod->workload_kind : "Pod";
      workload->name = has_workload ? pod->workload_name : pod->name;
    }
  }
  Workload* made = workload.get();
  by_key_.emplace(made->key, made);
  workloads_.push_back(std::move(workload));
  return made;
}

}  // namespace yagura::sensor
