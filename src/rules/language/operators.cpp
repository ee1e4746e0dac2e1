#include "rules/language/operators.hpp"

#include <array>

namespace yagura::rules {

namespace {

constexpr std::array<std::string_view, 19> kOperators = {
    "exists",   "=",         "!=",        "<",          "<=",          ">",        ">=",
    "contains", "icontains", "bcontains", "startswith", "bstartswith", "endswith", "glob",
    "iglob",    "regex",     "in",        "intersects", "pmatch"};

constexpr std::array<std::string_view, 8> kTransformers = {
    "tolower", "toupper", "b64", "basename", "len", "join", "concat", "getopt"};

constexpr std::array<std::string_view, 4> kModifiers = {"", "oneof", "anyof", "allof"};

constexpr std::string_view kBlanks = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
}

}  // namespace

std::string_view to_string(Operator op) { return kOperators[static_cast<std::size_t>(op)]; }

std::optional<Operator> find_operator(std::string_view name) {
  if (name == "==") return Operator::kEqual;
  for (std::size_t i = 0; i < kOperators.size(); ++i) {
    if (kOperators[i] == name) return static_cast<Operator>(i);
  }
  return std::nullopt;
}

std::string_view to_string(Modifier modifier) {
  return kModifiers[static_cast<std::size_t>(modifier)];
}

std::optional<Modifier> find_modifier(std::string_view name) {
  for (std::size_t i = 1; i < kModifiers.size(); ++i) {
    if (kModifiers[i] == name) return static_cast<Modifier>(i);
  }
  return std::nullopt;
}

std::string to_string(ModifiedOperator op) {
  std::string text(to_string(op.op));
  if (op.modifier != Modifier::kNone) text.append(" ").append(to_string(op.modifier));
  return text;
}

std::optional<ModifiedOperator> find_modified_operator(std::string_view text) {
  text = trimmed(text);
  const std::size_t blank = text.find_first_of(kBlanks);
  const auto op = find_operator(text.substr(0, blank));
  if (!op) return std::nullopt;
  if (blank == std::string_view::npos) return ModifiedOperator{*op, Modifier::kNone};
  const auto modifier = find_modifier(trimmed(text.substr(blank)));
  if (!modifier || !takes_modifier(*op)) return std::nullopt;
  return ModifiedOperator{*op, *modifier};
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
