#pragma once

// One request's bytes to a server and its answer's bytes back, over a connection of its own.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace yagura::wafcheck {

struct Endpoint {
  std::string host;
  std::uint16_t port = 0;
};
// "127.0.0.1:8080", "[::1]:8080", "localhost:80".
[[nodiscard]] Result<Endpoint> parse_endpoint(std::string_view text);

struct ExchangeLimits {
  std::chrono::milliseconds timeout{15'000};  // of silence; go-ftw gives up after a second
  std::size_t max_response = std::size_t{8} << 20;
};

struct RawExchange {
  std::string response;
  bool timed_out = false;
};

// Sends `request` as it is, and reads until the response is whole (see is_whole_response), the
// server closes, nothing comes for `timeout`, or max_response bytes are there. An error: no
// connection.
[[nodiscard]] Result<RawExchange> exchange_bytes(const Endpoint& endpoint, std::string_view request,
                                                 const ExchangeLimits& limits = {});

// By its status line, Content-Length and chunks (RFC 9112, 6.3). False for what ends with the
// connection.
[[nodiscard]] bool is_whole_response(std::string_view response, bool to_head_request);
// Of "HTTP/1.1 200 OK"; 0: there is no status line.
[[nodiscard]] int status_of(std::string_view response);

}  // namespace yagura::wafcheck
