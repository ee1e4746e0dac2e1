#pragma once

// What sections of a record say of a process, written into it. Everything is optional: records may
// lack sections, and captures may hold anything.

#include <cstdint>
#include <memory>

#include "sensor/event/process.hpp"
#include "sensor/record/record_view.hpp"

namespace yagura::sensor {

// Sections that describe the task: YGR_S_TASK, _CREDENTIALS, _CWD. True: something that rules can
// ask for is different now.
bool apply_task(Process& process, const RecordView& record);

// Of YGR_EXEC and YGR_TASK. Sections that are missing are taken from `before`.
[[nodiscard]] std::shared_ptr<const Image> image_of(const RecordView& record, const Image& before,
                                                    std::uint64_t number);

// The same image with another stream 0, 1 or 2. Precondition: stream < 3.
[[nodiscard]] std::shared_ptr<const Image> with_stream(const Image& image, unsigned stream,
                                                       const StandardStream& now,
                                                       std::uint64_t number);

// The descriptor of YGR_S_FD and YGR_S_SOCKET.
[[nodiscard]] StandardStream stream_of(const RecordView& record);

}  // namespace yagura::sensor
