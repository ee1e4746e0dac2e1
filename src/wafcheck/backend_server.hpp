#pragma once

// The tests' backend (backend.hpp) behind a socket, for a server that passes requests on.

#include <atomic>
#include <cstdint>
#include <thread>

#include "core/result.hpp"

namespace yagura::wafcheck {

// A listening TCP socket on a free port of 127.0.0.1, closed with the object.
class LocalListener {
 public:
  [[nodiscard]] static Result<LocalListener> open();
  LocalListener(LocalListener&& other) noexcept;
  LocalListener& operator=(LocalListener&&) = delete;
  ~LocalListener();
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  LocalListener(int fd, std::uint16_t port) : fd_(fd), port_(port) {}
  int fd_;
  std::uint16_t port_;
};

// Answers one connection after another on a thread of its own, a request each, until destroyed. A
// connection that stays silent for 15 seconds is dropped.
class BackendServer {
 public:
  explicit BackendServer(LocalListener listener);
  BackendServer(const BackendServer&) = delete;
  BackendServer& operator=(const BackendServer&) = delete;
  ~BackendServer();
  [[nodiscard]] std::uint16_t port() const { return listener_.port(); }

 private:
  void serve();
  LocalListener listener_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace yagura::wafcheck
