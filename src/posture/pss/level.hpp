#pragma once

// Levels and versions of the Kubernetes Pod Security Standards
// (https://kubernetes.io/docs/concepts/security/pod-security-standards/), as namespace labels and
// `--pod-security` name them.

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace yagura::posture::pss {

// Ordered: a later one is stricter and holds all that an earlier one does.
enum class Level : std::uint8_t { kPrivileged, kBaseline, kRestricted };

// "privileged", "baseline", "restricted".
[[nodiscard]] std::string_view to_string(Level level);

// The newest version of the standards that we know: what "latest" means.
inline constexpr std::uint16_t kNewestMinor = 37;

struct Version {
  std::uint16_t minor = kNewestMinor;  // of Kubernetes 1.x, at most kNewestMinor
  bool latest = true;                  // was asked for as "latest" (or not at all)
  friend bool operator==(const Version&, const Version&) = default;
};

// v1.N; above the newest it is the newest, as the API server treats it.
[[nodiscard]] constexpr Version version_of(std::uint16_t minor) {
  return {.minor = minor > kNewestMinor ? kNewestMinor : minor, .latest = false};
}

struct LevelVersion {
  Level level = Level::kRestricted;
  Version version{};
  // Something the user should know of what was asked for: "v1.99 is newer than …". Empty as a rule.
  std::string note{};
};

// "restricted@v1.31", "baseline@latest".
[[nodiscard]] std::string to_string(const LevelVersion& policy);

// "restricted", "baseline@v1.31", "baseline@latest" ("@1.31" and ":v1.31" are understood too). A
// version above the newest counts as the newest, with a note. The error names what would be right.
[[nodiscard]] Result<LevelVersion> parse_level(std::string_view text);

}  // namespace yagura::posture::pss
