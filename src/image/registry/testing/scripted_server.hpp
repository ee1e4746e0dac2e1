#pragma once

// An HTTP server of this machine that answers as a test says, and remembers what it was asked.

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "image/registry/testing/certificates.hpp"

struct MHD_Daemon;

namespace yagura::image::testing {

struct ScriptedRequest {
  std::string method;
  std::string path;                            // without query
  std::map<std::string, std::string> query;    // decoded
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  [[nodiscard]] std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

struct ScriptedAnswer {
  int status = 200;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  // The connection breaks after so many bytes of the body.
  std::optional<std::size_t> cut_after;
};

class ScriptedServer {
 public:
  // Called by many threads, one call at a time. `tls`: speaks TLS alone. `listen_fd`: a socket that
  // already listens (a Unix one); -1: a free port of 127.0.0.1.
  using Script = std::function<ScriptedAnswer(const ScriptedRequest&)>;
  explicit ScriptedServer(Script script, const KeyPair* tls = nullptr, int listen_fd = -1);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  // "127.0.0.1:40123".
  [[nodiscard]] std::string authority() const;
  // What it was asked so far.
  [[nodiscard]] std::vector<ScriptedRequest> requests() const;

 private:
  friend struct ScriptedServerHandler;
  Script script_;
  KeyPair tls_;
  MHD_Daemon* daemon_ = nullptr;
  mutable std::mutex mutex_;
  std::vector<ScriptedRequest> requests_;
};

}  // namespace yagura::image::testing
