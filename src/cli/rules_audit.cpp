#include "cli/rules_audit.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>

#include "rules/judge/audit_judge.hpp"
#include "rules/k8s_audit/audit_log_splitter.hpp"
#include "rules/webhook/audit_webhook.hpp"

namespace yagura::cli {

namespace {

namespace fs = std::filesystem;

// Refusals that are told on standard error; later ones are only counted.
constexpr std::uint64_t kMaxTold = 20;
constexpr int kFollowMilliseconds = 200;
// How soon a server ends whose output nobody takes.
constexpr int kCheckMilliseconds = 1000;

std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string machine_name() {
  if (const char* const named = std::getenv("FALCO_HOSTNAME"); named != nullptr) return named;
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

// SIGINT and SIGTERM as something to wait for: the summary is written before the end.
class StopSignal {
 public:
  StopSignal() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    fd_ = ::signalfd(-1, &signals, SFD_CLOEXEC);
  }
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;
  ~StopSignal() { ::close(fd_); }

  // Whether one came; waits for one at most so long (-1: for ever).
  [[nodiscard]] bool wait(int milliseconds) const {
    pollfd poll{.fd = fd_, .events = POLLIN, .revents = 0};
    return ::poll(&poll, 1, milliseconds) > 0;
  }
  // Whether bytes came (or their end) before a signal did.
  [[nodiscard]] bool wait_for_bytes(int fd) const {
    std::array<pollfd, 2> both = {pollfd{.fd = fd_, .events = POLLIN, .revents = 0},
                                  pollfd{.fd = fd, .events = POLLIN, .revents = 0}};
    while (::poll(both.data(), both.size(), -1) < 0 && errno == EINTR) {
    }
    return both[0].revents == 0;
  }

 private:
  int fd_ = -1;
};

class OpenFile {
 public:
  explicit OpenFile(const std::string& path)
      : fd_(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (fd_ > STDERR_FILENO) ::close(fd_);
  }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

// Another file stands under the name now (rotation), or this one was cut.
bool was_replaced(int fd, const std::string& path) {
  struct stat open_one{};
  struct stat named{};
  if (::fstat(fd, &open_one) != 0 || ::stat(path.c_str(), &named) != 0) return false;
  if (open_one.st_ino != named.st_ino || open_one.st_dev != named.st_dev) return true;
  return named.st_size < ::lseek(fd, 0, SEEK_CUR);
}

class Run {
 public:
  Run(const RulesAuditOptions& options, rules::LoadedRules loaded, rules::JudgeOptions judge)
      : options_(options),
        judge_(
            std::move(loaded), std::move(judge), [this](std::string_view line) { write(line); },
            [this](rules::AuditRefusal reason, std::string_view message) { tell(reason, message); },
            &now) {}

  Result<void> read_log() {
    rules::AuditLogSplitter splitter(
        rules::AuditLimits{}.max_text,
        [this](std::string_view text, std::uint64_t line) {
          (void)judge_.read(text, options_.file + " from line " + std::to_string(line));
        },
        [this](std::uint64_t line) {
          judge_.refuse(rules::AuditRefusal::kTooLarge,
                        options_.file + ":" + std::to_string(line) + ": too long");
        });
    for (;;) {
      const OpenFile file(options_.file);
      if (file.fd() < 0) {
        return fail(ErrorCode::kNotFound, options_.file + ": " + std::strerror(errno));
      }
      YAGURA_TRY(const bool more, read_all(file.fd(), splitter));
      if (!more) break;
    }
    splitter.finish();
    return finish();
  }

  Result<void> serve(const rules::WebhookOptions& address) {
    YAGURA_TRY(const auto server,
               rules::AuditWebhook::start(
                   address, {.on_body =
                                 [this](std::string_view body, const std::string& sender) {
                                   const bool clean = judge_.read(body, sender);
                                   if (!finish()) output_failed_ = true;
                                   return clean && !output_failed_;
                                 },
                             .on_refused = [this](rules::WebhookRefusal reason) { count(reason); },
                             .metrics = [this] { return metrics(); }}));
    std::fprintf(stderr, "yagura: listening on %s:%u\n", address.address.c_str(),
                 static_cast<unsigned>(server->port()));
    while (!stop_.wait(kCheckMilliseconds)) {
      if (output_failed_) return finish();
    }
    return {};
  }

  [[nodiscard]] const rules::AuditJudge& judge() const { return judge_; }

 private:
  // False at the end of the log, true where another file stands under its name now.
  Result<bool> read_all(int fd, rules::AuditLogSplitter& splitter) {
    std::vector<char> buffer(std::size_t{1} << 16);
    bool replaced = false;
    for (;;) {
      if (!stop_.wait_for_bytes(fd)) return false;
      const ssize_t count = ::read(fd, buffer.data(), buffer.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return fail(ErrorCode::kIo, options_.file + ": " + std::strerror(errno));
      if (count > 0) {
        splitter.feed({buffer.data(), static_cast<std::size_t>(count)});
        YAGURA_TRY_VOID(finish());
        continue;
      }
      if (!options_.follow || options_.file == "-") return false;
      if (replaced) return true;
      if (stop_.wait(kFollowMilliseconds)) return false;
      // Once more to the end: something may have been written before the file was moved away.
      replaced = was_replaced(fd, options_.file);
    }
  }

  Result<void> finish() {
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
      return fail(ErrorCode::kIo, "standard output takes no more");
    }
    return {};
  }

  void write(std::string_view line) { (void)std::fwrite(line.data(), 1, line.size(), stdout); }

  void tell(rules::AuditRefusal reason, std::string_view message) {
    if (++told_ > kMaxTold) return;
    std::fprintf(stderr, "yagura: refused (%s): %.*s%s\n",
                 std::string(rules::to_string(reason)).c_str(), static_cast<int>(message.size()),
                 message.data(), told_ == kMaxTold ? "; later ones are only counted" : "");
  }

  void count(rules::WebhookRefusal reason) {
    ++refused_requests_[static_cast<std::size_t>(reason)];
  }

  std::string metrics() const {
    static constexpr std::array<const char*, 4> kReasons = {"too_large", "busy", "not_json",
                                                            "wrong_request"};
    std::string out = judge_.metrics();
    out +=
        "# HELP yagura_rules_audit_requests_refused_total Requests that were not read.\n"
        "# TYPE yagura_rules_audit_requests_refused_total counter\n";
    for (std::size_t at = 0; at < kReasons.size(); ++at) {
      out += std::string("yagura_rules_audit_requests_refused_total{reason=\"") + kReasons[at] +
             "\"} " + std::to_string(refused_requests_[at]) + "\n";
    }
    return out;
  }

  const RulesAuditOptions& options_;
  StopSignal stop_;  // before any thread: threads inherit what is blocked
  rules::AuditJudge judge_;
  std::atomic<bool> output_failed_ = false;  // set by the server's thread
  std::uint64_t told_ = 0;
  std::array<std::uint64_t, 4> refused_requests_ = {};  // by WebhookRefusal
};

Result<rules::WebhookOptions> listen_address(const std::string& text) {
  rules::WebhookOptions options;
  const std::size_t colon = text.rfind(':');
  std::string host = text.substr(0, colon);
  const std::string port = colon == std::string::npos ? "" : text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), options.port);
  if (host.empty() || port.empty() || error != std::errc() || end != port.data() + port.size()) {
    return fail(ErrorCode::kInvalidInput,
                "--listen takes an address and a port, like 127.0.0.1:9765, not " + text);
  }
  options.address = host;
  return options;
}

Result<rules::Priority> priority_of(const std::string& option, const std::string& text) {
  const auto priority = rules::find_priority(text);
  if (!priority) return fail(ErrorCode::kInvalidInput, option + ": no priority " + text);
  return *priority;
}

Result<rules::JudgeOptions> judge_options(const RulesAuditOptions& options) {
  YAGURA_TRY(const rules::Priority minimum, priority_of("--priority", options.priority));
  return rules::JudgeOptions{
      .format = options.format == "json" ? rules::LineFormat::kJson : rules::LineFormat::kText,
      .matching =
          options.matching == "first" ? rules::RuleMatching::kFirst : rules::RuleMatching::kAll,
      .time_style = options.iso_time ? rules::AlertTime::kIso8601 : rules::AlertTime::kLocal,
      .minimum = minimum,
      .view = {.cluster_name = options.cluster_name,
               .hostname = options.hostname.empty() ? machine_name() : options.hostname}};
}

Result<ExitCode> run(const RulesAuditOptions& options) {
  if (options.file.empty() == options.listen.empty()) {
    return fail(ErrorCode::kInvalidInput, "give a log, or --listen ADDRESS:PORT");
  }
  YAGURA_TRY(rules::JudgeOptions judge, judge_options(options));
  YAGURA_TRY(const rules::Priority fail_on, priority_of("--fail-on", options.fail_on));
  const std::vector<fs::path> files(options.rules.begin(), options.rules.end());
  Diagnostics diagnostics;
  rules::LoadedRules loaded = rules::load_rules(files, rules::Source::kK8sAudit, diagnostics);
  if (loaded.set == nullptr) {
    print_diagnostics(diagnostics);
    return ExitCode::kUsage;
  }
  Run work(options, std::move(loaded), std::move(judge));
  if (options.listen.empty()) {
    YAGURA_TRY_VOID(work.read_log());
  } else {
    YAGURA_TRY(const rules::WebhookOptions address, listen_address(options.listen));
    YAGURA_TRY_VOID(work.serve(address));
  }
  std::fprintf(stderr, "yagura: %s", work.judge().summary().c_str());
  if (!options.listen.empty()) return ExitCode::kClean;
  if (work.judge().firings_from(fail_on) > 0) return ExitCode::kFindings;
  return work.judge().counts().refused_in_all() > 0 ? ExitCode::kUsage : ExitCode::kClean;
}

}  // namespace

ExitCode run_rules_audit(const RulesAuditOptions& options) {
  const Result<ExitCode> code = run(options);
  return code ? *code : report_error(code.error());
}

void add_rules_audit(CLI::App& rules, ExitCode& exit_code) {
  auto options = std::make_shared<RulesAuditOptions>();
  CLI::App* const command = rules.add_subcommand(
      "audit", "Judge a Kubernetes audit log, or what an API server posts, by Falco rules");
  command->footer(
      "Examples:\n"
      "  yagura rules audit /var/log/kubernetes/audit.log --rules k8s_audit_rules.yaml\n"
      "  yagura rules audit --follow -o json audit.log --rules k8s_audit_rules.yaml\n"
      "  yagura rules audit --listen 127.0.0.1:9765 --rules k8s_audit_rules.yaml --rules "
      "mine.yaml\n"
      "\n"
      "A line a firing goes to standard output, as Falco prints it (-o json: Falco's JSON), the\n"
      "counts to standard error at the end. --listen takes POST /k8s-audit, the API server's "
      "audit\n"
      "webhook, and shows /metrics and /healthz; it speaks no TLS.\n\n"
      "Exit code: 0 nothing fired from --fail-on on, 1 something did, 2 wrong usage or input (a "
      "rule\nfile with errors; a log of which something could not be read and nothing fired).");
  command->add_option("FILE", options->file, "The log, an event a line; - is standard input");
  command->add_option("--rules", options->rules, "Rule files, later ones change earlier ones")
      ->required();
  command->add_option("--listen", options->listen, "ADDRESS:PORT to take the audit webhook on");
  command->add_flag("--follow,-f", options->follow, "Wait for more at the log's end");
  command->add_option("-o,--output", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->add_option("--matching", options->matching, "all rules that fire, or the first")
      ->check(CLI::IsMember({"all", "first"}))
      ->capture_default_str();
  command->add_option("--priority", options->priority, "Leave out firings below it")
      ->capture_default_str();
  command->add_option("--fail-on", options->fail_on, "Priority from which the exit code is 1")
      ->capture_default_str();
  command->add_option("--cluster-name", options->cluster_name, "What ka.cluster.name says");
  command->add_option("--hostname", options->hostname,
                      "What the JSON's hostname says (else FALCO_HOSTNAME, else the machine's)");
  command->add_flag("--iso-time", options->iso_time, "Times of lines in ISO 8601, UTC");
  command->callback([options, &exit_code] { exit_code = run_rules_audit(*options); });
}

}  // namespace yagura::cli
