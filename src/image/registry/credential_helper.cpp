// The protocol of docker-credential-helpers: the server's URL on standard input, JSON on standard
// output. The program has a time limit, its answer a size; its standard error is not shown.

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <simdjson.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/visible_text.hpp"
#include "image/registry/credentials.hpp"

namespace yagura::image {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxAnswer = std::size_t{64} << 10;

struct Fd {
  int value = -1;
  ~Fd() { reset(); }
  void reset() {
    if (value >= 0) close(value);
    value = -1;
  }
};

// The program while it runs: killed and waited for where it is left.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  // True where it ends with status 0 in time.
  bool wait(Clock::time_point deadline) {
    int status = 0;
    while (true) {
      const pid_t done = waitpid(pid_, &status, WNOHANG);
      if (done == pid_) {
        pid_ = -1;
        return WIFEXITED(status) && WEXITSTATUS(status) == 0;
      }
      if (done < 0 && errno != EINTR) return false;
      if (Clock::now() >= deadline) return false;
      poll(nullptr, 0, 5);  // its output has ended: it is about to end itself
    }
  }

 private:
  pid_t pid_;
};

std::unexpected<Error> failed(const std::string& program, std::string_view why) {
  return fail(ErrorCode::kIo, fmt::format("{}: {}", program, why));
}

Result<std::string> read_answer(const std::string& program, int fd, Clock::time_point deadline) {
  std::string answer;
  while (true) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return failed(program, "did not answer in time");
    pollfd waiting{.fd = fd, .events = POLLIN, .revents = 0};
    const int ready = poll(&waiting, 1, static_cast<int>(std::min<long long>(left, 60'000)));
    if (ready < 0 && errno != EINTR) return failed(program, "can't be waited for");
    if (ready <= 0) continue;
    std::array<char, 4096> piece{};
    const ssize_t got = read(fd, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(program, "its answer can't be read");
    if (got == 0) return answer;
    answer.append(piece.data(), static_cast<std::size_t>(got));
    if (answer.size() > kMaxAnswer) return failed(program, "answered with more than 64 KiB");
  }
}

bool is_program_name(std::string_view name) {
  return !name.empty() && name.size() <= 128 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

Result<RegistryCredentials> parse_answer(const std::string& program, std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (json.empty() || parser.parse(json.data(), json.size()).get(root) || !root.is_object()) {
    return failed(program, "its answer is no JSON object");
  }
  std::string_view user;
  std::string_view secret;
  if (root["Username"].get(user) || root["Secret"].get(secret)) {
    return failed(program, "its answer has no Username or Secret");
  }
  RegistryCredentials out;
  if (user == "<token>") {
    out.identity_token = secret;
  } else {
    out.user = user;
    out.password = secret;
  }
  return out;
}

Result<pid_t> start(const std::string& program, int input, int output) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, 0);
  posix_spawn_file_actions_adddup2(&actions, output, 1);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  std::string name = program;
  std::string verb = "get";
  std::array<char*, 3> arguments{name.data(), verb.data(), nullptr};
  pid_t pid = -1;
  const int error =
      posix_spawnp(&pid, program.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error == ENOENT) return failed(program, "is not installed (not found in $PATH)");
  if (error != 0) return failed(program, std::generic_category().message(error));
  return pid;
}

}  // namespace

Result<RegistryCredentials> ask_credential_helper(const std::string& helper,
                                                  const std::string& server_url,
                                                  std::chrono::seconds time_limit) {
  if (!is_program_name(helper)) {
    return fail(ErrorCode::kInvalidInput, fmt::format("\"{}\" is no name of a credential helper",
                                                      core::visible(helper.substr(0, 160))));
  }
  const std::string program = "docker-credential-" + helper;
  // A socket: writing to a program that is gone is an error then, not a signal.
  std::array<int, 2> input{-1, -1};
  std::array<int, 2> output{-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, input.data()) != 0) {
    return failed(program, "no socket can be made");
  }
  Fd ours{input[0]};
  Fd theirs{input[1]};
  if (pipe2(output.data(), O_CLOEXEC) != 0) return failed(program, "no pipe can be made");
  Fd read_end{output[0]};
  Fd write_end{output[1]};
  const Clock::time_point deadline = Clock::now() + time_limit;
  YAGURA_TRY(const pid_t pid, start(program, theirs.value, write_end.value));
  Child child(pid);
  theirs.reset();
  write_end.reset();
  const std::string line = server_url + "\n";
  (void)send(ours.value, line.data(), line.size(), MSG_NOSIGNAL);
  shutdown(ours.value, SHUT_WR);
  YAGURA_TRY(const std::string answer, read_answer(program, read_end.value, deadline));
  if (child.wait(deadline)) return parse_answer(program, answer);
  if (answer.find("credentials not found") != std::string::npos) return RegistryCredentials{};
  const std::string said = core::visible(std::string_view(answer).substr(0, 200));
  return failed(program, said.empty() ? "failed" : "failed: " + said);
}

}  // namespace yagura::image
