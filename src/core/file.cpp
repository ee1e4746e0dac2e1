#include "core/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace yagura::core {

namespace {

class Descriptor {
 public:
  Descriptor(int fd, bool owned) : fd_(fd), owned_(owned) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (owned_ && fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
  bool owned_;
};

std::unexpected<Error> system_error(std::string_view doing, const std::filesystem::path& path) {
  const int code = errno;
  return fail(code == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
              std::string(doing) + " " + path.string() + ": " + std::strerror(code));
}

Result<void> write_all(int fd, std::string_view text, const std::filesystem::path& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return system_error("writing", path);
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, const ReadOptions& options) {
  const bool standard_input = path == "-";
  const Descriptor file(standard_input ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC),
                        !standard_input);
  if (file.get() < 0) return system_error("reading", path);
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return system_error("reading", path);
  if (S_ISDIR(status.st_mode)) {
    return fail(ErrorCode::kInvalidInput, "reading " + path.string() + ": is a directory");
  }
  const auto too_large = [&] {
    return fail(ErrorCode::kLimitExceeded, "reading " + path.string() +
                                               ": larger than the limit of " +
                                               std::to_string(options.max_size) + " bytes");
  };
  std::string text;
  if (S_ISREG(status.st_mode)) {
    if (static_cast<std::uint64_t>(status.st_size) > options.max_size) return too_large();
    text.reserve(static_cast<std::size_t>(status.st_size) + 1);
  }
  std::size_t used = 0;
  while (true) {
    const std::size_t chunk = std::max<std::size_t>(text.capacity() - used, std::size_t{64} << 10);
    text.resize(used + chunk);
    const ssize_t got = ::read(file.get(), text.data() + used, chunk);
    if (got < 0) {
      if (errno == EINTR) continue;
      return system_error("reading", path);
    }
    used += static_cast<std::size_t>(got);
    text.resize(used);
    if (used > options.max_size) return too_large();
    if (got == 0) break;
  }
  return text;
}

Result<void> read_chunks(const std::filesystem::path& path,
                         const std::function<Result<void>(std::string_view)>& take) {
  const bool standard_input = path == "-";
  const Descriptor file(standard_input ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC),
                        !standard_input);
  if (file.get() < 0) return system_error("reading", path);
  std::string chunk(std::size_t{1} << 20, '\0');
  while (true) {
    const ssize_t got = ::read(file.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("reading", path);
    if (got == 0) return {};
    YAGURA_TRY_VOID(take(std::string_view(chunk).substr(0, static_cast<std::size_t>(got))));
  }
}

Result<void> write_file(const std::filesystem::path& path, std::string_view text) {
  YAGURA_TRY(FileWriter writer, FileWriter::open(path));
  YAGURA_TRY_VOID(writer.append(text));
  return writer.commit();
}

Result<FileWriter> FileWriter::open(const std::filesystem::path& path) {
  FileWriter writer;
  writer.path_ = path;
  if (path == "-") {
    writer.fd_ = STDOUT_FILENO;
    return writer;
  }
  std::error_code ignored;
  if (std::filesystem::is_symlink(path, ignored))
    writer.real_ = std::filesystem::canonical(path, ignored);
  if (writer.real_.empty()) writer.real_ = path;
  // What is no regular file (/dev/null, a pipe) is written as it is.
  if (std::filesystem::exists(writer.real_, ignored) &&
      !std::filesystem::is_regular_file(writer.real_, ignored)) {
    writer.fd_ = ::open(writer.real_.c_str(), O_WRONLY | O_CLOEXEC);
    if (writer.fd_ < 0) return system_error("writing", path);
    return writer;
  }
  std::string pattern = writer.real_.string() + ".XXXXXX";
  writer.fd_ = ::mkstemp(pattern.data());
  if (writer.fd_ < 0) return system_error("writing", path);
  writer.temporary_ = std::move(pattern);
  return writer;
}

FileWriter::FileWriter(FileWriter&& other) noexcept
    : path_(std::move(other.path_)),
      real_(std::move(other.real_)),
      temporary_(std::exchange(other.temporary_, {})),
      fd_(std::exchange(other.fd_, -1)) {}

FileWriter::~FileWriter() {
  if (fd_ >= 0 && fd_ != STDOUT_FILENO) ::close(fd_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<void> FileWriter::append(std::string_view text) { return write_all(fd_, text, path_); }

Result<void> FileWriter::commit() {
  if (temporary_.empty()) return {};
  struct stat status{};
  const mode_t mode = ::stat(real_.c_str(), &status) == 0 ? (status.st_mode & 07777) : 0644;
  if (::fchmod(fd_, mode) != 0) return system_error("writing", path_);
  if (::rename(temporary_.c_str(), real_.c_str()) != 0) return system_error("writing", path_);
  temporary_.clear();
  return {};
}

}  // namespace yagura::core
