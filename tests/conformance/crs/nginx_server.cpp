// The port is opened here and handed to nginx the way its own upgrade does (environment
// NGINX="fd;"), so that no other process can take it in between.

#include "nginx_server.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "core/file.hpp"

namespace yagura::conformance {

namespace fs = std::filesystem;
using wafcheck::LocalListener;

namespace {

constexpr int kTries = 20;  // rules take a while to load; each try waits as long as a request may

std::string configuration(const NginxOptions& options, std::uint16_t port) {
  return fmt::format(
      R"(load_module {module};
daemon off;
master_process on;
worker_processes 1;
user root;
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  client_max_body_size 16m;
  yagura_library {library};
  yagura_cache {folder}/cache;
  server {{
    listen 127.0.0.1:{port};
    server_name localhost;
    yagura rules;
    yagura_rules {rules};
    yagura_time_budget 10s;
    location / {{ proxy_pass http://127.0.0.1:{backend}; }}
  }}
}}
)",
      fmt::arg("module", options.module.string()), fmt::arg("folder", options.folder.string()),
      fmt::arg("library", options.library.string()), fmt::arg("port", port),
      fmt::arg("rules", options.rules.string()), fmt::arg("backend", options.backend_port));
}

std::string last_lines(const fs::path& path) {
  const auto text = core::read_file(path);
  return text ? text->substr(text->size() - std::min<std::size_t>(text->size(), 2000)) : "";
}

}  // namespace

fs::path find_nginx() {
  for (const char* path : {"/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx"}) {
    if (fs::exists(path)) return path;
  }
  return {};
}

Result<std::unique_ptr<NginxServer>> NginxServer::start(const NginxOptions& options) {
  YAGURA_TRY(LocalListener listener, LocalListener::open());
  std::unique_ptr<NginxServer> server(
      new NginxServer(std::move(listener), options.folder / "error.log"));
  fs::create_directories(options.folder / "cache");
  YAGURA_TRY_VOID(core::write_file(options.folder / "nginx.conf",
                                   configuration(options, server->listener_.port())));
  YAGURA_TRY_VOID(server->launch(options));
  YAGURA_TRY_VOID(server->wait_until_it_answers());
  return server;
}

Result<void> NginxServer::launch(const NginxOptions& options) {
  const std::string nginx = find_nginx();
  const std::string file = options.folder / "nginx.conf";
  const std::string folder = options.folder.string() + "/";
  const std::string inherit = fmt::format("NGINX={};", listener_.fd());
  std::vector<char*> environment = {const_cast<char*>(inherit.c_str())};
  std::string path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
  environment.push_back(path.data());
  environment.push_back(nullptr);
  const char* const arguments[] = {nginx.c_str(), "-p", folder.c_str(), "-c",
                                   file.c_str(),  "-e", log_.c_str(),   nullptr};
  pid_ = ::fork();
  if (pid_ < 0) return fail(ErrorCode::kIo, std::strerror(errno));
  if (pid_ == 0) {
    ::fcntl(listener_.fd(), F_SETFD, 0);  // goes along
    ::execve(nginx.c_str(), const_cast<char* const*>(arguments), environment.data());
    std::_Exit(127);
  }
  return {};
}

// The socket takes connections from the beginning; an answer means that workers run.
Result<void> NginxServer::wait_until_it_answers() {
  for (int i = 0; i < kTries; ++i) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      return fail(ErrorCode::kIo, "nginx does not start:\n" + last_lines(log_));
    }
    const auto seen = wafcheck::exchange_bytes(
        endpoint(), "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    if (seen && wafcheck::status_of(seen->response) != 0) return {};
  }
  return fail(ErrorCode::kIo, "nginx does not answer:\n" + last_lines(log_));
}

NginxServer::~NginxServer() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
}

}  // namespace yagura::conformance
