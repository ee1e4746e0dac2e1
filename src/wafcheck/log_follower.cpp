#include "wafcheck/log_follower.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <thread>

namespace yagura::wafcheck {

namespace {

constexpr std::chrono::milliseconds kBetweenLooks{2};

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

// Takes the whole lines before the marked one out of `pending`; nothing: it is not there yet.
std::optional<std::vector<std::string>> take_lines(std::string& pending, const std::string& mark) {
  std::vector<std::string> lines;
  std::size_t at = 0;
  while (true) {
    const std::size_t end = pending.find('\n', at);
    if (end == std::string::npos) return std::nullopt;
    std::string line = pending.substr(at, end - at);
    at = end + 1;
    if (lowered(line).find(mark) != std::string::npos) {
      pending.erase(0, at);
      return lines;
    }
    lines.push_back(std::move(line));
  }
}

}  // namespace

Result<LogFollower> LogFollower::open(const std::filesystem::path& path) {
  LogFollower follower(path);
  std::error_code error;
  follower.offset_ = std::filesystem::file_size(path, error);
  if (error) return fail(ErrorCode::kIo, fmt::format("{}: {}", path.string(), error.message()));
  return follower;
}

Result<void> LogFollower::read_more() {
  const int fd = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return fail(ErrorCode::kIo, fmt::format("{}: {}", path_.string(), std::strerror(errno)));
  }
  struct stat status{};
  const bool cut =
      ::fstat(fd, &status) == 0 && static_cast<std::uint64_t>(status.st_size) < offset_;
  char buffer[65'536];
  ssize_t count = 0;
  while (!cut && pending_.size() < kMaxPending &&
         (count = ::pread(fd, buffer, sizeof(buffer), static_cast<off_t>(offset_))) > 0) {
    pending_.append(buffer, static_cast<std::size_t>(count));
    offset_ += static_cast<std::uint64_t>(count);
  }
  ::close(fd);
  if (cut) return fail(ErrorCode::kIo, path_.string() + ": was cut while it was read");
  return {};
}

Result<std::vector<std::string>> LogFollower::lines_before(std::string_view mark,
                                                           std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  const std::string wanted = lowered(mark);
  while (true) {
    YAGURA_TRY_VOID(read_more());
    if (auto lines = take_lines(pending_, wanted)) return *std::move(lines);
    if (std::chrono::steady_clock::now() >= deadline) {
      return fail(ErrorCode::kNotFound,
                  fmt::format("{}: the marker {} did not come: is this the server's log, and does "
                              "it have the marker rule?",
                              path_.string(), mark));
    }
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

}  // namespace yagura::wafcheck
