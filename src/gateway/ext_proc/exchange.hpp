#pragma once

// One HTTP exchange as Envoy tells it: a message in, the messages that answer it out. Knows no
// gRPC, so that tests and the server drive it alike.
//
// Order of messages as the protocol has it: request headers, request body (one message, or many),
// request trailers, then the same of the response. Any of them may be missing, by the filter's
// processing mode. Where the mode may be overridden we ask for what the rules need and no more: a
// buffered body where a rule reads it, none where none does.
//
// A verdict becomes an ImmediateResponse. In the mode FULL_DUPLEX_STREAMED the body's chunks are
// held back until the verdict on the whole body is known, then given back as they came, within
// `max_held`.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "waf/engine/transaction.hpp"

namespace envoy::service::ext_proc::v3 {
class ProcessingRequest;
class ProcessingResponse;
}  // namespace envoy::service::ext_proc::v3

namespace yagura::gateway {

struct ExchangeOptions {
  waf::TransactionOptions transaction;
  std::size_t max_held = std::size_t{16} << 20;   // bytes of body held back in FULL_DUPLEX_STREAMED
  std::string metadata_namespace = "yagura.waf";  // of the dynamic metadata
};

class Exchange {
 public:
  using Request = envoy::service::ext_proc::v3::ProcessingRequest;
  using Response = envoy::service::ext_proc::v3::ProcessingResponse;

  Exchange(std::shared_ptr<const waf::RuleSet> rules, const waf::EngineServices& services,
           ExchangeOptions options);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange();  // runs phase 5 if nothing has

  // What to answer: usually one message, none in observability mode, several where held chunks are
  // given back.
  [[nodiscard]] std::vector<Response> take(const Request& request);

  // After the last message (the stream was closed): phase 5.
  void finish();
  [[nodiscard]] const waf::Transaction& transaction() const;
  [[nodiscard]] waf::Transaction& mutable_transaction();  // for writers that read bodies

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace yagura::gateway
