#pragma once

// Events of which it is known that no rule fires. The same program opens the same file a million
// times; only the first time do rules have to say that this is nothing.
//
// A verdict counts for an event that is equal in everything that fields can tell: the process's
// generation, and of the record all but its time, its sequence, its CPU and its thread, and but for
// what no field shows (addresses of buffers, sizes and times of files). The view says whether a
// rule asked for something beyond that (SensorEventView::has_asked_volatile); such verdicts are not
// kept. Since evaluation is the same for the same answers, an equal event would ask for the same.

#include <cstdint>
#include <optional>
#include <vector>

#include "sensor/detect/keyed_hash.hpp"
#include "sensor/event/sensor_event.hpp"

namespace yagura::sensor {

class VerdictCache {
 public:
  // Memory: entries * 16 bytes; rounded up to a power of two.
  explicit VerdictCache(std::size_t entries = std::size_t{1} << 16U);

  // `epoch`: of everything else that answers hang on: rules, names of users. None: events of this
  // kind are not remembered. O(record).
  [[nodiscard]] std::optional<Hash128> key_of(const SensorEvent& event, std::uint64_t epoch) const;
  // Whether it is known that nothing fires. O(1).
  [[nodiscard]] bool contains(const Hash128& key) const;
  // Forgets another one where there is no room.
  void insert(const Hash128& key);
  void clear();

 private:
  static constexpr std::size_t kWays = 4;
  [[nodiscard]] std::size_t set_of(const Hash128& key) const;

  HashKey key_;
  std::uint64_t mixer_;
  std::vector<std::uint8_t> visible_arguments_;  // by type: a bit for each that a field shows
  std::vector<Hash128> entries_;                 // sets of kWays
  std::size_t mask_ = 0;                         // of sets
  std::uint32_t next_way_ = 0;
};

}  // namespace yagura::sensor
