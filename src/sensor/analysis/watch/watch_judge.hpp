#pragma once

// Judges events by the watch lists: connections and datagrams to or from a listed address, DNS
// questions and answers with a listed name or address, and connections to an address that a listed
// name was answered with.

#include <cstdint>
#include <memory>
#include <string_view>

#include "sensor/analysis/facts/event_facts.hpp"
#include "sensor/analysis/facts/known_facts.hpp"
#include "sensor/analysis/facts/notice.hpp"
#include "sensor/analysis/watch/watch_lists.hpp"

namespace yagura::sensor {

struct WatchOptions {
  std::int64_t repeat_ns = 600'000'000'000;  // the same entry in the same container: once in that
  std::int64_t poll_every_ns = 10'000'000'000;
};

// Used by one thread.
class WatchJudge {
 public:
  // Both must outlive it.
  WatchJudge(const WatchOptions& options, WatchLists& lists, AlertSink& sink);

  void on_event(const SensorEvent& event, const EventFacts& facts);
  // Looks after changed files.
  void on_tick(std::int64_t wall_ns);
  [[nodiscard]] std::uint64_t hits() const { return hits_; }

 private:
  void refresh();
  void judge_peer(const SensorEvent& event, const EventFacts& facts);
  void judge_dns(const SensorEvent& event, const EventFacts& facts);
  void tell(const SensorEvent& event, const EventFacts& facts, const NoticeKind& kind,
            std::uint16_t list, std::string_view entry, std::string_view subject);
  [[nodiscard]] bool was_told(const EventFacts& facts, const NoticeKind& kind,
                              std::string_view entry);

  WatchOptions options_;
  WatchLists& lists_;
  AlertSink& sink_;
  std::shared_ptr<const WatchSet> set_;
  NoticeKind address_kind_;
  NoticeKind domain_kind_;
  NoticeKind resolved_kind_;
  KnownFacts told_{10};
  std::int64_t told_since_ = 0;
  std::int64_t last_poll_ = 0;
  std::uint64_t hits_ = 0;
};

}  // namespace yagura::sensor
