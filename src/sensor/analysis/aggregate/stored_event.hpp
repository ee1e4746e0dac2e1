#pragma once

// An event that outlives the call in which it came: a copy of its record and its process.

#include <cstddef>
#include <string>
#include <vector>

#include "sensor/event/sensor_event.hpp"

namespace yagura::sensor {

// Sections that hold much (arguments, environment, data) are cut so that the record is no longer
// than `max_bytes` (at least 4 KiB); they are marked as truncated then. Not movable: event() points
// into it.
class StoredEvent {
 public:
  explicit StoredEvent(const SensorEvent& event, std::size_t max_bytes = 8192);
  StoredEvent(const StoredEvent&) = delete;
  StoredEvent& operator=(const StoredEvent&) = delete;

  [[nodiscard]] const SensorEvent& event() const { return event_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_.size() + sizeof(*this); }

 private:
  std::vector<std::byte> bytes_;
  RecordView record_;
  Process process_;  // as it was then; its image, parent and container are shared
  std::string thread_comm_;
  SensorEvent event_;
};

}  // namespace yagura::sensor
