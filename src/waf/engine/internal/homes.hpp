#pragma once

// Where the named values live that the first stage scans.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "waf/compile/rule_set.hpp"

namespace yagura::waf::internal {

// The variables whose bits the values of a home have, and those whose bits their names have.
struct Home {
  Variable home;
  std::array<Variable, 2> values, names;
  std::uint8_t value_count, name_count;

  [[nodiscard]] ClassMask value_bits(const RuleSet& rules, std::string_view name) const {
    return bits_of(rules, std::span(values).first(value_count), name);
  }
  [[nodiscard]] ClassMask name_bits(const RuleSet& rules, std::string_view name) const {
    return bits_of(rules, std::span(names).first(name_count), name);
  }

 private:
  static ClassMask bits_of(const RuleSet& rules, std::span<const Variable> variables,
                           std::string_view name) {
    ClassMask bits = 0;
    for (const Variable variable : variables) bits |= rules.classes_of(variable, name);
    return bits;
  }
};

constexpr Home home_of(Variable home, Variable names) {
  return {.home = home,
          .values = {home, home},
          .names = {names, names},
          .value_count = 1,
          .name_count = 1};
}

inline constexpr std::array kHomes = {
    home_of(Variable::kArgsGet, Variable::kArgsGetNames),
    home_of(Variable::kArgsPost, Variable::kArgsPostNames),
    Home{.home = Variable::kArgsPostNames,
         .values = {},
         .names = {Variable::kArgsPostNames},
         .value_count = 0,
         .name_count = 1},
    home_of(Variable::kRequestHeaders, Variable::kRequestHeadersNames),
    home_of(Variable::kRequestCookies, Variable::kRequestCookiesNames),
    home_of(Variable::kResponseHeaders, Variable::kResponseHeadersNames),
    Home{.home = Variable::kFiles,
         .values = {Variable::kFiles, Variable::kMultipartFileName},
         .names = {Variable::kFilesNames},
         .value_count = 2,
         .name_count = 1},
    Home{.home = Variable::kMultipartName,
         .values = {Variable::kMultipartName},
         .names = {},
         .value_count = 1,
         .name_count = 0},
    Home{.home = Variable::kFilesTmpContent,
         .values = {Variable::kFilesTmpContent},
         .names = {},
         .value_count = 1,
         .name_count = 0},
    Home{.home = Variable::kFilesTmpNames,
         .values = {Variable::kFilesTmpNames},
         .names = {},
         .value_count = 1,
         .name_count = 0},
    Home{.home = Variable::kFilesSizes,
         .values = {Variable::kFilesSizes},
         .names = {},
         .value_count = 1,
         .name_count = 0},
    Home{.home = Variable::kMultipartPartHeaders,
         .values = {Variable::kMultipartPartHeaders},
         .names = {},
         .value_count = 1,
         .name_count = 0},
};

}  // namespace yagura::waf::internal
