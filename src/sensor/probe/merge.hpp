#pragma once

// Two rings in the order of time.

#include <cstdint>

#include "core/result.hpp"
#include "sensor/probe/probe.hpp"
#include "sensor/probe/ring_reader.hpp"

namespace yagura::sensor {

// Hands on what both rings hold. A vital record is never handed on before an event of its own CPU
// that was made earlier: those that are newer than all events wait until the next call unless they
// were there before the events were looked at. Counts what it refuses in `malformed`.
[[nodiscard]] Result<std::size_t> merge_rings(RingReader& events, RingReader& vital,
                                              const RecordHandler& handler,
                                              std::uint64_t& malformed);

}  // namespace yagura::sensor
