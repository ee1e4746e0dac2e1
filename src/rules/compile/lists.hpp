#pragma once

// Lists, with lists in lists resolved. Internal to src/rules/compile.

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/diagnostics.hpp"
#include "rules/language/ast.hpp"
#include "rules/load/definitions.hpp"

namespace yagura::rules {

class Lists {
 public:
  // Reports items that cannot be read, and the limit.
  Lists(const Definitions& definitions, std::size_t max_items, Diagnostics& diagnostics);

  // The items of the list, or null: no list has this name. Marks it as used.
  [[nodiscard]] const std::vector<std::string>* find(std::string_view name);
  [[nodiscard]] bool is_used(const std::string& name) const { return used_.at(name); }

 private:
  void expand(const ListDefinition& list, const Definitions& definitions);

  Diagnostics* diagnostics_;
  std::size_t left_;  // items that may still be added
  bool told_limit_ = false;
  std::unordered_map<std::string, std::vector<std::string>> items_;
  std::unordered_map<std::string, bool> used_;
};

}  // namespace yagura::rules
