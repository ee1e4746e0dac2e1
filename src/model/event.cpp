#include "model/event.hpp"

#include <array>

namespace yagura::model {

std::string_view to_string(EventKind kind) {
  static constexpr std::array<std::string_view, 8> kNames = {
      "process", "file", "network", "dns", "http", "admission", "audit", "system"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view to_string(Outcome outcome) {
  static constexpr std::array<std::string_view, 4> kNames = {"unknown", "allowed", "denied",
                                                             "failed"};
  return kNames[static_cast<std::size_t>(outcome)];
}

}  // namespace yagura::model
