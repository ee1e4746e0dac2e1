#include "image/packages/zip/zip_directory.hpp"

#include <algorithm>

#include "image/packages/object/field_reader.hpp"

// The end record stands at the end, with a comment of at most 65,535 bytes behind it; in ZIP64 a
// locator before it says where the long form is. Offsets count from the archive's begin, which need
// not be the file's: the directory ends where its end record begins, and that tells the difference.

namespace yagura::image {
namespace {

constexpr std::string_view kEnd("PK\5\6", 4);
constexpr std::string_view kEnd64("PK\6\6", 4);
constexpr std::string_view kLocator64("PK\6\7", 4);
constexpr std::string_view kEntry("PK\1\2", 4);
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kEnd64Size = 56;
constexpr std::size_t kLocatorSize = 20;
constexpr std::size_t kEntrySize = 46;
constexpr std::uint32_t kElsewhere = 0xffffffff;

std::optional<std::uint64_t> find_end(std::string_view bytes) {
  if (bytes.size() < kEndSize) return std::nullopt;
  const std::uint64_t lowest =
      bytes.size() > kEndSize + 0xffff ? bytes.size() - kEndSize - 0xffff : 0;
  FieldReader fields(bytes, false);
  for (auto at = bytes.rfind(kEnd, bytes.size() - kEndSize);
       at != std::string_view::npos && at >= lowest;
       at = at == 0 ? std::string_view::npos : bytes.rfind(kEnd, at - 1)) {
    if (at + kEndSize + fields.u16(at + 20) <= bytes.size()) return at;
  }
  return std::nullopt;
}

// The long end record; nothing where there is none.
std::optional<std::uint64_t> find_end64(std::string_view bytes, std::uint64_t end) {
  if (end < kLocatorSize + kEnd64Size) return std::nullopt;
  const std::uint64_t locator = end - kLocatorSize;
  if (bytes.substr(locator, 4) != kLocator64) return std::nullopt;
  const std::uint64_t nearby = locator - kEnd64Size;
  if (bytes.substr(nearby, 4) == kEnd64) return nearby;
  FieldReader fields(bytes, false);
  const std::uint64_t told = fields.u64(locator + 8);
  if (told < locator && bytes.substr(told, 4) == kEnd64) return told;
  return std::nullopt;
}

// What the ZIP64 extra field says in place of the short fields.
void read_extra(std::string_view extra, ZipMember& member, bool wide_size, bool wide_compressed,
                bool wide_header) {
  FieldReader fields(extra, false);
  for (std::uint64_t at = 0; at + 4 <= extra.size();) {
    const std::uint16_t id = fields.u16(at);
    const std::uint64_t end = at + 4 + fields.u16(at + 2);
    if (id != 1 || end > extra.size()) {
      at = end;
      continue;
    }
    at += 4;
    const auto next = [&](bool there, std::uint64_t& value) {
      if (!there || at + 8 > end) return;
      value = fields.u64(at);
      at += 8;
    };
    next(wide_size, member.size);
    next(wide_compressed, member.compressed_size);
    next(wide_header, member.header);
    return;
  }
}

}  // namespace

std::optional<ZipDirectory> find_zip_directory(std::string_view bytes) {
  const auto end = find_end(bytes);
  if (!end) return std::nullopt;
  FieldReader fields(bytes, false);
  if (fields.u16(*end + 4) != fields.u16(*end + 6)) return std::nullopt;  // several disks
  std::uint64_t size = fields.u32(*end + 12);
  std::uint64_t told = fields.u32(*end + 16);
  std::uint64_t behind = *end;
  if (const auto end64 = find_end64(bytes, *end)) {
    size = fields.u64(*end64 + 40);
    told = fields.u64(*end64 + 48);
    behind = *end64;
  }
  if (size > behind) return std::nullopt;
  const std::uint64_t begin = behind - size;
  if (begin >= told && (size == 0 || bytes.substr(begin, 4) == kEntry)) {
    return ZipDirectory{.begin = begin, .size = size, .prefix = begin - told};
  }
  // Something stands between the directory and its end (a signature).
  if (told > bytes.size() || size > bytes.size() - told || bytes.substr(told, 4) != kEntry) {
    return std::nullopt;
  }
  return ZipDirectory{.begin = told, .size = size, .prefix = 0};
}

std::optional<ZipMember> take_zip_entry(std::string_view& directory) {
  if (directory.size() < kEntrySize || !directory.starts_with(kEntry)) return std::nullopt;
  FieldReader fields(directory, false);
  const std::uint64_t name_size = fields.u16(28);
  const std::uint64_t extra_size = fields.u16(30);
  const std::uint64_t entry_size = kEntrySize + name_size + extra_size + fields.u16(32);
  if (entry_size > directory.size()) return std::nullopt;
  const std::uint32_t compressed = fields.u32(20);
  const std::uint32_t size = fields.u32(24);
  const std::uint32_t header = fields.u32(42);
  ZipMember member{.name = directory.substr(kEntrySize, name_size),
                   .flags = fields.u16(8),
                   .method = fields.u16(10),
                   .compressed_size = compressed,
                   .size = size,
                   .header = header};
  read_extra(directory.substr(kEntrySize + name_size, extra_size), member, size == kElsewhere,
             compressed == kElsewhere, header == kElsewhere);
  directory.remove_prefix(entry_size);
  return member;
}

}  // namespace yagura::image
