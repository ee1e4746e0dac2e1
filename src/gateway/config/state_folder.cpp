#include "gateway/config/state_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

#include "core/file.hpp"

namespace yagura::gateway {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLockName = "gateway.lock";
constexpr const char* kStatusName = "gateway.status";
constexpr std::size_t kMaxRecord = std::size_t{1} << 20;

Result<void> make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return fail(ErrorCode::kIo, fmt::format("{}: {}", path.string(), error.message()));
  // Others may pass through (the workers to their temporary files) and list nothing.
  ::chmod(path.c_str(), 0711);
  return {};
}

// The workers open temporary files by path, as another user than the one that starts nginx.
Result<void> check_reachable(const fs::path& path, const std::string& user) {
  if (user.empty()) return {};
  fs::path prefix;
  for (const fs::path& part : fs::absolute(path)) {
    prefix /= part;
    struct stat status{};
    if (::stat(prefix.c_str(), &status) != 0 || (status.st_mode & S_IXOTH) != 0) continue;
    return fail(
        ErrorCode::kIo,
        fmt::format("the user {}, as whom nginx serves, cannot pass through {}: choose another "
                    "--state-dir, or `chmod o+x {}`",
                    user, prefix.string(), prefix.string()));
  }
  return {};
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 128 &&
         std::all_of(text.begin(), text.end(), [](char byte) {
           return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                  (byte >= '0' && byte <= '9') ||
                  std::string_view("-_.@").find(byte) != std::string_view::npos;
         });
}

// The last line of the file that is a record of this id; empty: none.
Result<std::string> last_record(const fs::path& path, std::string_view id) {
  const std::string wanted = fmt::format("{{\"id\":\"{}\",", id);
  std::string found, line;
  const auto take = [&](std::string_view chunk) -> Result<void> {
    while (!chunk.empty()) {
      const std::size_t end = chunk.find('\n');
      if (line.size() < kMaxRecord) line += chunk.substr(0, std::min(end, kMaxRecord));
      if (end == std::string_view::npos) break;
      if (line.starts_with(wanted)) found = line;
      line.clear();
      chunk.remove_prefix(end + 1);
    }
    return {};
  };
  YAGURA_TRY_VOID(core::read_chunks(path, take));
  return found;
}

}  // namespace

fs::path default_state_folder() {
  if (::geteuid() == 0) return "/var/lib/yagura/gateway";
  if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state == '/') {
    return fs::path(state) / "yagura/gateway";
  }
  const char* home = std::getenv("HOME");
  return fs::path(home == nullptr ? "/tmp" : home) / ".local/state/yagura/gateway";
}

Result<StateFolder> StateFolder::open(const fs::path& path, const std::string& worker_user) {
  for (const fs::path& folder : {path, path / "cache", path / "temporary"}) {
    YAGURA_TRY_VOID(make_folder(folder));
  }
  YAGURA_TRY_VOID(check_reachable(path, worker_user));
  const fs::path lock_path = path / kLockName;
  const int lock = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (lock < 0) {
    return fail(ErrorCode::kIo, fmt::format("{}: {}", lock_path.string(), std::strerror(errno)));
  }
  StateFolder folder(path, lock);
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    return fail(
        ErrorCode::kIo,
        fmt::format(
            "another gateway runs on {}: stop it, or give this one a --state-dir of its own",
            path.string()));
  }
  return folder;
}

StateFolder::StateFolder(StateFolder&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

StateFolder::~StateFolder() {
  if (lock_ >= 0) ::close(lock_);
}

Result<void> StateFolder::announce(const std::vector<std::string>& lines) const {
  std::string text = fmt::format("{}\n", ::getpid());
  for (const std::string& line : lines) text += line + "\n";
  return core::write_file(path_ / kStatusName, text);
}

std::optional<RunningGateway> running_gateway(const fs::path& path) {
  const int lock = ::open((path / kLockName).c_str(), O_RDONLY | O_CLOEXEC);
  if (lock < 0) return std::nullopt;
  const bool is_free = ::flock(lock, LOCK_SH | LOCK_NB) == 0;
  ::close(lock);
  if (is_free) return std::nullopt;
  const auto text = core::read_file(path / kStatusName, {.max_size = 64 << 10});
  if (!text) return std::nullopt;
  RunningGateway running;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), running.pid);
  if (error != std::errc{} || running.pid <= 1) return std::nullopt;
  std::string_view rest(end, static_cast<std::size_t>(text->data() + text->size() - end));
  while (!rest.empty()) {
    const std::size_t line_end = rest.find('\n');
    if (line_end != 0) running.lines.emplace_back(rest.substr(0, line_end));
    if (line_end == std::string_view::npos) break;
    rest.remove_prefix(line_end + 1);
  }
  return running;
}

Result<std::string> find_block(const fs::path& state, std::string_view id) {
  if (!is_id(id))
    return fail(ErrorCode::kInvalidInput, fmt::format("\"{}\" is no id of a block", id));
  bool has_file = false;
  for (const char* name : {"blocks.jsonl", "blocks.jsonl.1"}) {
    if (!fs::exists(state / name)) continue;
    has_file = true;
    YAGURA_TRY(std::string record, last_record(state / name, id));
    if (!record.empty()) return record;
  }
  if (!has_file) {
    return fail(
        ErrorCode::kNotFound,
        fmt::format("no blocks.jsonl in {}: give the gateway's --state-dir", state.string()));
  }
  return fail(ErrorCode::kNotFound, fmt::format("no block {} in {}", id, state.string()));
}

}  // namespace yagura::gateway
