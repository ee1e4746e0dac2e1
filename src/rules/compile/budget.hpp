#pragma once

// What compiling may use: rule files are bounded by what they make, not by what they are. Internal
// to src/rules/compile.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "rules/compile/compiler.hpp"
#include "rules/language/condition_text.hpp"

namespace yagura::rules {

// Once something is used up nothing more is made, and the first reason stays.
class Budget {
 public:
  explicit Budget(const CompileLimits& limits)
      : nodes_(limits.max_nodes),
        constants_(limits.max_constants),
        pattern_bytes_(limits.max_pattern_bytes) {}

  // False, now and from now on, where there is not as much left.
  bool take_nodes(std::size_t count) { return take(nodes_, count, "conditions"); }
  bool take_constants(std::size_t count) { return take(constants_, count, "constants"); }
  bool take_pattern(std::size_t bytes) { return take(pattern_bytes_, bytes, "patterns"); }

  [[nodiscard]] bool is_exhausted() const { return !reason_.empty(); }
  // What there is too much of.
  [[nodiscard]] std::string_view reason() const { return reason_; }

  // The rule at which it was noticed; the first one stays.
  void blame(const FilePlace& place) {
    if (!place_) place_ = place;
  }
  [[nodiscard]] FilePlace place() const { return place_.value_or(FilePlace{}); }

 private:
  bool take(std::size_t& left, std::size_t count, std::string_view what) {
    if (is_exhausted()) return false;
    if (count > left) {
      reason_ = what;
      return false;
    }
    left -= count;
    return true;
  }

  std::size_t nodes_;
  std::size_t constants_;
  std::size_t pattern_bytes_;
  std::string_view reason_;
  std::optional<FilePlace> place_;
};

}  // namespace yagura::rules
