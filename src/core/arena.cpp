#include "core/arena.hpp"

#include <algorithm>

namespace yagura::core {

void* Arena::allocate_slow(std::size_t size, std::size_t alignment) {
  // A large object gets a block of its own and leaves the current one in use.
  const std::size_t wanted = size + alignment;
  std::size_t block_size =
      blocks_.empty() ? kFirstBlock : std::min(kMaxBlock, blocks_.back().size * 2);
  const bool own_block = wanted > block_size;
  if (own_block) block_size = wanted;
  Block block{.bytes = std::unique_ptr<std::byte[]>(new std::byte[block_size]), .size = block_size};
  std::byte* begin = block.bytes.get();
  reserved_ += block_size;
  const std::uintptr_t at =
      (reinterpret_cast<std::uintptr_t>(begin) + alignment - 1) & ~(alignment - 1);
  if (own_block && !blocks_.empty()) {
    blocks_.insert(blocks_.begin(), std::move(block));
  } else {
    blocks_.push_back(std::move(block));
    next_ = reinterpret_cast<std::byte*>(at + size);
    end_ = begin + block_size;
  }
  return reinterpret_cast<void*>(at);
}

void Arena::reset() {
  if (blocks_.empty()) return;
  // The last block is the largest of the growing series: keep that one.
  Block kept = std::move(blocks_.back());
  blocks_.clear();
  reserved_ = kept.size;
  next_ = kept.bytes.get();
  end_ = next_ + kept.size;
  blocks_.push_back(std::move(kept));
}

}  // namespace yagura::core
