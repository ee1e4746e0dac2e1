#include "waf/base/byte_set.hpp"

#include <bit>
#include <cstddef>

namespace yagura::waf {

int ByteSet::count() const {
  int total = 0;
  for (const std::uint64_t word : words_) total += std::popcount(word);
  return total;
}

ByteSet bytes_in(std::string_view text) {
  ByteSet set;
  for (const char byte : text) set.add(static_cast<unsigned char>(byte));
  return set;
}

}  // namespace yagura::waf
