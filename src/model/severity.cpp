#include "model/severity.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace yagura::model {

namespace {
constexpr std::array<std::string_view, 5> kNames = {"info", "low", "medium", "high", "critical"};
}  // namespace

std::string_view to_string(Severity severity) { return kNames[static_cast<std::size_t>(severity)]; }

std::optional<Severity> severity_from_string(std::string_view text) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  };
  const auto name = std::ranges::find_if(kNames, [&](std::string_view candidate) {
    return std::ranges::equal(candidate, text, same);
  });
  if (name == kNames.end()) return std::nullopt;
  return static_cast<Severity>(name - kNames.begin());
}

}  // namespace yagura::model
