#include "kube/sources/archive.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <utility>

namespace yagura::kube {

namespace {

struct CloseArchive {
  void operator()(archive* handle) const { archive_read_free(handle); }
};
using ArchiveHandle = std::unique_ptr<archive, CloseArchive>;

// Formats and filters are listed one by one: libarchive knows others that open files (mtree) or run
// programs (lzop, lrzip).
ArchiveHandle open_archive(std::string_view bytes) {
  ArchiveHandle handle(archive_read_new());
  archive_read_support_filter_gzip(handle.get());
  archive_read_support_filter_zstd(handle.get());
  archive_read_support_filter_xz(handle.get());
  archive_read_support_format_tar(handle.get());
  archive_read_support_format_zip(handle.get());
  archive_read_set_options(handle.get(), "hdrcharset=UTF-8");
  if (archive_read_open_memory(handle.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) return {};
  return handle;
}

std::string problem(archive* handle) {
  const char* text = archive_error_string(handle);
  return text == nullptr ? "cannot be read" : text;
}

std::string member_name(archive_entry* entry) {
  const char* name = archive_entry_pathname_utf8(entry);
  if (name == nullptr) name = archive_entry_pathname(entry);
  return name == nullptr ? std::string() : std::string(name);
}

class Reader {
 public:
  Reader(const std::string& name, std::string_view bytes, const ArchiveLimits& limits,
         Diagnostics& diagnostics)
      : name_(name),
        packed_size_(std::max<std::uint64_t>(bytes.size(), 1)),
        limits_(limits),
        diagnostics_(diagnostics),
        handle_(open_archive(bytes)),
        tree_(std::make_unique<MemoryTree>(name + "!")) {}

  std::unique_ptr<MemoryTree> read() {
    if (handle_ == nullptr) {
      error(name_, "not an archive that can be read");
      return std::move(tree_);
    }
    std::uint32_t count = 0;
    archive_entry* entry = nullptr;
    while (true) {
      const int status = archive_read_next_header(handle_.get(), &entry);
      if (status == ARCHIVE_EOF) break;
      // ARCHIVE_WARN still gives an entry: a name that is not UTF-8, say.
      if (status < ARCHIVE_WARN) {
        error(name_, "the archive is damaged: " + problem(handle_.get()));
        break;
      }
      if (++count > limits_.max_members) {
        error(name_, "more than " + std::to_string(limits_.max_members) +
                         " members; the rest was not read");
        break;
      }
      if (!read_member(entry)) break;
    }
    return std::move(tree_);
  }

 private:
  void error(const std::string& file, std::string message) {
    diagnostics_.error(file, 0, 0, std::move(message));
  }

  // False: the reading ends.
  bool read_member(archive_entry* entry) {
    const std::string name = member_name(entry);
    if (name.size() > limits_.max_name_length) {
      error(name_, "a member's name is longer than " + std::to_string(limits_.max_name_length) +
                       " bytes; it was left out");
      return true;
    }
    const bool wanted = archive_entry_filetype(entry) == AE_IFREG &&
                        archive_entry_hardlink(entry) == nullptr && !name.empty();
    std::string text;
    bool too_large = false;
    if (!read_data(name, text, too_large)) return false;
    if (too_large) {
      error(name_ + "!" + name, "larger than the limit of " +
                                    std::to_string(limits_.max_member_size) +
                                    " bytes; it was left out");
    } else if (wanted) {
      tree_->add(name, std::move(text));
    }
    return true;
  }

  bool read_data(const std::string& name, std::string& text, bool& too_large) {
    std::array<char, std::size_t{64} << 10> chunk{};
    while (true) {
      const la_ssize_t got = archive_read_data(handle_.get(), chunk.data(), chunk.size());
      if (got == 0) return true;
      if (got < 0) {
        error(name_ + "!" + name, "the member is damaged: " + problem(handle_.get()));
        return got == ARCHIVE_WARN || got == ARCHIVE_RETRY;
      }
      unpacked_ += static_cast<std::uint64_t>(got);
      if (!within_limits()) return false;
      too_large =
          too_large || text.size() + static_cast<std::uint64_t>(got) > limits_.max_member_size;
      if (too_large) {
        text.clear();
      } else {
        text.append(chunk.data(), static_cast<std::size_t>(got));
      }
    }
  }

  bool within_limits() {
    if (unpacked_ > limits_.max_total_size) {
      error(name_, "unpacks to more than " + std::to_string(limits_.max_total_size) +
                       " bytes; the rest was not read");
      return false;
    }
    if (unpacked_ > limits_.ratio_free_size && unpacked_ / packed_size_ > limits_.max_ratio) {
      error(name_, "unpacks to more than " + std::to_string(limits_.max_ratio) +
                       " times its size; the rest was not read");
      return false;
    }
    return true;
  }

  const std::string& name_;
  std::uint64_t packed_size_;
  const ArchiveLimits& limits_;
  Diagnostics& diagnostics_;
  ArchiveHandle handle_;
  std::unique_ptr<MemoryTree> tree_;
  std::uint64_t unpacked_ = 0;
};

}  // namespace

bool is_archive_name(std::string_view name) {
  constexpr std::array<std::string_view, 8> kEnds = {".tar",  ".tar.gz", ".tgz", ".tar.zst",
                                                     ".tzst", ".tar.xz", ".txz", ".zip"};
  return std::ranges::any_of(kEnds, [&](std::string_view end) {
    if (name.size() <= end.size()) return false;
    return std::ranges::equal(name.substr(name.size() - end.size()), end, [](char a, char b) {
      return std::tolower(static_cast<unsigned char>(a)) == b;
    });
  });
}

std::unique_ptr<MemoryTree> read_archive(const std::string& name, std::string_view bytes,
                                         const ArchiveLimits& limits, Diagnostics& diagnostics) {
  return Reader(name, bytes, limits, diagnostics).read();
}

}  // namespace yagura::kube
