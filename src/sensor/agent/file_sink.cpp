#include <fcntl.h>
#include <syslog.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "sensor/agent/line_sink.hpp"

namespace yagura::sensor {
namespace {

// The line and its end, whole.
Result<void> write_line(int fd, std::string_view line, std::string& buffer) {
  buffer.assign(line);
  buffer += '\n';
  for (std::string_view rest = buffer; !rest.empty();) {
    const ssize_t count = ::write(fd, rest.data(), rest.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(ErrorCode::kIo, std::strerror(errno));
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

class StdoutSink final : public LineSink {
 public:
  [[nodiscard]] std::string_view name() const override { return "stdout"; }
  Result<void> write(std::string_view line) override {
    return write_line(STDOUT_FILENO, line, buffer_);
  }

 private:
  std::string buffer_;
};

class FileSink final : public LineSink {
 public:
  explicit FileSink(FileOutput options) : options_(std::move(options)) {}
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;
  ~FileSink() override { close(); }

  [[nodiscard]] std::string_view name() const override { return "file"; }

  Result<void> write(std::string_view line) override {
    if (fd_ < 0) {
      fd_ = ::open(options_.path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
      if (fd_ < 0) return fail(ErrorCode::kIo, options_.path + ": " + std::strerror(errno));
    }
    end_cut_line();
    Result<void> written = write_line(fd_, line, buffer_);
    if (!written) {
      has_cut_line_ = true;
      written = std::unexpected(std::move(written).error().with_context(options_.path));
    }
    if (!options_.keep_alive) close();
    return written;
  }

  void reopen() override { close(); }

 private:
  // A full disk may have taken half a line: the next one begins on a line of its own.
  void end_cut_line() {
    if (has_cut_line_ && ::write(fd_, "\n", 1) == 1) has_cut_line_ = false;
  }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

  FileOutput options_;
  int fd_ = -1;
  bool has_cut_line_ = false;
  std::string buffer_;
};

class SyslogSink final : public LineSink {
 public:
  SyslogSink() { ::openlog("yagura", LOG_PID | LOG_NDELAY, LOG_AUTHPRIV); }
  SyslogSink(const SyslogSink&) = delete;
  SyslogSink& operator=(const SyslogSink&) = delete;
  ~SyslogSink() override { ::closelog(); }
  [[nodiscard]] std::string_view name() const override { return "syslog"; }
  Result<void> write(std::string_view line) override {
    ::syslog(LOG_WARNING, "%.*s", static_cast<int>(line.size()), line.data());
    return {};
  }
};

}  // namespace

std::unique_ptr<LineSink> make_stdout_sink() { return std::make_unique<StdoutSink>(); }
std::unique_ptr<LineSink> make_file_sink(FileOutput options) {
  return std::make_unique<FileSink>(std::move(options));
}
std::unique_ptr<LineSink> make_syslog_sink() { return std::make_unique<SyslogSink>(); }

}  // namespace yagura::sensor
