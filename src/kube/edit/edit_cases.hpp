#pragma once

// The table of the edit tests: a text, fixes, and the text that must come of it. Tests only.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "kube/document.hpp"
#include "model/finding.hpp"

namespace yagura::kube::edit_test {

struct Fix {
  std::size_t document = 0;
  std::vector<model::PatchOperation> operations;
};

// One step a line: `set /pointer JSON`, `append /pointer JSON`, `remove /pointer`; `--` begins the
// next fix,
// `#1 set …` is for the second document.
[[nodiscard]] std::vector<Fix> parse_fixes(std::string_view text);

struct Case {
  std::string_view name;
  std::string before;
  std::string_view fixes;
  std::string after;
  SourceFormat format = SourceFormat::kYaml;
};
[[nodiscard]] std::vector<Case> cases();

struct Refusal {
  std::string_view name;
  std::string text;
  std::string_view fixes;
  std::string_view reason;  // a part of it
};
[[nodiscard]] std::vector<Refusal> refusals();

}  // namespace yagura::kube::edit_test
