#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/result.hpp"

namespace yagura::image {

// The bytes of one regular file while analyzers look at it. Small files are in memory; large ones
// may be on disk, mapped. Not copyable: it is lent for the time of a call.
class FileContent {
 public:
  FileContent() = default;
  FileContent(const FileContent&) = delete;
  FileContent& operator=(const FileContent&) = delete;
  virtual ~FileContent() = default;

  // All of it. Whether the file ended early (a damaged archive) is not seen here: the layer is then
  // marked incomplete.
  [[nodiscard]] virtual std::string_view bytes() const = 0;

  // A hint of who reads large contents from front to back: memory of what lies before `end` may be
  // given back. All bytes can still be read. Call it every megabyte or so.
  virtual void forget([[maybe_unused]] std::size_t end) const {}
};

// Bytes that somebody else holds: files in tests, members of archives.
class MemoryContent final : public FileContent {
 public:
  explicit MemoryContent(std::string_view bytes) : bytes_(bytes) {}
  [[nodiscard]] std::string_view bytes() const override { return bytes_; }

 private:
  std::string_view bytes_;
};

}  // namespace yagura::image
