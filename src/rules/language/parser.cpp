#include "rules/language/parser.hpp"

// Recursive descent over bytes, as the grammar stands in the header. A word like `and` needs no
// blank before it, since it is looked for only where an operator can stand; behind it a blank or
// `(` must follow. The first problem ends a condition: what follows it would be guesswork.

#include <fmt/format.h>

#include <array>
#include <utility>

#include "rules/language/operand_parser.hpp"
#include "rules/language/scanner.hpp"
#include "rules/language/string_literal.hpp"

namespace yagura::rules {

namespace {

struct OperatorText {
  std::string_view text;
  Operator op;
};

// Longer ones first where one begins with another.
constexpr std::array<OperatorText, 7> kSymbols = {{{"<=", Operator::kLessEqual},
                                                   {"<", Operator::kLess},
                                                   {">=", Operator::kGreaterEqual},
                                                   {">", Operator::kGreater},
                                                   {"==", Operator::kEqual},
                                                   {"=", Operator::kEqual},
                                                   {"!=", Operator::kNotEqual}}};

using Node = std::unique_ptr<Expr>;

class Parser {
 public:
  explicit Parser(const ConditionText& source) : source_(&source), scanner_(source.text()) {}
  explicit Parser(std::string_view text) : scanner_(text) {}

  Node condition() {
    Node root = expression();
    if (root == nullptr) return nullptr;
    scanner_.skip_blanks();
    if (!scanner_.at_end()) return fail_behind_check();
    return root;
  }

  std::expected<std::vector<ValueText>, ParseProblem> items() {
    scanner_.skip_blanks();
    std::vector<ValueText> values;
    if (!list(values)) return std::unexpected(problem());
    scanner_.skip_blanks();
    if (!scanner_.at_end()) {
      return std::unexpected(
          ParseProblem{scanner_.offset(), "text behind the closing parenthesis", {}});
    }
    return values;
  }

  [[nodiscard]] const ParseProblem& problem() const { return scanner_.problem(); }

 private:
  std::nullptr_t fail(std::uint32_t at, std::string message, std::string hint = {}) {
    (void)scanner_.fail(at, std::move(message), std::move(hint));
    return nullptr;
  }

  // A word with a blank or `(` behind it.
  [[nodiscard]] bool stands_here(std::string_view word) const {
    if (!scanner_.text().substr(scanner_.at()).starts_with(word)) return false;
    const std::size_t behind = scanner_.at() + word.size();
    if (behind >= scanner_.text().size()) return true;
    return is_blank(scanner_.char_at(behind)) || scanner_.char_at(behind) == '(';
  }

  // `and`, `or`: true with the word taken; a word that only begins so stays.
  bool take_connective(std::string_view word) {
    scanner_.skip_blanks();
    return stands_here(word) && scanner_.take(word);
  }

  Node make(Expr::Kind kind, std::uint32_t at) {
    auto node = std::make_unique<Expr>();
    node->kind = kind;
    node->offset = at;
    node->text = source_;
    return node;
  }

  Node expression() {
    return chain(Expr::Kind::kOr, "or",
                 [this] { return chain(Expr::Kind::kAnd, "and", [this] { return negation(); }); });
  }

  template <typename Part>
  Node chain(Expr::Kind kind, std::string_view word, Part part) {
    scanner_.skip_blanks();
    const std::uint32_t begin = scanner_.offset();
    Node first = part();
    if (first == nullptr || !take_connective(word)) return first;
    Node all = make(kind, begin);
    all->children.push_back(std::move(first));
    do {
      Node next = part();
      if (next == nullptr) return nullptr;
      all->children.push_back(std::move(next));
    } while (take_connective(word));
    return all;
  }

  Node negation() {
    scanner_.skip_blanks();
    const std::uint32_t begin = scanner_.offset();
    bool negated = false;
    while (stands_here("not") && scanner_.at() + 3 < scanner_.text().size()) {
      scanner_.take("not");
      scanner_.skip_blanks();
      negated = !negated;
    }
    Node checked = check();
    if (checked == nullptr || !negated) return checked;
    Node inverse = make(Expr::Kind::kNot, begin);
    inverse->children.push_back(std::move(checked));
    return inverse;
  }

  Node check() {
    scanner_.skip_blanks();
    const std::uint32_t begin = scanner_.offset();
    if (scanner_.take("(")) return parenthesized(begin);
    if (!is_letter(scanner_.peek())) return fail_at_check();
    const std::string_view name =
        scanner_.take_while([](char c) { return is_word(c) || c == '.'; });
    const bool is_call = scanner_.peek() == '(';
    if (name.find('.') != std::string_view::npos || (is_call && find_transformer(name))) {
      scanner_.move_to(begin);
      return comparison(begin);
    }
    if (is_call && name == "val") return fail(begin, "val() stands on the right side only");
    Node macro = make(Expr::Kind::kMacro, begin);
    macro->macro = name;
    return macro;
  }

  Node parenthesized(std::uint32_t begin) {
    const Level level(depth_);
    if (depth_ > kMaxConditionDepth) {
      return fail(begin, fmt::format("parentheses deeper than {}", kMaxConditionDepth),
                  "split the condition into macros");
    }
    Node inner = expression();
    if (inner == nullptr) return nullptr;
    scanner_.skip_blanks();
    if (scanner_.take(")")) return inner;
    if (scanner_.at_end()) return fail(begin, "a parenthesis that is not closed");
    return fail_behind_check();
  }

  Node comparison(std::uint32_t begin) {
    Node node = make(Expr::Kind::kCheck, begin);
    node->check = std::make_unique<Check>();
    Check& check = *node->check;
    if (!read_operand(scanner_, check.left, depth_)) return nullptr;
    scanner_.skip_blanks();
    check.op_offset = scanner_.offset();
    const std::optional<Operator> op = take_operator();
    if (!op) return fail_at_operator(check.left);
    check.op = *op;
    if (check.op == Operator::kExists) return node;
    scanner_.skip_blanks();
    if (!take_modifier(check) || !right_side(check)) return nullptr;
    return node;
  }

  std::optional<Operator> take_operator() {
    for (const OperatorText& symbol : kSymbols) {
      if (scanner_.take(symbol.text)) return symbol.op;
    }
    const std::string_view word = scanner_.word();
    const std::optional<Operator> op = find_operator(word);
    if (!op || word.empty()) return std::nullopt;
    scanner_.take(word);
    return op;
  }

  // False where one stands behind an operator that takes none.
  bool take_modifier(Check& check) {
    const std::string_view word = scanner_.word();
    const std::optional<Modifier> modifier = find_modifier(word);
    if (!modifier || !list_follows(scanner_.at() + word.size())) return true;
    if (!takes_modifier(check.op)) {
      return scanner_.fail(
          scanner_.offset(),
          fmt::format("\"{}\" takes no {}", to_string(check.op), to_string(*modifier)),
          "=, != and the operators of texts do");
    }
    scanner_.take(word);
    scanner_.skip_blanks();
    check.modifier = *modifier;
    return true;
  }

  // Whether behind a word there is a parenthesis, or a name that is no connective.
  [[nodiscard]] bool list_follows(std::size_t at) const {
    Scanner ahead(scanner_.text(), at);
    const bool has_blank = ahead.skip_blanks();
    if (ahead.peek() == '(') return true;
    const std::string_view word = ahead.word();
    return has_blank && !word.empty() && word != "and" && word != "or";
  }

  bool right_side(Check& check) {
    if (check.modifier != Modifier::kNone) return list_side(check);
    const std::string_view name = scanner_.word();
    if (!name.empty() && scanner_.char_at(scanner_.at() + name.size()) == '(' &&
        (name == "val" || find_transformer(name))) {
      return right_operand(check, name);
    }
    if (takes_list(check.op)) return list_side(check);
    if (takes_number(check.op)) return number_side(check);
    return value(check.values.emplace_back(), "a value");
  }

  bool right_operand(Check& check, std::string_view name) {
    Operand& operand = check.right.emplace();
    if (name != "val") return read_operand(scanner_, operand, depth_);
    const std::uint32_t begin = scanner_.offset();
    scanner_.move_to(scanner_.at() + name.size() + 1);
    scanner_.skip_blanks();
    if (!read_field(scanner_, operand)) return false;
    scanner_.skip_blanks();
    if (scanner_.take(")")) return true;
    return scanner_.fail(begin, "val( is not closed behind its field");
  }

  bool list_side(Check& check) {
    check.is_list = true;
    if (scanner_.peek() == '(') return list(check.values);
    const std::uint32_t begin = scanner_.offset();
    const std::string_view name = scanner_.word();
    if (name.empty()) {
      const std::string_view behind =
          check.modifier == Modifier::kNone ? to_string(check.op) : to_string(check.modifier);
      return scanner_.fail(begin, fmt::format("expected a list behind \"{}\"", behind),
                           "write (a, b, c), or a list's name in parentheses");
    }
    check.values.push_back({.text = std::string(name), .quoted = false, .offset = begin});
    return scanner_.take(name);
  }

  bool list(std::vector<ValueText>& values) {
    const std::uint32_t begin = scanner_.offset();
    if (!scanner_.take("(")) return scanner_.fail(begin, "expected a list in parentheses");
    scanner_.skip_blanks();
    if (scanner_.take(")")) return true;
    while (true) {
      scanner_.skip_blanks();
      if (!value(values.emplace_back(), "a list's item")) return false;
      scanner_.skip_blanks();
      if (scanner_.take(")")) return true;
      if (scanner_.take(",")) continue;
      if (scanner_.at_end()) {
        return scanner_.fail(begin, "a list that is not closed", "close it with )");
      }
      return scanner_.fail(scanner_.offset(),
                           fmt::format("expected , or ) in a list, found \"{}\"", scanner_.shown()),
                           "quote an item that has blanks, quotes, commas, parentheses or =");
    }
  }

  bool number_side(Check& check) {
    const std::uint32_t begin = scanner_.offset();
    if (!value(check.values.emplace_back(), "a number")) return false;
    const std::string& text = check.values.back().text;
    const std::size_t digit = text.find_first_not_of("+-");
    if (!check.values.back().quoted && digit != std::string::npos && is_digit(text[digit])) {
      return true;
    }
    return scanner_.fail(begin, fmt::format("\"{}\" needs a number on its right side, found \"{}\"",
                                            to_string(check.op), text));
  }

  bool value(ValueText& value, std::string_view what) {
    value.offset = scanner_.offset();
    if (scanner_.at_quote()) {
      value.quoted = true;
      return scanner_.literal(value.text);
    }
    value.text = scanner_.take_while([](char c) { return !ends_bare(c); });
    if (!value.text.empty()) return true;
    if (scanner_.at_end()) {
      return scanner_.fail(value.offset,
                           fmt::format("expected {}, found the end of the condition", what));
    }
    return scanner_.fail(value.offset,
                         fmt::format("expected {}, found \"{}\"", what, scanner_.shown()));
  }

  std::nullptr_t fail_at_check() {
    if (scanner_.at_end()) {
      return fail(scanner_.offset(), "the condition ends where a check should stand");
    }
    return fail(scanner_.offset(),
                fmt::format("expected a field, a macro or (, found \"{}\"", scanner_.shown()));
  }

  std::nullptr_t fail_at_operator(const Operand& left) {
    const std::string found =
        scanner_.at_end() ? "the end of the condition" : fmt::format("\"{}\"", scanner_.shown());
    return fail(scanner_.offset(),
                fmt::format("expected an operator behind {}, found {}", to_string(left), found),
                "operators: exists = != < <= > >= contains icontains bcontains startswith "
                "bstartswith endswith glob iglob regex in intersects pmatch");
  }

  std::nullptr_t fail_behind_check() {
    const std::string_view found = scanner_.shown();
    std::string hint = "join checks with and, or; quote values with blanks or special characters";
    if (found == ")") hint = "one closing parenthesis too many, or an opening one is missing";
    return fail(scanner_.offset(), fmt::format("expected and, or or the end, found \"{}\"", found),
                std::move(hint));
  }

  const ConditionText* source_ = nullptr;
  Scanner scanner_;
  int depth_ = 0;
};

}  // namespace

std::expected<std::unique_ptr<Expr>, ParseProblem> parse_condition(const ConditionText& text) {
  if (text.text().size() > kMaxConditionSize) {
    return std::unexpected(
        ParseProblem{.offset = 0,
                     .message = fmt::format("a condition of more than {} bytes", kMaxConditionSize),
                     .hint = "move constants into lists"});
  }
  Parser parser(text);
  std::unique_ptr<Expr> root = parser.condition();
  if (root == nullptr) return std::unexpected(parser.problem());
  return root;
}

std::expected<ValueText, ParseProblem> parse_item(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || (text[first] != '"' && text[first] != '\'')) {
    return ValueText{.text = std::string(text), .quoted = text.find(' ') != std::string_view::npos};
  }
  auto literal = read_literal(text, first);
  if (!literal) return std::unexpected(literal.error());
  if (text.find_first_not_of(" \t\r\n", literal->end) != std::string_view::npos) {
    return std::unexpected(ParseProblem{.offset = static_cast<std::uint32_t>(literal->end),
                                        .message = "text behind a quoted string",
                                        .hint = "one item, one string"});
  }
  return ValueText{.text = std::move(literal->text), .quoted = true};
}

std::expected<std::vector<ValueText>, ParseProblem> parse_items(std::string_view text) {
  if (text.starts_with('(')) return Parser(text).items();
  auto item = parse_item(text);
  if (!item) return std::unexpected(item.error());
  std::vector<ValueText> values;
  values.push_back(std::move(*item));
  return values;
}

bool is_macro_name(std::string_view name) {
  if (name.empty() || !is_letter(name.front())) return false;
  for (const char c : name) {
    if (!is_word(c)) return false;
  }
  return true;
}

bool is_list_name(std::string_view name) {
  if (name.empty()) return false;
  for (const char c : name) {
    if (ends_bare(c)) return false;
  }
  return true;
}

}  // namespace yagura::rules
