// Sparse files of GNU tar: only the parts with data are stored, with a map of where they belong.
// Four forms: the old one (type 'S', map in the header and in blocks behind it), pax 0.0 and 0.1
// (map in the extended header), pax 1.0 (map before the data). GNU tar manual, "Sparse Formats".

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "image/tar/tar_reader.hpp"

namespace yagura::image {

namespace {

constexpr std::array<char, std::size_t{64} << 10> kZeros{};

// Half of the range: sums of two never overflow.
constexpr std::uint64_t kMaxNumber = std::uint64_t{1} << 62;

}  // namespace

Result<void> TarReader::take_sparse(const TarHeader& header) {
  std::vector<SparsePart> parts;
  std::uint64_t real_size = 0;
  bool fits = true;
  if (header.type == 'S') {
    auto old = parse_old_sparse({block_.data(), block_.size()});
    if (old) {
      YAGURA_TRY(fits, take_sparse_extensions(*old));
      parts = std::move(old->parts);
      real_size = old->real_size;
    } else {
      fits = false;
    }
  } else if (pax_.is_sparse) {
    if (pax_.sparse_major == 1) {
      YAGURA_TRY(fits, take_sparse_map(parts));
    } else {
      fits = pax_.sparse_major == 0 && !pax_.sparse_offset;
      parts = std::move(pax_.sparse_map);
    }
    real_size = pax_.sparse_real_size.value_or(0);
  } else {
    return {};
  }
  if (!fits || !accept_sparse(std::move(parts), real_size)) {
    notes_.add("the map of the sparse file " + shown_path(path_) +
               " is damaged: its parts were read as they lie");
    entry_.size = stored_left_;
  }
  return {};
}

Result<bool> TarReader::take_sparse_extensions(OldSparse& sparse) {
  while (sparse.more) {
    YAGURA_TRY(const bool there, take_block());
    if (!there) return false;
    const auto more = parse_sparse_extension({block_.data(), block_.size()}, sparse.parts);
    if (!more || sparse.parts.size() > limits_.max_sparse_parts) return false;
    sparse.more = *more;
  }
  return true;
}

// Decimal numbers, one a line, in blocks of their own: how many parts, then offset and size of
// each.
Result<bool> TarReader::take_sparse_map(std::vector<SparsePart>& parts) {
  std::uint64_t value = 0;
  std::size_t digits = 0;
  std::uint64_t numbers = 0;  // how many were read
  std::uint64_t wanted = 1;
  std::uint64_t offset = 0;
  while (numbers < wanted) {
    if (stored_left_ < kTarBlock) return false;
    YAGURA_TRY(const bool there, take_block());
    if (!there) return false;
    stored_left_ -= kTarBlock;
    for (const char byte : block_) {
      if (byte != '\n') {
        if (byte < '0' || byte > '9' || ++digits > 18) return false;
        value = value * 10 + static_cast<std::uint64_t>(byte - '0');
        continue;
      }
      if (digits == 0) return false;
      if (numbers == 0) {
        if (value > limits_.max_sparse_parts) return false;
        wanted = 1 + 2 * value;
      } else if (numbers % 2 == 1) {
        offset = value;
      } else {
        parts.push_back({offset, value});
      }
      value = 0;
      digits = 0;
      if (++numbers == wanted) break;  // the rest of the block is padding
    }
  }
  return true;
}

bool TarReader::accept_sparse(std::vector<SparsePart> parts, std::uint64_t real_size) {
  std::uint64_t end = 0;
  std::uint64_t stored = 0;
  for (const SparsePart& part : parts) {
    if (part.offset > kMaxNumber || part.size > kMaxNumber || part.offset < end) return false;
    end = part.offset + part.size;
    stored += part.size;
    if (stored > kMaxNumber) return false;
  }
  if (end > real_size || real_size > kMaxNumber || stored > stored_left_) return false;
  parts_ = std::move(parts);
  part_ = 0;
  sparse_ = true;
  entry_.size = real_size;
  return true;
}

Result<Chunk> TarReader::sparse_content() {
  const std::uint64_t position = entry_.size - left_;
  while (part_ < parts_.size() && position >= parts_[part_].offset + parts_[part_].size) ++part_;
  if (part_ == parts_.size()) return hole(left_);
  const SparsePart& part = parts_[part_];
  if (position < part.offset) return hole(part.offset - position);
  return stored_content(part.offset + part.size - position);
}

Chunk TarReader::hole(std::uint64_t most) {
  const auto size =
      static_cast<std::size_t>(std::min<std::uint64_t>({most, kZeros.size(), holes_left_}));
  if (size == 0) {
    notes_.add(fmt::format("holes of more than {} bytes: {} was not read whole", limits_.max_holes,
                           shown_path(path_)));
    content_complete_ = false;
    return {};
  }
  holes_left_ -= size;
  return {{kZeros.data(), size}, nullptr};
}

}  // namespace yagura::image
