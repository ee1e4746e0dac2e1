#pragma once

// Answers of a DNS block list, asked for in the background: a request never waits for DNS. The
// first question for an address goes unanswered; what comes back serves the next ones for a while.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "waf/operator/internal/ip_set.hpp"

namespace yagura::waf::internal {

enum class Listing : std::uint8_t { kListed, kNotListed, kFailed };

// Resolves one name; may block, is called from the background thread alone.
using ResolveName = std::function<Listing(const std::string& host)>;

// By the system's resolver.
[[nodiscard]] Listing resolve_by_system(const std::string& host);

// The name to ask for (RFC 5782, section 2): "2.0.0.127.zone", nibbles for IPv6.
[[nodiscard]] std::string block_list_name(const IpAddress& address, std::string_view zone);

class BlockList {
 public:
  static constexpr std::size_t kMaxAnswers = 4096;
  static constexpr std::size_t kMaxQuestions = 256;  // waiting; more are dropped
  static constexpr std::chrono::seconds kAnswerLife{300}, kFailureLife{30};

  BlockList(std::string zone, ResolveName resolve);
  BlockList(const BlockList&) = delete;
  BlockList& operator=(const BlockList&) = delete;
  // Does not wait for a question under way: its thread ends by itself.
  ~BlockList();

  // What is known of the address now; nullopt: asked, or nothing known. Thread-safe, never blocks
  // on DNS.
  [[nodiscard]] std::optional<Listing> look_up(const IpAddress& address) const;

  // Waits until no question is open (for tests).
  void wait_until_idle() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the thread
};

}  // namespace yagura::waf::internal
