#pragma once

// How rare a fact is over all workloads: an inverse document frequency, where workloads are the
// documents.

#include <cstdint>
#include <string_view>
#include <unordered_map>

namespace yagura::sensor {

// Bounded; not thread-safe. A workload counts a fact at most once: note() is called when the fact
// becomes part of its profile.
class Rarity {
 public:
  explicit Rarity(std::size_t max_facts = 200'000) : max_facts_(max_facts) {}

  void note_workload() { ++workloads_; }
  // `kind` parts name spaces: a path as executable and as directory are different facts.
  void note(unsigned kind, std::string_view text);

  // log((N + 1) / (n + 1)) / log(N + 1) where n of N workloads have it: 1 nobody, 0 everybody. With
  // fewer than 3 workloads nothing can be said: 1.
  [[nodiscard]] double rarity(unsigned kind, std::string_view text) const;
  [[nodiscard]] std::uint32_t workloads_with(unsigned kind, std::string_view text) const;
  [[nodiscard]] std::uint32_t workloads() const { return workloads_; }
  [[nodiscard]] std::size_t facts() const { return counts_.size(); }

 private:
  std::size_t max_facts_;
  std::uint32_t workloads_ = 0;
  std::unordered_map<std::uint64_t, std::uint32_t> counts_;
};

}  // namespace yagura::sensor
