#include "rules/output/output_template.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/utf8.hpp"
#include "rules/language/operand_parser.hpp"
#include "rules/output/value_text.hpp"

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

struct Written {
  std::string text;      // as a condition would write it
  std::size_t size = 0;  // bytes of the output that it took
};

// A name without its argument, or with a key behind a dot; nothing: no field begins so.
std::optional<Written> read_name(Source source, std::string_view text) {
  const std::string_view plain = without_end_dots(leading(text, is_name_char));
  if (find_field(source, plain)) return Written{std::string(plain), plain.size()};
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
    return Written{std::string(text.substr(0, dot + 1 + key.size())), dot + 1 + key.size()};
  }
  return std::nullopt;
}

// `text` begins with '['. A quoted argument may hold brackets. Nothing: it does not end.
std::optional<Written> read_argument(std::string_view text) {
  const char quote = text.size() > 1 && (text[1] == '"' || text[1] == '\'') ? text[1] : '\0';
  const std::size_t first = quote != '\0' ? 2 : 1;
  const std::size_t end = text.find(quote != '\0' ? quote : ']', first);
  if (end == std::string_view::npos) return std::nullopt;
  const std::size_t size = quote != '\0' ? end + 2 : end + 1;
  if (size > text.size() || text[size - 1] != ']') return std::nullopt;
  return Written{'[' + std::string(text.substr(first, end - first)) + ']', size};
}

ValueProblem problem(std::string message, std::string hint = {}) {
  return {.message = std::move(message), .hint = std::move(hint)};
}

struct Found {
  Operand operand;
  std::size_t size = 0;  // bytes of the output that it took
};

// `text` begins with a field's name. Brackets behind a field that takes no argument are text.
std::expected<Found, ValueProblem> find_plain_field(Source source, std::string_view text) {
  auto name = read_name(source, text);
  if (!name) {
    // Told by the table, with the nearest name.
    std::string shown(leading(text, is_name_char).substr(0, 100));
    while (shown.ends_with('.')) shown.pop_back();
    if (shown.empty()) {
      return std::unexpected(problem("a percent sign without a field behind it in the output",
                                     "write %% for a percent sign"));
    }
    const std::size_t size = shown.size();
    return Found{{.text = std::move(shown)}, size};
  }
  const auto id = find_field(source, name->text);
  if (id && fields_of(source)[*id].argument != FieldArgument::kNone &&
      text.substr(name->size).starts_with('[')) {
    const auto argument = read_argument(text.substr(name->size));
    if (!argument) {
      return std::unexpected(problem(
          "the argument of field " + name->text + " has no end in the output", "close it with ]"));
    }
    name->text += argument->text;
    name->size += argument->size;
  }
  return Found{{.text = std::move(name->text)}, name->size};
}

// The same with transformers around it: toupper(basename(proc.exepath)).
std::expected<Found, ValueProblem> find_value(Source source, std::string_view text) {
  const std::string_view word = leading(text, is_name_char);
  if (!text.substr(word.size()).starts_with('(') || !find_transformer(word)) {
    return find_plain_field(source, text);  // `%user.name(…)`: the bracket is text
  }
  auto parsed = parse_operand(text);
  if (!parsed) {
    return std::unexpected(problem(parsed.error().message + " in the output", parsed.error().hint));
  }
  return Found{std::move(parsed->operand), parsed->end};
}

// What transformers make, as Falco names it: without blanks and quotes.
std::string name_of(const Operand& operand) {
  std::string name = operand.text;
  if (operand.kind == Operand::Kind::kField || operand.kind == Operand::Kind::kText) return name;
  name = operand.kind == Operand::Kind::kCall ? to_string(operand.transformer) : "";
  name += '(';
  for (const Operand& argument : operand.arguments) {
    if (&argument != operand.arguments.data()) name += ',';
    name += name_of(argument);
  }
  name += ')';
  if (!operand.text.empty()) name += '[' + operand.text + ']';
  return name;
}

constexpr std::size_t kMostProblems = 100;  // that are told of one output

// What older rules ask for; the fields of the container stand elsewhere in the line.
constexpr std::string_view kContainerInfo = "container.info";

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

std::expected<OutputTemplate, ValueProblem> OutputTemplate::parse(Source source,
                                                                  std::string_view text) {
  std::vector<ValueProblem> problems;
  OutputTemplate made = read(source, text, problems);
  if (!problems.empty()) return std::unexpected(std::move(problems.front()));
  return made;
}

std::vector<ValueProblem> OutputTemplate::problems_of(Source source, std::string_view text) {
  std::vector<ValueProblem> problems;
  (void)read(source, text, problems);
  return problems;
}

OutputTemplate OutputTemplate::read(Source source, std::string_view text,
                                    std::vector<ValueProblem>& problems) {
  OutputTemplate made;
  made.source_ = source;
  if (text.size() > kMaxText) {
    problems.push_back(problem("the output is too long"));
    return made;
  }
  if (text.starts_with('*')) text.remove_prefix(1);
  made.text_ = std::make_unique<const std::string>(text);
  const std::string_view all = *made.text_;
  for (std::size_t at = 0; at < all.size() && problems.size() < kMostProblems;) {
    const std::size_t percent = std::min(all.find('%', at), all.size());
    made.add_literal(all.substr(at, percent - at));
    if (percent == all.size()) break;
    at = percent + 1;
    if (all.substr(at).starts_with('%')) {
      made.add_literal(all.substr(at++, 1));
    } else {
      made.read_field(at, problems);
    }
  }
  made.sort_fields();
  return made;
}

void OutputTemplate::add_literal(std::string_view text) {
  if (!text.empty()) pieces_.push_back({.literal = text});
}

void OutputTemplate::read_field(std::size_t& at, std::vector<ValueProblem>& problems) {
  const std::string_view all = *text_;
  const std::string_view digits = leading(all.substr(at), is_digit);
  std::size_t width = 0;
  if (!digits.empty()) {
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), width);
    if (read.ec != std::errc() || width == 0 || width > kMaxWidth) {
      problems.push_back(problem("the width " + std::string(digits.substr(0, 20)) +
                                 " in the output is not one of 1 to 1000"));
    }
    at += digits.size();
  }
  auto found = find_value(source_, all.substr(at));
  if (!found) {
    problems.push_back(std::move(found).error());
    return;
  }
  const std::string_view written = all.substr(at, found->size);
  at += found->size;
  if (written == kContainerInfo) return;
  auto tree = resolve_value(source_, found->operand);
  if (!tree) {
    tree.error().message += " in the output";
    problems.push_back(std::move(tree).error());
    return;
  }
  pieces_.push_back({.field = static_cast<std::uint32_t>(fields_.size()),
                     .width = static_cast<std::uint16_t>(std::min(width, kMaxWidth)),
                     .is_field = true});
  const bool is_call = found->operand.kind == Operand::Kind::kCall;
  fields_.push_back(
      {.name = is_call ? name_of(found->operand) : std::string(written), .tree = std::move(*tree)});
  add_inner_fields(found->operand);
}

// What transformers are made of is told as well, as Falco does.
void OutputTemplate::add_inner_fields(const Operand& operand) {
  for (const Operand& argument : operand.arguments) {
    if (argument.kind != Operand::Kind::kField) {
      add_inner_fields(argument);
    } else if (auto tree = resolve_value(source_, argument)) {
      fields_.push_back({.name = argument.text, .tree = std::move(*tree)});
    }
  }
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

void OutputTemplate::read_values(std::vector<Value>& values, const EventView& event,
                                 core::Arena& arena) const {
  values.clear();
  values.reserve(fields_.size());
  for (const Field& field : fields_) values.push_back(field.value(event, arena));
}

void OutputTemplate::append(std::string& out, const EventView& event) const {
  core::Arena arena;
  std::vector<Value> values;
  read_values(values, event, arena);
  append(out, values);
}

void OutputTemplate::append(std::string& out, std::span<const Value> values) const {
  std::string cell;
  for (const Piece& piece : pieces_) {
    if (!piece.is_field) {
      out += piece.literal;
      continue;
    }
    const Value& value = values[piece.field];
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
