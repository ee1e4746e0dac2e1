#include "rules/program/option_reader.hpp"

#include <bitset>

namespace yagura::rules {

namespace {

std::size_t position(char c) { return static_cast<unsigned char>(c); }

// "ab:" as two sets. A colon in front, which in C changes what is told of missing values, means
// nothing here.
struct Known {
  std::bitset<256> letters;
  std::bitset<256> with_value;

  explicit Known(std::string_view options) {
    for (std::size_t i = 0; i < options.size(); ++i) {
      if (options[i] == ':') continue;
      letters.set(position(options[i]));
      if (i + 1 < options.size() && options[i + 1] == ':') with_value.set(position(options[i]));
    }
  }
};

bool is_long_option(std::string_view argument) {
  return argument.size() > 2 && argument.starts_with("--");
}

bool ends_options(std::string_view argument) {
  return argument == "--" || argument.size() < 2 || argument.front() != '-';
}

struct Option {
  enum class Kind { kFlag, kValue, kMissingValue, kUnknown };

  Kind kind = Kind::kFlag;
  std::string_view letter;
  std::string_view value;  // kValue
};

// Calls `found` for each option.
template <typename Found>
void walk(std::span<const std::string_view> arguments, const Known& known, Found found) {
  using Kind = Option::Kind;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (is_long_option(argument)) continue;
    if (ends_options(argument)) return;
    for (std::size_t at = 1; at < argument.size(); ++at) {
      const std::string_view letter = argument.substr(at, 1);
      if (!known.letters[position(letter[0])]) {
        found(Option{Kind::kUnknown, letter, {}});
        continue;
      }
      if (!known.with_value[position(letter[0])]) {
        found(Option{Kind::kFlag, letter, {}});
        continue;
      }
      if (at + 1 < argument.size()) {
        found(Option{Kind::kValue, letter, argument.substr(at + 1)});
      } else if (i + 1 < arguments.size()) {
        found(Option{Kind::kValue, letter, arguments[++i]});
      } else {
        found(Option{Kind::kMissingValue, letter, {}});
      }
      break;
    }
  }
}

Value last_value(std::span<const std::string_view> arguments, const Known& known,
                 std::string_view letter) {
  Value last;
  walk(arguments, known, [&](const Option& option) {
    if (option.letter != letter || option.kind == Option::Kind::kUnknown) return;
    last = Value::string(option.kind == Option::Kind::kFlag ? option.letter : option.value);
  });
  return last;
}

}  // namespace

Value read_options(std::span<const std::string_view> arguments, std::string_view options,
                   std::string_view letter, core::Arena& arena) {
  const Known known(options);
  if (!letter.empty()) return last_value(arguments, known, letter);
  std::size_t size = 0;
  walk(arguments, known,
       [&](const Option& option) { size += option.kind == Option::Kind::kValue ? 2 : 1; });
  const std::span<std::string_view> out = arena.make_array<std::string_view>(size);
  std::size_t count = 0;
  walk(arguments, known, [&](const Option& option) {
    const bool is_unknown = option.kind == Option::Kind::kUnknown;
    const bool is_missing = option.kind == Option::Kind::kMissingValue;
    out[count++] = is_unknown ? std::string_view("?") : is_missing ? "" : option.letter;
    if (option.kind == Option::Kind::kValue) out[count++] = option.value;
  });
  return Value::strings(out);
}

}  // namespace yagura::rules
