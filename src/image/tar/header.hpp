#pragma once

// One header block of a tar archive: 512 bytes (POSIX.1-2017 pax, "ustar Interchange Format"; GNU
// tar manual, "Basic Tar Format").

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace yagura::image {

inline constexpr std::size_t kTarBlock = 512;

struct SparsePart {
  std::uint64_t offset = 0;  // in the file
  std::uint64_t size = 0;
  friend bool operator==(const SparsePart&, const SparsePart&) = default;
};

enum class TarFormat : std::uint8_t { kV7, kUstar, kGnu };

struct TarHeader {
  TarFormat format = TarFormat::kV7;
  char type = '0';
  std::string_view name;    // up to its NUL
  std::string_view prefix;  // ustar alone
  std::string_view link;
  std::optional<std::uint64_t> size;  // nothing: no number
  std::uint64_t mode = 0;
  std::uint64_t uid = 0;
  std::uint64_t gid = 0;
  std::int64_t modified = 0;
};

// Octal digits between blanks and NULs, or base 256 where the first bit is set. Nothing where it is
// neither, or does not fit.
[[nodiscard]] std::optional<std::int64_t> tar_number(std::string_view field);

[[nodiscard]] bool is_zero_block(std::string_view block);
// The sum over the block, with bytes taken as unsigned or, as some old programs did, signed.
[[nodiscard]] bool has_right_checksum(std::string_view block);
// "ustar" stands where it should: of a block that is not known to be a header, the better evidence.
[[nodiscard]] bool has_magic(std::string_view block);

// `block` is 512 bytes with the right checksum; the views point into it. A number that is none
// counts as 0, except for the size.
[[nodiscard]] TarHeader parse_tar_header(std::string_view block);

// The parts and the size of an old GNU sparse file (type 'S'). `more`: extension blocks follow.
struct OldSparse {
  std::vector<SparsePart> parts;
  std::uint64_t real_size = 0;
  bool more = false;
};
[[nodiscard]] std::optional<OldSparse> parse_old_sparse(std::string_view block);
// Adds the parts of an extension block and says whether another follows; nothing: it is none.
[[nodiscard]] std::optional<bool> parse_sparse_extension(std::string_view block,
                                                         std::vector<SparsePart>& parts);

}  // namespace yagura::image
