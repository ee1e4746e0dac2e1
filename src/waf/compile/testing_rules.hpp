#pragma once

// For tests: text to rule set in one line.

#include <memory>
#include <string>
#include <string_view>

#include "waf/compile/compile.hpp"
#include "waf/seclang/parse.hpp"

namespace yagura::waf::testing_rules {

struct Compiled {
  Diagnostics diagnostics;
  std::shared_ptr<const RuleSet> set;
  [[nodiscard]] std::string problems() const {
    std::string text;
    for (const Diagnostic& each : diagnostics.list()) text += to_string(each) + "\n";
    return text;
  }
  // By id; the first link of a chain.
  [[nodiscard]] const Rule* rule(RuleId id) const {
    if (set == nullptr) return nullptr;
    for (const Rule& each : set->rules) {
      if (each.id == id) return &each;
    }
    return nullptr;
  }
};

inline Compiled compile_text(std::string_view text, const CompileOptions& options = {}) {
  Compiled result;
  const seclang::Document document =
      seclang::parse_text(text, "a.conf", "/nonexistent", result.diagnostics);
  result.set = compile(document, options, result.diagnostics);
  return result;
}

}  // namespace yagura::waf::testing_rules
