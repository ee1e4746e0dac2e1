#include "image/source/spool_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "image/blob/inflated_blob.hpp"

namespace yagura::image {
namespace {

namespace fs = std::filesystem;

std::string reason(int error) { return std::generic_category().message(error); }

// Whatever a descriptor gives, from where it stands.
class DescriptorStream final : public BlobStream {
 public:
  explicit DescriptorStream(int fd) : fd_(fd) {}
  Result<std::size_t> read(std::span<char> into) override {
    while (true) {
      const ssize_t got = ::read(fd_, into.data(), into.size());
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return fail(ErrorCode::kIo, reason(errno));
    }
  }

 private:
  int fd_;
};

FileDescriptor unnamed_file(const fs::path& directory) {
  FileDescriptor file(open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (file.is_open()) return file;
  std::string pattern = (directory / "yagura-XXXXXX").string();  // a file system without O_TMPFILE
  FileDescriptor named(mkostemp(pattern.data(), O_CLOEXEC));
  if (named.is_open()) unlink(pattern.c_str());
  return named;
}

bool is_plain_file(int fd) {
  struct stat status{};
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return false;
  std::array<char, 6> head{};
  const ssize_t got = pread(fd, head.data(), head.size(), 0);
  return got >= 0 &&
         detect_compression({head.data(), static_cast<std::size_t>(got)}) == Compression::kNone &&
         lseek(fd, 0, SEEK_CUR) == 0;
}

}  // namespace

Result<SpoolFile> SpoolFile::create(const fs::path& directory, std::uint64_t max_size) {
  const char* variable = std::getenv("TMPDIR");
  const fs::path place = !directory.empty()                         ? directory
                         : variable != nullptr && *variable != '\0' ? fs::path(variable)
                                                                    : fs::path("/var/tmp");
  FileDescriptor file = unnamed_file(place);
  if (!file.is_open()) {
    return fail(ErrorCode::kIo, fmt::format("{}: no file can be made there: {}; set TMPDIR to a "
                                            "directory with room",
                                            place.string(), reason(errno)));
  }
  return SpoolFile(std::move(file), max_size);
}

Result<void> SpoolFile::write(std::string_view bytes) {
  if (bytes.size() > left_) {
    return fail(ErrorCode::kLimitExceeded,
                fmt::format("the archive has more than {} bytes", max_size_));
  }
  left_ -= bytes.size();
  while (!bytes.empty()) {
    const ssize_t done = ::write(file_.get(), bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) {
      return fail(ErrorCode::kIo, fmt::format("the archive can't be kept: {}; set TMPDIR to a "
                                              "directory with room",
                                              reason(errno)));
    }
    bytes.remove_prefix(static_cast<std::size_t>(done));
  }
  return {};
}

Result<FileDescriptor> seekable_archive(FileDescriptor file, std::string_view name,
                                        const fs::path& directory, std::uint64_t max_size) {
  if (is_plain_file(file.get())) return file;
  YAGURA_TRY(SpoolFile spool, SpoolFile::create(directory, max_size));
  DescriptorStream stream(file.get());
  InflatedBlob inflated(stream, {.max_inflated = max_size, .max_stored = max_size});
  while (true) {
    auto chunk = inflated.next();
    if (!chunk) return std::unexpected(std::move(chunk).error().with_context(name));
    if (chunk->bytes.empty()) return spool.take();
    YAGURA_TRY_VOID(spool.write(chunk->bytes));
  }
}

}  // namespace yagura::image
