#include <re2/re2.h>

#include <limits>

#include "policy/library/kubernetes/kubernetes_library.hpp"
#include "policy/program/collections.hpp"
#include "policy/program/context.hpp"

namespace yagura::policy {

namespace {

std::uint64_t match_cost(const Value& text, const Value& pattern) {
  return traversal_cost(1 + cost_size(text)) * ((cost_size(pattern) + 3) / 4);
}

const re2::RE2* compile(EvalContext& context, const Value& pattern) {
  return context.regex(pattern.as_string());
}

Value illegal(EvalContext& context, const Value& pattern) {
  std::string message = "Illegal regex: ";
  message += pattern.as_string();
  return context.error(message);
}

Value to_value(const re2::StringPiece& piece) {
  return Value::string({piece.data(), piece.size()});
}

Value find(EvalContext& context, std::span<const Value> args) {
  if (!args[0].is_string() || !args[1].is_string()) return EvalContext::no_such_overload();
  if (!context.charge(match_cost(args[0], args[1]))) return EvalContext::cost_exceeded();
  const re2::RE2* regex = compile(context, args[1]);
  if (regex == nullptr) return illegal(context, args[1]);
  const std::string_view text = args[0].as_string();
  re2::StringPiece match;
  const re2::StringPiece whole(text.data(), text.size());
  if (!regex->Match(whole, 0, whole.size(), re2::RE2::UNANCHORED, &match, 1))
    return Value::string({});
  return to_value(match);
}

std::size_t next_code_point(std::string_view text, std::size_t at) {
  ++at;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
  return at;
}

// An empty match right behind the match before it does not count, as in Go.
Value find_all(EvalContext& context, std::span<const Value> args) {
  if (!args[0].is_string() || !args[1].is_string()) return EvalContext::no_such_overload();
  std::int64_t limit = -1;
  if (args.size() == 3) {
    if (!args[2].is_int()) return EvalContext::no_such_overload();
    limit = args[2].as_int();
  }
  if (!context.charge(match_cost(args[0], args[1]))) return EvalContext::cost_exceeded();
  const re2::RE2* regex = compile(context, args[1]);
  if (regex == nullptr) return illegal(context, args[1]);
  if (limit < 0) limit = std::numeric_limits<std::int64_t>::max();

  const std::string_view text = args[0].as_string();
  const re2::StringPiece whole(text.data(), text.size());
  ListBuilder matches(context.arena());
  std::size_t at = 0;
  std::size_t previous_end = std::string_view::npos;
  while (at <= text.size() && static_cast<std::int64_t>(matches.size()) < limit) {
    re2::StringPiece match;
    if (!regex->Match(whole, at, whole.size(), re2::RE2::UNANCHORED, &match, 1)) break;
    const auto begin = static_cast<std::size_t>(match.data() - text.data());
    const std::size_t end = begin + match.size();
    if (!match.empty() || begin != previous_end) matches.add(to_value(match));
    previous_end = end;
    at = match.empty() ? next_code_point(text, end) : end;
  }
  return matches.build();
}

constexpr OverloadSignature kFind[] = {{"string_find_string", "string.find(string) -> string"}};
constexpr OverloadSignature kFindAll[] = {
    {"string_find_all_string", "string.findAll(string) -> list(string)"},
    {"string_find_all_string_int", "string.findAll(string, int) -> list(string)"}};

constexpr Function kFunctions[] = {
    {.name = "find",
     .overloads = kFind,
     .implementation = find,
     .min_args = 2,
     .max_args = 2,
     .own_cost = true},
    {.name = "findAll",
     .overloads = kFindAll,
     .implementation = find_all,
     .min_args = 2,
     .max_args = 3,
     .own_cost = true},
};

}  // namespace

std::span<const Function> kubernetes_regex_functions() { return kFunctions; }

}  // namespace yagura::policy
