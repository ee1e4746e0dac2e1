#include "sensor/incident/response/kill_process.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "core/file.hpp"

namespace yagura::sensor {
namespace {

class PidDescriptor {
 public:
  explicit PidDescriptor(std::uint32_t pid)
      : fd_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U))) {}
  ~PidDescriptor() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  PidDescriptor(const PidDescriptor&) = delete;
  PidDescriptor& operator=(const PidDescriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

struct ProcessStat {
  std::uint64_t start_ticks = 0;
  std::uint64_t parent = 0;
};

// proc_pid_stat(5): field 4 is the parent, field 22 the start; the name in parentheses may contain
// anything, so that counting begins behind the last one.
std::optional<ProcessStat> read_stat(std::uint32_t pid) {
  const auto text = core::read_file(fmt::format("/proc/{}/stat", pid), {.max_size = 4096});
  if (!text) {
    return std::nullopt;
  }
  const std::size_t name_end = text->rfind(')');
  if (name_end == std::string::npos) {
    return std::nullopt;
  }
  ProcessStat stat;
  std::string_view rest = std::string_view(*text).substr(name_end + 1);
  for (int field = 3; field <= 22 && !rest.empty(); ++field) {
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    const std::string_view value = rest.substr(0, rest.find(' '));
    std::uint64_t number = 0;
    std::from_chars(value.data(), value.data() + value.size(), number);
    if (field == 4) {
      stat.parent = number;
    } else if (field == 22) {
      stat.start_ticks = number;
    }
    rest.remove_prefix(value.size());
  }
  return stat;
}

constexpr std::uint64_t kThreadDaemon = 2;  // parent of kernel threads

}  // namespace

Result<void> kill_process(std::uint32_t pid, std::uint64_t start_ns) {
  if (pid <= kThreadDaemon || pid == static_cast<std::uint32_t>(::getpid())) {
    return fail(ErrorCode::kInvalidInput, fmt::format("process {} is never killed", pid));
  }
  // First hold of it, then look whom we hold.
  const PidDescriptor process(pid);
  if (process.get() < 0) {
    return fail(errno == ESRCH ? ErrorCode::kNotFound : ErrorCode::kIo,
                fmt::format("process {}: {}", pid, std::strerror(errno)));
  }
  const auto stat = read_stat(pid);
  const auto ticks_per_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  if (!stat || stat->start_ticks != start_ns / (1'000'000'000 / ticks_per_second)) {
    return fail(ErrorCode::kNotFound, fmt::format("process {} is gone, its number another's", pid));
  }
  if (stat->parent == kThreadDaemon) {
    return fail(ErrorCode::kInvalidInput, fmt::format("process {} is a kernel thread", pid));
  }
  if (::syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0U) != 0) {
    return fail(errno == ESRCH ? ErrorCode::kNotFound : ErrorCode::kIo,
                fmt::format("killing process {}: {}", pid, std::strerror(errno)));
  }
  return {};
}

}  // namespace yagura::sensor
