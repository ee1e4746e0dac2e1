#pragma once

// An inventory and an index, to findings.
//
// Packages of distributions are matched by the distribution's own advisories alone, by the names
// that these use, in the release that the inventory tells. Language packages are matched by their
// ecosystem; those that belong to a distribution's package (Component::owner) are not, since its
// advisories speak for them. Nothing is guessed from names (no CPE).
//
// One finding for each component and vulnerability: records that name each other as aliases are
// one, advisories about several vulnerabilities are several. Of what records say of a
// vulnerability in a package, those with the most authority count (feeds/record.hpp), in both
// directions: where the distribution's tracker says "not affected", nobody else does. Among equals
// one that says "affected" is enough, and the fix is the highest that any of them names.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "image/model/inventory.hpp"
#include "vuln/index/index.hpp"
#include "vuln/model/finding.hpp"

namespace yagura::vuln {

// Packages that bring headers or tools of the kernel and no kernel (linux-libc-dev,
// kernel-headers): a container runs its host's kernel.
enum class KernelHeaders : std::uint8_t {
  kFixable,  // findings that an upgrade clears: the package is outdated; the others are counted
  kAll,
  kNone,
};

struct MatchOptions {
  KernelHeaders kernel_headers = KernelHeaders::kFixable;
  bool details = true;      // Vulnerability::details and references; without them it is faster
  bool development = true;  // packages that lock files mark as needed for development alone
  std::string today;        // "2026-01-31": for the distribution's end of life; empty: not asked
};

struct MatchResult {
  std::vector<Finding> findings;              // by component, then by the worst, then by id
  std::vector<std::string> notes;             // sentences: what could not be judged, and why
  std::uint64_t components = 0;               // that advisories were looked up for
  std::uint64_t covered_by_distribution = 0;  // left to the distribution's advisories
  std::uint64_t headers_left_out = 0;         // findings of kernel headers that no upgrade clears
};

// Deterministic. Time: components times what is said of each (the kernel: thousands). Thread-safe.
[[nodiscard]] MatchResult match(const image::Inventory& inventory, const Index& index,
                                const MatchOptions& options = {});

}  // namespace yagura::vuln
