#pragma once

// One event of a .scap file: its header and parameters by name.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sensor/capture/scap/format.hpp"

namespace yagura::sensor::scap {

struct EventKind {
  std::string_view name;   // as rules name it: "openat"
  std::string_view enter;  // names of parameters, blanks between
  std::string_view exit;
};

// By the number in the file, halved. Later numbers are unknown: null.
[[nodiscard]] const EventKind* find_event_kind(std::uint16_t type);
[[nodiscard]] constexpr bool is_exit(std::uint16_t type) { return (type & 1U) != 0; }

struct Parameter {
  std::string_view name;  // empty: one that this program does not know
  std::string_view bytes;
};

struct Event {
  static constexpr std::size_t kMaxParameters = 64;

  std::uint64_t time_ns = 0;  // since 1970
  std::uint64_t tid = 0;
  std::uint16_t type = 0;
  std::uint16_t cpu = 0;
  const EventKind* kind = nullptr;  // null: a later version's
  std::vector<Parameter> parameters;
};

// Fills `event`, whose views point into `block`. False: damaged.
[[nodiscard]] bool read_event(std::string_view block, const EventLayout& layout, Event& event);

// The value of a parameter as a number: 1, 2, 4 or 8 bytes; the sign of what is 4 or 8 bytes long
// is kept. None where it is of another size.
[[nodiscard]] std::optional<std::int64_t> as_number(std::string_view bytes);
// Up to the zero that ends it; Falco's word for no value is no text.
[[nodiscard]] std::string_view as_text(std::string_view bytes);

}  // namespace yagura::sensor::scap
