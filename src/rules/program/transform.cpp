#include "rules/program/transform.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "rules/match/ip_set.hpp"
#include "rules/program/option_reader.hpp"

namespace yagura::rules {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c; }

std::string_view mapped(std::string_view text, char (*map)(char), core::Arena& arena) {
  const std::span<char> out = arena.make_array<char>(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) out[i] = map(text[i]);
  return {out.data(), out.size()};
}

int sextet(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

// RFC 4648, 4. Padding may be missing.
std::optional<std::string_view> decoded(std::string_view text, core::Arena& arena) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  const std::span<char> out = arena.make_array<char>(text.size() / 4 * 3 + 3);
  std::size_t size = 0;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int value = sextet(c);
    if (value < 0) return std::nullopt;
    bits = bits << 6U | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out[size++] = static_cast<char>(bits >> static_cast<unsigned>(count) & 0xFFU);
  }
  return std::string_view(out.data(), size);
}

std::string_view last_component(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::optional<std::string_view> transformed(std::string_view text, Transformer transformer,
                                            core::Arena& arena) {
  switch (transformer) {
    case Transformer::kToLower:
      return mapped(text, lower, arena);
    case Transformer::kToUpper:
      return mapped(text, upper, arena);
    case Transformer::kB64:
      return decoded(text, arena);
    case Transformer::kBasename:
      return last_component(text);
    default:
      break;
  }
  return std::nullopt;
}

Value length(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::kString:
      return Value::integer(static_cast<std::int64_t>(value.as_string().size()));
    case Value::Kind::kStringList:
    case Value::Kind::kIpList:
      return Value::integer(static_cast<std::int64_t>(value.as_strings().size()));
    case Value::Kind::kIntegerList:
      return Value::integer(static_cast<std::int64_t>(value.as_integers().size()));
    default:
      return Value::absent();
  }
}

Value each(const Value& value, Transformer transformer, core::Arena& arena) {
  if (value.kind() == Value::Kind::kString) {
    const auto text = transformed(value.as_string(), transformer, arena);
    return text ? Value::string(*text) : Value::absent();
  }
  if (value.kind() != Value::Kind::kStringList) return Value::absent();
  const auto list = value.as_strings();
  const std::span<std::string_view> out = arena.make_array<std::string_view>(list.size());
  std::size_t count = 0;
  for (const std::string_view text : list) {
    if (const auto changed = transformed(text, transformer, arena)) out[count++] = *changed;
  }
  return count == 0 ? Value::absent() : Value::strings(out.first(count));
}

// ---- several values

// Texts as they are, numbers in decimal, addresses as usual; nothing for the rest.
std::optional<std::string_view> spelt(const Value& value, core::Arena& arena) {
  switch (value.kind()) {
    case Value::Kind::kString:
      return value.as_string();
    case Value::Kind::kInteger:
      return arena.copy(std::to_string(value.as_integer()));
    case Value::Kind::kIp:
      return arena.copy(address_text(value.as_ip()));
    default:
      return std::nullopt;
  }
}

std::string_view joined(std::span<const std::string_view> parts, std::string_view separator,
                        core::Arena& arena) {
  if (parts.empty()) return {};
  std::size_t size = separator.size() * (parts.size() - 1);
  for (const std::string_view part : parts) size += part.size();
  const std::span<char> out = arena.make_array<char>(size);
  char* at = out.data();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) at = std::ranges::copy(separator, at).out;
    at = std::ranges::copy(parts[i], at).out;
  }
  return {out.data(), out.size()};
}

// The elements of a list, or what there is of one value.
std::span<const std::string_view> elements(const Value& value, core::Arena& arena) {
  if (value.kind() == Value::Kind::kStringList) return value.as_strings();
  std::vector<Value> items;
  if (value.kind() == Value::Kind::kIntegerList) {
    for (const std::int64_t item : value.as_integers()) items.push_back(Value::integer(item));
  } else if (value.kind() == Value::Kind::kIpList) {
    for (const std::string_view item : value.as_ips()) items.push_back(Value::ip(item));
  } else {
    items.push_back(value);
  }
  const std::span<std::string_view> out = arena.make_array<std::string_view>(items.size());
  std::size_t count = 0;
  for (const Value& item : items) {
    if (const auto text = spelt(item, arena)) out[count++] = *text;
  }
  return out.first(count);
}

// A command line's arguments: a list, or a text with blanks between them.
std::span<const std::string_view> arguments_of(const Value& value, core::Arena& arena) {
  if (value.kind() != Value::Kind::kString) return elements(value, arena);
  const std::string_view text = value.as_string();
  const auto blanks = static_cast<std::size_t>(std::ranges::count(text, ' '));
  const std::span<std::string_view> out = arena.make_array<std::string_view>(blanks + 1);
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    if (end > at) out[count++] = text.substr(at, end - at);
    at = end + 1;
  }
  return out.first(count);
}

Value concatenated(std::span<const Value> values, core::Arena& arena) {
  const std::span<std::string_view> parts = arena.make_array<std::string_view>(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto text = spelt(values[i], arena);
    if (!text) return Value::absent();
    parts[i] = *text;
  }
  return Value::string(joined(parts, {}, arena));
}

}  // namespace

Value transform(Transformer transformer, std::span<const Value> values, std::string_view letter,
                core::Arena& arena) {
  if (values.empty() || std::ranges::any_of(values, &Value::is_absent)) return Value::absent();
  switch (transformer) {
    case Transformer::kLen:
      return length(values.front());
    case Transformer::kConcat:
      return concatenated(values, arena);
    case Transformer::kJoin:
      if (values.size() != 2 || values[0].kind() != Value::Kind::kString) return Value::absent();
      return Value::string(joined(elements(values[1], arena), values[0].as_string(), arena));
    case Transformer::kGetopt:
      if (values.size() != 2 || values[1].kind() != Value::Kind::kString) return Value::absent();
      return read_options(arguments_of(values[0], arena), values[1].as_string(), letter, arena);
    default:
      return each(values.front(), transformer, arena);
  }
}

Value list_of(std::span<const Value> values, core::Arena& arena) {
  const std::span<std::string_view> out = arena.make_array<std::string_view>(values.size());
  std::size_t count = 0;
  for (const Value& value : values) {
    if (const auto text = spelt(value, arena)) out[count++] = *text;
  }
  return Value::strings(out.first(count));
}

}  // namespace yagura::rules
