#pragma once

// Our capture files, byte for byte.
//
//   file   = header, blocks
//   header = "YAGCAP\r\n", u32 version (1), u32 byte order mark 0x01020304: 16 bytes
//   block  = CaptureBlock (32 bytes), stored bytes
//   facts  = one JSON object: {"machine":{…}} or {"event_types":[…]} or {"containers":[…]} or
//            {"users":[…],"groups":[…]} or {"dropped":N}, or several of them at once
//   records = records (record.h) one behind the other, each begun by its own size
//
// Numbers are in the byte order of the machine that wrote the file: records are, and they are most
// of it. A file of a machine with the other order is refused. Blocks of an unknown type are stepped
// over, so that later versions may add some. Facts stand before the first record that needs them,
// and each file stands alone: a rotated one says again what it needs.

#include <array>
#include <cstddef>
#include <cstdint>

namespace yagura::sensor {

inline constexpr std::array<char, 8> kCaptureMagic = {'Y', 'A', 'G', 'C', 'A', 'P', '\r', '\n'};
inline constexpr std::uint32_t kCaptureVersion = 1;
inline constexpr std::uint32_t kByteOrderMark = 0x01020304;
inline constexpr std::size_t kCaptureHeaderSize = 16;

enum class BlockType : std::uint32_t { kFacts = 1, kRecords = 2 };

inline constexpr std::uint32_t kBlockMagic = 0x4b4c4259;  // "YBLK"
inline constexpr std::uint32_t kBlockZstd = 1;            // CaptureBlock::flags

struct CaptureBlock {
  std::uint32_t magic = kBlockMagic;
  std::uint32_t type = 0;
  std::uint32_t flags = 0;
  std::uint32_t stored_size = 0;  // of the bytes that follow
  std::uint32_t size = 0;         // of what they say: larger where compressed
  std::uint32_t checksum = 0;     // CRC-32 (as zlib's) of the stored bytes
  std::uint64_t reserved = 0;
};
static_assert(sizeof(CaptureBlock) == 32);

// A block that says it is larger is damage, not data.
inline constexpr std::uint32_t kMaxBlockSize = 4U << 20;

}  // namespace yagura::sensor
