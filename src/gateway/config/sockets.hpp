#pragma once

// The listening sockets of the gateway. It opens them itself and hands them to nginx (environment
// variable NGINX, as nginx does for a new binary): so a taken port is known before anything starts,
// port 0 is a real one by the time it is written into the configuration, and connections queue
// while nginx restarts.

#include <string>
#include <vector>

#include "core/result.hpp"
#include "gateway/config/address.hpp"

namespace yagura::gateway {

class ListeningSockets {
 public:
  ListeningSockets() = default;
  ListeningSockets(ListeningSockets&& other) noexcept;
  ListeningSockets& operator=(ListeningSockets&&) = delete;
  ~ListeningSockets();

  // Binds and listens; a port of 0 in `address` becomes the one that the system picked. kIo: taken,
  // or not permitted.
  [[nodiscard]] Result<void> open(ListenAddress& address);
  // "3;4;": what nginx reads the descriptors from.
  [[nodiscard]] std::string environment() const;
  [[nodiscard]] const std::vector<int>& descriptors() const { return descriptors_; }

 private:
  std::vector<int> descriptors_;
};

}  // namespace yagura::gateway
