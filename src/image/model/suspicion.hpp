#pragma once

#include <string>
#include <vector>

#include "model/severity.hpp"

namespace yagura::image {

// Something about one file that a person should look at: malware by a YARA rule, a hash or a check
// of ours; a configuration that weakens the system (sshd, world-writable, setuid where no package
// put it); contents that we can't see into (a packed binary).
struct Suspicion {
  std::string rule;      // "yara/Mirai", "known-bad-hash", "miner", "web-shell", "packed-binary"
  std::string category;  // "malware", "configuration", "unknown-contents"
  std::string title;
  model::Severity severity = model::Severity::kMedium;
  std::string detail;  // what was seen, one visible line
  std::string remedy;

  template <class V>
  void visit(V& v) {
    v(rule, category, title, severity, detail, remedy);
  }
  friend bool operator==(const Suspicion&, const Suspicion&) = default;
};

}  // namespace yagura::image
