#pragma once

// A record joined with what is known: what everybody behind the pipeline gets.

#include <cstdint>
#include <string_view>

#include "sensor/event/process.hpp"
#include "sensor/record/record_view.hpp"

namespace yagura::sensor {

// Names of system calls' events are rules::EventType (header().type).
struct SensorEvent {
  const RecordView* record = nullptr;   // never null
  const Process* process = nullptr;     // never null; of an unknown one an empty Process with pid
  const Process* created_by = nullptr;  // YGR_FORK: who made it, null where unknown
  std::string_view thread_comm;         // of the thread; of the process where unknown
  std::uint32_t vtid = 0;               // of the thread in its PID namespace; 0 unknown
  std::int64_t wall_ns = 0;             // header().time_ns as nanoseconds since 1970
  std::uint64_t number = 0;             // of the event in this run, from 1 (evt.num)
  std::uint64_t lost_before = 0;        // records that this CPU lost just before

  [[nodiscard]] const Container* container() const { return process->container.get(); }
};

// Somebody behind the pipeline: rules, profiles, watch lists, captures, a terminal. Called on the
// pipeline's thread, in order of time; what the event points to lives until the call returns, but
// shared pointers in it may be kept.
class EventConsumer {
 public:
  EventConsumer() = default;
  EventConsumer(const EventConsumer&) = delete;
  EventConsumer& operator=(const EventConsumer&) = delete;
  virtual ~EventConsumer() = default;
  virtual void on_event(const SensorEvent& event) = 0;
  // Called now and then with the time of the newest record, also when nothing happens.
  virtual void on_tick(std::int64_t /*wall_ns*/) {}
};

}  // namespace yagura::sensor
