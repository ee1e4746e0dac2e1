#pragma once

// The arguments of @rx, @pm and @pmFromFile of a folder of rule files, by a crude scan of its own:
// enough for tests and benchmarks of the matchers, which shall not need the reader of SecLang.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace yagura::waf::testing {

struct RulePattern {
  std::string where;  // the rule's id, or the file's name and line
  std::string regex;  // empty: phrases
  std::vector<std::string> phrases;
  int level = 1;  // paranoia level of the section that it stands in
  int phase = 2;
  bool negated = false;
  bool response = false;
  std::string targets;                  // as written
  std::vector<std::string> transforms;  // t:… without none
};

// All of `folder`/*.conf, in the order of names. Empty where the folder is absent.
[[nodiscard]] std::vector<RulePattern> rule_patterns(const std::filesystem::path& folder);

// $YAGURA_CORPORA, or the folder beside the project; absent where it is not there.
[[nodiscard]] std::optional<std::filesystem::path> corpora_folder();

}  // namespace yagura::waf::testing
