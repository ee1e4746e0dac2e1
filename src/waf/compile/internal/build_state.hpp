#pragma once

// What the steps of compile() share: the rule set being made, and where to complain.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics.hpp"
#include "waf/compile/rule_set.hpp"
#include "waf/seclang/ast.hpp"

namespace yagura::waf::internal {

struct BuildState {
  RuleSet& set;
  Diagnostics& diagnostics;

  void error(const seclang::Position& position, std::string message, std::string hint = {}) const;
  void warning(const seclang::Position& position, std::string message, std::string hint = {}) const;
  // The number of a TX member; `name` in any case.
  [[nodiscard]] std::uint32_t tx_slot(std::string_view name);
  // The number of a chain of transformations. Nothing where there are too many different ones.
  [[nodiscard]] std::optional<std::uint8_t> chain(const std::vector<Transform>& transforms);
};

// Text of the user's in a message: quoted, printable, short.
[[nodiscard]] std::string shown(std::string_view text);

// A decimal number without sign; nothing where it is none or does not fit.
[[nodiscard]] std::optional<std::uint64_t> read_number(std::string_view text);
// "17" or "10-20"; nothing where it is neither or begins past its end.
[[nodiscard]] std::optional<RuleIdRange> read_id_range(std::string_view text);
// Ids and ranges separated by commas or white space; the parts that are none are reported.
[[nodiscard]] std::vector<RuleIdRange> read_id_ranges(std::string_view text,
                                                      const seclang::Position& position,
                                                      const BuildState& state);
[[nodiscard]] bool contains(const std::vector<RuleIdRange>& ranges, RuleId id);

// The pattern of a tag or message: matches it somewhere, or is it.
class TextSelector {
 public:
  // Reports a pattern that does not compile, and then selects nothing.
  TextSelector(std::string_view text, const seclang::Position& position, const BuildState& state);
  [[nodiscard]] bool selects(std::string_view tag_or_message) const;
  [[nodiscard]] const std::shared_ptr<const Pattern>& pattern() const { return pattern_; }

 private:
  std::string text_;
  std::shared_ptr<const Pattern> pattern_;
};

}  // namespace yagura::waf::internal
