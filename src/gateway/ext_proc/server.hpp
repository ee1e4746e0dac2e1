#pragma once

// The gRPC server that Envoy (Istio, Gateway API implementations) calls: one stream per HTTP
// exchange, each with an Exchange.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/result.hpp"
#include "gateway/ext_proc/exchange.hpp"

namespace yagura::gateway {

struct ExtProcOptions {
  std::string listen = "127.0.0.1:9002";  // "ADDRESS:PORT" (port 0: any free one) or "unix:PATH"
  std::string certificate, key;  // PEM files; both empty: plain text, for a socket or a sidecar
  std::string client_ca;         // PEM file: clients must show a certificate that it signed
  std::size_t max_message = std::size_t{64} << 20;
  ExchangeOptions exchange;
};

// Called on the stream's thread when an exchange is over, with its verdict final: the place for
// logs and figures.
using ExchangeDone = std::function<void(waf::Transaction&)>;

// Thread-safe. Destroying it refuses new streams and waits for the running ones, at most five
// seconds.
class ExtProcServer {
 public:
  [[nodiscard]] static Result<std::unique_ptr<ExtProcServer>> start(
      const ExtProcOptions& options, std::shared_ptr<const waf::RuleSet> rules,
      const waf::EngineServices& services, ExchangeDone done);
  virtual ~ExtProcServer() = default;
  // Streams that begin from now on run under `rules`; those that run keep theirs until they end.
  virtual void replace_rules(std::shared_ptr<const waf::RuleSet> rules) = 0;
  [[nodiscard]] virtual int port() const = 0;  // that was bound
};

}  // namespace yagura::gateway
