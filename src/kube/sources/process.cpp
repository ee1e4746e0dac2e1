#include "kube/sources/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

extern char** environ;

namespace yagura::kube {

namespace {

class Pipe {
 public:
  Pipe() = default;
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_read();
    close_write();
  }
  bool open() { return ::pipe2(ends_.data(), O_CLOEXEC) == 0; }
  [[nodiscard]] int read_end() const { return ends_[0]; }
  [[nodiscard]] int write_end() const { return ends_[1]; }
  void close_read() { close_end(0); }
  void close_write() { close_end(1); }

 private:
  void close_end(std::size_t end) {
    if (ends_[end] >= 0) ::close(ends_[end]);
    ends_[end] = -1;
  }
  std::array<int, 2> ends_ = {-1, -1};
};

class SpawnActions {
 public:
  SpawnActions() { ::posix_spawn_file_actions_init(&actions_); }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  ~SpawnActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  posix_spawn_file_actions_t* get() { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

class SpawnAttributes {
 public:
  SpawnAttributes() { ::posix_spawnattr_init(&attributes_); }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  ~SpawnAttributes() { ::posix_spawnattr_destroy(&attributes_); }
  posix_spawnattr_t* get() { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Takes what is there; false at the end of the stream.
bool drain(int fd, std::string& into, std::size_t keep) {
  std::array<char, std::size_t{16} << 10> chunk{};
  const ssize_t got = ::read(fd, chunk.data(), chunk.size());
  if (got < 0) return errno == EINTR || errno == EAGAIN;
  if (got == 0) return false;
  const std::size_t room = keep > into.size() ? keep - into.size() : 0;
  into.append(chunk.data(), std::min(room, static_cast<std::size_t>(got)));
  return true;
}

// Until both streams end. The error says which limit was reached.
Result<void> collect(Pipe& output, Pipe& errors, const ProcessLimits& limits,
                     ProcessResult& result) {
  const auto end = std::chrono::steady_clock::now() + limits.timeout;
  std::array<pollfd, 2> streams = {pollfd{.fd = output.read_end(), .events = POLLIN, .revents = 0},
                                   pollfd{.fd = errors.read_end(), .events = POLLIN, .revents = 0}};
  while (streams[0].fd >= 0 || streams[1].fd >= 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    if (left.count() <= 0) {
      return fail(ErrorCode::kLimitExceeded,
                  "it ran longer than " + std::to_string(limits.timeout.count()) + " ms");
    }
    if (::poll(streams.data(), streams.size(), static_cast<int>(left.count())) <= 0) continue;
    if (streams[0].revents != 0 && !drain(streams[0].fd, result.output, limits.max_output + 1)) {
      streams[0].fd = -1;
    }
    if (streams[1].revents != 0 &&
        !drain(streams[1].fd, result.error_text, limits.max_error_text)) {
      streams[1].fd = -1;
    }
    if (result.output.size() > limits.max_output) {
      return fail(ErrorCode::kLimitExceeded,
                  "it wrote more than " + std::to_string(limits.max_output) + " bytes");
    }
  }
  return {};
}

}  // namespace

Result<ProcessResult> run_process(const std::vector<std::string>& arguments,
                                  const ProcessLimits& limits) {
  Pipe output;
  Pipe errors;
  if (!output.open() || !errors.open()) {
    return fail(ErrorCode::kIo, std::string("making a pipe: ") + std::strerror(errno));
  }
  SpawnActions actions;
  ::posix_spawn_file_actions_addopen(actions.get(), STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(actions.get(), output.write_end(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(actions.get(), errors.write_end(), STDERR_FILENO);
  SpawnAttributes attributes;
  // A group of its own, so that its children can be killed with it.
  ::posix_spawnattr_setflags(attributes.get(), POSIX_SPAWN_SETPGROUP);
  ::posix_spawnattr_setpgroup(attributes.get(), 0);
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  pid_t child = 0;
  const int code =
      ::posix_spawn(&child, argv[0], actions.get(), attributes.get(), argv.data(), environ);
  if (code != 0) {
    return fail(code == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
                "running " + arguments.front() + ": " + std::strerror(code));
  }
  output.close_write();
  errors.close_write();
  ProcessResult result;
  auto collected = collect(output, errors, limits, result);
  if (!collected) ::kill(-child, SIGKILL);
  result.exit_code = wait_for(child);
  if (!collected) {
    return std::unexpected(
        std::move(collected).error().with_context("running " + arguments.front()));
  }
  return result;
}

std::string find_program(std::string_view name) {
  const char* path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "" : path;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    const std::string_view folder = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!folder.starts_with('/')) continue;
    std::string candidate = std::string(folder) + "/" + std::string(name);
    struct stat status{};
    if (::stat(candidate.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
        ::access(candidate.c_str(), X_OK) == 0) {
      return candidate;
    }
  }
  return {};
}

}  // namespace yagura::kube
