#include "sensor/identity/container_table.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace yagura::sensor {

void ContainerTable::set_listener(std::function<void(const ContainerChange&)> listener) {
  const std::lock_guard changing(changing_);
  listener_ = std::move(listener);
  for (auto& container : containers()) {
    untold_.push_back({ChangeKind::kAdded, std::move(container)});
  }
  tell();
}

ContainerTable::Added ContainerTable::add(std::uint64_t cgroup_id, std::string_view path,
                                          const CgroupIdentity& identity) {
  const std::lock_guard changing(changing_);
  Added added = Added::kKnown;
  {
    const std::lock_guard lock(reading_);
    const bool is_own = identity.own_length == path.size();
    auto found = containers_.find(identity.container_id);
    if (found == containers_.end()) {
      if (containers_.size() >= limits_.max_containers) {
        return Added::kFull;
      }
      found = containers_.try_emplace(identity.container_id).first;
      Container container;
      container.id = identity.container_id;
      container.runtime = identity.runtime;
      container.cgroup_path = path.substr(0, identity.own_length);
      container.cgroup_id = is_own ? cgroup_id : 0;
      attach(identity.container_id, found->second, identity.pod_uid);
      publish(found->second, std::move(container), ChangeKind::kAdded);
      added = Added::kNew;
    } else if (is_own && found->second.container->cgroup_id == 0 && cgroup_id != 0) {
      Container container = *found->second.container;
      container.cgroup_id = cgroup_id;
      publish(found->second, std::move(container), ChangeKind::kChanged);
    }
    if (cgroup_id != 0 && cgroups_.insert_or_assign(cgroup_id, identity.container_id).second) {
      found->second.cgroups.push_back(cgroup_id);
    }
  }
  tell();
  return added;
}

void ContainerTable::add_host(std::uint64_t cgroup_id) {
  const std::lock_guard lock(reading_);
  forget_hosts_if_full();
  cgroups_.try_emplace(cgroup_id);
}

// Those can be looked up again.
void ContainerTable::forget_hosts_if_full() {
  if (cgroups_.size() >= limits_.max_cgroups) {
    std::erase_if(cgroups_, [](const auto& cgroup) { return cgroup.second.empty(); });
  }
}

void ContainerTable::remove_cgroup(std::uint64_t cgroup_id) {
  const std::lock_guard changing(changing_);
  {
    const std::lock_guard lock(reading_);
    const auto found = cgroups_.find(cgroup_id);
    if (found == cgroups_.end()) {
      return;
    }
    const std::string id = found->second;
    cgroups_.erase(found);
    const auto entry = containers_.find(id);
    if (entry == containers_.end()) {
      return;
    }
    std::erase(entry->second.cgroups, cgroup_id);
    const std::uint64_t own = entry->second.container->cgroup_id;
    if (own == cgroup_id || (own == 0 && entry->second.cgroups.empty())) {
      drop(id);
    }
  }
  tell();
}

void ContainerTable::remove_container(const std::string& id) {
  const std::lock_guard changing(changing_);
  {
    const std::lock_guard lock(reading_);
    drop(id);
  }
  tell();
}

void ContainerTable::drop(const std::string& id) {
  const auto found = containers_.find(id);
  if (found == containers_.end()) {
    return;
  }
  for (const std::uint64_t cgroup : found->second.cgroups) {
    cgroups_.erase(cgroup);
  }
  detach(id, found->second);
  untold_.push_back({ChangeKind::kGone, found->second.container});
  containers_.erase(found);
  ++generation_;
}

std::optional<std::shared_ptr<const Container>> ContainerTable::find(
    std::uint64_t cgroup_id) const {
  const std::lock_guard lock(reading_);
  const auto found = cgroups_.find(cgroup_id);
  if (found == cgroups_.end()) {
    return std::nullopt;
  }
  const auto entry = containers_.find(found->second);
  return entry == containers_.end() ? nullptr : entry->second.container;
}

std::shared_ptr<const Container> ContainerTable::find_container(const std::string& id) const {
  const std::lock_guard lock(reading_);
  const auto found = containers_.find(id);
  return found == containers_.end() ? nullptr : found->second.container;
}

std::shared_ptr<const Pod> ContainerTable::find_pod(const std::string& uid) const {
  const std::lock_guard lock(reading_);
  const auto found = pods_.find(uid);
  return found == pods_.end() ? nullptr : found->second.pod;
}

bool ContainerTable::update(const std::string& id, const std::string& pod_uid,
                            const std::function<void(Container&)>& change) {
  const std::lock_guard changing(changing_);
  {
    const std::lock_guard lock(reading_);
    const auto found = containers_.find(id);
    if (found == containers_.end()) {
      return false;
    }
    Container changed = *found->second.container;
    change(changed);
    const bool has_moved = !pod_uid.empty() && pod_uid != found->second.pod_uid;
    if (has_moved) {
      attach(id, found->second, pod_uid);
    }
    if (has_moved || changed != *found->second.container) {
      publish(found->second, std::move(changed), ChangeKind::kChanged);
    }
  }
  tell();
  return true;
}

bool ContainerTable::update_pod(const std::string& uid, const std::function<void(Pod&)>& change,
                                std::optional<bool> is_listed,
                                std::optional<std::vector<ContainerProbes>> probes) {
  const std::lock_guard changing(changing_);
  {
    const std::lock_guard lock(reading_);
    PodEntry* entry = pod_entry(uid);
    if (entry == nullptr) {
      return false;
    }
    Pod changed = *entry->pod;
    change(changed);
    entry->is_listed = is_listed.value_or(entry->is_listed);
    const bool has_changed = changed != *entry->pod || (probes && *probes != entry->probes);
    if (has_changed) {
      entry->pod = std::make_shared<const Pod>(std::move(changed));
      entry->probes = std::move(probes).value_or(std::move(entry->probes));
      for (const std::string& id : entry->containers) {
        Entry& container = containers_.at(id);
        publish(container, *container.container, ChangeKind::kChanged);
      }
      ++generation_;
    }
    if (entry->containers.empty() && !entry->is_listed) {
      pods_.erase(uid);
    }
  }
  tell();
  return true;
}

ContainerTable::PodEntry* ContainerTable::pod_entry(const std::string& uid) {
  const auto found = pods_.find(uid);
  if (found != pods_.end()) {
    return &found->second;
  }
  if (pods_.size() >= limits_.max_pods) {
    return nullptr;
  }
  PodEntry& entry = pods_[uid];
  Pod pod;
  pod.uid = uid;
  entry.pod = std::make_shared<const Pod>(std::move(pod));
  return &entry;
}

void ContainerTable::attach(const std::string& id, Entry& entry, const std::string& uid) {
  if (uid.empty() || uid == entry.pod_uid) {
    return;
  }
  detach(id, entry);
  if (PodEntry* pod = pod_entry(uid)) {
    pod->containers.insert(id);
    entry.pod_uid = uid;
  }
}

void ContainerTable::detach(const std::string& id, Entry& entry) {
  const auto pod = pods_.find(entry.pod_uid);
  entry.pod_uid.clear();
  if (pod == pods_.end()) {
    return;
  }
  pod->second.containers.erase(id);
  if (pod->second.containers.empty() && !pod->second.is_listed) {
    pods_.erase(pod);
  }
}

// What the pod knows of its containers comes along.
void ContainerTable::publish(Entry& entry, Container changed, ChangeKind kind) {
  const auto pod = pods_.find(entry.pod_uid);
  if (pod != pods_.end()) {
    changed.pod = pod->second.pod;
    const auto probes =
        std::ranges::find(pod->second.probes, changed.name, &ContainerProbes::container);
    if (probes != pod->second.probes.end()) {
      changed.liveness_probe = probes->liveness;
      changed.readiness_probe = probes->readiness;
    }
  }
  entry.container = std::make_shared<const Container>(std::move(changed));
  untold_.push_back({kind, entry.container});
  ++generation_;
}

// Precondition: changing_ is held, reading_ is not.
void ContainerTable::tell() {
  const auto changes = std::exchange(untold_, {});
  for (const ContainerChange& change : changes) {
    if (listener_) {
      listener_(change);
    }
  }
}

std::vector<std::shared_ptr<const Container>> ContainerTable::containers() const {
  const std::lock_guard lock(reading_);
  std::vector<std::shared_ptr<const Container>> all;
  all.reserve(containers_.size());
  for (const Entry& entry : containers_ | std::views::values) {
    all.push_back(entry.container);
  }
  return all;
}

std::vector<std::shared_ptr<const Pod>> ContainerTable::pods() const {
  const std::lock_guard lock(reading_);
  std::vector<std::shared_ptr<const Pod>> all;
  all.reserve(pods_.size());
  for (const PodEntry& entry : pods_ | std::views::values) {
    all.push_back(entry.pod);
  }
  return all;
}

std::vector<std::string> ContainerTable::listed_pods() const {
  const std::lock_guard lock(reading_);
  std::vector<std::string> uids;
  for (const auto& [uid, entry] : pods_) {
    if (entry.is_listed) {
      uids.push_back(uid);
    }
  }
  return uids;
}

std::size_t ContainerTable::cgroups() const {
  const std::lock_guard lock(reading_);
  return cgroups_.size();
}

}  // namespace yagura::sensor
