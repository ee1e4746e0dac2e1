#include "image/tar/header.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace yagura::image {

namespace {

// Offsets and lengths of the fields.
struct Field {
  std::size_t at;
  std::size_t size;
};
constexpr Field kName{0, 100};
constexpr Field kMode{100, 8};
constexpr Field kUid{108, 8};
constexpr Field kGid{116, 8};
constexpr Field kSize{124, 12};
constexpr Field kModified{136, 12};
constexpr Field kChecksum{148, 8};
constexpr std::size_t kType = 156;
constexpr Field kLink{157, 100};
constexpr Field kMagic{257, 8};
constexpr Field kPrefix{345, 155};
constexpr Field kStarPrefix{345, 131};
constexpr Field kStarTrailer{508, 4};
constexpr std::size_t kGnuSparse = 386;
constexpr std::size_t kGnuSparseCount = 4;
constexpr std::size_t kGnuExtended = 482;
constexpr Field kGnuRealSize{483, 12};
constexpr std::size_t kExtensionCount = 21;
constexpr std::size_t kExtensionExtended = 504;

std::string_view field(std::string_view block, Field where) {
  return block.substr(where.at, where.size);
}

std::string_view text(std::string_view block, Field where) {
  const std::string_view raw = field(block, where);
  return raw.substr(0, raw.find('\0'));
}

std::optional<std::int64_t> base256(std::string_view bytes) {
  // Two's complement, big endian; the first bit only marks the form.
  const bool negative = (bytes.front() & 0x40) != 0;
  std::uint64_t value = negative ? ~std::uint64_t{0} : 0;
  bool first = true;
  for (const char raw : bytes) {
    auto byte = static_cast<unsigned char>(raw);
    if (first) byte = static_cast<unsigned char>(negative ? byte | 0x80 : byte & 0x7f);
    first = false;
    const std::uint64_t top = value >> 55;  // what would be shifted out, and the sign
    if (top != (negative ? 0x1ffU : 0U)) return std::nullopt;
    value = (value << 8) | byte;
  }
  return static_cast<std::int64_t>(value);
}

bool is_filler(char byte) { return byte == ' ' || byte == '\0'; }

std::optional<std::uint64_t> size_number(std::string_view bytes) {
  const auto number = tar_number(bytes);
  if (!number || *number < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

// Reads parts of 24 bytes (offset, size) until an empty one.
bool read_parts(std::string_view bytes, std::size_t count, std::vector<SparsePart>& parts) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view entry = bytes.substr(i * 24, 24);
    if (entry[0] == '\0') break;
    const auto offset = size_number(entry.substr(0, 12));
    const auto size = size_number(entry.substr(12, 12));
    if (!offset || !size) return false;
    parts.push_back({*offset, *size});
  }
  return true;
}

}  // namespace

std::optional<std::int64_t> tar_number(std::string_view field) {
  if (field.empty()) return 0;
  if ((field.front() & 0x80) != 0) return base256(field);
  while (!field.empty() && is_filler(field.front())) field.remove_prefix(1);
  // Some programs leave old bytes behind the terminator.
  const auto end = std::find_if(field.begin(), field.end(), is_filler);
  field = field.substr(0, static_cast<std::size_t>(end - field.begin()));
  std::uint64_t value = 0;
  for (const char digit : field) {
    if (digit < '0' || digit > '7' || value >> 60 != 0) return std::nullopt;
    value = value * 8 + static_cast<std::uint64_t>(digit - '0');
  }
  return static_cast<std::int64_t>(value);
}

bool is_zero_block(std::string_view block) {
  return block.front() == '\0' &&
         std::memcmp(block.data(), block.data() + 1, block.size() - 1) == 0;
}

bool has_right_checksum(std::string_view block) {
  const auto told = tar_number(field(block, kChecksum));
  if (!told) return false;
  std::int64_t as_unsigned = std::int64_t{' '} * 8;
  std::int64_t as_signed = as_unsigned;
  const auto add = [&](std::string_view bytes) {
    for (const char byte : bytes) {
      as_unsigned += static_cast<unsigned char>(byte);
      as_signed += static_cast<signed char>(byte);
    }
  };
  add(block.substr(0, kChecksum.at));
  add(block.substr(kChecksum.at + kChecksum.size));
  return *told == as_unsigned || *told == as_signed;
}

bool has_magic(std::string_view block) { return block.substr(kMagic.at, 5) == "ustar"; }

TarHeader parse_tar_header(std::string_view block) {
  TarHeader header;
  const std::string_view magic = field(block, kMagic);
  if (magic == std::string_view("ustar  \0", 8)) {
    header.format = TarFormat::kGnu;
  } else if (has_magic(block)) {
    header.format = TarFormat::kUstar;
    const bool star = field(block, kStarTrailer) == std::string_view("tar\0", 4);
    header.prefix = text(block, star ? kStarPrefix : kPrefix);
  }
  header.type = block[kType];
  header.name = text(block, kName);
  header.link = text(block, kLink);
  header.size = size_number(field(block, kSize));
  header.mode = size_number(field(block, kMode)).value_or(0);
  header.uid = size_number(field(block, kUid)).value_or(0);
  header.gid = size_number(field(block, kGid)).value_or(0);
  header.modified = tar_number(field(block, kModified)).value_or(0);
  return header;
}

std::optional<OldSparse> parse_old_sparse(std::string_view block) {
  OldSparse sparse;
  const auto real_size = size_number(field(block, kGnuRealSize));
  if (!real_size || !read_parts(block.substr(kGnuSparse), kGnuSparseCount, sparse.parts)) {
    return std::nullopt;
  }
  sparse.real_size = *real_size;
  sparse.more = block[kGnuExtended] != '\0';
  return sparse;
}

std::optional<bool> parse_sparse_extension(std::string_view block, std::vector<SparsePart>& parts) {
  if (!read_parts(block, kExtensionCount, parts)) return std::nullopt;
  return block[kExtensionExtended] != '\0';
}

}  // namespace yagura::image
