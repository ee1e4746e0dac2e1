#pragma once

// One HTTP exchange under one rule set, phase by phase. The caller gives what it has seen, asks for
// the verdict after each phase, and acts on it. Knows no server.
//
//   Transaction transaction(rule_set, services, {.mode = EngineMode::kOn});
//   transaction.set_connection(...); transaction.set_request_line("GET", "/?a=1", "HTTP/1.1");
//   transaction.add_request_header("Host", "example.org");
//   if (transaction.process_request_headers().interrupts()) …
//   while (…) if (transaction.append_request_body(chunk).interrupts()) …
//   transaction.process_request_body();  // also without a body
//   transaction.set_response(200, "HTTP/1.1"); add_response_header(…); process_response_headers();
//   … transaction.finish();                // phase 5, always
//
// One thread at a time. Texts given are copied unless a method says otherwise. Hostile input:
// everything of a request is bounded by the rule set's limits; memory is freed with the transaction
// (or its recycling, see TransactionPool).

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "waf/compile/rule_set.hpp"
#include "waf/engine/detection.hpp"

namespace yagura::waf {

enum class VerdictAction : std::uint8_t { kPass, kDeny, kDrop, kRedirect };

struct Verdict {
  VerdictAction action = VerdictAction::kPass;
  std::uint16_t status = 200;  // to answer with; 302 for kRedirect unless the rule says otherwise
  std::string_view redirect_url;
  const Rule* rule = nullptr;  // that decided
  [[nodiscard]] bool interrupts() const { return action != VerdictAction::kPass; }
};

// What was given up, over all transactions that share it. Atomics: workers and a metrics reader may
// share one, also in shared memory between processes (trivial layout).
struct EngineCounters {
  std::atomic<std::uint64_t> transactions, blocked, detected, rules_not_evaluated,
      body_limit_reached, body_errors, time_budget_exceeded, fail_open, fail_closed,
      prefilter_fallbacks, bytes_inspected;
};

// IP, SESSION, GLOBAL, RESOURCE, USER collections that outlive a transaction. Thread-safe.
class CollectionStore {
 public:
  virtual ~CollectionStore() = default;
  using Now = std::chrono::system_clock::time_point;
  // Calls `each(name, value)` for the members of `collection` under `key` that have not expired.
  virtual void read(Variable collection, std::string_view key, Now now,
                    const std::function<void(std::string_view, std::string_view)>& each) = 0;
  virtual void set(Variable collection, std::string_view key, std::string_view name,
                   std::string_view value, Now now) = 0;
  // Adds to a number (missing: 0) in one step; returns the sum.
  virtual std::int64_t add(Variable collection, std::string_view key, std::string_view name,
                           std::int64_t delta, Now now) = 0;
  // Takes `amount` off a positive number for each whole `period` since it was written last, not
  // below 0. Does not count as writing but by those periods.
  virtual void deprecate(Variable collection, std::string_view key, std::string_view name,
                         std::int64_t amount, std::chrono::seconds period, Now now) = 0;
  virtual void remove(Variable collection, std::string_view key, std::string_view name) = 0;
  virtual void expire(Variable collection, std::string_view key, std::string_view name, Now at) = 0;

 protected:
  // What deprecate() leaves of a number.
  [[nodiscard]] static std::int64_t deprecated(std::int64_t number, std::int64_t amount,
                                               std::int64_t periods) {
    std::int64_t loss = 0;
    if (number <= 0) return number;
    if (__builtin_mul_overflow(amount, periods, &loss) || loss >= number) return 0;
    return number - loss;
  }
};
// In this process's memory, bounded: past `max_members` the oldest collection goes. Its default
// timeout comes from SecCollectionTimeout.
[[nodiscard]] std::unique_ptr<CollectionStore> make_memory_collection_store(
    std::size_t max_members, std::chrono::seconds timeout);

class TransactionListener;

// What transactions share besides the rules. All outlive the transactions. Null: not there.
struct EngineServices {
  CollectionStore* collections = nullptr;
  EngineCounters* counters = nullptr;
  TransactionListener* listener = nullptr;
  std::function<std::chrono::system_clock::time_point()> clock;  // empty: the system's
};

struct TransactionOptions {
  EngineMode mode = EngineMode::kOn;
  bool use_rule_set_mode = true;  // SecRuleEngine decides; false: `mode` does
  // Of the thread's CPU time in inspection, waiting for client and machine not counted; 0: none. A
  // transaction is given up after between one and nine eighths of it.
  std::chrono::microseconds time_budget{50'000};
  bool fail_open = true;  // what happens when the engine gives up
  std::string unique_id;  // empty: one is made
};

// A parsed part of a request, without a copy. Valid while the transaction lives.
struct ValueView {
  Variable variable;             // kArgsGet, kArgsPost, kRequestHeaders, kRequestCookies, kFiles, …
  std::string_view name, value;  // decoded
  std::uint32_t body_offset;     // kNoOffset: not from the body
};

// What rules said must not stand in a log (sanitiseArg, sanitiseMatched, …): a member of a
// collection, or all of it where the name is empty.
struct SanitisedTarget {
  Variable variable;
  std::string_view name;
};

class Transaction {
 public:
  Transaction(std::shared_ptr<const RuleSet> rules, const EngineServices& services,
              TransactionOptions options);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  void set_connection(std::string_view client_address, std::uint16_t client_port,
                      std::string_view server_address, std::uint16_t server_port);
  // `uri` as on the wire: "/a?b=c", "http://host/a", "*". `protocol`: "HTTP/1.1".
  void set_request_line(std::string_view method, std::string_view uri, std::string_view protocol);
  void add_request_header(std::string_view name, std::string_view value);
  Verdict process_request_headers();  // phase 1

  [[nodiscard]] bool wants_request_body() const;  // false: the caller need not buffer nor feed it
  Verdict append_request_body(std::string_view chunk);
  Verdict process_request_body();  // phase 2

  void set_response(std::uint16_t status, std::string_view protocol);
  void add_response_header(std::string_view name, std::string_view value);
  Verdict process_response_headers();              // phase 3
  [[nodiscard]] bool wants_response_body() const;  // by access, content type and the rules
  Verdict append_response_body(
      std::string_view chunk);      // as sent; content encodings are undone here
  Verdict process_response_body();  // phase 4

  void finish();  // phase 5: logging; never interrupts

  [[nodiscard]] const std::vector<Detection>& detections() const;
  [[nodiscard]] Verdict verdict() const;  // the one that stands
  [[nodiscard]] std::string_view unique_id() const;
  [[nodiscard]] EngineMode mode() const;  // after ctl:ruleEngine
  [[nodiscard]] const RuleSet& rule_set() const;
  [[nodiscard]] std::string_view method() const;
  [[nodiscard]] std::string_view uri() const;
  [[nodiscard]] std::string_view protocol() const;
  [[nodiscard]] std::string_view host() const;  // Host header, without port
  [[nodiscard]] std::string_view client_address() const;
  [[nodiscard]] std::uint16_t client_port() const;
  [[nodiscard]] std::string_view server_address() const;
  [[nodiscard]] std::uint16_t server_port() const;
  [[nodiscard]] std::uint16_t response_status() const;
  [[nodiscard]] std::chrono::system_clock::time_point started() const;
  [[nodiscard]] std::chrono::nanoseconds time_spent()
      const;                                      // in inspection, all phases, by the wall clock
  [[nodiscard]] std::string_view request_body();  // raw, as far as kept
  [[nodiscard]] std::string_view response_body();
  [[nodiscard]] std::string_view tx(
      std::string_view name) const;  // a TX member's value; empty: not set
  [[nodiscard]] std::string_view single(Variable variable) const;  // a single value's text
  void for_each(Variable variable, const std::function<void(const ValueView&)>& each) const;
  [[nodiscard]] bool audit_wanted() const;  // by SecAuditEngine, relevance and ctl
  [[nodiscard]] std::string_view audit_parts() const;
  [[nodiscard]] std::span<const SanitisedTarget> sanitised() const;
  [[nodiscard]] std::uint32_t rules_not_evaluated() const;
  // The address of a detection's value as users know it: a JSON pointer where the body is JSON,
  // else its target.
  [[nodiscard]] std::string address_of(const Detection& detection) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Whoever builds on parsed traffic (API discovery, profiles, bots) listens here. Called on the
// transaction's thread.
class TransactionListener {
 public:
  virtual ~TransactionListener() = default;
  virtual void on_request(const Transaction&) {}   // after phase 2
  virtual void on_response(const Transaction&) {}  // after phase 4
  virtual void on_finish(const Transaction&) {}  // after phase 5: detections and verdict are final
};

}  // namespace yagura::waf
