#pragma once

// The expressions of a MutatingAdmissionPolicy: variables, then patches, which build Object{…} or
// JSONPatch{…}. They are checked; nothing runs them yet.

#include <cstdint>
#include <string>
#include <vector>

#include "policy/vap/policy_document.hpp"

namespace yagura::policy {

struct MutationIssue {
  const ExpressionText* expression = nullptr;
  std::string path;
  std::uint32_t offset = 0;  // code points
  std::string message;
};

// Problems of the patch expressions alone; variables and match conditions are checked like those of
// other policies.
[[nodiscard]] std::vector<MutationIssue> check_mutation_expressions(const PolicyDocument& policy);

}  // namespace yagura::policy
