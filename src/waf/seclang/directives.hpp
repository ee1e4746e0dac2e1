#pragma once

// Every directive of the ModSecurity Reference Manual (v3.x), and those of its v2.x that rule sets
// and configurations in use hold, with what becomes of each. Nothing is silently skipped.

#include <cstdint>
#include <span>
#include <string_view>

namespace yagura::waf::seclang {

enum class ArgumentKind : std::uint8_t {
  kNone,
  kText,                 // one word
  kPath,                 // one word that names a file or folder
  kNumber,               // a decimal number that is not negative
  kOctal,                // permission bits, or "default"
  kChoice,               // one of `choices`, in any case
  kConditionAndActions,  // SecRule, SecAction: a syntax of its own
};

enum class DirectiveUse : std::uint8_t {
  kRule,         // SecRule, SecAction
  kMarker,       // SecMarker
  kInclude,      // Include, IncludeOptional
  kWorks,        // compile() gives it its meaning
  kMeaningless,  // accepted with a warning: nothing here depends on it
  kUnsafeOn,     // off is what we do anyway; anything else is refused with the reason
  kRefused,      // an error with the reason
};

struct DirectiveInfo {
  std::string_view name;  // as the manual spells it
  DirectiveUse use = DirectiveUse::kWorks;
  ArgumentKind argument = ArgumentKind::kText;
  std::uint8_t min_arguments = 1, max_arguments = 1;  // 255: any number
  std::string_view choices;                           // "On|Off" for kChoice
  std::string_view reason;                            // why it is meaningless or refused
};

// Sorted by name, ignoring case.
[[nodiscard]] std::span<const DirectiveInfo> directives();
// By name in any case; null: not a directive of SecLang. O(log n).
[[nodiscard]] const DirectiveInfo* find_directive(std::string_view name);
// The names alone, for "did you mean".
[[nodiscard]] std::span<const std::string_view> directive_names();

}  // namespace yagura::waf::seclang
