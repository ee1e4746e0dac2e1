#include "image/layer/contents.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace yagura::image {

namespace {

std::unexpected<Error> system_error(const std::string& doing) {
  return fail(ErrorCode::kIo, doing + ": " + std::strerror(errno));
}

std::filesystem::path temporary_directory(const std::filesystem::path& wish) {
  if (!wish.empty()) return wish;
  const char* told = std::getenv("TMPDIR");
  return told != nullptr && *told != '\0' ? told : "/tmp";
}

// A file that has no name, or has had one for a moment where the file system can't do without.
int open_unnamed(const std::filesystem::path& directory) {
  const int fd = ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0) return fd;
  std::string name = (directory / "yagura-XXXXXX").string();
  const int named = ::mkostemp(name.data(), O_CLOEXEC);
  if (named >= 0) ::unlink(name.c_str());
  return named;
}

}  // namespace

void OwnedContent::append(std::string_view bytes) {
  const std::size_t size = std::min(bytes.size(), capacity_ - size_);
  std::memcpy(data_.get() + size_, bytes.data(), size);
  size_ += size;
}

Result<std::unique_ptr<SpilledContent>> SpilledContent::open(
    const std::filesystem::path& directory) {
  const std::filesystem::path where = temporary_directory(directory);
  const int fd = open_unnamed(where);
  if (fd < 0) return system_error("making a temporary file in " + where.string());
  return std::unique_ptr<SpilledContent>(new SpilledContent(fd));
}

SpilledContent::~SpilledContent() {
  if (!bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
  ::close(fd_);
}

Result<void> SpilledContent::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return system_error("writing a temporary file");
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
    size_ += static_cast<std::uint64_t>(written);
  }
  return {};
}

Result<void> SpilledContent::map() {
  if (size_ == 0) return {};
  void* at = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, fd_, 0);
  if (at == MAP_FAILED) return system_error("mapping a temporary file");
  ::madvise(at, size_, MADV_SEQUENTIAL);
  bytes_ = {static_cast<const char*>(at), size_};
  return {};
}

void SpilledContent::forget(std::size_t end) const {
  constexpr std::size_t kPage = 4096;
  const std::size_t whole = std::min(end, bytes_.size()) / kPage * kPage;
  if (whole == 0) return;
  // The pages stay in the file: who looks again gets them again.
  ::madvise(const_cast<char*>(bytes_.data()), whole, MADV_DONTNEED);
}

}  // namespace yagura::image
