// cel-go's string extension (ext/strings.go), all versions. Indexes are code points. Costs are
// those that Kubernetes gives these functions (apiserver/pkg/cel/library/cost.go).

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "policy/library/internal/arguments.hpp"
#include "policy/library/internal/code_points.hpp"
#include "policy/library/internal/format.hpp"
#include "policy/library/internal/search.hpp"
#include "policy/library/library.hpp"
#include "policy/program/collections.hpp"

namespace yagura::policy {
namespace {

Value out_of_range(EvalContext& context, std::int64_t index) {
  return context.error(ErrorKind::kInvalidArgument, fmt::format("index out of range: {}", index));
}

// A part of a string: no copy; a part of ASCII is ASCII.
Value part_of(const Value& whole, std::string_view part) {
  return Value::string(part, whole.is_known_ascii());
}

Value char_at(EvalContext& context, Arguments args) {
  if (!args[0].is_string() || !args[1].is_int()) return no_overload();
  const CodePoints points(args[0]);
  const std::int64_t index = args[1].as_int();
  if (index < 0 || index > points.size()) return out_of_range(context, index);
  if (index == points.size()) return Value::string("", true);
  const std::size_t at = points.byte_of(index);
  return part_of(args[0], points.text().substr(at, points.length_at(at)));
}

Value index_of(EvalContext& context, Arguments args) {
  if (!args[0].is_string() || !args[1].is_string()) return no_overload();
  if (args.size() == 3 && !args[2].is_int()) return no_overload();
  const CodePoints points(args[0]);
  (void)charge_traversal(context, static_cast<std::uint64_t>(points.size()));
  const std::int64_t from = args.size() == 3 ? args[2].as_int() : 0;
  if (from < 0 || from > points.size()) return out_of_range(context, from);
  const std::size_t at = find_text(points.text(), args[1].as_string(), points.byte_of(from));
  return Value::integer(at == std::string_view::npos ? -1 : points.index_of(at));
}

Value last_index_of(EvalContext& context, Arguments args) {
  if (!args[0].is_string() || !args[1].is_string()) return no_overload();
  if (args.size() == 3 && !args[2].is_int()) return no_overload();
  const CodePoints points(args[0]);
  (void)charge_traversal(context, static_cast<std::uint64_t>(points.size()));
  std::size_t from = std::string_view::npos;
  if (args.size() == 3) {
    const std::int64_t index = args[2].as_int();
    if (index < 0 || index > points.size()) return out_of_range(context, index);
    from = points.byte_of(index);
  }
  const std::size_t at = find_last_text(points.text(), args[1].as_string(), from);
  return Value::integer(at == std::string_view::npos ? -1 : points.index_of(at));
}

template <typename Change>
Value change_ascii(EvalContext& context, Arguments args, Change change) {
  if (!args[0].is_string()) return no_overload();
  const std::string_view text = args[0].as_string();
  if (!charge_traversal(context, cost_size(args[0]))) return EvalContext::cost_exceeded();
  if (!context.can_allocate(text.size())) return EvalContext::memory_exceeded();
  char* out = static_cast<char*>(context.arena().allocate(text.size() + 1, 1));
  std::ranges::transform(text, out, change);
  return part_of(args[0], {out, text.size()});
}

Value lower_ascii(EvalContext& context, Arguments args) {
  return change_ascii(
      context, args, [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
}

Value upper_ascii(EvalContext& context, Arguments args) {
  return change_ascii(context, args, [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c & ~0x20) : c;
  });
}

// Finds the places where text.replace() and text.split() cut: every non-overlapping `pattern` from
// the left, or, for an empty one, before every code point (and, to replace, behind the last).
template <typename Visit>
void for_each_match(const CodePoints& points, std::string_view pattern, std::int64_t limit,
                    Visit visit) {
  const std::string_view text = points.text();
  std::int64_t count = 0;
  if (pattern.empty()) {
    for (std::size_t at = 0; limit < 0 || count < limit; ++count) {
      visit(at);
      if (at >= text.size()) return;
      at += points.length_at(at);
    }
    return;
  }
  std::size_t at = find_text(text, pattern);
  while (at != std::string_view::npos && (limit < 0 || count < limit)) {
    visit(at);
    ++count;
    at = find_text(text, pattern, at + pattern.size());
  }
}

Value replace(EvalContext& context, Arguments args) {
  if (!args[0].is_string() || !args[1].is_string() || !args[2].is_string()) return no_overload();
  if (args.size() == 4 && !args[3].is_int()) return no_overload();
  const CodePoints points(args[0]);
  if (!charge_traversal(context, static_cast<std::uint64_t>(points.size()) * 2)) {
    return EvalContext::cost_exceeded();
  }
  const std::string_view text = points.text();
  const std::string_view from = args[1].as_string();
  const std::string_view to = args[2].as_string();
  const std::int64_t limit = args.size() == 4 ? args[3].as_int() : -1;
  std::size_t count = 0;
  for_each_match(points, from, limit, [&count](std::size_t) { ++count; });
  if (count == 0) return args[0];
  const std::size_t size = text.size() - count * from.size() + count * to.size();
  if (size > UINT32_MAX || !context.can_allocate(size)) return EvalContext::memory_exceeded();
  if (!charge_traversal(context, size > text.size() ? size - text.size() : 0)) {
    return EvalContext::cost_exceeded();
  }
  char* out = static_cast<char*>(context.arena().allocate(size + 1, 1));
  char* next = out;
  std::size_t done = 0;
  for_each_match(points, from, limit, [&](std::size_t at) {
    next = std::copy(text.begin() + static_cast<std::ptrdiff_t>(done),
                     text.begin() + static_cast<std::ptrdiff_t>(at), next);
    next = std::copy(to.begin(), to.end(), next);
    done = at + from.size();
  });
  std::copy(text.begin() + static_cast<std::ptrdiff_t>(done), text.end(), next);
  return Value::string({out, size}, args[0].is_known_ascii() && args[2].is_known_ascii());
}

Value split(EvalContext& context, Arguments args) {
  if (!args[0].is_string() || !args[1].is_string()) return no_overload();
  if (args.size() == 3 && !args[2].is_int()) return no_overload();
  const CodePoints points(args[0]);
  if (!charge_traversal(context, static_cast<std::uint64_t>(points.size()) * 2)) {
    return EvalContext::cost_exceeded();
  }
  const std::int64_t limit = args.size() == 3 ? args[2].as_int() : -1;
  if (limit == 0) return Value::list({});
  const std::string_view text = points.text();
  const std::string_view separator = args[1].as_string();
  if (!context.can_allocate(text.size() * sizeof(Value))) return EvalContext::memory_exceeded();
  ListBuilder parts(context.arena());
  std::size_t done = 0;
  // Without a separator: a cut before each code point but the first.
  const std::int64_t cuts = limit < 0 ? -1 : limit - (separator.empty() ? 0 : 1);
  for_each_match(points, separator, cuts, [&](std::size_t at) {
    if (separator.empty() && (at == 0 || at == text.size())) return;
    parts.add(part_of(args[0], text.substr(done, at - done)));
    done = at + separator.size();
  });
  if (!separator.empty() || !text.empty()) parts.add(part_of(args[0], text.substr(done)));
  return parts.build();
}

Value substring(EvalContext& context, Arguments args) {
  if (!args[0].is_string() || !args[1].is_int()) return no_overload();
  if (args.size() == 3 && !args[2].is_int()) return no_overload();
  const CodePoints points(args[0]);
  (void)charge_traversal(context, static_cast<std::uint64_t>(points.size()));
  const std::int64_t begin = args[1].as_int();
  const std::int64_t end = args.size() == 3 ? args[2].as_int() : points.size();
  if (begin < 0 || begin > points.size()) return out_of_range(context, begin);
  if (end < 0 || end > points.size()) return out_of_range(context, end);
  if (begin > end) {
    return context.error(ErrorKind::kInvalidArgument,
                         fmt::format("invalid substring range. start: {}, end: {}", begin, end));
  }
  const std::size_t from = points.byte_of(begin);
  return part_of(args[0], points.text().substr(from, points.byte_of(end) - from));
}

// Unicode's White_Space property.
bool is_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
         c == 0x3000;
}

Value trim(EvalContext& context, Arguments args) {
  if (!args[0].is_string()) return no_overload();
  (void)charge_traversal(context, cost_size(args[0]));
  const std::string_view text = args[0].as_string();
  std::size_t begin = text.size();
  std::size_t end = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = std::max<std::size_t>(1, core::utf8_sequence_length(text, at));
    if (!is_space(core::utf8_decode(text, at, length))) {
      begin = std::min(begin, at);
      end = at + length;
    }
    at += length;
  }
  return part_of(args[0], begin < end ? text.substr(begin, end - begin) : std::string_view{});
}

Value join(EvalContext& context, Arguments args) {
  if (!args[0].is_list() || (args.size() == 2 && !args[1].is_string())) return no_overload();
  const std::string_view separator = args.size() == 2 ? args[1].as_string() : std::string_view{};
  const std::uint32_t count = args[0].count();
  std::uint64_t size = count > 1 ? separator.size() * std::uint64_t{count - 1} : 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const Value item = args[0].item(i);
    if (!item.is_string()) return no_overload();
    size += item.count();
  }
  if (!charge_traversal(context, size * 2)) return EvalContext::cost_exceeded();
  if (size > UINT32_MAX || !context.can_allocate(size)) return EvalContext::memory_exceeded();
  char* out = static_cast<char*>(context.arena().allocate(size + 1, 1));
  char* next = out;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (i > 0) next = std::copy(separator.begin(), separator.end(), next);
    const Value item = args[0].item(i);
    const std::string_view text = item.as_string();
    next = std::copy(text.begin(), text.end(), next);
  }
  return Value::string({out, size});
}

// By code points; combining marks go their own ways, as upstream's do.
Value reverse_string(EvalContext& context, Arguments args) {
  if (!args[0].is_string()) return no_overload();
  const CodePoints points(args[0]);
  const std::string_view text = points.text();
  if (!charge_traversal(context, text.size())) return EvalContext::cost_exceeded();
  if (!context.can_allocate(text.size())) return EvalContext::memory_exceeded();
  char* out = static_cast<char*>(context.arena().allocate(text.size() + 1, 1));
  std::size_t to = text.size();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = std::min(points.length_at(at), text.size() - at);
    to -= length;
    std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(at), length, out + to);
    at += length;
  }
  return part_of(args[0], {out, text.size()});
}

Value quote(EvalContext& context, Arguments args) {
  if (!args[0].is_string()) return no_overload();
  if (!charge_traversal(context, cost_size(args[0]))) return EvalContext::cost_exceeded();
  if (!context.can_allocate(std::size_t{args[0].count()} * 2)) {
    return EvalContext::memory_exceeded();
  }
  std::string out = "\"";
  for (const char c : args[0].as_string()) {
    constexpr std::string_view kSpecial = "\a\b\f\n\r\t\v\\\"";
    constexpr std::string_view kEscape = "abfnrtv\\\"";
    const std::size_t at = kSpecial.find(c);
    if (at != std::string_view::npos) out += '\\';
    out += at == std::string_view::npos ? c : kEscape[at];
  }
  out += '"';
  return context.copy_string(out);
}

constexpr OverloadSignature kCharAt[] = {{"string_char_at_int", "string.charAt(int) -> string"}};
constexpr OverloadSignature kIndexOf[] = {
    {"string_index_of_string", "string.indexOf(string) -> int"},
    {"string_index_of_string_int", "string.indexOf(string, int) -> int"}};
constexpr OverloadSignature kLastIndexOf[] = {
    {"string_last_index_of_string", "string.lastIndexOf(string) -> int"},
    {"string_last_index_of_string_int", "string.lastIndexOf(string, int) -> int"}};
constexpr OverloadSignature kLower[] = {{"string_lower_ascii", "string.lowerAscii() -> string"}};
constexpr OverloadSignature kUpper[] = {{"string_upper_ascii", "string.upperAscii() -> string"}};
constexpr OverloadSignature kReplace[] = {
    {"string_replace_string_string", "string.replace(string, string) -> string"},
    {"string_replace_string_string_int", "string.replace(string, string, int) -> string"}};
constexpr OverloadSignature kSplit[] = {
    {"string_split_string", "string.split(string) -> list(string)"},
    {"string_split_string_int", "string.split(string, int) -> list(string)"}};
constexpr OverloadSignature kSubstring[] = {
    {"string_substring_int", "string.substring(int) -> string"},
    {"string_substring_int_int", "string.substring(int, int) -> string"}};
constexpr OverloadSignature kTrim[] = {{"string_trim", "string.trim() -> string"}};
constexpr OverloadSignature kJoin[] = {{"list_join", "list(string).join() -> string"},
                                       {"list_join_string", "list(string).join(string) -> string"}};
constexpr OverloadSignature kReverse[] = {{"string_reverse", "string.reverse() -> string"}};
constexpr OverloadSignature kQuote[] = {{"strings_quote", "strings.quote(string) -> string"}};
constexpr OverloadSignature kFormat[] = {{"string_format", "string.format(list(dyn)) -> string"}};

constexpr Function kFunctions[] = {
    {.name = "charAt",
     .overloads = kCharAt,
     .implementation = char_at,
     .min_args = 2,
     .max_args = 2},
    {.name = "indexOf",
     .overloads = kIndexOf,
     .implementation = index_of,
     .min_args = 2,
     .max_args = 3,
     .own_cost = true},
    {.name = "lastIndexOf",
     .overloads = kLastIndexOf,
     .implementation = last_index_of,
     .min_args = 2,
     .max_args = 3,
     .own_cost = true},
    {.name = "lowerAscii",
     .overloads = kLower,
     .implementation = lower_ascii,
     .min_args = 1,
     .max_args = 1,
     .own_cost = true},
    {.name = "upperAscii",
     .overloads = kUpper,
     .implementation = upper_ascii,
     .min_args = 1,
     .max_args = 1,
     .own_cost = true},
    {.name = "replace",
     .overloads = kReplace,
     .implementation = replace,
     .min_args = 3,
     .max_args = 4,
     .own_cost = true},
    {.name = "split",
     .overloads = kSplit,
     .implementation = split,
     .min_args = 2,
     .max_args = 3,
     .own_cost = true},
    {.name = "substring",
     .overloads = kSubstring,
     .implementation = substring,
     .min_args = 2,
     .max_args = 3,
     .own_cost = true},
    {.name = "trim",
     .overloads = kTrim,
     .implementation = trim,
     .min_args = 1,
     .max_args = 1,
     .own_cost = true},
    {.name = "join",
     .overloads = kJoin,
     .implementation = join,
     .min_args = 1,
     .max_args = 2,
     .own_cost = true},
    {.name = "reverse",
     .overloads = kReverse,
     .implementation = reverse_string,
     .min_args = 1,
     .max_args = 1},
    {.name = "strings.quote",
     .overloads = kQuote,
     .implementation = quote,
     .min_args = 1,
     .max_args = 1,
     .own_cost = true},
    {.name = "format",
     .overloads = kFormat,
     .implementation = format_string,
     .min_args = 2,
     .max_args = 2,
     .own_cost = true},
};

}  // namespace

std::span<const Function> string_functions() { return kFunctions; }

}  // namespace yagura::policy
