#pragma once

// What a feed says, in the words of the OSV schema (ossf.github.io/osv-schema, 1.7), whatever its
// own format: the only thing that the index is built from. Texts are as the feed has them.

#include <cstdint>
#include <string>
#include <vector>

#include "vuln/model/finding.hpp"
#include "vuln/model/vulnerability.hpp"

namespace yagura::vuln {

// A point on the line of versions.
struct Event {
  enum class Kind : std::uint8_t { kIntroduced, kFixed, kLastAffected, kLimit };
  Kind kind = Kind::kIntroduced;
  std::string version;  // kIntroduced "0": before every version
};

// One "ranges" entry; versions are of the package's own ecosystem (ranges of commits are left out).
struct Range {
  std::vector<Event> events;  // in the record's order
};

// What the record says of one package. Neither ranges nor versions: nothing is affected, unless
// `all_versions` is set.
struct Affected {
  std::string ecosystem;  // "Debian:12", "PyPI"
  std::string package;
  std::vector<Range> ranges;
  std::vector<std::string> versions;
  bool all_versions = false;
  bool not_affected = false;              // the source says so: other sources don't count any more
  FixState unfixed = FixState::kUnknown;  // what is said where no version has the fix
  std::string word;                       // the source's rating for this package: "unimportant"
  // RPM modularity, "nodejs:18"; one of several with blanks between; empty: no module.
  std::string module_label;
  std::vector<Rating> ratings;  // for this package alone
};

// How much a source's word counts for a package; a higher one overrules.
enum class Authority : std::uint8_t {
  kReported,      // imported from elsewhere, not reviewed
  kReviewed,      // a curated database
  kEcosystem,     // the ecosystem's own, reviewed: Go, RustSec
  kDistribution,  // the distribution's own tracker
};

struct Record {
  std::string id;
  std::string source;  // "osv", "debian", "alpine", "redhat"
  Authority authority = Authority::kReviewed;
  std::vector<std::string> aliases;   // other names of the same vulnerability
  std::vector<std::string> upstream;  // vulnerabilities that it is about (an advisory of several)
  std::string summary;
  std::string details;
  std::string published;
  std::string modified;
  std::string withdrawn;  // not empty: does not count any more
  std::vector<Rating> ratings;
  std::vector<std::string> weaknesses;
  std::vector<std::string> references;
  std::vector<Affected> affected;
};

// One line of the EPSS table, or of the catalogue of known exploited vulnerabilities.
struct Score {
  std::string cve;
  double epss = -1;  // negative: not told
  double percentile = -1;
  std::string exploited_since;  // a date; empty: not in the catalogue
};

// "CVE-2024-1": four digits of a year, at least four of a number, at most ten.
[[nodiscard]] bool is_cve(std::string_view id);

}  // namespace yagura::vuln
