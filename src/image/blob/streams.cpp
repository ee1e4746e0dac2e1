#include "image/blob/streams.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <string>

namespace yagura::image {

namespace {

std::unexpected<Error> system_error(const std::filesystem::path& path) {
  const int code = errno;
  return fail(code == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
              "reading " + path.string() + ": " + std::strerror(code));
}

class FileBlob final : public BlobStream {
 public:
  FileBlob(int fd, std::filesystem::path path, std::uint64_t offset, std::uint64_t size)
      : fd_(fd), path_(std::move(path)), offset_(offset), left_(size), size_(size) {}
  ~FileBlob() override { ::close(fd_); }

  Result<std::size_t> read(std::span<char> into) override {
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left_));
    if (most == 0) return 0;
    for (;;) {
      const ssize_t got = ::pread(fd_, into.data(), most, static_cast<off_t>(offset_));
      if (got < 0) {
        if (errno == EINTR) continue;
        return system_error(path_);
      }
      if (got == 0) left_ = 0;
      offset_ += static_cast<std::uint64_t>(got);
      left_ -= static_cast<std::uint64_t>(got);
      return static_cast<std::size_t>(got);
    }
  }
  std::optional<std::uint64_t> size() const override { return size_; }

 private:
  int fd_;
  std::filesystem::path path_;
  std::uint64_t offset_;
  std::uint64_t left_;
  std::uint64_t size_;
};

}  // namespace

Result<std::unique_ptr<BlobStream>> open_file_blob(const std::filesystem::path& path) {
  return open_file_blob(path, 0, std::numeric_limits<std::uint64_t>::max());
}

Result<std::unique_ptr<BlobStream>> open_file_blob(const std::filesystem::path& path,
                                                   std::uint64_t offset, std::uint64_t size) {
  // O_NONBLOCK: opening a pipe that nobody writes must not wait for ever.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return system_error(path);
  struct stat status{};
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(fd);
    return fail(ErrorCode::kInvalidInput, "reading " + path.string() + ": is no regular file");
  }
  const auto there = static_cast<std::uint64_t>(status.st_size);
  const std::uint64_t behind = offset < there ? there - offset : 0;
  ::posix_fadvise(fd, static_cast<off_t>(std::min(offset, there)), 0, POSIX_FADV_SEQUENTIAL);
  return std::make_unique<FileBlob>(fd, path, std::min(offset, there), std::min(size, behind));
}

Result<std::size_t> MemoryBlob::read(std::span<char> into) {
  const std::size_t count = std::min(into.size(), bytes_.size());
  std::memcpy(into.data(), bytes_.data(), count);
  bytes_.remove_prefix(count);
  return count;
}

}  // namespace yagura::image
