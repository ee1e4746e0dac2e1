#pragma once

// Names and numbers of the types of events: for syscalls the calls' names and a few that the kernel
// has without a call; `k8s_audit` has one type for all of its events. Numbers are ours and the same
// on every architecture, but not kept between versions: nothing stores them.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace yagura::rules {

using EventType = std::uint16_t;

// The one type of events that no system call made (`pluginevent`, as Falco names it).
inline constexpr EventType kPluginEvent = 0;

// Every name, sorted from 1 on; the position is the number.
[[nodiscard]] std::span<const std::string_view> event_types();
[[nodiscard]] std::string_view event_type_name(EventType type);
// O(log n).
[[nodiscard]] std::optional<EventType> find_event_type(std::string_view name);

}  // namespace yagura::rules
