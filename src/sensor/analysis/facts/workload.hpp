#pragma once

// Whose behaviour is learned: all pods of a Deployment are one workload, container by container.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sensor/analysis/facts/hash.hpp"
#include "sensor/event/container.hpp"

namespace yagura::sensor {

struct Workload {
  std::uint32_t number = 0;  // in this run, from 0
  std::string key;           // see workload_key()
  std::string name_space;    // those of pods; empty of others
  std::string kind;
  std::string name;
  std::string container;
  std::string image_repository;
  Labels labels;                     // of the pod that was seen last
  std::vector<std::string> volumes;  // where its container has writable volumes
  std::string image_digest;          // of the container that was seen last
  std::uint32_t image_changes = 0;   // how often image_digest became another
};

// "namespace/Kind/name/container" of a pod's container, "image:repository" of a bare one, "host" of
// null. Empty: not known (yet), or a sandbox's pause process: nothing is learned then.
[[nodiscard]] std::string workload_key(const Container* container);

struct WorkloadOptions {
  bool with_host = false;  // processes outside containers are a workload as well
  std::size_t max_workloads = 10'000;
};

// Not thread-safe.
class WorkloadTable {
 public:
  explicit WorkloadTable(const WorkloadOptions& options = {}) : options_(options) {}

  // Null: not to be learned, or the table is full (counted). The pointer stays valid. O(1).
  [[nodiscard]] Workload* find(const std::shared_ptr<const Container>& container) {
    if (container == last_container_ && has_last_) return last_;
    return find_other(container);
  }
  [[nodiscard]] Workload* find_key(std::string_view key);

  [[nodiscard]] std::size_t size() const { return workloads_.size(); }
  [[nodiscard]] const std::vector<std::unique_ptr<Workload>>& all() const { return workloads_; }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  Workload* find_other(const std::shared_ptr<const Container>& container);
  Workload* resolve(const Container* container);
  Workload* make(std::string key, const Container* container);

  WorkloadOptions options_;
  std::vector<std::unique_ptr<Workload>> workloads_;
  std::unordered_map<std::string, Workload*, TextHash, std::equal_to<>> by_key_;
  // Containers are immutable and replaced when more is known, so a pointer's answer never changes
  // while it is held.
  std::unordered_map<std::shared_ptr<const Container>, Workload*> by_container_;
  std::shared_ptr<const Container> last_container_;
  Workload* last_ = nullptr;
  bool has_last_ = false;
  std::uint64_t refused_ = 0;
};

}  // namespace yagura::sensor
