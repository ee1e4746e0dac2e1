#pragma once

// What all records together say of one package in one version. For match() alone.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vuln/index/index.hpp"
#include "vuln/version/scheme.hpp"

namespace yagura::vuln {

// Under which name and version a package is looked up.
struct Query {
  std::string ecosystem;  // canonical
  std::string name;
  std::string version;
  std::string module_label;  // of the installed package: "nodejs:18:8060020:ad008a3a"
  bool is_distribution = false;
};

// A record that says something of the package.
struct Claim {
  const Shard* shard = nullptr;
  std::uint32_t record = 0;
  RecordHead head;
  bool affected = false;
  // Of those that say "affected":
  std::string ecosystem;
  Scheme scheme = Scheme::kGeneric;
  FixState unfixed = FixState::kUnknown;
  std::string_view word;
  std::vector<RatingView> ratings;
  std::string_view fixed;               // the first version above that is not affected; empty: none
  std::vector<std::string_view> fixes;  // all that are named
};

// One vulnerability that the package has.
struct Verdict {
  std::string id;  // CVE where there is one
  // Claims of the highest authority that say so, the best first: not empty.
  std::vector<const Claim*> deciding;
  // Others that say so as well, or that are about it.
  std::vector<const Claim*> others;
};

class Judge {
 public:
  explicit Judge(const Index& index) : index_(index) {}

  // Adds what is said of the package under this name.
  void ask(const Query& query);
  // By id. The claims live as long as this.
  [[nodiscard]] std::vector<Verdict> verdicts() const;
  // Part of the index could not be read.
  [[nodiscard]] bool damaged() const { return damaged_; }

 private:
  const Index& index_;
  std::vector<Claim> claims_;
  bool damaged_ = false;
};

}  // namespace yagura::vuln
