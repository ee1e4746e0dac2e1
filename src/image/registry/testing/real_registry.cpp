#include "image/registry/testing/real_registry.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <future>

namespace yagura::image::testing {
namespace {

// bcrypt of kRegistryPassword.
constexpr std::string_view kPasswordLine =
    "yagura:$2y$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW\n";

std::string configuration(const std::string& directory, const RealRegistryOptions& options) {
  std::string text = fmt::format(
      "version: 0.1\nlog: {{level: info, formatter: text}}\nstorage: {{filesystem: "
      "{{rootdirectory: "
      "{}/storage}}}}\nhttp:\n  addr: 127.0.0.1:0\n  secret: none\n",
      directory);
  if (options.tls != nullptr) {
    text += fmt::format("  tls:\n    certificate: {0}/server.crt\n    key: {0}/server.key\n",
                        directory);
    if (options.wants_client_certificate) {
      text += fmt::format("    clientcas: [{}/ca.crt]\n", directory);
    }
  }
  if (options.wants_password) {
    text += fmt::format("auth: {{htpasswd: {{realm: test, path: {}/htpasswd}}}}\n", directory);
  }
  if (!options.proxy_of.empty())
    text += fmt::format("proxy: {{remoteurl: '{}'}}\n", options.proxy_of);
  return text;
}

// Reads the log to its end; the first "listening on ADDRESS" is told. What the log says before it
// ends is told where it never comes.
void read_log(int fd, std::promise<std::string> address) {
  std::string text;
  bool was_told = false;
  std::array<char, 4096> piece{};
  for (ssize_t got = 0; (got = read(fd, piece.data(), piece.size())) > 0;) {
    if (was_told) continue;
    text.append(piece.data(), static_cast<std::size_t>(got));
    constexpr std::string_view kWords = "listening on ";
    const std::size_t at = text.find(kWords);
    const std::size_t end = at == std::string::npos ? at : text.find_first_of(",\"\n", at);
    if (end == std::string::npos) continue;
    address.set_value(text.substr(at + kWords.size(), end - at - kWords.size()));
    was_told = true;
  }
  close(fd);
  if (!was_told) address.set_value("");
}

}  // namespace

Result<std::unique_ptr<RealRegistry>> RealRegistry::start(const RealRegistryOptions& options) {
  if (!has_program("docker-registry")) {
    return fail(ErrorCode::kNotFound, "docker-registry is not installed");
  }
  std::unique_ptr<RealRegistry> self(new RealRegistry);
  YAGURA_TRY_VOID(self->run(options));
  return self;
}

Result<void> RealRegistry::run(const RealRegistryOptions& options) {
  options_ = options;
  const std::filesystem::path& directory = directory_.path();
  write_text(directory / "config.yml", configuration(directory.string(), options));
  write_text(directory / "htpasswd", kPasswordLine);
  if (options.tls != nullptr) {
    write_text(directory / "ca.crt", options.tls->authority);
    write_text(directory / "server.crt", options.tls->server.certificate);
    write_text(directory / "server.key", options.tls->server.key);
    write_text(directory / "client/ca.crt", options.tls->authority);
    write_text(directory / "client/client.cert", options.tls->client.certificate);
    write_text(directory / "client/client.key", options.tls->client.key);
  }
  std::array<int, 2> log{};
  if (pipe2(log.data(), O_CLOEXEC) != 0) return fail(ErrorCode::kIo, "no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, log[1], 1);
  posix_spawn_file_actions_adddup2(&actions, log[1], 2);
  std::array<std::string, 3> words{"docker-registry", "serve", (directory / "config.yml").string()};
  std::array<char*, 4> arguments{words[0].data(), words[1].data(), words[2].data(), nullptr};
  const int error =
      posix_spawnp(&pid_, "docker-registry", &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(log[1]);
  std::promise<std::string> address;
  std::future<std::string> told = address.get_future();
  log_ = std::thread(read_log, log[0], std::move(address));
  if (error != 0) return fail(ErrorCode::kIo, "docker-registry does not start");
  authority_ = told.get();
  if (authority_.empty()) return fail(ErrorCode::kIo, "docker-registry ended at its start");
  return {};
}

RealRegistry::~RealRegistry() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (log_.joinable()) log_.join();
}

bool RealRegistry::push(const std::string& from, const std::string& name,
                        const std::string& more) const {
  std::string arguments = more;
  if (options_.wants_password) {
    arguments += fmt::format(" --dest-creds '{}:{}'", kRegistryUser, kRegistryPassword);
  }
  if (options_.tls != nullptr) {
    arguments += fmt::format(" --dest-cert-dir {}/client", directory_.path().string());
  } else {
    arguments += " --dest-tls-verify=false";
  }
  return testing::run(fmt::format("skopeo --insecure-policy copy {} {} docker://{}/{}", arguments,
                                  from, authority_, name));
}

}  // namespace yagura::image::testing
