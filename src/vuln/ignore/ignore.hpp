#pragma once

// What the user decided not to count: ignore rules, each with its reason and mostly an end, and
// baselines (what was known before).

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics.hpp"
#include "core/result.hpp"
#include "image/model/inventory.hpp"
#include "image/model/purl.hpp"
#include "vuln/model/finding.hpp"

namespace yagura::vuln {

using Day = std::chrono::sys_days;

// One rule: all that it gives must fit. A rule that gives nothing but a reason is refused.
struct IgnoreRule {
  std::vector<std::string> ids;    // "CVE-2024-1", an alias, an advisory; "*" stands for any text
  std::vector<image::Purl> purls;  // any of them, as purl_matches()
  std::vector<std::string> packages;  // names with "*", of the package or of its source
  std::string name_pattern;           // Grype's: a regular expression for the whole name
  std::string version;
  std::optional<image::PackageType> type;
  std::vector<std::string> paths;    // globs: "usr/lib/**"
  std::vector<FixState> fix_states;  // any of them
  std::optional<Day> last_day;       // the rule counts up to this day; none: for ever
  std::string reason;
  std::string source;  // "ignore.yaml:12"
};

struct IgnoreLimits {
  std::uint32_t max_size = std::uint32_t{16} << 20;  // bytes
  std::size_t max_rules = 100'000;
};

// The rules of files. Immutable once read; matching is by vulnerability's id, so thousands of rules
// cost little. Movable.
class IgnoreRules {
 public:
  IgnoreRules();
  ~IgnoreRules();
  IgnoreRules(IgnoreRules&&) noexcept;
  IgnoreRules& operator=(IgnoreRules&&) noexcept;

  // Adds a file's rules. Which format it is shows its content:
  //   ours             ignore: [{id, package, path, until, reason}]   (id, package, path: a text or
  //                    a list; package: a purl, or a name with "*"; until: the last day)
  //   .trivyignore     lines "CVE-2024-1 exp:2024-12-31"; .trivyignore.yaml: vulnerabilities: [{id,
  //                    paths, purls, expired_at, statement}]
  //   .grype.yaml      ignore: [{vulnerability, fix-state, package: {name, version, type,
  //                    location, upstream-name}, reason}]
  // A rule that can't be understood whole is left out with an error of its own, so that nothing is
  // ignored that the user did not mean; the others are kept. Ours must have a reason.
  void add(std::string name, std::string_view text, Diagnostics& diagnostics,
           const IgnoreLimits& limits = {});
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] const IgnoreRule& rule(std::size_t i) const;

  // Suppresses the findings that count and that a rule fits, with its reason. A rule that has ended
  // does nothing, and the notes say which findings count again because of that; they also name our
  // own rules that fit nothing.
  std::vector<std::string> apply(const image::Inventory& inventory, Day today,
                                 std::vector<Finding>& findings) const;

 private:
  struct Set;
  std::unique_ptr<Set> set_;
};

// Tells a finding from run to run: 16 hex digits over the vulnerability's id, the package's type
// and name, and the path; not its version, so that an upgrade that mends nothing brings nothing
// new.
[[nodiscard]] std::string fingerprint(const image::Inventory& inventory, const Finding& finding);

// A JSON text that holds the fingerprints of the findings that count, with the names for people.
[[nodiscard]] std::string write_baseline(const image::Inventory& inventory,
                                         const std::vector<Finding>& findings);
// Suppresses those that the text has: one of write_baseline(), or any JSON report whose "findings"
// have fingerprints as "id" or "fingerprint". Returns how many; nothing of it where it is damaged.
[[nodiscard]] Result<std::size_t> apply_baseline(const std::string& name, std::string_view text,
                                                 const image::Inventory& inventory,
                                                 std::vector<Finding>& findings);

}  // namespace yagura::vuln
