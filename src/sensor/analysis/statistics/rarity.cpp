#include "sensor/analysis/statistics/rarity.hpp"

#include <algorithm>
#include <cmath>

#include "sensor/analysis/facts/hash.hpp"

namespace yagura::sensor {

namespace {

std::uint64_t key_of(unsigned kind, std::string_view text) {
  return combine_hash(hash_text(text), kind);
}

}  // namespace

void Rarity::note(unsigned kind, std::string_view text) {
  const std::uint64_t key = key_of(kind, text);
  if (const auto found = counts_.find(key); found != counts_.end()) {
    ++found->second;
  } else if (counts_.size() < max_facts_) {
    counts_.emplace(key, 1);
  }
}

std::uint32_t Rarity::workloads_with(unsigned kind, std::string_view text) const {
  const auto found = counts_.find(key_of(kind, text));
  return found == counts_.end() ? 0 : found->second;
}

double Rarity::rarity(unsigned kind, std::string_view text) const {
  if (workloads_ < 3) return 1;
  const double all = workloads_;
  const double with = std::min(workloads_, workloads_with(kind, text));
  return std::log((all + 1) / (with + 1)) / std::log(all + 1);
}

}  // namespace yagura::sensor
