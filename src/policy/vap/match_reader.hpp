#pragma once

// Reads MatchResources and label selectors, with the checks of the API's validation.

#include "policy/vap/field_reader.hpp"
#include "policy/vap/match_resources.hpp"

namespace yagura::policy {

enum class RulesRequired : std::uint8_t { kNo, kYes };

[[nodiscard]] MatchResources read_match_resources(FieldReader reader, RulesRequired required);
[[nodiscard]] LabelSelector read_label_selector(FieldReader reader);

}  // namespace yagura::policy
