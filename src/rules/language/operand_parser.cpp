#include "rules/language/operand_parser.hpp"

#include <fmt/format.h>

#include <utility>

#include "rules/language/scanner.hpp"

namespace yagura::rules {

namespace {

bool is_field_char(char c) { return is_word(c) || c == '.'; }
bool is_number_char(char c) { return is_word(c) || c == '.' || c == '+' || c == '-'; }
bool is_argument_char(char c) {
  return !is_blank(c) && std::string_view("[]\"'").find(c) == std::string_view::npos;
}

class OperandReader {
 public:
  OperandReader(Scanner& scanner, int depth) : scanner_(&scanner), depth_(depth) {}

  bool operand(Operand& operand) {
    operand.offset = scanner_->offset();
    const Level level(depth_);
    if (depth_ > kMaxConditionDepth) {
      return fail(fmt::format("transformers nested deeper than {}", kMaxConditionDepth));
    }
    const std::string_view name = scanner_->word();
    if (scanner_->char_at(scanner_->at() + name.size()) == '(') return call(operand, name);
    return leaf() && field(operand);
  }

  bool field(Operand& operand) {
    operand.kind = Operand::Kind::kField;
    operand.offset = scanner_->offset();
    const std::size_t begin = scanner_->at();
    operand.text = scanner_->take_while(is_field_char);
    if (operand.text.find('.') == std::string::npos) {
      scanner_->move_to(begin);
      return scanner_->fail(operand.offset,
                            fmt::format("expected a field, found \"{}\"", scanner_->shown()),
                            "fields look like proc.name");
    }
    if (scanner_->peek() != '[') return true;
    std::string argument;
    if (!bracketed(argument)) return false;
    operand.text += '[' + argument + ']';
    return true;
  }

 private:
  bool fail(std::string message, std::string hint = {}) {
    return scanner_->fail(scanner_->offset(), std::move(message), std::move(hint));
  }

  bool leaf() {
    if (++leaves_ <= kMaxLeaves) return true;
    return fail(fmt::format("more than {} fields and constants in one value", kMaxLeaves));
  }

  bool call(Operand& operand, std::string_view name) {
    const std::optional<Transformer> transformer = find_transformer(name);
    if (!transformer) {
      return fail(fmt::format("unknown transformer {}()", name),
                  "known: tolower, toupper, b64, basename, len, join, concat, getopt; val on the "
                  "right side");
    }
    operand.kind = Operand::Kind::kCall;
    operand.transformer = *transformer;
    operand.text.clear();
    scanner_->move_to(scanner_->at() + name.size() + 1);
    do {
      if (!another(operand)) return false;
    } while (scanner_->take(","));
    if (!scanner_->take(")")) {
      return scanner_->fail(operand.offset,
                            fmt::format("{}( is not closed behind its {}", name,
                                        takes_many(*transformer) ? "values" : "field"));
    }
    if (*transformer == Transformer::kGetopt && scanner_->peek() == '[') {
      return bracketed(operand.text);
    }
    return true;
  }

  // One more argument with the blanks around it.
  bool another(Operand& operand) {
    if (operand.arguments.size() == kMaxArguments) {
      return fail(fmt::format("more than {} values in one call or list", kMaxArguments));
    }
    scanner_->skip_blanks();
    if (!argument(operand.arguments.emplace_back())) return false;
    scanner_->skip_blanks();
    return true;
  }

  bool argument(Operand& operand) {
    const char c = scanner_->peek();
    if (c == '(') return list(operand);
    const bool is_number =
        is_digit(c) || ((c == '+' || c == '-') && is_digit(scanner_->char_at(scanner_->at() + 1)));
    if (!is_number && !scanner_->at_quote()) return this->operand(operand);
    operand.kind = Operand::Kind::kText;
    operand.offset = scanner_->offset();
    if (!leaf()) return false;
    if (!is_number) return scanner_->literal(operand.text);
    operand.text = scanner_->take_while(is_number_char);
    return true;
  }

  bool list(Operand& operand) {
    const Level level(depth_);
    if (depth_ > kMaxConditionDepth) {
      return fail(fmt::format("lists nested deeper than {}", kMaxConditionDepth));
    }
    operand.kind = Operand::Kind::kList;
    operand.offset = scanner_->offset();
    scanner_->take("(");
    scanner_->skip_blanks();
    if (scanner_->take(")")) return true;
    do {
      if (!another(operand)) return false;
    } while (scanner_->take(","));
    if (scanner_->take(")")) return true;
    return scanner_->fail(operand.offset, "a list of values that is not closed", "close it with )");
  }

  // From the opening bracket to behind the closing one.
  bool bracketed(std::string& argument) {
    const std::uint32_t begin = scanner_->offset();
    scanner_->take("[");
    if (scanner_->at_quote()) {
      if (!scanner_->literal(argument)) return false;
    } else {
      argument = scanner_->take_while(is_argument_char);
    }
    if (!argument.empty() && scanner_->take("]")) return true;
    return scanner_->fail(begin, "a field's argument that does not end",
                          "write field[argument]; quote an argument with blanks or brackets");
  }

  Scanner* scanner_;
  int depth_;
  std::size_t leaves_ = 0;
};

}  // namespace

std::expected<ParsedOperand, ParseProblem> parse_operand(std::string_view text, std::size_t at) {
  Scanner scanner(text, at);
  ParsedOperand parsed;
  if (!read_operand(scanner, parsed.operand, 0)) return std::unexpected(scanner.problem());
  parsed.end = scanner.at();
  return parsed;
}

bool read_operand(Scanner& scanner, Operand& operand, int depth) {
  return OperandReader(scanner, depth).operand(operand);
}

bool read_field(Scanner& scanner, Operand& operand) {
  return OperandReader(scanner, 0).field(operand);
}

}  // namespace yagura::rules
