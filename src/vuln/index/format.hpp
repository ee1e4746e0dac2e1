#pragma once

// The layout of a shard: one file with the advisories of one family of ecosystems ("Debian" for all
// its releases), or with scores. Made to be mapped and read where it lies; numbers are little
// endian, "varint" is LEB128.
//
//   0    magic, format version, CRC-32 of the header, size of the file, sections (offset, size)
//   …    sections, each at a multiple of 8
//
//   kStrings     varint length, bytes; a reference is the offset of the length; 0 is ""
//   kPackages    {u32 hash, u32 offset into kStatements}, by hash
//   kStatements  for each package: ecosystem, name (references), varint count of bytes, statements
//   kRecords     u32 offset into kHeads, for each record
//   kHeads       what is needed of a record without its long texts
//   kIds         {u32 hash of an id, u32 record}, by hash: own ids, aliases, upstream
//   kBlocks      {u64 offset into kText, u32 size there, u32 inflated size}
//   kText        zstd frames: details and references of some records each
//   kScores      {u64 CVE, u32 EPSS, u32 percentile, u32 date (reference)}, by CVE

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace yagura::vuln::format {

inline constexpr std::string_view kMagic = "YAGVDB\r\n";
inline constexpr std::uint32_t kVersion = 1;
inline constexpr std::size_t kHeaderSize = 256;

enum Section : std::uint8_t {
  kStrings,
  kPackages,
  kStatements,
  kRecords,
  kHeads,
  kIds,
  kBlocks,
  kText,
  kScores,
  kSectionCount,
};

// Offsets inside the header.
inline constexpr std::size_t kVersionAt = 8;
inline constexpr std::size_t kChecksumAt = 12;
inline constexpr std::size_t kFileSizeAt = 16;
inline constexpr std::size_t kSectionsAt = 24;
static_assert(kSectionsAt + kSectionCount * 16 <= kHeaderSize);

inline constexpr std::size_t kPackageEntry = 8;
inline constexpr std::size_t kIdEntry = 8;
inline constexpr std::size_t kBlockEntry = 16;
inline constexpr std::size_t kScoreEntry = 20;

// Texts are collected up to this size before they are compressed; one record's text may be longer,
// up to kMaxText.
inline constexpr std::size_t kBlockSize = std::size_t{32} << 10;
inline constexpr std::size_t kMaxText = std::size_t{256} << 10;
inline constexpr std::size_t kMaxBlock = kBlockSize + kMaxText + 64;

inline constexpr std::uint32_t kNoScore = 0xffffffff;
inline constexpr double kScoreUnit = 1e6;

template <class T>
[[nodiscard]] T load(const char* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;  // little endian machines alone: amd64, arm64
}

template <class T>
void append(std::string& out, T value) {
  std::array<char, sizeof(T)> bytes;
  std::memcpy(bytes.data(), &value, sizeof value);
  out.append(bytes.data(), bytes.size());
}

inline void append_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

// FNV-1a, folded to 32 bits.
[[nodiscard]] inline std::uint32_t hash(std::string_view a, std::string_view b = {}) {
  std::uint64_t value = 0xcbf29ce484222325;
  const auto add = [&value](std::string_view text) {
    for (const char c : text) {
      value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    }
  };
  add(a);
  add(std::string_view("\0", 1));
  add(b);
  return static_cast<std::uint32_t>(value ^ (value >> 32));
}

// "CVE-2021-44228" as a number; 0: is none.
[[nodiscard]] std::uint64_t cve_number(std::string_view cve);

// Reads varints and never past the end: after the first that does not fit, ok() is false and all
// numbers are 0.
class Cursor {
 public:
  Cursor() = default;
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !bytes_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes_.front());
      bytes_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    spoil();
    return 0;
  }
  // A count of things of which each has at least one byte: more than are left is damage.
  [[nodiscard]] std::size_t count() {
    const std::uint64_t value = number();
    if (value <= bytes_.size()) return static_cast<std::size_t>(value);
    spoil();
    return 0;
  }
  [[nodiscard]] std::string_view bytes(std::uint64_t size) {
    if (size > bytes_.size()) {
      spoil();
      return {};
    }
    const std::string_view out = bytes_.substr(0, static_cast<std::size_t>(size));
    bytes_.remove_prefix(out.size());
    return out;
  }
  void spoil() {
    ok_ = false;
    bytes_ = {};
  }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

}  // namespace yagura::vuln::format
