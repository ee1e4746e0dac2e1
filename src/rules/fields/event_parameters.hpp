#pragma once

// What each type of event tells: its parameters by name and position (evt.arg.flags, evt.arg[2],
// evt.rawarg.fd) and its category (evt.category). Names are those of Falco's event schema.

#include <cstdint>
#include <span>
#include <string_view>

namespace yagura::rules {

enum class EventCategory : std::uint8_t {
  kFile,
  kNetwork,
  kIpc,
  kMemory,
  kProcess,
  kSleep,
  kSystem,
  kSignal,
  kUser,
  kTime,
  kWait,
  kScheduler,
  kInternal,
  kOther,
  kByDescriptor,  // read, write, close: that of the descriptor it works on
};

// As evt.category says it: "file", "net", "IPC". kByDescriptor is "unknown": who knows the
// descriptor says its own.
[[nodiscard]] std::string_view to_string(EventCategory category);

struct EventInfo {
  std::string_view type;
  EventCategory category = EventCategory::kOther;
  // In order: evt.arg[0] is the first. A call that Falco has no schema for tells "ID" and
  // "nativeID".
  std::span<const std::string_view> parameters;
};

// Sorted by type.
[[nodiscard]] std::span<const EventInfo> event_infos();
// Null: no such type. O(log n).
[[nodiscard]] const EventInfo* find_event_info(std::string_view type);
// Whether any event has a parameter of that name. O(1).
[[nodiscard]] bool is_event_parameter(std::string_view name);

}  // namespace yagura::rules
