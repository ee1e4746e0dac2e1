#pragma once

// A process as a record of kind YGR_TASK: how a capture says who was there before it began.

#include <cstdint>

#include "sensor/event/process.hpp"
#include "sensor/record/record_writer.hpp"

namespace yagura::sensor {

// Fills `writer`, which the caller finishes. `time_ns` is CLOCK_BOOTTIME.
void write_task_record(RecordWriter& writer, const Process& process, std::uint64_t time_ns);

}  // namespace yagura::sensor
