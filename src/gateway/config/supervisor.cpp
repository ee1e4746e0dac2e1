// One loop over a signalfd: children's deaths, requests to stop or to reload, and the deadlines
// that follow from them.

#include "gateway/config/supervisor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "core/file.hpp"
#include "gateway/config/sockets.hpp"
#include "gateway/config/state_folder.hpp"

namespace yagura::gateway {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kReadyPoll{10};
constexpr seconds kFirstPause{1}, kLongestPause{30}, kSteady{60};
// nginx gives its workers half a minute (worker_shutdown_timeout); then it is told, then it is
// killed.
constexpr seconds kQuitPatience{35}, kTermPatience{5};

// Signals as a descriptor, blocked for the rest of the thread's life or until this ends.
class Signals {
 public:
  Signals() {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGCHLD}) ::sigaddset(&set, signal);
    ::pthread_sigmask(SIG_BLOCK, &set, &before_);
    descriptor_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals() {
    ::close(descriptor_);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  // The next signal; none within `timeout`: nullopt.
  [[nodiscard]] std::optional<int> wait(milliseconds timeout) const {
    pollfd wanted{.fd = descriptor_, .events = POLLIN, .revents = 0};
    if (::poll(&wanted, 1, static_cast<int>(timeout.count())) <= 0) return std::nullopt;
    signalfd_siginfo info{};
    if (::read(descriptor_, &info, sizeof(info)) != sizeof(info)) return std::nullopt;
    return static_cast<int>(info.ssi_signo);
  }
  [[nodiscard]] const sigset_t& before() const { return before_; }

 private:
  sigset_t before_{};
  int descriptor_ = -1;
};

void keep_over_exec(const std::vector<int>& descriptors) {
  for (const int descriptor : descriptors) ::fcntl(descriptor, F_SETFD, 0);
}

class Nginx {
 public:
  Nginx(fs::path program, const GatewayPlaces& places, const ListeningSockets& sockets,
        const Signals& signals)
      : program_(std::move(program)), places_(places), sockets_(sockets), signals_(signals) {}

  [[nodiscard]] Result<void> start() {
    std::error_code ignored;
    fs::remove(places_.pid(), ignored);
    const std::string inherited = "NGINX=" + sockets_.environment();
    const std::string prefix = places_.state.string() + "/";
    const std::string config = places_.config().string();
    const std::string log = places_.error_log().string();
    const std::vector<const char*> arguments = {program_.c_str(), "-p", prefix.c_str(), "-c",
                                                config.c_str(),   "-e", log.c_str(),    nullptr};
    const std::vector<std::string> variables = environment(inherited);
    std::vector<char*> pointers;
    pointers.reserve(variables.size() + 1);
    for (const std::string& variable : variables)
      pointers.push_back(const_cast<char*>(variable.c_str()));
    pointers.push_back(nullptr);
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ < 0) return fail(ErrorCode::kIo, fmt::format("cannot fork: {}", std::strerror(errno)));
    if (pid_ == 0) {
      keep_over_exec(sockets_.descriptors());
      // It must not outlive us, however we end.
      ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
      // A group of its own: a terminal's Ctrl-C reaches us alone, and reap() finds what it leaves
      // behind.
      ::setpgid(0, 0);
      if (::getppid() != parent) ::_exit(127);
      ::pthread_sigmask(SIG_SETMASK, &signals_.before(), nullptr);
      // Its logs hold what clients sent: nothing for everybody.
      ::umask(S_IWGRP | S_IRWXO);
      ::execve(program_.c_str(), const_cast<char* const*>(arguments.data()), pointers.data());
      ::_exit(127);
    }
    started_ = Clock::now();
    return {};
  }

  // Whether nginx has read its configuration and serves: it writes its id then.
  [[nodiscard]] bool is_ready() const {
    const auto text = core::read_file(places_.pid(), {.max_size = 64});
    return text && *text == fmt::format("{}\n", pid_);
  }

  // True: it has ended.
  [[nodiscard]] bool reap() {
    int status = 0;
    if (pid_ <= 0 || ::waitpid(pid_, &status, WNOHANG) != pid_) return false;
    // Workers whose master died without telling them finish what they serve and go.
    ::kill(-pid_, SIGQUIT);
    pid_ = 0;
    ending_ = WIFSIGNALED(status) ? fmt::format("signal {}", WTERMSIG(status))
                                  : fmt::format("exit code {}", WEXITSTATUS(status));
    return true;
  }
  void send(int signal) const {
    if (pid_ > 0) ::kill(pid_, signal);
  }
  [[nodiscard]] bool is_running() const { return pid_ > 0; }
  [[nodiscard]] const std::string& ending() const { return ending_; }
  [[nodiscard]] Clock::duration age() const { return Clock::now() - started_; }

 private:
  // Ours, without what nginx would take for itself.
  static std::vector<std::string> environment(const std::string& inherited) {
    std::vector<std::string> variables{inherited};
    for (char** variable = environ; *variable != nullptr; ++variable) {
      if (std::string_view(*variable).starts_with("NGINX")) continue;
      variables.emplace_back(*variable);
    }
    return variables;
  }

  fs::path program_;
  const GatewayPlaces& places_;
  const ListeningSockets& sockets_;
  const Signals& signals_;
  pid_t pid_ = 0;
  std::string ending_;
  Clock::time_point started_;
};

class Supervisor {
 public:
  Supervisor(Nginx& nginx, const Signals& signals, const std::function<void(std::string_view)>& say)
      : nginx_(nginx), signals_(signals), say_(say) {}

  // Until it serves; an error where it ended instead. False: asked to stop meanwhile.
  [[nodiscard]] Result<bool> start() {
    YAGURA_TRY_VOID(nginx_.start());
    while (!nginx_.is_ready()) {
      const auto signal = signals_.wait(kReadyPoll);
      if (nginx_.reap()) {
        return fail(
            ErrorCode::kInvalidInput,
            fmt::format("nginx did not start ({}); its reasons stand above", nginx_.ending()));
      }
      if (signal == SIGTERM || signal == SIGINT) {
        nginx_.send(SIGTERM);
        stop_by_ = Clock::now() + kTermPatience;
        return false;
      }
    }
    return true;
  }

  void supervise() {
    while (!is_over()) {
      const auto signal = signals_.wait(next_deadline());
      if (signal) handle(*signal);
      if (nginx_.reap()) on_death();
      act_on_deadlines();
    }
  }

 private:
  [[nodiscard]] bool is_stopping() const { return stop_by_.has_value(); }
  [[nodiscard]] bool is_over() const { return is_stopping() && !nginx_.is_running(); }

  [[nodiscard]] milliseconds next_deadline() const {
    constexpr milliseconds kLong{60'000};
    const auto& deadline = is_stopping() ? stop_by_ : restart_at_;
    if (!deadline) return kLong;
    const auto left = std::chrono::ceil<milliseconds>(*deadline - Clock::now());
    return std::clamp(left, milliseconds(0), kLong);
  }

  void handle(int signal) {
    // Before it serves it would die of them, and it has just read what they are about.
    if ((signal == SIGHUP || signal == SIGUSR1) && nginx_.is_ready()) nginx_.send(signal);
    if (signal != SIGTERM && signal != SIGINT) return;
    // Once: finish what is being served. Twice: now.
    const bool again = is_stopping();
    nginx_.send(again ? SIGTERM : SIGQUIT);
    stop_by_ = Clock::now() + (again ? kTermPatience : kQuitPatience);
    restart_at_.reset();
  }

  void on_death() {
    if (is_stopping()) return;
    pause_ = nginx_.age() >= kSteady ? kFirstPause : pause_;
    say_(fmt::format("nginx ended ({}); starting it again in {} s", nginx_.ending(),
                     pause_.count()));
    restart_at_ = Clock::now() + pause_;
    pause_ = std::min(pause_ * 2, kLongestPause);
  }

  void act_on_deadlines() {
    const auto now = Clock::now();
    if (is_stopping() && nginx_.is_running() && now >= *stop_by_) {
      nginx_.send(std::exchange(told_, true) ? SIGKILL : SIGTERM);
      stop_by_ = now + kTermPatience;
    }
    if (!restart_at_ || now < *restart_at_) return;
    restart_at_.reset();
    if (const auto started = nginx_.start(); !started) {
      say_(started.error().message);
      restart_at_ = now + pause_;
    }
  }

  Nginx& nginx_;
  const Signals& signals_;
  const std::function<void(std::string_view)>& say_;
  std::optional<Clock::time_point> stop_by_, restart_at_;
  seconds pause_ = kFirstPause;
  bool told_ = false;
};

std::optional<fs::path> program_folder() {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  if (error) return std::nullopt;
  return self.parent_path();
}

std::vector<std::string> status_lines(const GatewayOptions& options) {
  std::vector<std::string> lines;
  lines.reserve(options.listen.size() + 2);
  const std::string_view scheme = options.tls_certificate.empty() ? "http" : "https";
  for (const ListenAddress& address : options.listen) {
    lines.push_back(fmt::format("listening on {}://{}", scheme, address.text()));
  }
  lines.push_back(fmt::format("in front of {}://{}", options.upstream.tls ? "https" : "http",
                              options.upstream.address()));
  if (options.metrics) {
    lines.push_back(fmt::format("metrics at http://{}/metrics", options.metrics->text()));
  }
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : ", ") + line;
  return text;
}

}  // namespace

Result<fs::path> find_nginx() {
  const char* path = std::getenv("PATH");
  std::string_view folders = path == nullptr ? "" : path;
  while (!folders.empty()) {
    const std::size_t colon = folders.find(':');
    fs::path candidate = fs::path(folders.substr(0, colon)) / "nginx";
    if (candidate.is_absolute() && ::access(candidate.c_str(), X_OK) == 0) return candidate;
    if (colon == std::string_view::npos) break;
    folders.remove_prefix(colon + 1);
  }
  if (::access("/usr/sbin/nginx", X_OK) == 0) return fs::path("/usr/sbin/nginx");
  return fail(ErrorCode::kNotFound, "nginx is not installed: apt-get install nginx");
}

Result<fs::path> find_module() {
  constexpr const char* kName = "ngx_http_yagura_module.so";
  std::vector<fs::path> places;
  if (const auto folder = program_folder()) {
    places = {*folder / "lib", *folder / "../lib/yagura"};
  }
  places.emplace_back("/usr/lib/yagura");
  places.emplace_back("/usr/lib/nginx/modules");
  for (const fs::path& place : places) {
    std::error_code ignored;
    if (fs::exists(place / kName, ignored)) return fs::weakly_canonical(place / kName, ignored);
  }
  return fail(
      ErrorCode::kNotFound,
      fmt::format("{} is not there: it belongs in lib/ beside yagura, or give --module", kName));
}

std::string worker_user() {
  if (::geteuid() != 0) return {};
  for (const char* name : {"www-data", "nginx", "nobody"}) {
    if (::getpwnam(name) != nullptr) return name;
  }
  return {};
}

Result<void> run_gateway(GatewayOptions options, const GatewayPlaces& places, const fs::path& nginx,
                         const std::function<void(std::string_view)>& say) {
  YAGURA_TRY(const StateFolder state, StateFolder::open(places.state, places.user));
  ListeningSockets sockets;
  for (ListenAddress& address : options.listen) YAGURA_TRY_VOID(sockets.open(address));
  if (options.metrics) YAGURA_TRY_VOID(sockets.open(*options.metrics));
  YAGURA_TRY(const std::string config, nginx_config(options, places));
  YAGURA_TRY_VOID(core::write_file(places.config(), config));

  const Signals signals;
  Nginx process(nginx, places, sockets, signals);
  Supervisor supervisor(process, signals, say);
  YAGURA_TRY(const bool is_serving, supervisor.start());
  if (is_serving) {
    const std::vector<std::string> lines = status_lines(options);
    YAGURA_TRY_VOID(state.announce(lines));
    say(joined(lines));
  }
  supervisor.supervise();
  return {};
}

}  // namespace yagura::gateway
