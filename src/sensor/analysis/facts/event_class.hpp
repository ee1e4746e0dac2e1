#pragma once

// What an event is to analyses: a handful of classes instead of hundreds of calls.

#include <cstdint>
#include <string_view>

#include "sensor/event/sensor_event.hpp"

namespace yagura::sensor {

enum class EventClass : std::uint8_t {
  kOther,   // a call that only counts as used
  kOpen,    // open, openat, openat2, creat
  kChange,  // rename, unlink, link, symlink, chmod, mkdir, …: a directory's content changes
  kConnect,
  kAccept,
  kBind,
  kListen,
  kSend,
  kReceive,
  kDuplicate,  // dup, dup2, dup3
  kExec,       // a program was started
  kFork,
  kExit,
  kMount,
  kPrivileged,  // needs a capability (see profile/capability_use.hpp)
  kDns,
  kLibrary,
  kNothing,  // cgroups, verdicts, start-up: not a doing of the workload
};
inline constexpr std::size_t kEventClasses = 18;

[[nodiscard]] std::string_view to_string(EventClass event_class);

// O(1).
[[nodiscard]] EventClass class_of(const SensorEvent& event);
// Of a call by its type alone; out of range: kOther.
[[nodiscard]] EventClass class_of_call(std::uint16_t type);

// Whether analyses ask for an event of each such call, so that one that was never told was never
// made.
[[nodiscard]] bool is_always_told(std::uint16_t type);

}  // namespace yagura::sensor
