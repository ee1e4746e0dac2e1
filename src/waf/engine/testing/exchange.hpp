#pragma once

// For tests and fuzz targets: one exchange as a server sees it, and its way through the engine.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "waf/engine/transaction.hpp"

namespace yagura::waf::testing_engine {

struct Exchange {
  std::string method = "GET", uri = "/", protocol = "HTTP/1.1";
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  std::size_t chunk = 1 << 20;  // the body comes in pieces of this size
  std::uint16_t status = 200;
  std::vector<std::pair<std::string, std::string>> response_headers = {
      {"Content-Type", "text/html"}};
  std::string response_body = {};
};

// All phases, as a server goes through them: after an interruption only the last.
inline Verdict pass_through(Transaction& transaction, const Exchange& exchange) {
  transaction.set_connection("192.0.2.7", 40'000, "198.51.100.1", 80);
  transaction.set_request_line(exchange.method, exchange.uri, exchange.protocol);
  for (const auto& [name, value] : exchange.headers) transaction.add_request_header(name, value);
  const auto feed = [&](std::string_view body, auto&& append) {
    while (!body.empty()) {
      const std::string chunk(body.substr(0, exchange.chunk));  // gone after the call
      if (append(chunk).interrupts()) return;
      body.remove_prefix(chunk.size());
    }
  };
  const auto request = [&] {
    if (transaction.process_request_headers().interrupts()) return;
    if (transaction.wants_request_body()) {
      feed(exchange.body, [&](std::string_view c) { return transaction.append_request_body(c); });
    }
    if (!transaction.verdict().interrupts()) transaction.process_request_body();
  };
  const auto response = [&] {
    transaction.set_response(exchange.status, exchange.protocol);
    for (const auto& [name, value] : exchange.response_headers) {
      transaction.add_response_header(name, value);
    }
    if (transaction.process_response_headers().interrupts()) return;
    if (transaction.wants_response_body()) {
      feed(exchange.response_body,
           [&](std::string_view c) { return transaction.append_response_body(c); });
    }
    if (!transaction.verdict().interrupts()) transaction.process_response_body();
  };
  request();
  if (!transaction.verdict().interrupts()) response();
  transaction.finish();
  return transaction.verdict();
}

}  // namespace yagura::waf::testing_engine
