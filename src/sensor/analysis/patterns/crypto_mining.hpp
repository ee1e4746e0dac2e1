#pragma once

// Crypto-mining: names of mining pools, the words of their protocol (Stratum) in what is sent, and
// miners' command lines. Each of these tells by itself; a port that pools use tells only together
// with an executable that is not of the image.

#include <cstdint>
#include <string_view>

#include "sensor/analysis/facts/event_facts.hpp"
#include "sensor/analysis/facts/notice.hpp"
#include "sensor/analysis/patterns/bounded_map.hpp"

namespace yagura::sensor {

// "stratum method mining.subscribe" and the like; empty: nothing. Linear.
[[nodiscard]] std::string_view find_stratum(std::string_view data);
// What of a command line (arguments ended by zeros) is a miner's; empty: nothing. Linear.
[[nodiscard]] std::string_view find_miner_argument(std::string_view argv);
[[nodiscard]] bool is_mining_pool(std::string_view domain);
[[nodiscard]] bool is_mining_port(std::uint16_t port);

class MiningFinder {
 public:
  explicit MiningFinder(AlertSink& sink);
  void on_event(const SensorEvent& event, const EventFacts& facts);

 private:
  void tell(const SensorEvent& event, const EventFacts& facts, std::string_view what,
            std::string_view detail, double score);

  AlertSink& sink_;
  NoticeKind kind_;
  // When which process was told of: once an hour is enough.
  BoundedMap<std::int64_t> told_{4096};
};

}  // namespace yagura::sensor
