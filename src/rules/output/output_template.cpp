#include "rules/output/output_template.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/utf8.hpp"
#include "rules/output/value_text.hpp"
#include "rules/program/transform.hpp"

namespace yagura::rules {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_char(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.';
}
// Keys of labels hold more than names do: k8s.pod.label.app.kubernetes.io/name.
bool is_key_char(char c) { return is_name_char(c) || c == '-' || c == '/'; }

std::string_view leading(std::string_view text, bool (*accepts)(char)) {
  return text.substr(
      0, static_cast<std::size_t>(std::ranges::find_if_not(text, accepts) - text.begin()));
}

std::string_view without_end_dots(std::string_view text) {
  while (text.ends_with('.')) text.remove_suffix(1);
  return text;
}

struct Name {
  FieldId id = 0;
  std::string_view name;        // in front of the argument
  std::string_view dotted_key;  // behind the dot; empty: none
};

// The longest field that the text begins with: a name as it is, or one whose key follows a dot.
std::optional<Name> find_name(Source source, std::string_view text) {
  const std::string_view plain = without_end_dots(leading(text, is_name_char));
  if (const auto id = find_field(source, plain)) return Name{*id, plain, {}};
  for (std::size_t dot = plain.rfind('.'); dot != std::string_view::npos && dot > 0;
       dot = plain.rfind('.', dot - 1)) {
    const auto id = find_field(source, plain.substr(0, dot));
    if (!id) continue;
    const FieldInfo& info = fields_of(source)[*id];
    if (!info.dotted_argument) return std::nullopt;
    const bool label = info.name.ends_with(".label");
    std::string_view key = leading(text.substr(dot + 1), label ? is_key_char : is_name_char);
    key = without_end_dots(key);
    // A parameter's or a type's name has no dot: what follows one is text (`%evt.arg.flags.`).
    if (!label) key = key.substr(0, key.find('.'));
    return Name{*id, plain.substr(0, dot), key};
  }
  return std::nullopt;
}

struct Argument {
  std::string_view text;  // quotes off
  std::size_t size = 0;   // with its brackets
};

// `text` begins with '['. A quoted argument may hold brackets.
std::optional<Argument> read_argument(std::string_view text) {
  const char quote = text.size() > 1 && (text[1] == '"' || text[1] == '\'') ? text[1] : '\0';
  const std::size_t first = quote != '\0' ? 2 : 1;
  const std::size_t end = text.find(quote != '\0' ? quote : ']', first);
  if (end == std::string_view::npos) return std::nullopt;
  if (quote == '\0') return Argument{text.substr(first, end - first), end + 1};
  if (end + 1 >= text.size() || text[end + 1] != ']') return std::nullopt;
  return Argument{text.substr(first, end - first), end + 2};
}

std::optional<std::int32_t> read_index(std::string_view text) {
  std::int32_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error != std::errc() || end != text.data() + text.size() || index < 0) return std::nullopt;
  return index;
}

FieldProblem problem(std::string message, std::string hint = {}) {
  return {.message = std::move(message), .hint = std::move(hint)};
}

std::expected<FieldRef, FieldProblem> refer(const FieldInfo& info, FieldId id,
                                            std::string_view argument) {
  FieldRef ref{.id = id};
  const auto kinds = static_cast<unsigned>(info.argument_kind);
  if ((kinds & static_cast<unsigned>(ArgumentKind::kIndex)) != 0) {
    if (const auto index = read_index(argument)) {
      ref.index = *index;
      return ref;
    }
  }
  if ((kinds & static_cast<unsigned>(ArgumentKind::kKey)) == 0) {
    return std::unexpected(problem("field " + std::string(info.name) + " takes a number, not \"" +
                                   std::string(argument) + "\""));
  }
  ref.key = argument;
  return ref;
}

struct ParsedField {
  FieldRef ref;
  std::vector<Transformer> transformers;  // the innermost first
  std::size_t size = 0;                   // bytes of the text that it took
};

// `text` begins with the field's name.
std::expected<ParsedField, FieldProblem> parse_plain_field(Source source, std::string_view text) {
  const auto name = find_name(source, text);
  if (!name) {
    const std::string_view shown = leading(text, is_name_char).substr(0, 100);
    if (shown.empty()) {
      return std::unexpected(problem("a percent sign without a field behind it in the output",
                                     "write %% for a percent sign"));
    }
    return std::unexpected(problem("unknown field " + std::string(shown) + " in the output"));
  }
  const FieldInfo& info = fields_of(source)[name->id];
  std::string_view argument = name->dotted_key;
  std::size_t size = name->name.size() + (argument.empty() ? 0 : argument.size() + 1);
  const bool bracket = argument.empty() && info.argument != FieldArgument::kNone &&
                       size < text.size() && text[size] == '[';
  if (bracket) {
    const auto read = read_argument(text.substr(size));
    if (!read) {
      return std::unexpected(
          problem("the argument of field " + std::string(info.name) + " has no end in the output",
                  "close it with ]"));
    }
    argument = read->text;
    size += read->size;
  }
  if (argument.empty()) {
    if (info.argument == FieldArgument::kRequired) {
      return std::unexpected(problem("field " + std::string(info.name) + " needs an argument",
                                     std::string(info.name) + "[…]"));
    }
    return ParsedField{.ref = {.id = name->id}, .size = size};
  }
  auto ref = refer(info, name->id, argument);
  if (!ref) return std::unexpected(std::move(ref).error());
  return ParsedField{.ref = *ref, .size = size};
}

// The same with transformers around it: toupper(basename(proc.exepath)).
std::expected<ParsedField, FieldProblem> parse_field(Source source, std::string_view text) {
  std::vector<Transformer> transformers;
  std::size_t at = 0;
  for (;;) {
    const std::string_view word = leading(text.substr(at), is_name_char);
    if (at + word.size() >= text.size() || text[at + word.size()] != '(') break;
    const auto transformer = find_transformer(word);
    if (!transformer) break;  // `%user.name(…)`: the bracket is text
    if (transformers.size() == OutputTemplate::kMaxTransformers) {
      return std::unexpected(problem("too many transformers around a field in the output"));
    }
    transformers.push_back(*transformer);
    at += word.size() + 1;
  }
  auto field = parse_plain_field(source, text.substr(at));
  if (!field) return field;
  field->size += at;
  if (text.substr(field->size, transformers.size()) != std::string(transformers.size(), ')')) {
    return std::unexpected(problem("a transformer in the output has no end", "close it with )"));
  }
  field->size += transformers.size();
  std::ranges::reverse(transformers);
  field->transformers = std::move(transformers);
  return field;
}

// Cut or filled with blanks to so many code points.
void set_width(std::string& text, std::size_t width) {
  std::size_t at = 0;
  std::size_t count = 0;
  for (; at < text.size() && count < width; ++count) {
    at += std::max<std::size_t>(core::utf8_sequence_length(text, at), 1);
  }
  text.resize(at);
  text.append(width - count, ' ');
}

}  // namespace

std::expected<OutputTemplate, FieldProblem> OutputTemplate::parse(Source source,
                                                                  std::string_view text) {
  if (text.size() > kMaxText) return std::unexpected(problem("the output is too long"));
  OutputTemplate made;
  made.source_ = source;
  if (text.starts_with('*')) text.remove_prefix(1);
  made.text_ = std::make_unique<const std::string>(text);
  const std::string_view all = *made.text_;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t percent = std::min(all.find('%', at), all.size());
    if (percent > at) made.pieces_.push_back({.literal = all.substr(at, percent - at)});
    if (percent == all.size()) break;
    at = percent + 1;
    if (at < all.size() && all[at] == '%') {
      made.pieces_.push_back({.literal = all.substr(at++, 1)});
      continue;
    }
    const std::string_view digits = leading(all.substr(at), is_digit);
    std::size_t width = 0;
    if (!digits.empty()) {
      const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), width);
      if (read.ec != std::errc() || width == 0 || width > kMaxWidth) {
        return std::unexpected(problem("the width " + std::string(digits.substr(0, 20)) +
                                       " in the output is not one of 1 to 1000"));
      }
      at += digits.size();
    }
    auto field = parse_field(source, all.substr(at));
    if (!field) return std::unexpected(std::move(field).error());
    made.pieces_.push_back({.field = static_cast<std::uint32_t>(made.fields_.size()),
                            .width = static_cast<std::uint16_t>(width),
                            .is_field = true});
    made.fields_.push_back({.name = std::string(all.substr(at, field->size)),
                            .ref = field->ref,
                            .transformers = std::move(field->transformers)});
    at += field->size;
  }
  made.sort_fields();
  return made;
}

// By name and each once; the pieces follow.
void OutputTemplate::sort_fields() {
  std::vector<std::string> names;
  names.reserve(fields_.size());
  for (const Field& field : fields_) names.push_back(field.name);
  std::ranges::sort(fields_, {}, &Field::name);
  const auto same = std::ranges::unique(fields_, {}, &Field::name);
  fields_.erase(same.begin(), same.end());
  for (Piece& piece : pieces_) {
    if (!piece.is_field) continue;
    const auto found = std::ranges::lower_bound(fields_, names[piece.field], {}, &Field::name);
    piece.field = static_cast<std::uint32_t>(found - fields_.begin());
  }
}

Value OutputTemplate::Field::value(const EventView& event, core::Arena& arena) const {
  Value made = event.get(ref);
  for (const Transformer transformer : transformers) {
    if (made.is_absent()) break;
    made = transform(made, transformer, arena);
  }
  return made;
}

void OutputTemplate::append(std::string& out, const EventView& event) const {
  core::Arena arena;
  std::string cell;
  for (const Piece& piece : pieces_) {
    if (!piece.is_field) {
      out += piece.literal;
      continue;
    }
    const Value value = fields_[piece.field].value(event, arena);
    if (piece.width == 0) {
      append_text(out, value);
    } else {
      cell.clear();
      append_text(cell, value);
      set_width(cell, piece.width);
      out += cell;
    }
  }
}

}  // namespace yagura::rules
