#include "rules/language/parser.hpp"

// Recursive descent over bytes, as the grammar stands in the header. A word like `and` needs no
// blank before it, since it is looked for only where an operator can stand; behind it a blank or
// `(` must follow. The first problem ends a condition: what follows it would be guesswork.

#include <fmt/format.h>

#include <array>
#include <utility>

#include "rules/language/string_literal.hpp"

namespace yagura::rules {

namespace {

constexpr std::string_view kEndsBare = "()\"'=,";

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\b' || c == '\r' || c == '\n'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '_'; }
bool ends_bare(char c) {
  return is_blank(c) || c == '\v' || c == '\f' || kEndsBare.find(c) != std::string_view::npos;
}

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
  explicit Parser(const ConditionText& source) : source_(&source), text_(source.text()) {}
  explicit Parser(std::string_view text) : text_(text) {}

  Node condition() {
    Node root = expression();
    if (root == nullptr) return nullptr;
    skip_blanks();
    if (at_ != text_.size()) return fail_behind_check();
    return root;
  }

  std::expected<std::vector<ValueText>, ParseProblem> items() {
    skip_blanks();
    std::vector<ValueText> values;
    if (!list(values)) return std::unexpected(problem());
    skip_blanks();
    if (at_ != text_.size()) {
      return std::unexpected(ParseProblem{offset(), "text behind the closing parenthesis", {}});
    }
    return values;
  }

  [[nodiscard]] ParseProblem problem() const { return problem_; }

 private:
  // Counts a level for as long as it lives.
  class [[nodiscard]] Level {
   public:
    explicit Level(int& depth) : depth_(depth) { ++depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    ~Level() { --depth_; }

   private:
    int& depth_;
  };

  [[nodiscard]] std::uint32_t offset() const { return static_cast<std::uint32_t>(at_); }
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  std::nullptr_t fail(std::uint32_t at, std::string message, std::string hint = {}) {
    problem_ = {.offset = at, .message = std::move(message), .hint = std::move(hint)};
    return nullptr;
  }

  bool skip_blanks() {
    const std::size_t from = at_;
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    return at_ != from;
  }

  bool take(std::string_view token) {
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }

  // `and`, `or`: true with the word and what must follow it taken; a word that only begins so
  // stays.
  bool take_connective(std::string_view word) {
    skip_blanks();
    if (!text_.substr(at_).starts_with(word)) return false;
    const std::size_t behind = at_ + word.size();
    if (behind < text_.size() && !is_blank(text_[behind]) && text_[behind] != '(') return false;
    at_ = behind;
    return true;
  }

  // A whole word, for messages.
  [[nodiscard]] std::string_view word_here() const {
    std::size_t end = at_;
    while (end < text_.size() && !ends_bare(text_[end])) ++end;
    return text_.substr(at_, std::max<std::size_t>(end - at_, at_ < text_.size() ? 1 : 0));
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
    skip_blanks();
    const std::uint32_t begin = offset();
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
    skip_blanks();
    const std::uint32_t begin = offset();
    bool negated = false;
    while (text_.substr(at_).starts_with("not") && at_ + 3 < text_.size() &&
           (is_blank(text_[at_ + 3]) || text_[at_ + 3] == '(')) {
      at_ += 3;
      skip_blanks();
      negated = !negated;
    }
    Node checked = check();
    if (checked == nullptr || !negated) return checked;
    Node inverse = make(Expr::Kind::kNot, begin);
    inverse->children.push_back(std::move(checked));
    return inverse;
  }

  Node check() {
    skip_blanks();
    const std::uint32_t begin = offset();
    if (take("(")) return parenthesized(begin);
    if (!is_letter(peek())) return fail_at_check();
    std::size_t dotted = at_;
    while (dotted < text_.size() && (is_word(text_[dotted]) || text_[dotted] == '.')) ++dotted;
    const std::string_view name = text_.substr(at_, dotted - at_);
    const bool is_call = dotted < text_.size() && text_[dotted] == '(';
    if (name.find('.') != std::string_view::npos || (is_call && find_transformer(name))) {
      return comparison(begin);
    }
    if (is_call && name == "val") return fail(begin, "val() stands on the right side only");
    at_ = dotted;
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
    skip_blanks();
    if (take(")")) return inner;
    if (at_ == text_.size()) return fail(begin, "a parenthesis that is not closed");
    return fail_behind_check();
  }

  Node comparison(std::uint32_t begin) {
    Node node = make(Expr::Kind::kCheck, begin);
    node->check = std::make_unique<Check>();
    Check& check = *node->check;
    if (!left_side(check.left)) return nullptr;
    skip_blanks();
    check.op_offset = offset();
    const std::optional<Operator> op = take_operator();
    if (!op) return fail_at_operator(check.left);
    check.op = *op;
    if (check.op == Operator::kExists) return node;
    skip_blanks();
    if (!right_side(check)) return nullptr;
    return node;
  }

  bool left_side(FieldText& field) {
    field.offset = offset();
    return field_or_call(field);
  }

  bool field_or_call(FieldText& field) {
    const Level level(depth_);
    if (depth_ > kMaxConditionDepth) {
      fail(offset(), fmt::format("transformers nested deeper than {}", kMaxConditionDepth));
      return false;
    }
    const std::uint32_t begin = offset();
    const std::size_t name_end = end_of_word(at_);
    const std::string_view name = text_.substr(at_, name_end - at_);
    if (name_end == text_.size() || text_[name_end] != '(') return plain_field(field);
    const std::optional<Transformer> transformer = find_transformer(name);
    if (!transformer) {
      fail(begin, fmt::format("unknown transformer {}()", name),
           "known: tolower, toupper, b64, basename, len; val on the right side");
      return false;
    }
    at_ = name_end + 1;
    skip_blanks();
    if (!field_or_call(field) || !close_call(begin, name)) return false;
    field.transformers.push_back(*transformer);
    return true;
  }

  bool close_call(std::uint32_t begin, std::string_view name) {
    skip_blanks();
    if (take(")")) return true;
    fail(begin, fmt::format("{}( is not closed behind its field", name));
    return false;
  }

  [[nodiscard]] std::size_t end_of_word(std::size_t at) const {
    while (at < text_.size() && is_word(text_[at])) ++at;
    return at;
  }

  bool plain_field(FieldText& field) {
    const std::uint32_t begin = offset();
    std::size_t end = at_;
    while (end < text_.size() && (is_word(text_[end]) || text_[end] == '.')) ++end;
    field.text = text_.substr(at_, end - at_);
    if (field.text.find('.') == std::string::npos) {
      fail(begin, fmt::format("expected a field, found \"{}\"", word_here()),
           "fields look like proc.name");
      return false;
    }
    at_ = end;
    return peek() != '[' || field_argument(field);
  }

  bool field_argument(FieldText& field) {
    const std::uint32_t begin = offset();
    ++at_;
    std::string argument;
    if (peek() == '"' || peek() == '\'') {
      auto literal = read_literal(text_, at_);
      if (!literal) {
        problem_ = literal.error();
        return false;
      }
      argument = std::move(literal->text);
      at_ = literal->end;
    } else {
      const std::size_t from = at_;
      while (at_ < text_.size() && !is_blank(text_[at_]) &&
             std::string_view("[]\"'").find(text_[at_]) == std::string_view::npos) {
        ++at_;
      }
      argument = text_.substr(from, at_ - from);
    }
    if (argument.empty() || !take("]")) {
      fail(begin, "a field's argument that does not end",
           "write field[argument]; quote an argument with blanks or brackets");
      return false;
    }
    field.text += '[' + argument + ']';
    return true;
  }

  std::optional<Operator> take_operator() {
    for (const OperatorText& symbol : kSymbols) {
      if (take(symbol.text)) return symbol.op;
    }
    const std::size_t end = end_of_word(at_);
    const std::optional<Operator> op = find_operator(text_.substr(at_, end - at_));
    if (!op || end == at_) return std::nullopt;
    at_ = end;
    return op;
  }

  bool right_side(Check& check) {
    const std::size_t name_end = end_of_word(at_);
    if (name_end < text_.size() && text_[name_end] == '(' && name_end > at_) {
      const std::string_view name = text_.substr(at_, name_end - at_);
      if (name == "val" || find_transformer(name)) return right_field(check, name);
    }
    if (takes_list(check.op)) return list_side(check);
    if (takes_number(check.op)) return number_side(check);
    return value(check.values.emplace_back(), "a value");
  }

  bool right_field(Check& check, std::string_view name) {
    FieldText& field = check.right.emplace();
    field.offset = offset();
    if (name != "val") return field_or_call(field);
    const std::uint32_t begin = offset();
    at_ += name.size() + 1;
    skip_blanks();
    return plain_field(field) && close_call(begin, name);
  }

  bool list_side(Check& check) {
    check.is_list = true;
    if (peek() == '(') return list(check.values);
    const std::uint32_t begin = offset();
    const std::size_t end = end_of_word(at_);
    if (end == at_) {
      fail(begin, fmt::format("expected a list behind \"{}\"", to_string(check.op)),
           "write (a, b, c), or a list's name in parentheses");
      return false;
    }
    check.values.push_back(
        {.text = std::string(text_.substr(at_, end - at_)), .quoted = false, .offset = begin});
    at_ = end;
    return true;
  }

  bool list(std::vector<ValueText>& values) {
    const std::uint32_t begin = offset();
    if (!take("(")) {
      fail(begin, "expected a list in parentheses");
      return false;
    }
    skip_blanks();
    if (take(")")) return true;
    while (true) {
      skip_blanks();
      if (!value(values.emplace_back(), "a list's item")) return false;
      skip_blanks();
      if (take(")")) return true;
      if (take(",")) continue;
      if (at_ == text_.size()) {
        fail(begin, "a list that is not closed", "close it with )");
      } else {
        fail(offset(), fmt::format("expected , or ) in a list, found \"{}\"", word_here()),
             "quote an item that has blanks, quotes, commas, parentheses or =");
      }
      return false;
    }
  }

  bool number_side(Check& check) {
    const std::uint32_t begin = offset();
    if (!value(check.values.emplace_back(), "a number")) return false;
    const std::string& text = check.values.back().text;
    const std::size_t digit = text.find_first_not_of("+-");
    if (!check.values.back().quoted && digit != std::string::npos && is_digit(text[digit])) {
      return true;
    }
    fail(begin, fmt::format("\"{}\" needs a number on its right side, found \"{}\"",
                            to_string(check.op), text));
    return false;
  }

  bool value(ValueText& value, std::string_view what) {
    value.offset = offset();
    if (peek() == '"' || peek() == '\'') {
      auto literal = read_literal(text_, at_);
      if (!literal) {
        problem_ = literal.error();
        return false;
      }
      value.text = std::move(literal->text);
      value.quoted = true;
      at_ = literal->end;
      return true;
    }
    const std::size_t from = at_;
    while (at_ < text_.size() && !ends_bare(text_[at_])) ++at_;
    value.text = text_.substr(from, at_ - from);
    if (!value.text.empty()) return true;
    if (at_ == text_.size()) {
      fail(value.offset, fmt::format("expected {}, found the end of the condition", what));
    } else {
      fail(value.offset, fmt::format("expected {}, found \"{}\"", what, word_here()));
    }
    return false;
  }

  std::nullptr_t fail_at_check() {
    if (at_ == text_.size()) {
      return fail(offset(), "the condition ends where a check should stand");
    }
    return fail(offset(), fmt::format("expected a field, a macro or (, found \"{}\"", word_here()));
  }

  std::nullptr_t fail_at_operator(const FieldText& field) {
    const std::string found =
        at_ == text_.size() ? "the end of the condition" : fmt::format("\"{}\"", word_here());
    return fail(offset(),
                fmt::format("expected an operator behind {}, found {}", field.text, found),
                "operators: exists = != < <= > >= contains icontains bcontains startswith "
                "bstartswith endswith glob iglob regex in intersects pmatch");
  }

  std::nullptr_t fail_behind_check() {
    const std::string_view found = word_here();
    std::string hint = "join checks with and, or; quote values with blanks or special characters";
    if (found == ")") hint = "one closing parenthesis too many, or an opening one is missing";
    return fail(offset(), fmt::format("expected and, or or the end, found \"{}\"", found),
                std::move(hint));
  }

  const ConditionText* source_ = nullptr;
  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  ParseProblem problem_;
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
