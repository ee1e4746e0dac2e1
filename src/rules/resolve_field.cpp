// From a field's text to its reference: the longest name of the table that the text begins with,
// and the rest must be an argument that this field takes.

#include <charconv>
#include <string>

#include "rules/field.hpp"

namespace yagura::rules {

namespace {

using Resolved = std::expected<FieldRef, FieldProblem>;

std::unexpected<FieldProblem> problem(std::string message, std::string hint) {
  return std::unexpected(FieldProblem{std::move(message), std::move(hint)});
}

std::string quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

Resolved with_argument(const FieldInfo& info, FieldId id, std::string_view argument,
                       std::string_view text) {
  if (info.argument == FieldArgument::kNone) {
    return problem(quoted(info.name) + " takes no argument",
                   "write " + std::string(info.name) + " alone");
  }
  FieldRef field{.id = id, .index = FieldRef::kNoIndex, .key = {}};
  const auto kinds = static_cast<unsigned>(info.argument_kind);
  const char* const end = argument.data() + argument.size();
  const auto [at, error] = std::from_chars(argument.data(), end, field.index);
  const bool is_number = error == std::errc() && at == end && field.index >= 0;
  if (is_number && (kinds & static_cast<unsigned>(ArgumentKind::kIndex)) != 0) return field;
  if ((kinds & static_cast<unsigned>(ArgumentKind::kKey)) == 0) {
    return problem("the argument of " + quoted(text) + " is no index",
                   std::string(info.name) + "[N] takes a number from 0");
  }
  field.index = FieldRef::kNoIndex;
  field.key = argument;
  return field;
}

// The nearest names are the table's owner's to know; the language adds them to the hint.
std::unexpected<FieldProblem> unknown(std::string_view text) {
  return problem("unknown field " + quoted(text), {});
}

}  // namespace

Resolved resolve_field(Source source, std::string_view text) {
  const std::size_t bracket = text.find('[');
  const std::string_view name = text.substr(0, bracket);
  if (const auto id = find_field(source, name)) {
    const FieldInfo& info = fields_of(source)[*id];
    if (bracket != std::string_view::npos) {
      if (!text.ends_with(']') || text.size() < bracket + 3) {
        return problem("the argument of " + quoted(text) + " is empty or does not end",
                       "write " + std::string(info.name) + "[argument]");
      }
      return with_argument(info, *id, text.substr(bracket + 1, text.size() - bracket - 2), text);
    }
    if (info.argument == FieldArgument::kRequired) {
      return problem(quoted(text) + " needs an argument",
                     "write " + std::string(info.name) + "[argument]");
    }
    return FieldRef{.id = *id, .index = FieldRef::kNoIndex, .key = {}};
  }
  for (std::size_t dot = name.rfind('.'); dot != std::string_view::npos && dot > 0;
       dot = name.rfind('.', dot - 1)) {
    const auto id = find_field(source, name.substr(0, dot));
    if (!id || !fields_of(source)[*id].dotted_argument) continue;
    if (bracket != std::string_view::npos || dot + 1 == name.size()) break;
    return with_argument(fields_of(source)[*id], *id, text.substr(dot + 1), text);
  }
  return unknown(text);
}

}  // namespace yagura::rules
