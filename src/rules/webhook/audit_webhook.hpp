#pragma once

// The receiving end of an API server's audit webhook (--audit-webhook-config-file): POST of JSON to
// / or /k8s-audit. GET /metrics and /healthz are answered too. Plain HTTP/1.1: whoever can reach
// the address can send events, so it belongs on localhost or behind something that speaks TLS.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace yagura::rules {

struct WebhookOptions {
  std::string address = "127.0.0.1";                    // IPv4 or IPv6, no name
  std::uint16_t port = 9765;                            // 0: one that is free
  std::uint32_t max_body = std::uint32_t{12} << 20;     // bytes of one body
  std::uint32_t max_pending = std::uint32_t{96} << 20;  // bytes of all bodies that are arriving
  std::uint32_t max_connections = 64;
  std::uint32_t timeout_seconds = 30;  // without a byte
};

enum class WebhookRefusal : std::uint8_t {
  kTooLarge,      // 413: max_body
  kBusy,          // 503: max_pending; the API server sends it again
  kNotJson,       // 415: another Content-Type than application/json
  kWrongRequest,  // 404, 405: another path or method
};

struct WebhookHandlers {
  // Takes a whole body; the sender's address names it. False answers 400, true 200.
  std::function<bool(std::string_view body, const std::string& sender)> on_body;
  std::function<void(WebhookRefusal reason)> on_refused;
  std::function<std::string()> metrics;  // text of /metrics (Prometheus, 0.0.4)
};

// Runs until it is destroyed. All handlers are called by one thread of its own, one after another.
class AuditWebhook {
 public:
  [[nodiscard]] static Result<std::unique_ptr<AuditWebhook>> start(const WebhookOptions& options,
                                                                   WebhookHandlers handlers);
  virtual ~AuditWebhook() = default;

  [[nodiscard]] virtual std::uint16_t port() const = 0;

 protected:
  AuditWebhook() = default;
};

}  // namespace yagura::rules
