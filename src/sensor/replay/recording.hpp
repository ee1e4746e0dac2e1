#pragma once

// Opens a recording of whatever kind.

#include <filesystem>
#include <memory>

#include "core/result.hpp"
#include "sensor/capture/record_source.hpp"

namespace yagura::sensor {

// Ours or Falco's (.scap, gzip or not), told apart by their first bytes. Errors: neither, not
// there, not to be read, another version.
[[nodiscard]] Result<std::unique_ptr<RecordSource>> open_recording(
    const std::filesystem::path& path);

}  // namespace yagura::sensor
