#include "rules/load/definitions.hpp"

#include <algorithm>
#include <array>

namespace yagura::rules {

namespace {

constexpr std::array<std::string_view, 8> kPriorities = {
    "Emergency", "Alert", "Critical", "Error", "Warning", "Notice", "Informational", "Debug"};

bool same_letters(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

std::string_view to_string(Priority priority) {
  return kPriorities[static_cast<std::size_t>(priority)];
}

std::optional<Priority> find_priority(std::string_view name) {
  for (std::size_t i = 0; i < kPriorities.size(); ++i) {
    if (same_letters(kPriorities[i], name)) return static_cast<Priority>(i);
  }
  if (same_letters(name, "info")) return Priority::kInformational;
  return std::nullopt;
}

}  // namespace yagura::rules
