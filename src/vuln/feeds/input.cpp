#include "vuln/feeds/input.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "core/file.hpp"

namespace yagura::vuln {

namespace {

namespace fs = std::filesystem;

struct CloseArchive {
  void operator()(archive* handle) const { archive_read_free(handle); }
};
using Archive = std::unique_ptr<archive, CloseArchive>;

std::string reason(archive* handle) {
  const char* text = archive_error_string(handle);
  return text == nullptr ? "damaged" : text;
}

// Counts what all documents of a feed need together.
class Budget {
 public:
  explicit Budget(const FeedLimits& limits) : limits_(limits) {}
  [[nodiscard]] std::uint64_t document_limit() const {
    return std::min(limits_.max_document_bytes, limits_.max_total_bytes - bytes_);
  }
  [[nodiscard]] Result<void> count(std::uint64_t bytes) {
    bytes_ += bytes;
    if (++documents_ > limits_.max_documents) {
      return fail(ErrorCode::kLimitExceeded,
                  "more documents than the limit of " + std::to_string(limits_.max_documents));
    }
    return {};
  }

 private:
  const FeedLimits& limits_;
  std::uint64_t bytes_ = 0;
  std::uint64_t documents_ = 0;
};

Result<std::string> read_entry(archive* handle, std::uint64_t size_told, std::uint64_t limit,
                               const std::string& name) {
  std::string bytes;
  bytes.reserve(std::min(size_told, std::min(limit, std::uint64_t{1} << 20)) + 64);
  while (true) {
    const void* data = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int status = archive_read_data_block(handle, &data, &size, &offset);
    if (status == ARCHIVE_EOF) return bytes;
    if (status < ARCHIVE_WARN) return fail(ErrorCode::kInvalidInput, name + ": " + reason(handle));
    if (size > limit - bytes.size()) {
      return fail(ErrorCode::kLimitExceeded,
                  name + ": larger than the limit of " + std::to_string(limit) + " bytes");
    }
    bytes.append(static_cast<const char*>(data), size);
  }
}

bool is_hidden(std::string_view path) {
  return path.starts_with('.') || path.find("/.") != std::string_view::npos;
}

Result<void> read_archive(const fs::path& path, Budget& budget, const TakeDocument& take) {
  const Archive handle(archive_read_new());
  archive_read_support_filter_all(handle.get());
  archive_read_support_format_zip(handle.get());
  archive_read_support_format_tar(handle.get());
  archive_read_support_format_raw(handle.get());
  if (archive_read_open_filename(handle.get(), path.c_str(), std::size_t{256} << 10) !=
      ARCHIVE_OK) {
    return fail(ErrorCode::kIo, "reading " + path.string() + ": " + reason(handle.get()));
  }
  while (true) {
    archive_entry* entry = nullptr;
    const int status = archive_read_next_header(handle.get(), &entry);
    if (status == ARCHIVE_EOF) return {};
    if (status < ARCHIVE_WARN) {
      return fail(ErrorCode::kInvalidInput, path.string() + ": " + reason(handle.get()));
    }
    const char* inner = archive_entry_pathname(entry);
    const bool is_raw = archive_format(handle.get()) == ARCHIVE_FORMAT_RAW;
    const std::string name =
        is_raw || inner == nullptr ? path.string() : path.string() + "/" + inner;
    if (!is_raw &&
        (archive_entry_filetype(entry) != AE_IFREG || inner == nullptr || is_hidden(inner))) {
      continue;
    }
    const auto told =
        archive_entry_size_is_set(entry) != 0
            ? static_cast<std::uint64_t>(std::max<la_int64_t>(archive_entry_size(entry), 0))
            : 0;
    YAGURA_TRY(std::string bytes, read_entry(handle.get(), told, budget.document_limit(), name));
    YAGURA_TRY_VOID(budget.count(bytes.size()));
    YAGURA_TRY_VOID(take(name, std::move(bytes)));
  }
}

// Text (JSON, CSV, lists, XML) is read as it is: libarchive would take it for "raw" in small
// pieces.
bool looks_packed(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::array<char, 6> head{};
  file.read(head.data(), head.size());
  const std::string_view start(head.data(), static_cast<std::size_t>(file.gcount()));
  return start.starts_with("PK") || start.starts_with("\x1f\x8b") ||
         start.starts_with("\x28\xb5\x2f\xfd") || start.starts_with("BZh") ||
         start.starts_with(std::string_view("\xfd"
                                            "7zXZ")) ||
         path.extension() == ".tar";
}

Result<void> read_one(const fs::path& path, Budget& budget, const TakeDocument& take) {
  if (path != "-" && looks_packed(path)) return read_archive(path, budget, take);
  YAGURA_TRY(std::string bytes, core::read_file(path, {.max_size = budget.document_limit()}));
  YAGURA_TRY_VOID(budget.count(bytes.size()));
  return take(path.string(), std::move(bytes));
}

Result<std::vector<fs::path>> files_of(const fs::path& directory, const FeedLimits& limits) {
  std::vector<fs::path> files;
  std::error_code error;
  auto iterator = fs::recursive_directory_iterator(directory, error);
  for (; !error && iterator != fs::recursive_directory_iterator(); iterator.increment(error)) {
    const fs::path& path = iterator->path();
    std::error_code ignored;
    const auto status = iterator->symlink_status(ignored);
    if (path.filename().string().starts_with('.')) {
      if (fs::is_directory(status)) iterator.disable_recursion_pending();
      continue;
    }
    if (iterator.depth() > 32) iterator.disable_recursion_pending();
    if (fs::is_regular_file(status)) files.push_back(path);
    if (files.size() > limits.max_documents) break;
  }
  if (error) {
    return fail(ErrorCode::kIo, "reading " + directory.string() + ": " + error.message());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

Result<void> for_each_document(const fs::path& path, const FeedLimits& limits,
                               const TakeDocument& take) {
  Budget budget(limits);
  std::error_code error;
  if (path == "-" || !fs::is_directory(path, error)) return read_one(path, budget, take);
  YAGURA_TRY(const auto files, files_of(path, limits));
  for (const fs::path& file : files) YAGURA_TRY_VOID(read_one(file, budget, take));
  return {};
}

}  // namespace yagura::vuln
