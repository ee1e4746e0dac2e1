#pragma once

// Where the content of a file lies while analyzers look at it.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "image/blob/chunk.hpp"
#include "image/layer/work_pool.hpp"
#include "image/model/file_content.hpp"

namespace yagura::image {

// In the chunk that it came in: nothing was copied.
class LentContent final : public FileContent {
 public:
  explicit LentContent(Chunk chunk) : chunk_(std::move(chunk)) {}
  [[nodiscard]] std::string_view bytes() const override { return chunk_.bytes; }

 private:
  Chunk chunk_;
};

// Put together in memory.
class OwnedContent final : public FileContent {
 public:
  OwnedContent(std::size_t capacity, MemoryBudget& budget)
      : share_(budget.take(capacity)),
        data_(std::make_unique_for_overwrite<char[]>(capacity)),
        capacity_(capacity) {}

  // What is beyond the capacity is dropped.
  void append(std::string_view bytes);
  // Room to write into, and how much was written there.
  [[nodiscard]] std::span<char> room() { return {data_.get() + size_, capacity_ - size_}; }
  void wrote(std::size_t size) { size_ += size; }
  [[nodiscard]] std::string_view bytes() const override { return {data_.get(), size_}; }

 private:
  std::unique_ptr<MemoryBudget::Share> share_;
  std::unique_ptr<char[]> data_;
  std::size_t capacity_;
  std::size_t size_ = 0;
};

// A temporary file without a name, written first, then mapped.
class SpilledContent final : public FileContent {
 public:
  // In `directory`, or where TMPDIR says. kIo.
  [[nodiscard]] static Result<std::unique_ptr<SpilledContent>> open(
      const std::filesystem::path& directory);
  ~SpilledContent() override;

  [[nodiscard]] Result<void> append(std::string_view bytes);
  // No append() after it. Before it bytes() is empty.
  [[nodiscard]] Result<void> map();
  [[nodiscard]] std::string_view bytes() const override { return bytes_; }
  void forget(std::size_t end) const override;

 private:
  explicit SpilledContent(int fd) : fd_(fd) {}

  int fd_;
  std::uint64_t size_ = 0;
  std::string_view bytes_;
};

}  // namespace yagura::image
