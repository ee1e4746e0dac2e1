// The archive is a row of 512-byte blocks: a header, its content, padding. Extended headers (pax,
// GNU long names) are files of their own before the file that they speak of. Content is lent as it
// lies in the source's chunks; only headers are copied.

#include "image/tar/tar_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace yagura::image {

namespace {

std::uint32_t clamp32(std::uint64_t value) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(value, 0xffffffffU));
}

}  // namespace

TarReader::TarReader(ChunkSource& source, const TarLimits& limits)
    : source_(source), limits_(limits), holes_left_(limits.max_holes) {}

// ---- the archive's bytes

// Makes sure that chunk_ has bytes; false: the archive is at its end.
Result<bool> TarReader::more() {
  if (!chunk_.bytes.empty()) return true;
  YAGURA_TRY(chunk_, source_.next());
  return !chunk_.bytes.empty();
}

// False: there is no whole block.
Result<bool> TarReader::take_block() {
  if (std::exchange(block_waits_, false)) return true;
  std::size_t have = 0;
  while (have < kTarBlock) {
    YAGURA_TRY(const bool there, more());
    if (!there) {
      if (have != 0)
        notes_.add(fmt::format("the archive ends within a block, at byte {}", offset_));
      return false;
    }
    const std::size_t part = std::min(kTarBlock - have, chunk_.bytes.size());
    std::memcpy(block_.data() + have, chunk_.bytes.data(), part);
    chunk_.bytes.remove_prefix(part);
    offset_ += part;
    have += part;
  }
  return true;
}

Result<void> TarReader::skip(std::uint64_t bytes) {
  while (bytes > 0) {
    YAGURA_TRY(const bool there, more());
    if (!there) return {};
    const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, chunk_.bytes.size()));
    chunk_.bytes.remove_prefix(part);
    offset_ += part;
    bytes -= part;
  }
  return {};
}

Result<void> TarReader::skip_content() {
  const std::uint64_t bytes = std::exchange(stored_left_, 0);
  const std::uint64_t padding = std::exchange(padding_, 0);
  left_ = 0;
  if (bytes == 0) return skip(padding);
  const std::uint64_t end = offset_ + bytes;
  YAGURA_TRY_VOID(skip(bytes));
  if (offset_ < end) {
    notes_.add("the archive ends within " + shown_path(path_));
    content_complete_ = false;
    return {};
  }
  return skip(padding);
}

// ---- headers

Result<const FileEntry*> TarReader::next() {
  if (ended_) return nullptr;
  YAGURA_TRY_VOID(skip_content());
  for (;;) {
    YAGURA_TRY(const Step result, step());
    if (result == Step::kEntry) return &entry_;
    if (result == Step::kEnd) {
      if (extended_waits_) notes_.add("the archive ends behind an extended header");
      ended_ = true;
      chunk_ = {};
      return nullptr;
    }
    YAGURA_TRY_VOID(skip_content());
  }
}

Result<TarReader::Step> TarReader::step() {
  YAGURA_TRY(const bool there, take_block());
  if (!there) return Step::kEnd;
  const std::string_view block(block_.data(), block_.size());
  if (is_zero_block(block)) return end_marker();
  if (!has_right_checksum(block)) return resynchronise();
  if (++entries_ > limits_.max_entries) {
    notes_.add(fmt::format("more than {} entries: the rest was not read", limits_.max_entries));
    return Step::kEnd;
  }
  return dispatch(parse_tar_header(block));
}

// Two blocks of zeros end an archive, and so does its last byte. One alone is damage: some programs
// stop there, others go on; what stands behind it is looked at.
Result<TarReader::Step> TarReader::end_marker() {
  const std::uint64_t at = offset_ - kTarBlock;
  YAGURA_TRY(const bool there, take_block());
  if (!there || is_zero_block({block_.data(), block_.size()})) return Step::kEnd;
  notes_.add(fmt::format("a lone block of zeros at byte {}", at));
  block_waits_ = true;
  return Step::kAgain;
}

// Looks for the next block that is a header beyond doubt.
Result<TarReader::Step> TarReader::resynchronise() {
  const std::uint64_t at = offset_ - kTarBlock;
  forget_extended();
  for (;;) {
    YAGURA_TRY(const bool there, take_block());
    if (!there) {
      notes_.add(entries_ == 0
                     ? std::string("this is no tar archive")
                     : fmt::format("a damaged header at byte {}: the rest could not be read", at));
      return Step::kEnd;
    }
    const std::string_view block(block_.data(), block_.size());
    if (!has_magic(block) || !has_right_checksum(block)) continue;
    notes_.add(fmt::format("a damaged header at byte {}: {} bytes were passed over", at,
                           offset_ - kTarBlock - at));
    block_waits_ = true;
    return Step::kAgain;
  }
}

Result<TarReader::Step> TarReader::dispatch(const TarHeader& header) {
  switch (header.type) {
    case 'x':
    case 'X':  // Solaris
    case 'g':
    case 'L':
    case 'K':
      return take_extended(header);
    case '\0':  // v7: a directory is told by its slash alone
      return take_file(header,
                       header.name.ends_with('/') ? FileKind::kDirectory : FileKind::kRegular);
    case '1':
      return take_file(header, FileKind::kHardLink);
    case '2':
      return take_file(header, FileKind::kSymlink);
    case '3':
      return take_file(header, FileKind::kCharacterDevice);
    case '4':
      return take_file(header, FileKind::kBlockDevice);
    case '5':
    case 'D':  // GNU: a directory with a list of names as its content
      return take_file(header, FileKind::kDirectory);
    case '6':
      return take_file(header, FileKind::kFifo);
    case 'V':  // GNU: a label of the volume
    case 'N':  // old GNU: a list of names
    case 'A':  // Solaris: access control
    case 'E':  // Solaris: attributes
      return pass_over(header);
    case 'M':
      notes_.add("a file that continues from another volume was passed over");
      return pass_over(header);
    default:  // '0', '7', 'S' and, as POSIX says, all that are unknown
      return take_file(header, FileKind::kRegular);
  }
}

Result<TarReader::Step> TarReader::pass_over(const TarHeader& header) {
  const std::uint64_t size = header.size.value_or(0);
  forget_extended();
  path_ = "a header without a file";
  stored_left_ = size;
  padding_ = (kTarBlock - size % kTarBlock) % kTarBlock;
  return Step::kAgain;
}

Result<TarReader::Step> TarReader::take_extended(const TarHeader& header) {
  if (!header.size) return resynchronise();
  const std::uint64_t size = *header.size;
  const char type = header.type;
  if (size > limits_.max_extended) {
    notes_.add(fmt::format("an extended header of {} bytes was passed over", size));
    path_ = "an extended header";
    stored_left_ = size;
    padding_ = (kTarBlock - size % kTarBlock) % kTarBlock;
    return Step::kAgain;
  }
  extended_waits_ = type != 'g';
  std::string text;
  YAGURA_TRY(const bool whole, read_text(size, text));
  if (!whole) {
    extended_waits_ = false;
    notes_.add("the archive ends within an extended header");
    return Step::kEnd;
  }
  if (type == 'L' || type == 'K') {
    text.resize(std::min(text.size(), text.find('\0')));
    (type == 'L' ? long_name_ : long_link_) = std::move(text);
    return Step::kAgain;
  }
  PaxRecords records;
  if (!parse_pax(text, limits_.max_sparse_parts, records)) {
    notes_.add(fmt::format("a damaged extended header before byte {}", offset_));
  }
  (type == 'g' ? global_ : pax_) = std::move(records);
  return Step::kAgain;
}

// With the padding behind it. False: the archive ends within.
Result<bool> TarReader::read_text(std::uint64_t size, std::string& out) {
  out.clear();
  while (out.size() < size) {
    YAGURA_TRY(const bool there, more());
    if (!there) return false;
    const std::string_view part = chunk_.bytes.substr(0, size - out.size());
    out.append(part);
    chunk_.bytes.remove_prefix(part.size());
    offset_ += part.size();
  }
  YAGURA_TRY_VOID(skip((kTarBlock - size % kTarBlock) % kTarBlock));
  return true;
}

Result<TarReader::Step> TarReader::take_file(const TarHeader& header, FileKind kind) {
  const bool stores = kind == FileKind::kRegular || header.type == 'D';
  const std::optional<std::uint64_t> size = pax_.size ? pax_.size : header.size;
  if (stores && !size) return resynchronise();
  entry_ = {};
  entry_.kind = kind;
  take_numbers(header);
  content_complete_ = true;
  parts_.clear();
  sparse_ = false;
  stored_left_ = stores ? *size : 0;
  padding_ = (kTarBlock - stored_left_ % kTarBlock) % kTarBlock;
  if (!take_paths(header, kind)) {
    forget_extended();
    return Step::kAgain;
  }
  if (kind == FileKind::kRegular) {
    entry_.size = stored_left_;
    YAGURA_TRY_VOID(take_sparse(header));
  }
  left_ = entry_.size;
  entry_.path = path_;
  entry_.link = link_;
  forget_extended();
  return Step::kEntry;
}

void TarReader::take_numbers(const TarHeader& header) {
  entry_.mode = static_cast<std::uint32_t>(header.mode & 07777);
  entry_.uid = clamp32(pax_.uid.value_or(global_.uid.value_or(header.uid)));
  entry_.gid = clamp32(pax_.gid.value_or(global_.gid.value_or(header.gid)));
  entry_.modified = pax_.modified.value_or(global_.modified.value_or(header.modified));
  entry_.has_capabilities = pax_.has_capabilities;
}

bool TarReader::take_paths(const TarHeader& header, FileKind kind) {
  std::string raw;
  if (!long_name_.empty()) {
    raw = long_name_;
  } else if (pax_.path) {
    raw = *pax_.path;
  } else {
    if (!header.prefix.empty()) (raw = header.prefix).push_back('/');
    raw += header.name;
  }
  if (!take_path(raw, path_, "an entry")) return false;
  if (path_.empty() && kind != FileKind::kDirectory) {
    notes_.add("an entry without a name was passed over");
    return false;
  }
  link_.clear();
  if (kind != FileKind::kSymlink && kind != FileKind::kHardLink) return true;
  std::string target(header.link);
  if (!long_link_.empty()) {
    target = long_link_;
  } else if (pax_.link) {
    target = *pax_.link;
  }
  if (kind == FileKind::kHardLink) return take_path(target, link_, "the target of a link");
  if (target.size() > limits_.path.max_bytes || target.find('\0') != std::string::npos) {
    notes_.add("the link " + shown_path(path_) + " has an unusable target");
    return false;
  }
  link_ = std::move(target);
  return true;
}

bool TarReader::take_path(std::string_view raw, std::string& to, std::string_view what) {
  const PathVerdict verdict = normalise_path(raw, limits_.path, to);
  if (verdict == PathVerdict::kFine) return true;
  const bool usable = verdict == PathVerdict::kParent;
  notes_.add(fmt::format("{} {}: {}{}", what, to_string(verdict), shown_path(raw),
                         usable ? "" : ", passed over"));
  return usable;
}

void TarReader::forget_extended() {
  extended_waits_ = false;
  pax_ = {};
  long_name_.clear();
  long_link_.clear();
}

// ---- content

Result<Chunk> TarReader::content() {
  if (left_ == 0) return Chunk{};
  Result<Chunk> piece = sparse_ ? sparse_content() : stored_content(left_);
  if (piece) left_ = content_complete_ ? left_ - piece->bytes.size() : 0;
  return piece;
}

Result<Chunk> TarReader::stored_content(std::uint64_t most) {
  YAGURA_TRY(const bool there, more());
  if (!there) {
    notes_.add("the archive ends within " + shown_path(path_));
    content_complete_ = false;
    stored_left_ = 0;
    padding_ = 0;
    return Chunk{};
  }
  const auto size =
      static_cast<std::size_t>(std::min<std::uint64_t>({most, stored_left_, chunk_.bytes.size()}));
  Chunk piece{chunk_.bytes.substr(0, size), chunk_.keep};
  chunk_.bytes.remove_prefix(size);
  offset_ += size;
  stored_left_ -= size;
  return piece;
}

}  // namespace yagura::image
