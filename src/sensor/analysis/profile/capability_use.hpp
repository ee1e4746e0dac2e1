#pragma once

// Which capabilities a successful call needed (capabilities(7)), as far as an event tells. What
// depends on more than the event shows (ioctl, setsockopt, limits) is not claimed, so a
// recommendation made of this names what it could not see.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sensor/analysis/facts/event_facts.hpp"
#include "sensor/event/capability_names.hpp"

namespace yagura::sensor {

inline constexpr unsigned kCapabilities = kCapabilityNames.size();

// "CAP_CHOWN"; "" beyond the last.
[[nodiscard]] std::string_view capability_name(unsigned number);
[[nodiscard]] std::optional<unsigned> find_capability(std::string_view name);
[[nodiscard]] std::vector<std::string> capability_names(std::uint64_t mask);

// A mask of bits 1 << number. Only capabilities that the process had.
[[nodiscard]] std::uint64_t capabilities_used(const SensorEvent& event, EventClass event_class);

}  // namespace yagura::sensor
