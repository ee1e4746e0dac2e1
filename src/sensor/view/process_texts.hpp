#pragma once

// Command lines that were written once for a process and are asked for with each of its events.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "sensor/event/process.hpp"

namespace yagura::sensor {

// "<NA>" of a process that nobody knows, as Falco has it.
[[nodiscard]] std::string_view name_of(const Process& process);
// argv[0]; empty: none.
[[nodiscard]] std::string_view exe_of(const Process& process);
// Arguments behind argv[0], with blanks between. Appended.
void append_arguments(std::string& out, const Process& process);

// A table with one place for each of some generations of processes: at most kEntries * kMaxBytes.
class ProcessTexts {
 public:
  static constexpr std::size_t kEntries = 1024;
  static constexpr std::size_t kMaxBytes = 2048;

  struct Texts {
    std::string command_line;      // name and arguments
    std::size_t arguments_at = 0;  // where the arguments begin in it
  };

  // Null where it has to be made for the occasion: it is too long, or its place is taken by another
  // process that was asked for since `event`, whose texts must stay. O(1), or linear in the
  // arguments at the first time.
  [[nodiscard]] const Texts* find(const Process& process, std::uint64_t event);

 private:
  struct Entry {
    std::uint64_t generation = 0;
    std::uint64_t event = 0;
    Texts texts;
  };
  std::unique_ptr<std::array<Entry, kEntries>> entries_ =
      std::make_unique<std::array<Entry, kEntries>>();
};

}  // namespace yagura::sensor
