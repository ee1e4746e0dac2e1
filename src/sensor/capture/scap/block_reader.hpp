#pragma once

// The blocks of a .scap file, gzip-compressed or not. Whose bytes: anybody's.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "sensor/capture/block.hpp"

namespace yagura::sensor::scap {

// A source that unpacks what is gzip and hands on what is not. Errors of gzip end it as if the file
// were cut there. Memory: 64 KiB and zlib's window.
[[nodiscard]] ByteSource unpacked(ByteSource source);

class BlockReader {
 public:
  // A list of the processes of a large machine is one block; what says it is larger than this is
  // damage.
  static constexpr std::uint32_t kMaxBlock = 256U << 20;

  // Errors: no section header, the other byte order, a later major version.
  [[nodiscard]] static Result<BlockReader> open(ByteSource source);

  // The next block without its frame; valid until the next call. False: the end, or is_cut().
  [[nodiscard]] Result<bool> next(std::uint32_t& type, std::string_view& bytes);
  [[nodiscard]] bool is_cut() const { return is_cut_; }

 private:
  explicit BlockReader(ByteSource source) : source_(std::move(source)) {}
  [[nodiscard]] Result<bool> read(std::size_t size);

  ByteSource source_;
  std::vector<std::byte> buffer_;
  bool is_cut_ = false;
};

}  // namespace yagura::sensor::scap
