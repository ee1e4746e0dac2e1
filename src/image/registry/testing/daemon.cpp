#include "image/registry/testing/daemon.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <future>

#include "image/registry/testing/temporary_directory.hpp"

namespace yagura::image::testing {
namespace {

// Reads the log to its end, so that the program never waits for us.
void read_log(int fd, const std::string& marker, std::promise<Result<std::string>> said) {
  std::string text;
  bool was_told = false;
  std::array<char, 4096> piece{};
  for (ssize_t got = 0; (got = read(fd, piece.data(), piece.size())) > 0;) {
    if (was_told) continue;
    text.append(piece.data(), static_cast<std::size_t>(got));
    const std::size_t at = text.find(marker);
    const std::size_t end =
        at == std::string::npos ? at : text.find_first_of(",\"\n", at + marker.size());
    if (end == std::string::npos) continue;
    said.set_value(text.substr(at + marker.size(), end - at - marker.size()));
    was_told = true;
  }
  close(fd);
  if (!was_told) said.set_value(fail(ErrorCode::kIo, "ended at its start: " + text));
}

}  // namespace

Result<std::unique_ptr<Daemon>> Daemon::start(std::vector<std::string> words,
                                              const std::string& marker) {
  if (!has_program(words.front())) {
    return fail(ErrorCode::kNotFound, words.front() + " is not installed");
  }
  std::array<int, 2> log{};
  if (pipe2(log.data(), O_CLOEXEC) != 0) return fail(ErrorCode::kIo, "no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, log[1], 1);
  posix_spawn_file_actions_adddup2(&actions, log[1], 2);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::unique_ptr<Daemon> self(new Daemon);
  const int error =
      posix_spawnp(&self->pid_, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(log[1]);
  if (error != 0) {
    close(log[0]);
    self->pid_ = -1;
    return fail(ErrorCode::kIo, words.front() + " does not start");
  }
  std::promise<Result<std::string>> promise;
  std::future<Result<std::string>> said = promise.get_future();
  self->log_ = std::thread(read_log, log[0], marker, std::move(promise));
  YAGURA_TRY(self->said_, said.get());
  return self;
}

Daemon::~Daemon() {
  if (pid_ > 0) {
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }
  if (log_.joinable()) log_.join();
}

}  // namespace yagura::image::testing
