#pragma once

// libmodsecurity, the engine that users have today, doing the same work.

#include <filesystem>
#include <memory>
#include <string>

#include "wafcheck/http_request.hpp"

namespace yagura::bench {

class Peer3 {
 public:
  // Empty and a message on standard error: the rules do not load.
  static std::unique_ptr<Peer3> load(const std::filesystem::path& rules,
                                     const std::string& directives,
                                     const std::string& directives_after = {});
  Peer3(const Peer3&) = delete;
  Peer3& operator=(const Peer3&) = delete;
  ~Peer3();
  // Phases 1 to 5. True: it was interrupted.
  bool inspect(const wafcheck::HttpRequest& request);

 private:
  struct State;
  explicit Peer3(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace yagura::bench
