#include "model/severity.hpp"

#include <strings.h>

#include <array>

namespace yagura::model {

namespace {
constexpr std::array<std::string_view, 5> kNames = {"info", "low", "medium", "high", "critical"};
}  // namespace

std::string_view to_string(Severity severity) { return kNames[static_cast<std::size_t>(severity)]; }

std::optional<Severity> severity_from_string(std::string_view text) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (text.size() == kNames[i].size() &&
        ::strncasecmp(text.data(), kNames[i].data(), text.size()) == 0) {
      return static_cast<Severity>(i);
    }
  }
  return std::nullopt;
}

}  // namespace yagura::model
