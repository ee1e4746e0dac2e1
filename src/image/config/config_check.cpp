// Each check looks at steps, or at what a container is started with. Where an image has both, what
// is started counts (a USER in history may be overridden later); steps tell of how it was built.

#include "image/config/config_check.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "image/config/controls.hpp"
#include "image/secrets/checks.hpp"
#include "image/secrets/scanner.hpp"

namespace yagura::image {
namespace {

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool has_word(const ShellCommand& command, std::string_view word) {
  return std::ranges::find(command.words, word) != command.words.end();
}

// The program of a command: what stands behind sudo, env, "VAR=x", "exec" and options of theirs.
std::string_view program_of(const ShellCommand& command) {
  for (const std::string& word : command.words) {
    const std::string_view name = base_name(word);
    if (name == "sudo" || name == "env" || name == "exec" || name == "time" || name == "set" ||
        name == "if" || name == "then" || name == "!" || name == "do" || word.starts_with('-') ||
        word.contains('='))
      continue;
    return name;
  }
  return {};
}

std::int64_t days_since(const std::string& created, std::chrono::system_clock::time_point now) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  if (created.size() < 10) return -1;
  const char* text = created.data();
  if (std::from_chars(text, text + 4, year).ec != std::errc{} ||
      std::from_chars(text + 5, text + 7, month).ec != std::errc{} ||
      std::from_chars(text + 8, text + 10, day).ec != std::errc{})
    return -1;
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                                         std::chrono::day{day}};
  // Reproducible builds have dates of long ago.
  if (!date.ok() || year < 2013) return -1;
  return (std::chrono::floor<std::chrono::days>(now) - std::chrono::sys_days{date}).count();
}

class Checker {
 public:
  Checker(const ConfigSubject& subject, const SecretScanner* secrets)
      : subject_(subject), secrets_(secrets) {}

  std::vector<model::Finding> check() {
    if (subject_.steps != nullptr) {
      last_stage_ = subject_.steps->empty() ? 0 : subject_.steps->back().stage;
      for (const BuildStep& step : *subject_.steps) check_step(step);
      check_repeats();
      check_updates();
    }
    if (subject_.run != nullptr) {
      check_run(*subject_.run);
    } else if (subject_.steps != nullptr && !subject_.steps->empty()) {
      check_run(run_of_last_stage());
    }
    check_age();
    return std::move(findings_);
  }

 private:
  void add(std::string_view id, const BuildStep* step, std::string message,
           std::string subject = {}) {
    model::Finding finding;
    finding.control = config_control(id);
    finding.resource = subject_.resource;
    finding.severity = finding.control->severity;
    finding.message = std::move(message);
    finding.subject = std::move(subject);
    if (step != nullptr) {
      finding.location.line = step->line;
      if (!subject_.is_dockerfile)
        finding.location.path = "history[" + std::to_string(step->position) + "]";
    }
    findings_.push_back(std::move(finding));
  }

  // The start of the instruction, without what stands before an "@" in its addresses.
  static std::string shown(const BuildStep& step) {
    constexpr std::size_t kShown = 97;
    std::string text = without_secrets(step.instruction + " " + step.arguments).substr(0, 400);
    for (std::size_t at = 0; (at = text.find("://", at)) != std::string::npos;) {
      at += 3;
      const std::size_t end = std::min(text.find_first_of("/ \t\"'", at), text.size());
      const std::size_t sign = text.substr(at, end - at).rfind('@');
      if (sign != std::string::npos) text.replace(at, sign, "***");
    }
    if (text.size() <= kShown) return text;
    std::size_t cut = kShown;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
    return text.substr(0, cut) + "...";
  }

  void check_step(const BuildStep& step) {
    if (step.instruction == "FROM") {
      check_from(step);
    } else if (step.instruction == "RUN") {
      check_run_step(step);
    } else if (step.instruction == "ADD") {
      check_add(step);
    } else if (step.instruction == "COPY") {
      check_copy(step);
    } else if (step.instruction == "ENV" || step.instruction == "ARG") {
      // What an image is started with is judged there, once.
      if (step.instruction == "ARG" || subject_.is_dockerfile) check_variables(step);
    } else if (step.instruction == "WORKDIR") {
      const std::string& path = step.arguments;
      const bool absolute = path.starts_with('/') || path.starts_with('"') ||
                            path.starts_with('$') || (path.size() > 1 && path[1] == ':');
      if (!absolute) add("image/relative-workdir", &step, "WORKDIR " + path);
    } else if (step.instruction == "MAINTAINER") {
      add("image/maintainer", &step, "MAINTAINER is set");
    } else if (step.instruction == "ONBUILD") {
      add("image/onbuild", &step, shown(step));
    }
  }

  void check_from(const BuildStep& step) {
    std::string_view image = std::string_view(step.arguments);
    image = image.substr(0, image.find_first_of(" \t"));
    std::string as = lowered(step.arguments);
    const auto at = as.rfind(" as ");
    if (at != std::string::npos) {
      std::string name = as.substr(at + 4);
      while (name.starts_with(' ')) name.erase(0, 1);
      stages_.insert(name);
    }
    if (image == "scratch" || stages_.contains(lowered(image)) || image.contains('$')) return;
    if (image.contains('@')) return;
    const std::string_view name = base_name(image);
    const auto colon = name.find(':');
    if (colon == std::string_view::npos || name.substr(colon + 1) == "latest") {
      add("image/latest", &step, "FROM " + std::string(image));
    } else {
      add("image/unpinned-base", &step, "FROM " + std::string(image));
    }
  }

  void check_add(const BuildStep& step) {
    const std::string text = lowered(step.arguments);
    const bool remote = text.contains("http://") || text.contains("https://");
    if (remote) {
      const bool checked = std::ranges::any_of(
          step.flags, [](const std::string& flag) { return flag.starts_with("--checksum="); });
      if (!checked && !text.contains(".git")) add("image/add-remote", &step, shown(step));
      return;
    }
    // Archives are what ADD is for; base layers of every image begin with one.
    const bool archive = text.contains(".tar") || text.contains(".tgz") || text.contains(".txz") ||
                         text.contains(".tbz") || text.contains("rootfs") ||
                         (step.position == 0 && !subject_.is_dockerfile);
    if (!archive && !text.starts_with("git@")) add("image/add-instead-of-copy", &step, shown(step));
  }

  void check_copy(const BuildStep& step) {
    const bool from_stage = std::ranges::any_of(
        step.flags, [](const std::string& flag) { return flag.starts_with("--from="); });
    if (subject_.is_dockerfile && !from_stage &&
        (step.arguments.starts_with(". ") || step.arguments.starts_with("./ ")))
      add("image/copy-everything", &step, shown(step));
  }

  void check_run_step(const BuildStep& step) {
    std::string line = step.arguments;
    for (const std::string& document : step.here_documents) line += "\n" + document;
    if (step.exec_form) {
      line.clear();
      for (const std::string& word : step.words) line += "'" + word + "' ";
    }
    const std::vector<ShellCommand> commands = shell_commands(line);
    bool fetches = false;
    for (const ShellCommand& command : commands) {
      const std::string_view program = program_of(command);
      if (fetches && is_interpreter(program)) add("image/pipe-to-shell", &step, shown(step));
      fetches = command.pipes && (fetches || program == "curl" || program == "wget");
      check_command(step, command, program);
    }
    check_packages(step, commands, line);
    scan_secrets(step, line);
  }

  static bool is_interpreter(std::string_view program) {
    static const std::set<std::string_view> kNames = {"sh",   "bash", "ash",    "dash",
                                                      "zsh",  "ksh",  "python", "python3",
                                                      "perl", "ruby", "node",   "php"};
    return kNames.contains(program);
  }

  void check_command(const BuildStep& step, const ShellCommand& command, std::string_view program) {
    if (has_word(command, "sudo") && base_name(command.words.front()) == "sudo")
      add("image/sudo", &step, shown(step));
    if (program == "chmod") check_chmod(step, command);
    const bool insecure =
        (program == "curl" && (has_word(command, "-k") || has_word(command, "--insecure"))) ||
        (program == "wget" && has_word(command, "--no-check-certificate")) ||
        (program == "git" && has_word(command, "http.sslVerify=false")) ||
        (program == "npm" && has_word(command, "strict-ssl") && has_word(command, "false")) ||
        (program.starts_with("pip") &&
         std::ranges::any_of(command.words, [](const std::string& word) {
           return word.starts_with("--trusted-host");
         }));
    if (insecure) add("image/unverified-download", &step, shown(step));
    static const std::set<std::string_view> kUnverified = {
        "--allow-unauthenticated", "--force-yes",   "--allow-untrusted", "--nogpgcheck",
        "--no-gpg-checks",         "--nosignature", "--no-gpg-check"};
    for (const std::string& word : command.words) {
      if (kUnverified.contains(word) || word.starts_with("[trusted=yes"))
        add("image/unverified-package", &step, word + ": " + shown(step));
    }
  }

  void check_chmod(const BuildStep& step, const ShellCommand& command) {
    bool writable = false;
    bool setuid = false;
    for (const std::string& word : command.words) {
      const std::string_view mode = word;
      const bool octal = (mode.size() == 3 || mode.size() == 4) && is_number(mode);
      if ((octal && ((mode.back() - '0') & 2) != 0 && !(mode.size() == 4 && mode[0] == '1')) ||
          mode == "a+w" || mode == "o+w" || mode == "a+rwx" || mode == "ugo+rwx" || mode == "a+rw")
        writable = true;
      if ((octal && mode.size() == 4 && ((mode.front() - '0') & 6) != 0) || mode == "u+s" ||
          mode == "g+s" || mode == "+s" || mode == "ug+s")
        setuid = true;
    }
    if (writable) add("image/world-writable-step", &step, shown(step));
    if (setuid) add("image/setuid-step", &step, shown(step));
  }

  void check_packages(const BuildStep& step, const std::vector<ShellCommand>& commands,
                      const std::string& line) {
    bool apt_installs = false;
    bool apt_recommends = false;
    bool leaves_cache = false;
    // Looked up once, not for each command: a line may be megabytes of commands.
    const bool no_recommends = line.contains("no-install-recommends");
    const bool cleans_apk = line.contains("/var/cache/apk");
    const bool cleans_rpm = line.contains("clean") || line.contains("/var/cache");
    const bool no_pip_cache = line.contains("PIP_NO_CACHE_DIR");
    for (const ShellCommand& command : commands) {
      const std::string_view program = program_of(command);
      const bool installs = has_word(command, "install") || has_word(command, "add");
      if (program == "apt-get" || program == "apt" || program == "aptitude") {
        if (has_word(command, "install")) {
          apt_installs = true;
          apt_recommends = !no_recommends;
          if (has_word(command, "sudo")) add("image/sudo", &step, "sudo is installed");
        }
        if (has_word(command, "dist-upgrade") || has_word(command, "full-upgrade"))
          add("image/dist-upgrade", &step, shown(step));
      } else if (program == "apk" && installs) {
        leaves_cache = leaves_cache || !(has_word(command, "--no-cache") || cleans_apk);
      } else if ((program == "yum" || program == "dnf" || program == "microdnf" ||
                  program == "zypper") &&
                 installs) {
        leaves_cache = leaves_cache || !cleans_rpm;
      } else if (program.starts_with("pip") && installs) {
        leaves_cache = leaves_cache || !(has_word(command, "--no-cache-dir") || no_pip_cache);
      }
    }
    if (apt_recommends) add("image/apt-recommends", &step, shown(step));
    const bool cleans = line.contains("/var/lib/apt/lists") || mounts_cache(step);
    if ((apt_installs && !cleans) || (leaves_cache && !mounts_cache(step)))
      add("image/package-cache", &step, shown(step));
  }

  static bool mounts_cache(const BuildStep& step) {
    return std::ranges::any_of(step.flags, [](const std::string& flag) {
      return flag.starts_with("--mount=type=cache") || flag.starts_with("--mount=type=tmpfs");
    });
  }

  // "apt-get update" in a step that installs nothing.
  void check_updates() {
    for (const BuildStep& step : *subject_.steps) {
      if (step.instruction != "RUN") continue;
      bool updates = false;
      bool installs = false;
      for (const ShellCommand& command : shell_commands(step.arguments)) {
        const std::string_view program = program_of(command);
        if (program != "apt-get" && program != "apt" && program != "apk" && program != "yum" &&
            program != "dnf")
          continue;
        updates = updates || has_word(command, "update");
        installs = installs || has_word(command, "install") || has_word(command, "add") ||
                   has_word(command, "upgrade") || has_word(command, "dist-upgrade") ||
                   has_word(command, "build-dep");
      }
      if (updates && !installs && !step.arguments.contains("yum update") &&
          !step.arguments.contains("dnf update"))
        add("image/update-alone", &step, shown(step));
    }
  }

  // --- variables and secrets
  // ----------------------------------------------------------------------

  static bool has_secret_name(std::string_view name) {
    const std::string text = lowered(name);
    for (const std::string_view allowed :
         {"_file", "_path", "_url", "_dir", "_version", "key_id", "keyring", "public_key",
          "token_ttl", "gpg_key", "gpg_keys", "_hash", "_sha256", "_length", "_name"}) {
      if (text.ends_with(allowed)) return false;
    }
    for (const std::string_view word :
         {"password", "passwd", "secret", "token", "api_key", "apikey", "private_key", "access_key",
          "credential", "auth_key"}) {
      if (text.contains(word)) return true;
    }
    return false;
  }

  // A value that is none: empty, a reference, what everybody has, a switch.
  static bool is_harmless_value(std::string_view value) {
    return value.empty() || value.contains('$') || value.starts_with('/') ||
           value.starts_with("file:") || value.size() < 3 || is_placeholder(value);
  }

  void check_variables(const BuildStep& step) {
    for (const auto& [name, value] : assignments(step.arguments))
      variable(&step, step.instruction, name, value);
  }

  void variable(const BuildStep* step, const std::string& kind, const std::string& name,
                const std::string& value) {
    bool found = false;
    if (secrets_ != nullptr && !value.empty()) {
      for (const Secret& secret :
           secrets_->scan(name + "=" + value, SecretScanner::Contents::kText).secrets) {
        add("image/secret", step, kind + " " + name + " holds a secret: " + secret.title, name);
        found = true;
      }
    }
    if (!found && has_secret_name(name) && !is_harmless_value(value))
      add("image/secret-name", step, kind + " " + name + " has a value", name);
    static const std::set<std::pair<std::string_view, std::string_view>> kUnsafe = {
        {"NODE_TLS_REJECT_UNAUTHORIZED", "0"},
        {"PYTHONHTTPSVERIFY", "0"},
        {"GIT_SSL_NO_VERIFY", "1"},
        {"GIT_SSL_NO_VERIFY", "true"},
        {"CURL_INSECURE", "1"},
        {"NPM_CONFIG_STRICT_SSL", "false"},
        {"GOINSECURE", "*"}};
    if (kUnsafe.contains({name, lowered(value)}))
      add("image/tls-disabled-variable", step, kind + " " + name + "=" + value, name);
    if (kind != "ENV") return;
    if (name == "LD_PRELOAD" || name == "LD_LIBRARY_PATH")
      add("image/preload", step, "ENV " + name + " is set", name);
    if (name == "PATH") check_path(step, value);
  }

  void check_path(const BuildStep* step, std::string_view value) {
    while (true) {
      const auto colon = value.find(':');
      const std::string_view part = value.substr(0, colon);
      if (part.empty() || part == "." || part.starts_with("./") || part.starts_with("/tmp") ||
          part.starts_with("/var/tmp") || part.starts_with("/dev/shm")) {
        add("image/writable-path", step, "PATH has \"" + std::string(part) + "\"", "PATH");
        return;
      }
      if (colon == std::string_view::npos) return;
      value.remove_prefix(colon + 1);
    }
  }

  void scan_secrets(const BuildStep& step, const std::string& line) {
    if (secrets_ == nullptr) return;
    for (const Secret& secret : secrets_->scan(line, SecretScanner::Contents::kText).secrets)
      add("image/secret", &step, "a RUN step holds a secret: " + secret.title, secret.rule);
  }

  // --- what is started
  // ------------------------------------------------------------------------------

  // Of a Dockerfile: what its last stage would be started with. What the base brings is not known.
  RunConfig run_of_last_stage() {
    RunConfig run;
    for (const BuildStep& step : *subject_.steps) {
      if (step.stage != last_stage_) continue;
      if (step.instruction == "FROM" && lowered(step.arguments).contains("nonroot"))
        run.user = "65532";
      if (step.instruction == "USER") run.user = step.arguments;
      if (step.instruction == "EXPOSE") {
        std::string_view left = step.arguments;
        while (!left.empty()) {
          const auto blank = left.find(' ');
          if (blank != 0) run.exposed_ports.emplace_back(left.substr(0, blank));
          left = blank == left.npos ? std::string_view() : left.substr(blank + 1);
        }
      }
      if (step.instruction == "HEALTHCHECK") run.healthcheck.emplace().test = {step.arguments};
      if (step.instruction == "VOLUME") {
        if (step.exec_form) {
          run.volumes = step.words;
        } else {
          run.volumes.push_back(step.arguments);
        }
      }
      if (step.instruction == "LABEL") {
        for (const auto& [name, value] : assignments(step.arguments))
          run.labels.emplace_back(name, value);
      }
      if (step.instruction == "ENTRYPOINT" && !step.exec_form)
        run.entrypoint = {"/bin/sh", "-c", step.arguments};
    }
    return run;
  }

  void check_run(const RunConfig& run) {
    check_user(run);
    if (!run.healthcheck || (!run.healthcheck->test.empty() && run.healthcheck->test[0] == "NONE"))
      add("image/no-healthcheck", nullptr, "the configuration has no health check");
    check_ports(run);
    for (const std::string& volume : run.volumes) check_volume(volume);
    if (!subject_.is_dockerfile) {
      for (const std::string& text : run.env) {
        const auto equals = text.find('=');
        if (equals != std::string::npos)
          variable(nullptr, "ENV", text.substr(0, equals), text.substr(equals + 1));
      }
      check_labels(run);
    }
    if (run.entrypoint.size() >= 3 && base_name(run.entrypoint[0]) == "sh" &&
        run.entrypoint[1] == "-c" && !run.entrypoint[2].starts_with("exec "))
      add("image/shell-entrypoint", nullptr, "ENTRYPOINT " + run.entrypoint[2].substr(0, 80));
    const bool has_source = std::ranges::any_of(run.labels, [](const auto& label) {
      return label.first == "org.opencontainers.image.source" ||
             label.first == "org.opencontainers.image.url" ||
             label.first == "org.label-schema.vcs-url";
    });
    if (!has_source && !subject_.is_dockerfile)
      add("image/no-source-label", nullptr, "there is no label org.opencontainers.image.source");
  }

  void check_user(const RunConfig& run) {
    std::string_view user = run.user;
    user = user.substr(0, user.find(':'));
    if (user.empty() || user == "root" || user == "0") {
      add("image/root-user", nullptr,
          user.empty() ? (subject_.is_dockerfile ? "the last stage sets no USER"
                                                 : "no user is set, which means root")
                       : "the user is " + std::string(user));
    } else if (!is_number(user) && !user.contains('$')) {
      add("image/named-user", nullptr, "the user is " + std::string(user));
    }
  }

  void check_ports(const RunConfig& run) {
    static const std::set<std::string_view> kAdministration = {
        "23", "2375", "2376", "3389", "5900", "5901", "9229", "5005", "10250", "2379"};
    for (const std::string& text : run.exposed_ports) {
      const std::string_view port = std::string_view(text).substr(0, text.find('/'));
      if (port == "22") add("image/ssh-port", nullptr, "EXPOSE " + text, text);
      if (kAdministration.contains(port)) add("image/admin-port", nullptr, "EXPOSE " + text, text);
    }
  }

  void check_volume(const std::string& volume) {
    static const std::set<std::string_view> kSystem = {
        "/",     "/bin",  "/boot", "/dev", "/etc",     "/lib", "/proc",
        "/root", "/sbin", "/sys",  "/usr", "/var/run", "/run", "/var/run/docker.sock"};
    if (kSystem.contains(volume))
      add("image/sensitive-volume", nullptr, "VOLUME " + volume, volume);
  }

  void check_labels(const RunConfig& run) {
    if (secrets_ == nullptr) return;
    for (const auto& [name, value] : run.labels) {
      for (const Secret& secret :
           secrets_->scan(name + "=" + value, SecretScanner::Contents::kText).secrets)
        add("image/secret", nullptr, "label " + name + " holds a secret: " + secret.title, name);
    }
  }

  void check_age() {
    const std::int64_t days = days_since(subject_.created, subject_.now);
    if (days > 180) add("image/old", nullptr, "it was built " + std::to_string(days) + " days ago");
  }

  void check_repeats() {
    if (!subject_.is_dockerfile) return;
    for (const std::string_view instruction : {"CMD", "ENTRYPOINT", "HEALTHCHECK"}) {
      const BuildStep* before = nullptr;
      for (const BuildStep& step : *subject_.steps) {
        if (step.instruction != instruction) continue;
        if (before != nullptr && before->stage == step.stage)
          add("image/repeated-instruction", before, shown(*before));
        before = &step;
      }
    }
  }

  const ConfigSubject& subject_;
  const SecretScanner* secrets_;
  std::vector<model::Finding> findings_;
  std::set<std::string> stages_;
  std::size_t last_stage_ = 0;
};

}  // namespace

std::vector<model::Finding> check_config(const ConfigSubject& subject,
                                         const SecretScanner* secrets) {
  return Checker(subject, secrets).check();
}

}  // namespace yagura::image
