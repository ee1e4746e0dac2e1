#pragma once

// Who is known: cgroups, containers, pods, and how they hang together. No I/O. Thread-safe: the
// pipeline asks, the resolver's threads tell. What is handed out is immutable; a change publishes
// new objects and raises the generation.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "sensor/event/container.hpp"
#include "sensor/identity/cgroup_path.hpp"

namespace yagura::sensor {

enum class ChangeKind : std::uint8_t { kAdded, kChanged, kGone };

struct ContainerChange {
  ChangeKind kind = ChangeKind::kAdded;
  std::shared_ptr<const Container> container;  // as it is now; of kGone: as it was last
};

// Commands of a container's probes, from the pod's specification.
struct ContainerProbes {
  std::string container;
  std::string liveness;
  std::string readiness;
  friend bool operator==(const ContainerProbes&, const ContainerProbes&) = default;
};

struct TableLimits {
  std::size_t max_containers = 20'000;
  std::size_t max_cgroups = 200'000;  // with those of no container
  std::size_t max_pods = 20'000;
};

class ContainerTable {
 public:
  explicit ContainerTable(TableLimits limits = {}) : limits_(limits) {}

  // Called for each change, in order, on the thread that made it; may ask the table, must not
  // change it. What is there already is told as added.
  void set_listener(std::function<void(const ContainerChange&)> listener);

  enum class Added : std::uint8_t { kNew, kKnown, kFull };
  // A container's cgroup or one nested in it. `cgroup_id` 0: none in the cgroup2 hierarchy.
  Added add(std::uint64_t cgroup_id, std::string_view path, const CgroupIdentity& identity);
  // A cgroup that belongs to no container.
  void add_host(std::uint64_t cgroup_id);
  // With a container's own cgroup the container goes.
  void remove_cgroup(std::uint64_t cgroup_id);
  void remove_container(const std::string& id);

  // Nothing: never heard of; null: the host's. O(1).
  [[nodiscard]] std::optional<std::shared_ptr<const Container>> find(std::uint64_t cgroup_id) const;
  [[nodiscard]] std::shared_ptr<const Container> find_container(const std::string& id) const;
  [[nodiscard]] std::shared_ptr<const Pod> find_pod(const std::string& uid) const;

  // `change` edits a copy, which is published if it differs; the pod is attached by `pod_uid` where
  // that is not empty. False: the container is gone. Container::pod itself is not to be edited.
  bool update(const std::string& id, const std::string& pod_uid,
              const std::function<void(Container&)>& change);
  // Edits a pod, whether containers of it are known already or not. Without containers it is kept
  // only if `is_listed` (the API server knows it). False: over the limit.
  bool update_pod(const std::string& uid, const std::function<void(Pod&)>& change,
                  std::optional<bool> is_listed = std::nullopt,
                  std::optional<std::vector<ContainerProbes>> probes = std::nullopt);

  [[nodiscard]] std::vector<std::shared_ptr<const Container>> containers() const;
  [[nodiscard]] std::vector<std::shared_ptr<const Pod>> pods() const;
  [[nodiscard]] std::vector<std::string> listed_pods() const;
  [[nodiscard]] std::uint64_t generation() const { return generation_.load(); }
  [[nodiscard]] std::size_t cgroups() const;

 private:
  struct Entry {
    std::shared_ptr<const Container> container;
    std::vector<std::uint64_t> cgroups;
    std::string pod_uid;
  };
  struct PodEntry {
    std::shared_ptr<const Pod> pod;
    std::unordered_set<std::string> containers;
    std::vector<ContainerProbes> probes;
    bool is_listed = false;
  };

  void publish(Entry& entry, Container changed, ChangeKind kind);
  void attach(const std::string& id, Entry& entry, const std::string& uid);
  void detach(const std::string& id, Entry& entry);
  void drop(const std::string& id);
  PodEntry* pod_entry(const std::string& uid);
  void forget_hosts_if_full();
  void tell();

  TableLimits limits_;
  std::function<void(const ContainerChange&)> listener_;
  std::mutex changing_;         // held by whoever changes, also while the listener is told
  mutable std::mutex reading_;  // guards what follows; held shortly
  std::unordered_map<std::uint64_t, std::string> cgroups_;  // to container ids; "": the host's
  std::unordered_map<std::string, Entry> containers_;
  std::unordered_map<std::string, PodEntry> pods_;
  std::vector<ContainerChange> untold_;
  std::atomic<std::uint64_t> generation_{1};
};

}  // namespace yagura::sensor
