#include "sensor/incident/response/freezer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

namespace yagura::sensor {
namespace {

using Clock = std::chrono::steady_clock;

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC)) {}
  ~Descriptor() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

  [[nodiscard]] std::string read() const {
    std::array<char, 512> bytes{};
    const ssize_t size = ::pread(fd_, bytes.data(), bytes.size(), 0);
    return {bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
  }

 private:
  int fd_;
};

Result<void> write_to(const std::string& path, std::string_view text) {
  const Descriptor file(path, O_WRONLY);
  if (file.get() < 0 || ::write(file.get(), text.data(), text.size()) < 0) {
    return fail(errno == ENOENT || errno == ENODEV ? ErrorCode::kNotFound : ErrorCode::kIo,
                fmt::format("{}: {}", path, std::strerror(errno)));
  }
  return {};
}

int left_until(Clock::time_point end) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
  return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

Result<void> too_slow() {
  return fail(ErrorCode::kLimitExceeded, "not all of the container's processes stand still yet");
}

// cgroup.events tells of its changes by POLLPRI.
Result<void> set_unified(const std::string& directory, bool is_frozen, Clock::time_point end) {
  const Descriptor events(directory + "/cgroup.events", O_RDONLY);
  YAGURA_TRY_VOID(write_to(directory + "/cgroup.freeze", is_frozen ? "1" : "0"));
  const std::string wanted = is_frozen ? "frozen 1" : "frozen 0";
  while (events.read().find(wanted) == std::string::npos) {
    const int left = left_until(end);
    pollfd waiting{.fd = events.get(), .events = POLLPRI, .revents = 0};
    if (left == 0 || ::poll(&waiting, 1, left) < 0) {
      return too_slow();
    }
  }
  return {};
}

// The old freezer tells nobody; reading its state moves it on.
Result<void> set_legacy(const std::string& directory, bool is_frozen, Clock::time_point end) {
  const std::string path = directory + "/freezer.state";
  YAGURA_TRY_VOID(write_to(path, is_frozen ? "FROZEN" : "THAWED"));
  const std::string_view wanted = is_frozen ? "FROZEN" : "THAWED";
  const Descriptor state(path, O_RDONLY);
  while (!state.read().starts_with(wanted)) {
    if (left_until(end) == 0) {
      return too_slow();
    }
    ::poll(nullptr, 0, 1);
  }
  return {};
}

Result<void> set(const ContainerCgroup& cgroup, bool is_frozen, std::chrono::milliseconds timeout) {
  const auto end = Clock::now() + timeout;
  if (!cgroup.unified.empty()) {
    return set_unified(cgroup.unified, is_frozen, end);
  }
  return set_legacy(cgroup.freezer, is_frozen, end);
}

}  // namespace

Result<void> freeze(const ContainerCgroup& cgroup, std::chrono::milliseconds timeout) {
  return set(cgroup, true, timeout);
}

Result<void> thaw(const ContainerCgroup& cgroup, std::chrono::milliseconds timeout) {
  return set(cgroup, false, timeout);
}

}  // namespace yagura::sensor
