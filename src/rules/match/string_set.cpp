#include "rules/match/string_set.hpp"

#include <algorithm>
#include <bit>
#include <functional>

namespace yagura::rules {

namespace {

constexpr std::size_t kMaxSteps = 500;  // to a free slot

}  // namespace

StringSet::StringSet(std::vector<std::string> texts) : texts_(std::move(texts)) {
  std::ranges::sort(texts_);
  const auto repeated = std::ranges::unique(texts_);
  texts_.erase(repeated.begin(), repeated.end());
  slots_.assign(std::bit_ceil(texts_.size() * 2 + 2), 0);
  mask_ = slots_.size() - 1;
  for (std::uint32_t i = 0; i < texts_.size(); ++i) {
    lengths_ |= std::uint64_t{1} << std::min<std::size_t>(texts_[i].size(), 63);
  }
  for (std::uint32_t i = 0; i < texts_.size(); ++i) {
    std::size_t slot = quick_hash(texts_[i]) & mask_;
    std::size_t steps = 0;
    for (; slots_[slot] != 0 && steps < kMaxSteps; ++steps) slot = (slot + 1) & mask_;
    if (steps == kMaxSteps) {
      slots_.clear();
      return;
    }
    slots_[slot] = i + 1;
  }
}

bool StringSet::is_among(std::string_view text) const {
  return std::binary_search(texts_.begin(), texts_.end(), text, std::less<>());
}

}  // namespace yagura::rules
