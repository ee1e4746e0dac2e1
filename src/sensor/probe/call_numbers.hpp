#pragma once

// Numbers of system calls by name, of the machine that we are built for.

#include <cstdint>
#include <span>
#include <string_view>

namespace yagura::sensor {

struct CallNumber {
  std::string_view name;  // as the kernel names it: "pread64"
  std::uint16_t number = 0;
};

// Sorted by number.
[[nodiscard]] std::span<const CallNumber> native_calls();
// 32-bit calls that a 64-bit kernel takes. Empty where there are none that we know.
[[nodiscard]] std::span<const CallNumber> compat_calls();
// -1: no such call here.
[[nodiscard]] int native_call_number(std::string_view name);

// The name that rules know a call by: Falco calls "pread64" "pread" and "chown32" "chown".
[[nodiscard]] std::string_view event_name_of_call(std::string_view name);

}  // namespace yagura::sensor
