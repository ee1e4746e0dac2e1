#pragma once

// Blocks of capture files: made and read. Whose bytes: anybody's; a capture is sent around.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "sensor/capture/format.hpp"

namespace yagura::sensor {

// Fills as much of the span as there is and says how much; 0 is the end.
using ByteSource = std::function<Result<std::size_t>(std::span<std::byte>)>;

// Appends a whole block; compressed where that makes it smaller. Precondition: at most
// kMaxBlockSize bytes.
void append_block(std::string& out, BlockType type, std::string_view bytes);
void append_capture_header(std::string& out);

struct BlockCounts {
  std::uint64_t blocks = 0;
  std::uint64_t damaged = 0;  // checksum or compression wrong: left out
  std::uint64_t unknown = 0;  // of a later version: left out
  bool is_cut = false;        // the file ends within a block, or what follows is no block
};

// Memory: two blocks. Linear.
class BlockReader {
 public:
  // Errors: not a capture of ours, another version, the other byte order.
  [[nodiscard]] static Result<BlockReader> open(ByteSource source);

  // The next block that can be read: its type, and its bytes until the next call. False at the end,
  // also where the file is cut (counts().is_cut). Errors: those of the source.
  [[nodiscard]] Result<bool> next(BlockType& type, std::string_view& bytes);
  [[nodiscard]] const BlockCounts& counts() const { return counts_; }

 private:
  explicit BlockReader(ByteSource source) : source_(std::move(source)) {}
  [[nodiscard]] Result<std::size_t> read(std::span<std::byte> to);
  [[nodiscard]] bool decode(const CaptureBlock& block, std::string_view& bytes);

  ByteSource source_;
  std::vector<std::byte> stored_;
  std::vector<char> plain_;
  BlockCounts counts_;
};

}  // namespace yagura::sensor
