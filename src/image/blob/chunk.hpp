#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace yagura::image {

// A piece of a stream. The bytes stay as long as `keep` lives; where it is empty, for ever.
struct Chunk {
  std::string_view bytes;
  std::shared_ptr<const void> keep;
};

// Bytes in order, piece by piece, without a copy.
class ChunkSource {
 public:
  ChunkSource() = default;
  ChunkSource(const ChunkSource&) = delete;
  ChunkSource& operator=(const ChunkSource&) = delete;
  virtual ~ChunkSource() = default;

  // The next bytes; empty: the end, also on every later call.
  [[nodiscard]] virtual Result<Chunk> next() = 0;
};

// Buffers of one size that go round. Whoever takes one waits until one is free: this is what bounds
// the memory of a layer that is read faster than it is looked at. Thread-safe; buffers may outlive
// the pool.
class BufferPool {
 public:
  BufferPool(std::size_t size, std::size_t count);

  struct Buffer {
    explicit Buffer(std::size_t bytes) : size(bytes), data(new char[bytes]) {}
    std::size_t size;
    std::unique_ptr<char[]> data;
  };
  [[nodiscard]] std::shared_ptr<Buffer> take();

 private:
  struct Shared {
    std::mutex mutex;
    std::condition_variable freed;
    std::vector<std::unique_ptr<Buffer>> idle;
    std::size_t made = 0;
  };
  std::size_t size_;
  std::size_t count_;
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

}  // namespace yagura::image
