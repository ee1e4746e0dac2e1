#include "waf/body/internal/upload_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace yagura::waf::internal {
namespace {

constexpr std::size_t kBufferBytes = 64 << 10;

}  // namespace

Result<void> UploadFile::create(const std::string& folder) {
  discard();
  path_ = folder + "/yagura-upload-XXXXXX";
  fd_ = mkostemp(path_.data(), O_CLOEXEC);
  if (fd_ < 0) {
    path_.clear();
    return fail(ErrorCode::kIo,
                fmt::format("cannot store an upload in {}: {}", folder, std::strerror(errno)));
  }
  return {};
}

Result<void> UploadFile::append(std::string_view bytes) {
  buffer_.append(bytes);
  if (buffer_.size() >= kBufferBytes) return flush();
  return {};
}

Result<void> UploadFile::flush() {
  for (std::size_t at = 0; at < buffer_.size();) {
    const ssize_t written = write(fd_, buffer_.data() + at, buffer_.size() - at);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      return fail(ErrorCode::kIo, fmt::format("cannot write {}: {}", path_, std::strerror(errno)));
    }
    at += static_cast<std::size_t>(written);
  }
  buffer_.clear();
  return {};
}

Result<std::string> UploadFile::keep() {
  YAGURA_TRY_VOID(flush());
  close(fd_);
  fd_ = -1;
  return std::move(path_);
}

void UploadFile::discard() {
  buffer_.clear();
  if (fd_ < 0) return;
  close(fd_);
  fd_ = -1;
  unlink(path_.c_str());
}

}  // namespace yagura::waf::internal
