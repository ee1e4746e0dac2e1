#include "rules/match/string_set.hpp"

#include <algorithm>
#include <bit>

namespace yagura::rules {

StringSet::StringSet(std::vector<std::string> texts) : texts_(std::move(texts)) {
  std::ranges::sort(texts_);
  const auto repeated = std::ranges::unique(texts_);
  texts_.erase(repeated.begin(), repeated.end());
  slots_.assign(std::bit_ceil(texts_.size() * 2 + 2), 0);
  mask_ = slots_.size() - 1;
  for (std::uint32_t i = 0; i < texts_.size(); ++i) {
    std::size_t slot = quick_hash(texts_[i]) & mask_;
    while (slots_[slot] != 0) slot = (slot + 1) & mask_;
    slots_[slot] = i + 1;
    lengths_ |= std::uint64_t{1} << std::min<std::size_t>(texts_[i].size(), 63);
  }
}

}  // namespace yagura::rules
