#pragma once

// Semantic versions as the CEL library of Kubernetes takes them (semver.org 2.0.0, precedence of
// section 11; the lenient form of its `normalize` argument).

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace yagura::policy {

enum class SemverNormalize : std::uint8_t { kNo, kYes };

// Plain data; `pre_release` and `build` point into the parsed text.
struct SemanticVersion {
  std::uint64_t major = 0;
  std::uint64_t minor = 0;
  std::uint64_t patch = 0;
  std::string_view pre_release;  // dot-separated identifiers, without the '-'
  std::string_view build;        // without the '+'; takes no part in comparisons

  // kYes: a leading "v" is dropped, missing minor and patch numbers are 0, leading zeros are
  // dropped. `problem`, where there is none: why.
  [[nodiscard]] static std::optional<SemanticVersion> parse(std::string_view text,
                                                            SemverNormalize normalize,
                                                            std::string* problem = nullptr);

  [[nodiscard]] std::weak_ordering operator<=>(const SemanticVersion& other) const;
  [[nodiscard]] bool operator==(const SemanticVersion& other) const {
    return (*this <=> other) == 0;
  }
  [[nodiscard]] std::string to_string() const;
};

}  // namespace yagura::policy
