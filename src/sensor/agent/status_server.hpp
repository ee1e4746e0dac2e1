#pragma once

// What the agent says of itself over HTTP: GET /metrics (Prometheus), /healthz, /status (JSON).
// Nothing can be changed through it.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/result.hpp"

namespace yagura::sensor {

// Called by the server's thread, one at a time.
struct StatusHandlers {
  std::function<std::string()> metrics;
  // Empty: healthy; else what is wrong, answered with 503.
  std::function<std::string()> problem;
  std::function<std::string()> status;
};

class StatusServer {
 public:
  // `address` is a literal; port 0: one that is free.
  [[nodiscard]] static Result<std::unique_ptr<StatusServer>> start(const std::string& address,
                                                                   std::uint16_t port,
                                                                   StatusHandlers handlers);
  virtual ~StatusServer() = default;
  [[nodiscard]] virtual std::uint16_t port() const = 0;

 protected:
  StatusServer() = default;
};

}  // namespace yagura::sensor
