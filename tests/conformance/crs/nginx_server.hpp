#pragma once

// A real nginx with our module and the rules in it, in a folder and on a port of its own.

#include <sys/types.h>

#include <filesystem>
#include <memory>

#include "core/result.hpp"
#include "wafcheck/backend_server.hpp"
#include "wafcheck/socket.hpp"

namespace yagura::conformance {

struct NginxOptions {
  std::filesystem::path module;   // ngx_http_yagura_module.so
  std::filesystem::path library;  // libyagura_waf.so.1
  std::filesystem::path rules;    // a SecLang file
  std::uint16_t backend_port = 0;
  std::filesystem::path folder;  // for its files; must exist
};

// One worker, so that lines of the log stand in the order of the requests. Stopped when destroyed.
class NginxServer {
 public:
  // Returns when it answers. An error holds the end of its log.
  [[nodiscard]] static Result<std::unique_ptr<NginxServer>> start(const NginxOptions& options);
  NginxServer(const NginxServer&) = delete;
  NginxServer& operator=(const NginxServer&) = delete;
  ~NginxServer();
  [[nodiscard]] wafcheck::Endpoint endpoint() const {
    return {.host = "127.0.0.1", .port = listener_.port()};
  }
  [[nodiscard]] const std::filesystem::path& log() const { return log_; }

 private:
  NginxServer(wafcheck::LocalListener listener, std::filesystem::path log)
      : listener_(std::move(listener)), log_(std::move(log)) {}
  [[nodiscard]] Result<void> launch(const NginxOptions& options);
  [[nodiscard]] Result<void> wait_until_it_answers();

  wafcheck::LocalListener listener_;
  std::filesystem::path log_;
  pid_t pid_ = -1;
};

// The nginx of this system; empty: there is none.
[[nodiscard]] std::filesystem::path find_nginx();

}  // namespace yagura::conformance
