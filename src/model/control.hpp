#pragma once

#include <string>
#include <vector>

#include "model/severity.hpp"

namespace yagura::model {

// One thing that is checked, whatever checks it. Loaded once, then shared by every finding through
// shared_ptr<const Control>; all texts are English Markdown without headings.
struct Control {
  std::string id;     // "privileged-container", "pss/hostNamespaces"
  std::string title;  // a short sentence that says what is wrong
  Severity severity = Severity::kMedium;
  // workload, image, secrets, network, exposure, governance, rbac, resources, reliability, cve
  std::string category;
  std::string rationale;                // why it matters
  std::string fix_text;                 // how to mend it, in words
  std::vector<std::string> references;  // URLs
  std::vector<std::string> tags;        // compliance items: "cis-1.12:5.2.2", "nsa", "mitre:T1611"
  // Ids that other tools give the same control: "C-0057", "KSV-0017".
  std::vector<std::string> aliases;
  bool in_default_set = true;  // false: runs only where it is asked for by id
};

}  // namespace yagura::model
