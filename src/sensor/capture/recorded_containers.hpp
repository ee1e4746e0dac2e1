#pragma once

// Answers from facts of a file.

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "sensor/event/container_resolver.hpp"

namespace yagura::sensor {

class RecordedContainers final : public ContainerResolver {
 public:
  static constexpr std::size_t kMax = 1'000'000;  // cgroups; later ones are not kept

  void set(std::uint64_t cgroup_id, std::shared_ptr<const Container> container) {
    ++generation_;
    if (container == nullptr) {
      by_cgroup_.erase(cgroup_id);
    } else if (by_cgroup_.size() < kMax || by_cgroup_.contains(cgroup_id)) {
      by_cgroup_[cgroup_id] = std::move(container);
    }
  }

  // The file says itself what belongs to whom.
  void on_cgroup_made(std::uint64_t /*cgroup_id*/, std::string_view /*path*/) override {}
  void on_cgroup_gone(std::uint64_t /*cgroup_id*/) override {}
  [[nodiscard]] std::shared_ptr<const Container> find(std::uint64_t cgroup_id) override {
    const auto found = by_cgroup_.find(cgroup_id);
    return found == by_cgroup_.end() ? nullptr : found->second;
  }
  [[nodiscard]] std::uint64_t generation() const override { return generation_; }

 private:
  std::unordered_map<std::uint64_t, std::shared_ptr<const Container>> by_cgroup_;
  std::uint64_t generation_ = 0;
};

}  // namespace yagura::sensor
