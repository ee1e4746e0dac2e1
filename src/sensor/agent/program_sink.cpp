#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "sensor/agent/line_sink.hpp"

extern char** environ;

namespace yagura::sensor {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kPatience{5};

class ProgramSink final : public LineSink {
 public:
  explicit ProgramSink(ProgramOutput options) : options_(std::move(options)) {}
  ProgramSink(const ProgramSink&) = delete;
  ProgramSink& operator=(const ProgramSink&) = delete;
  ~ProgramSink() override { end(); }

  [[nodiscard]] std::string_view name() const override { return "program"; }

  Result<void> write(std::string_view line) override {
    if (input_ < 0) YAGURA_TRY_VOID(start());
    buffer_.assign(line);
    buffer_ += '\n';
    const Result<void> written = feed();
    if (!written || !options_.keep_alive) end();
    return written;
  }

  void reopen() override { end(); }

 private:
  Result<void> start() {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return fail(ErrorCode::kIo, std::strerror(errno));
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, pipe[0], STDIN_FILENO);
    // The agent blocks signals that it waits for; its children must not.
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    std::array<char*, 4> arguments = {const_cast<char*>("sh"), const_cast<char*>("-c"),
                                      options_.command.data(), nullptr};
    const int error =
        ::posix_spawn(&child_, "/bin/sh", &actions, &attributes, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    ::close(pipe[0]);
    if (error != 0) {
      ::close(pipe[1]);
      child_ = -1;
      return fail(ErrorCode::kIo, options_.command + ": " + std::strerror(error));
    }
    input_ = pipe[1];
    ::fcntl(input_, F_SETFL, O_NONBLOCK);
    return {};
  }

  Result<void> feed() {
    const Clock::time_point end = Clock::now() + kPatience;
    for (std::string_view rest = buffer_; !rest.empty();) {
      const ssize_t count = ::write(input_, rest.data(), rest.size());
      if (count >= 0) {
        rest.remove_prefix(static_cast<std::size_t>(count));
        continue;
      }
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return fail(ErrorCode::kIo, std::strerror(errno));
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
      pollfd poll{.fd = input_, .events = POLLOUT, .revents = 0};
      if (left.count() <= 0 || ::poll(&poll, 1, static_cast<int>(left.count())) == 0) {
        ::kill(child_, SIGKILL);
        return fail(ErrorCode::kLimitExceeded, "the program takes nothing; it was killed");
      }
    }
    return {};
  }

  // Closes its input and waits for it, at most as long as its patience.
  void end() {
    if (input_ >= 0) ::close(input_);
    input_ = -1;
    if (child_ < 0) return;
    const Clock::time_point end = Clock::now() + kPatience;
    while (::waitpid(child_, nullptr, WNOHANG) == 0) {
      if (Clock::now() >= end) {
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
        break;
      }
      ::poll(nullptr, 0, 5);
    }
    child_ = -1;
  }

  ProgramOutput options_;
  pid_t child_ = -1;
  int input_ = -1;
  std::string buffer_;
};

}  // namespace

std::unique_ptr<LineSink> make_program_sink(ProgramOutput options) {
  return std::make_unique<ProgramSink>(std::move(options));
}

}  // namespace yagura::sensor
