#pragma once

// Names of incidents: short, unique, and in the order of time when sorted as text.

#include <cstdint>
#include <string>
#include <string_view>

namespace yagura::sensor {

// 16 characters of Crockford's base 32 (digits and lower-case letters without i, l, o, u): 10 of
// milliseconds since 1970, 6 that make it unique.
inline constexpr std::size_t kEventIdSize = 16;

class EventIds {
 public:
  // `seed`: tells runs and nodes apart; random outside of tests.
  explicit EventIds(std::uint32_t seed);
  [[nodiscard]] static EventIds random();

  [[nodiscard]] std::string next(std::int64_t wall_ns);

 private:
  std::uint32_t seed_;
  std::uint32_t count_ = 0;
  std::uint64_t last_ms_ = 0;
};

// Whether the text may be an id or the beginning of one.
[[nodiscard]] bool is_event_id_prefix(std::string_view text);

}  // namespace yagura::sensor
