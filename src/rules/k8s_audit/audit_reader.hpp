#pragma once

// Texts of an API server (its webhook's bodies, its log's lines) to audit events: one Event, an
// EventList, a JSON array of either, or several of them behind one another. What cannot be read is
// counted by reason and told, never left out silently.

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "kube/node.hpp"

namespace yagura::rules {

struct AuditLimits {
  std::uint32_t max_text = std::uint32_t{12} << 20;  // bytes of one body or of one value of a log
  std::uint32_t max_depth = 64;                      // nested collections
  std::uint32_t max_nodes = 1'000'000;               // of one text's tree
  std::uint32_t max_events = 10'000;                 // of one text
};

enum class AuditRefusal : std::uint8_t {
  kTooLarge,       // max_text
  kBadJson,        // no JSON, cut off, or past max_depth or max_nodes (the message says which)
  kNotAnEvent,     // no object, or one without an auditID
  kTooManyEvents,  // those of one text behind max_events
};
inline constexpr std::size_t kAuditRefusals = 4;

// "too_large", "bad_json", "not_an_event", "too_many_events": labels of the figures.
[[nodiscard]] std::string_view to_string(AuditRefusal reason);

struct AuditCounts {
  std::uint64_t events = 0;
  std::array<std::uint64_t, kAuditRefusals> refused = {};  // by AuditRefusal

  [[nodiscard]] std::uint64_t refused_in_all() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t count : refused) sum += count;
    return sum;
  }
};

// Not thread-safe.
class AuditReader {
 public:
  // The event lives until the call returns.
  using OnEvent = std::function<void(const kube::Node& event)>;
  // `message` is one line and names the place in the text.
  using OnRefusal = std::function<void(AuditRefusal reason, std::string_view message)>;

  AuditReader(OnEvent on_event, OnRefusal on_refusal, const AuditLimits& limits = {});

  // Reads one text; its name (a file, a client) stands in messages. Linear in its size. Returns
  // whether nothing of it was refused.
  bool read(std::string_view text, const std::string& name);
  // Counts and tells what somebody in front of the reader refused.
  void refuse(AuditRefusal reason, std::string_view message);

  [[nodiscard]] const AuditCounts& counts() const { return counts_; }
  [[nodiscard]] const AuditLimits& limits() const { return limits_; }

 private:
  void take(const kube::Node& value, const std::string& name, std::uint32_t& taken);

  OnEvent on_event_;
  OnRefusal on_refusal_;
  AuditLimits limits_;
  AuditCounts counts_;
};

}  // namespace yagura::rules
