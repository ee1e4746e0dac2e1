#include "waf/c_api/line_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace yagura::waf {

Result<LineFile> LineFile::open(const std::string& path) {
  LineFile file;
  if (path.empty()) return file;
  file.fd_ = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
  if (file.fd_ < 0) return fail(ErrorCode::kIo, path + ": " + std::strerror(errno));
  file.is_owned_ = true;
  return file;
}

LineFile::LineFile(LineFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), is_owned_(std::exchange(other.is_owned_, false)) {}

LineFile& LineFile::operator=(LineFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(is_owned_, other.is_owned_);
  return *this;
}

LineFile::~LineFile() { close_owned(); }

void LineFile::close_owned() {
  if (is_owned_) ::close(fd_);
  is_owned_ = false;
}

Result<void> LineFile::reopen(const std::string& path) {
  if (!is_owned_) return {};
  YAGURA_TRY(const LineFile opened, open(path));
  // The number stays and what it refers to changes, in one step: no thread sees it closed.
  if (::dup3(opened.fd_, fd_, O_CLOEXEC) < 0) {
    return fail(ErrorCode::kIo, path + ": " + std::strerror(errno));
  }
  return {};
}

void LineFile::borrow(int descriptor) {
  if (fd_ == descriptor && !is_owned_) return;
  close_owned();
  fd_ = descriptor;
}

bool LineFile::append(std::string line) {
  if (fd_ < 0) return true;
  line += '\n';
  ssize_t written = 0;
  do {
    written = ::write(fd_, line.data(), line.size());
  } while (written < 0 && errno == EINTR);
  return written == static_cast<ssize_t>(line.size());
}

}  // namespace yagura::waf
