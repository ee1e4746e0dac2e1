#pragma once

// Ways of doing what a rule forbids so that it is not seen, and the rule that sees it all the same.

#include <span>
#include <string_view>

#include "scenario/scenario.hpp"

namespace yagura::sensor::e2e {

struct Evasion {
  std::string_view name;
  std::string_view rule;
  Steps setup;
  Steps action;
  std::string_view process;
  Place place = Place::kWorkload;
};

inline void PrintTo(const Evasion& evasion, std::ostream* out) { *out << evasion.name; }

[[nodiscard]] std::span<const Evasion> evasions();

}  // namespace yagura::sensor::e2e
