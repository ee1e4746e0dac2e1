#include "rules/language/operators.hpp"

#include <array>

namespace yagura::rules {

namespace {

constexpr std::array<std::string_view, 19> kOperators = {
    "exists",   "=",         "!=",        "<",          "<=",          ">",        ">=",
    "contains", "icontains", "bcontains", "startswith", "bstartswith", "endswith", "glob",
    "iglob",    "regex",     "in",        "intersects", "pmatch"};

constexpr std::array<std::string_view, 5> kTransformers = {"tolower", "toupper", "b64", "basename",
                                                           "len"};

}  // namespace

std::string_view to_string(Operator op) { return kOperators[static_cast<std::size_t>(op)]; }

std::optional<Operator> find_operator(std::string_view name) {
  if (name == "==") return Operator::kEqual;
  for (std::size_t i = 0; i < kOperators.size(); ++i) {
    if (kOperators[i] == name) return static_cast<Operator>(i);
  }
  return std::nullopt;
}

std::string_view to_string(Transformer transformer) {
  return kTransformers[static_cast<std::size_t>(transformer)];
}

std::optional<Transformer> find_transformer(std::string_view name) {
  for (std::size_t i = 0; i < kTransformers.size(); ++i) {
    if (kTransformers[i] == name) return static_cast<Transformer>(i);
  }
  return std::nullopt;
}

}  // namespace yagura::rules
