#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "vuln/model/vulnerability.hpp"

namespace yagura::vuln {

// What the source that speaks for the package says about a fix.
enum class FixState : std::uint8_t {
  kFixed,      // there is a version with the fix
  kNotFixed,   // affected, none yet
  kDeferred,   // affected, postponed or minor: a fix is not planned soon
  kWontFix,    // affected, and will stay so
  kEndOfLife,  // affected; the release gets no more fixes
  kUnknown,    // affected, nothing said
};

// "fixed", "not-fixed", "deferred", "will-not-fix", "end-of-life", "unknown".
[[nodiscard]] std::string_view to_string(FixState state);

// Why a finding does not count.
struct Suppression {
  enum class Kind : std::uint8_t { kNone, kVex, kIgnoreRule, kBaseline };
  Kind kind = Kind::kNone;
  std::string reason;  // "not_affected: vulnerable_code_not_in_execute_path (vex.json)"
  std::string source;  // file, document id
};

// One vulnerability in one component.
struct Finding {
  std::size_t component = 0;  // position in the inventory's components
  std::shared_ptr<const Vulnerability> vulnerability;
  FixState fix_state = FixState::kUnknown;
  // The lowest version above the installed one that has the fix; of the source package for
  // distributions. Empty unless kFixed.
  std::string fixed_version;
  // All fixed versions that the advisory names (branches), in order.
  std::vector<std::string> fixed_versions;
  std::string advisory;  // the record that says so: "DSA-5417-1", "GHSA-…", "RHSA-2024:1"
  std::string source;    // whose data: "debian", "osv:PyPI", "alpine"
  Suppression suppression;

  [[nodiscard]] bool counts() const { return suppression.kind == Suppression::Kind::kNone; }
};

}  // namespace yagura::vuln
