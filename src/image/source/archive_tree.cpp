// A tar file as a tree of files. One walk over the headers notes where contents lie: contents are
// skipped by arithmetic, so that an archive of gigabytes is open after a few reads. Formats: ustar
// (POSIX.1-1988), pax (POSIX.1-2001: path, linkpath, size), GNU long names and base-256 numbers.
// Layers in the archive are not looked into: that is the layer reader's work.

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/visible_text.hpp"
#include "image/source/file_tree.hpp"

namespace yagura::image {
namespace {

constexpr std::size_t kBlock = 512;
constexpr int kMaxLinks = 8;

struct Entry {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::string link;  // of links: a path of the archive; else empty
};
using Entries = std::unordered_map<std::string, Entry>;

// No leading "./" or "/", no empty and "." components; ".." takes one away. Nothing where it leads
// out of the archive.
std::optional<std::string> normal_path(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (parts.empty()) {
      return std::nullopt;
    } else {
      parts.pop_back();
    }
  }
  return fmt::format("{}", fmt::join(parts, "/"));
}

std::string_view text_field(std::string_view field) { return field.substr(0, field.find('\0')); }

std::optional<std::uint64_t> number_field(std::string_view field) {
  std::uint64_t value = 0;
  if ((static_cast<unsigned char>(field.front()) & 0x80) != 0) {  // GNU: base 256
    if ((static_cast<unsigned char>(field.front()) & 0x7f) != 0) return std::nullopt;
    for (const char c : field.substr(1)) {
      if ((value >> 55) != 0) return std::nullopt;
      value = (value << 8) | static_cast<unsigned char>(c);
    }
    return value;
  }
  field = text_field(field);
  while (!field.empty() && field.front() == ' ') field.remove_prefix(1);
  while (!field.empty() && field.back() == ' ') field.remove_suffix(1);
  if (field.empty()) return 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value, 8);
  if (error != std::errc() || end != field.data() + field.size()) return std::nullopt;
  return value;
}

bool has_right_checksum(std::string_view header) {
  const auto told = number_field(header.substr(148, 8));
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kBlock; ++i) {
    sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(header[i]);
  }
  return told && *told == sum;
}

// What extended headers say of the next entry.
struct Override {
  std::optional<std::string> path;
  std::optional<std::string> link;
  std::optional<std::uint64_t> size;
};

// Records "LENGTH KEY=VALUE\n". False where they are malformed.
bool read_pax(std::string_view records, Override& out) {
  while (!records.empty()) {
    std::size_t length = 0;
    const auto [end, error] =
        std::from_chars(records.data(), records.data() + records.size(), length);
    const auto digits = static_cast<std::size_t>(end - records.data());
    if (error != std::errc() || length > records.size() || length < digits + 3 || *end != ' ' ||
        records[length - 1] != '\n') {
      return false;
    }
    const std::string_view record = records.substr(digits + 1, length - digits - 2);
    records.remove_prefix(length);
    const std::size_t equals = record.find('=');
    if (equals == std::string_view::npos) return false;
    const std::string_view key = record.substr(0, equals);
    const std::string_view value = record.substr(equals + 1);
    if (key == "path") out.path = value;
    if (key == "linkpath") out.link = value;
    if (key == "size") {
      std::uint64_t size = 0;
      const auto number = std::from_chars(value.data(), value.data() + value.size(), size);
      if (number.ec != std::errc() || number.ptr != value.data() + value.size()) return false;
      out.size = size;
    }
  }
  return true;
}

class Indexer {
 public:
  Indexer(int fd, std::uint64_t file_size, const std::string& name, const ArchiveLimits& limits)
      : fd_(fd), file_size_(file_size), name_(name), limits_(limits) {}

  Result<Entries> run() {
    for (std::size_t count = 0;; ++count) {
      if (count == limits_.max_entries) {
        return fail(ErrorCode::kLimitExceeded,
                    fmt::format("{}: has more than {} entries", name_, limits_.max_entries));
      }
      YAGURA_TRY(const bool was_last, next());
      if (was_last) return std::move(entries_);
    }
  }

 private:
  std::unexpected<Error> wrong(std::string_view what) const {
    return fail(ErrorCode::kInvalidInput, fmt::format("{}: at byte {}: {}", name_, at_, what));
  }

  Result<void> read_at(std::uint64_t offset, std::span<char> out) const {
    std::size_t done = 0;
    while (done < out.size()) {
      const ssize_t got =
          pread(fd_, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) {
        return fail(ErrorCode::kIo,
                    fmt::format("{}: {}", name_, std::generic_category().message(errno)));
      }
      if (got == 0) return wrong("the archive ends here, in the middle");
      done += static_cast<std::size_t>(got);
    }
    return {};
  }

  // True at the end of the archive.
  Result<bool> next() {
    if (at_ == file_size_) return true;  // without the two empty blocks: common enough
    std::array<char, kBlock> block{};
    YAGURA_TRY_VOID(read_at(at_, block));
    const std::string_view header(block.data(), kBlock);
    if (header.find_first_not_of('\0') == std::string_view::npos) return true;
    if (!has_right_checksum(header)) return wrong("is no header of a tar file");
    const auto told = number_field(header.substr(124, 12));
    if (!told) return wrong("the size of an entry is no number");
    const char kind = header[156];
    const bool is_extension = kind == 'L' || kind == 'K' || kind == 'x' || kind == 'g';
    const std::uint64_t size = !is_extension && override_.size ? *override_.size : *told;
    const std::uint64_t content = at_ + kBlock;
    const bool has_content = is_extension || has_bytes(kind);
    if (has_content && (size > file_size_ || content + size > file_size_)) {
      return wrong("an entry is larger than what is left of the archive");
    }
    if (is_extension) {
      YAGURA_TRY_VOID(extend(kind, content, size));
    } else {
      add(header, kind, content, size);
      override_ = {};
    }
    const std::uint64_t padded = has_content ? (size + kBlock - 1) / kBlock * kBlock : 0;
    at_ = std::min(content + padded, file_size_);
    return false;
  }

  static bool has_bytes(char kind) { return kind < '1' || kind > '6'; }

  Result<void> extend(char kind, std::uint64_t content, std::uint64_t size) {
    if (size > limits_.max_header) {
      return fail(ErrorCode::kLimitExceeded,
                  fmt::format("{}: at byte {}: an extended header of {} bytes; the limit is {}",
                              name_, at_, size, limits_.max_header));
    }
    if (kind == 'g') return {};  // comments, mostly
    std::string text(size, '\0');
    YAGURA_TRY_VOID(read_at(content, text));
    if (kind == 'x' && !read_pax(text, override_)) return wrong("a pax header is malformed");
    if (kind == 'L') override_.path = text_field(text);
    if (kind == 'K') override_.link = text_field(text);
    return {};
  }

  // Paths that lead out of the archive or are too long are not there for us.
  void add(std::string_view header, char kind, std::uint64_t content, std::uint64_t size) {
    std::string raw(text_field(header.substr(0, 100)));
    const std::string_view prefix = text_field(header.substr(345, 155));
    if (header.substr(257, 6) == std::string_view("ustar\0", 6) && !prefix.empty()) {
      raw = fmt::format("{}/{}", prefix, raw);
    }
    const auto path = normal_path(override_.path ? *override_.path : raw);
    if (!path || path->empty() || path->size() > limits_.max_path) return;
    const bool is_file = kind == '0' || kind == '\0' || kind == '7';
    if (is_file) {
      entries_.insert_or_assign(*path, Entry{.offset = content, .size = size});
    } else if (kind == '1' || kind == '2') {
      std::string link =
          override_.link ? *override_.link : std::string(text_field(header.substr(157, 100)));
      if (kind == '2') link = path->substr(0, path->rfind('/') + 1) + link;
      const auto target = normal_path(link);
      if (target && target->size() <= limits_.max_path) {
        entries_.insert_or_assign(*path, Entry{.link = *target});
      }
    }
  }

  int fd_;
  std::uint64_t file_size_;
  const std::string& name_;
  const ArchiveLimits& limits_;
  std::uint64_t at_ = 0;
  Override override_;
  Entries entries_;
};

class ArchiveTree final : public FileTree {
 public:
  ArchiveTree(FileDescriptor file, Entries entries, std::string name)
      : file_(std::make_shared<const FileDescriptor>(std::move(file))),
        entries_(std::move(entries)),
        name_(std::move(name)) {}

  const std::string& name() const override { return name_; }

  Result<OpenFile> open(std::string_view path) const override {
    const std::string shown = fmt::format("{}/{}", name_, core::visible(path));
    auto at = normal_path(path);
    for (int links = 0; at && links < kMaxLinks; ++links) {
      const auto found = entries_.find(*at);
      if (found == entries_.end()) break;
      const Entry& entry = found->second;
      if (entry.link.empty()) {
        return OpenFile{.size = entry.size,
                        .stream = file_range(file_, entry.offset, entry.size, shown)};
      }
      at = entry.link;
    }
    return fail(ErrorCode::kNotFound, fmt::format("{}: is not there", shown));
  }

 private:
  std::shared_ptr<const FileDescriptor> file_;
  Entries entries_;
  std::string name_;
};

}  // namespace

Result<std::unique_ptr<FileTree>> open_archive_tree(FileDescriptor file, std::string name,
                                                    const ArchiveLimits& limits) {
  struct stat status{};
  if (fstat(file.get(), &status) != 0) {
    return fail(ErrorCode::kIo,
                fmt::format("{}: {}", name, std::generic_category().message(errno)));
  }
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorCode::kInvalidInput, fmt::format("{}: is no regular file", name));
  }
  const auto size = static_cast<std::uint64_t>(status.st_size);
  YAGURA_TRY(Entries entries, Indexer(file.get(), size, name, limits).run());
  return std::make_unique<ArchiveTree>(std::move(file), std::move(entries), std::move(name));
}

}  // namespace yagura::image
