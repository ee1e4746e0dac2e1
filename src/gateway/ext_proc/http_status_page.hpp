#pragma once

// /metrics (Prometheus) and /healthz on an address of their own, on a thread of their own.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/result.hpp"

namespace yagura::gateway {

class StatusPage {
 public:
  using Text = std::function<std::string()>;  // called on the page's thread
  // `address`: IPv4 or IPv6, no name. `port` 0: any free one.
  [[nodiscard]] static Result<std::unique_ptr<StatusPage>> start(const std::string& address,
                                                                 std::uint16_t port, Text metrics);
  virtual ~StatusPage() = default;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
};

}  // namespace yagura::gateway
