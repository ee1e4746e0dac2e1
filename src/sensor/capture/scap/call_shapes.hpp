#pragma once

// Which parameters of Falco's events stand where in our records: a line for each call.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace yagura::sensor::scap {

enum class Conversion : std::uint8_t {
  kNone,
  kOpen,
  kClone,
  kMap,
  kProtection,
  kPtrace,
  kFcntl,
  kData,  // a buffer: YGR_S_DATA
  kText,  // YGR_S_PATH0 … 2, in order
};

// An argument of the call, in the order of registers.
struct Register {
  std::string_view parameter;  // empty: not told
  Conversion conversion = Conversion::kNone;
  // kText: the parameter with the directory that the path is relative to; "cwd": the working
  // directory; empty: it is no path.
  std::string_view directory;
};

struct CallShape {
  std::string_view name;
  std::array<Register, 6> registers;
  // Whose descriptor YGR_S_FD tells: a parameter, or "result"; empty: none.
  std::string_view descriptor;
  std::string_view other;  // YGR_S_OTHER_FD
};

// Null: an event that our sensor has no counterpart for. O(log n).
[[nodiscard]] const CallShape* find_call_shape(std::string_view name);

}  // namespace yagura::sensor::scap
