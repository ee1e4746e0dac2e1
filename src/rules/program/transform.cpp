#include "rules/program/transform.hpp"

#include <optional>

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
    case Transformer::kLen:
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

}  // namespace

Value transform(const Value& value, Transformer transformer, core::Arena& arena) {
  if (transformer == Transformer::kLen) return length(value);
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

}  // namespace yagura::rules
