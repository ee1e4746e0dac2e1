#include "policy/syntax/internal/parser.hpp"

#include <algorithm>
#include <array>

#include "core/utf8.hpp"
#include "policy/syntax/internal/number.hpp"
#include "policy/syntax/operators.hpp"

namespace yagura::policy::internal {

namespace {

namespace op = operators;

// Words that may not be identifiers, though they may be fields (langdef.md, RESERVED).
constexpr std::array<std::string_view, 17> kReserved = {
    "as",  "break", "const",   "continue",  "else",   "for", "function", "if",   "import",
    "let", "loop",  "package", "namespace", "return", "var", "void",     "while"};

bool is_reserved(std::string_view word) {
  return std::ranges::find(kReserved, word) != kReserved.end();
}

std::string_view relation_operator(TokenKind kind) {
  switch (kind) {
    case TokenKind::kLess:
      return op::kLess;
    case TokenKind::kLessEquals:
      return op::kLessEquals;
    case TokenKind::kGreater:
      return op::kGreater;
    case TokenKind::kGreaterEquals:
      return op::kGreaterEquals;
    case TokenKind::kEquals:
      return op::kEquals;
    case TokenKind::kNotEquals:
      return op::kNotEquals;
    case TokenKind::kIn:
      return op::kIn;
    default:
      return {};
  }
}

std::string_view sum_operator(TokenKind kind) {
  if (kind == TokenKind::kPlus) return op::kAdd;
  if (kind == TokenKind::kMinus) return op::kSubtract;
  return {};
}

std::string_view product_operator(TokenKind kind) {
  if (kind == TokenKind::kStar) return op::kMultiply;
  if (kind == TokenKind::kSlash) return op::kDivide;
  if (kind == TokenKind::kPercent) return op::kModulo;
  return {};
}

// "'foo'" for what has a text of its own, else the kind.
std::string shown(const Token& token) {
  const bool has_text = token.kind == TokenKind::kIdent || token.kind == TokenKind::kInt ||
                        token.kind == TokenKind::kUint || token.kind == TokenKind::kDouble;
  if (has_text && token.text.size() <= 40) return "'" + std::string(token.text) + "'";
  return std::string(describe(token.kind));
}

// Joins operands[low..high] with the operators between them as a tree of logarithmic height. The
// operator before operands[i] stands at places[i - 1].
const Expr* balance(ExprFactory& factory, std::string_view name,
                    std::span<const Expr* const> operands, std::span<const std::uint32_t> places) {
  if (operands.size() == 1) return operands[0];
  const std::size_t middle = places.size() / 2;
  const Expr* left = balance(factory, name, operands.first(middle + 1), places.first(middle));
  const Expr* right =
      balance(factory, name, operands.subspan(middle + 1), places.subspan(middle + 1));
  return factory.call(places[middle], name, {left, right});
}

}  // namespace

Parser::Parser(Ast& ast, const ParseOptions& options, std::vector<Issue>& issues)
    : ast_(ast),
      options_(options),
      issues_(issues),
      factory_(ast, options.limits.max_nodes),
      macros_(options.macros, factory_,
              [this](std::uint32_t offset, std::string message) {
                report(offset, std::move(message));
              }),
      lexer_(ast.source, ast.arena, [this](std::uint32_t offset, std::string message) {
        report(offset, std::move(message));
      }) {}

void Parser::run() {
  advance();
  if (at(TokenKind::kEnd)) {
    report(current_.offset, "Syntax error: the expression is empty");
    return;
  }
  const Node root = expression();
  if (root != nullptr && !at(TokenKind::kEnd)) unexpected("an operator or the end");
  if (!stopped() && issues_.empty()) ast_.root = root;
}

void Parser::report(std::uint32_t offset, std::string message) {
  ++reported_;
  if (fatal_ || issues_.size() >= options_.limits.max_issues) return;
  issues_.push_back({.offset = offset, .message = std::move(message)});
}

// Whether to give up, which it reports once.
bool Parser::stopped() {
  if (fatal_) return true;
  std::string limit;
  if (factory_.too_many_nodes()) {
    limit = "expression too large: more than " + std::to_string(options_.limits.max_nodes) +
            " nodes once its macros are expanded";
  } else if (factory_.too_high()) {
    limit = "expression too deeply nested: more than " + std::to_string(kMaxExprHeight) +
            " levels of operators and calls";
  } else if (depth_ > options_.limits.max_depth) {
    limit = "expression too deeply nested: more than " + std::to_string(options_.limits.max_depth) +
            " levels";
  } else {
    return false;
  }
  issues_.push_back({.offset = current_.offset, .message = std::move(limit)});
  fatal_ = true;
  return true;
}

bool Parser::accept(TokenKind kind) {
  if (!at(kind)) return false;
  advance();
  return true;
}

Parser::Node Parser::unexpected(std::string_view wanted) {
  if (!at(TokenKind::kError)) {
    std::string message = "Syntax error: unexpected " + shown(current_);
    if (!wanted.empty()) message += ", expected " + std::string(wanted);
    report(current_.offset, std::move(message));
  }
  return nullptr;
}

bool Parser::expect(TokenKind kind, std::string_view context) {
  if (accept(kind)) return true;
  std::string wanted(describe(kind));
  if (!context.empty()) wanted += " " + std::string(context);
  unexpected(wanted);
  return false;
}

Parser::Node Parser::expression() {
  ++depth_;
  const Node result = stopped() ? nullptr : conditional();
  --depth_;
  return result;
}

Parser::Node Parser::conditional() {
  const Node condition = logical_or();
  if (condition == nullptr || !at(TokenKind::kQuestion)) return condition;
  const std::uint32_t place = current_.offset;
  advance();
  const Node then = logical_or();
  if (then == nullptr) return nullptr;
  if (!expect(TokenKind::kColon, "of the condition '… ? … : …'")) return nullptr;
  const Node otherwise = expression();
  if (otherwise == nullptr) return nullptr;
  return factory_.call(place, op::kConditional, {condition, then, otherwise});
}

Parser::Node Parser::logical_or() {
  return balanced_chain(&Parser::logical_and, TokenKind::kOr, op::kLogicalOr);
}

Parser::Node Parser::logical_and() {
  return balanced_chain(&Parser::relation, TokenKind::kAnd, op::kLogicalAnd);
}

Parser::Node Parser::relation() { return binary_chain(&Parser::sum, relation_operator); }
Parser::Node Parser::sum() { return binary_chain(&Parser::product, sum_operator); }
Parser::Node Parser::product() { return binary_chain(&Parser::unary, product_operator); }

Parser::Node Parser::balanced_chain(Node (Parser::*operand)(), TokenKind sign,
                                    std::string_view name) {
  const Node first = (this->*operand)();
  if (first == nullptr || !at(sign)) return first;
  std::vector<Node> operands = {first};
  std::vector<std::uint32_t> places;
  while (at(sign)) {
    places.push_back(current_.offset);
    advance();
    operands.push_back((this->*operand)());
    if (operands.back() == nullptr) return nullptr;
  }
  return balance(factory_, name, operands, places);
}

Parser::Node Parser::binary_chain(Node (Parser::*operand)(),
                                  std::string_view (*operator_of)(TokenKind)) {
  Node left = (this->*operand)();
  while (left != nullptr) {
    const std::string_view name = operator_of(current_.kind);
    if (name.empty()) break;
    const std::uint32_t place = current_.offset;
    advance();
    const Node right = (this->*operand)();
    if (right == nullptr || stopped()) return nullptr;
    left = factory_.call(place, name, {left, right});
  }
  return left;
}

// An even number of signs is none, as in cel-go; a minus before a number is the number's own.
Parser::Node Parser::unary() {
  if (!at(TokenKind::kNot) && !at(TokenKind::kMinus)) return member(false, current_.offset);
  const TokenKind sign = current_.kind;
  const std::uint32_t place = current_.offset;
  bool odd = false;
  while (accept(sign)) odd = !odd;
  const bool numeric = at(TokenKind::kInt) || at(TokenKind::kDouble);
  if (sign == TokenKind::kMinus && odd && numeric) return member(true, place);
  const Node operand = member(false, current_.offset);
  if (operand == nullptr || !odd) return operand;
  return factory_.call(place, sign == TokenKind::kNot ? op::kLogicalNot : op::kNegate, {operand});
}

Parser::Node Parser::member(bool negative, std::uint32_t offset) {
  Node expr = primary(negative, offset);
  while (expr != nullptr && !stopped()) {
    if (at(TokenKind::kDot)) {
      expr = selection(expr);
    } else if (at(TokenKind::kLeftBracket)) {
      expr = indexing(expr);
      bare_name_ = nullptr;
    } else if (at(TokenKind::kLeftBrace) && bare_name_ == expr) {
      expr = struct_literal(expr);
      bare_name_ = nullptr;
    } else {
      return expr;
    }
  }
  return nullptr;
}

Parser::Node Parser::primary(bool negative, std::uint32_t offset) {
  bare_name_ = nullptr;
  const Token token = current_;
  switch (token.kind) {
    case TokenKind::kInt:
    case TokenKind::kUint:
    case TokenKind::kDouble:
      return number(negative, offset);
    case TokenKind::kString:
    case TokenKind::kBytes:
      advance();
      return factory_.constant(
          token.offset,
          {.kind = token.kind == TokenKind::kString ? ConstantKind::kString : ConstantKind::kBytes,
           .text = token.text});
    case TokenKind::kTrue:
    case TokenKind::kFalse:
      advance();
      return factory_.boolean(token.offset, token.kind == TokenKind::kTrue);
    case TokenKind::kNull:
      advance();
      return factory_.null(token.offset);
    case TokenKind::kLeftParen:
      return parenthesized();
    case TokenKind::kLeftBracket:
      return list_literal();
    case TokenKind::kLeftBrace:
      return map_literal();
    case TokenKind::kDot:
    case TokenKind::kIdent:
      return identifier();
    default:
      return unexpected("an expression");
  }
}

Parser::Node Parser::number(bool negative, std::uint32_t offset) {
  const Token token = current_;
  advance();
  const std::string shown_text = (negative ? "-" : "") + std::string(token.text.substr(0, 40));
  if (token.kind == TokenKind::kInt) {
    if (const auto value = parse_int_literal(token.text, negative)) {
      return factory_.integer(offset, *value);
    }
    report(offset, "invalid int literal: " + shown_text + " does not fit 64 bits");
  } else if (token.kind == TokenKind::kUint) {
    if (const auto value = parse_uint_literal(token.text)) {
      return factory_.constant(offset, {.kind = ConstantKind::kUint, .unsigned_integer = *value});
    }
    report(offset, "invalid uint literal: " + shown_text + " does not fit 64 bits");
  } else {
    if (const auto value = parse_double_literal(token.text)) {
      return factory_.constant(
          offset, {.kind = ConstantKind::kDouble, .real = negative ? -*value : *value});
    }
    report(offset, "invalid double literal: " + shown_text + " is too large");
  }
  return factory_.null(offset);
}

// ident, .ident, ident(…), .ident(…)
Parser::Node Parser::identifier() {
  const std::uint32_t offset = current_.offset;
  const bool leading_dot = accept(TokenKind::kDot);
  const Token token = current_;
  if (!expect(TokenKind::kIdent)) return nullptr;
  std::string_view name = token.text;
  if (is_reserved(name)) report(token.offset, "reserved identifier: " + std::string(name));
  if (leading_dot) name = factory_.arena().copy("." + std::string(name));
  if (at(TokenKind::kLeftParen)) return call(offset, name, nullptr);
  bare_name_ = factory_.ident(offset, name);
  return bare_name_;
}

Parser::Node Parser::selection(Node target) {
  const bool bare = bare_name_ == target;
  advance();
  bool optional = false;
  if (at(TokenKind::kQuestion)) {
    if (!options_.optional_syntax) report(current_.offset, "unsupported syntax: '.?'");
    optional = true;
    advance();
  }
  const Token token = current_;
  const bool quoted = at(TokenKind::kQuotedIdent);
  if (!quoted && !at(TokenKind::kIdent)) return unexpected("a field or function name");
  advance();
  bare_name_ = nullptr;
  if (optional) {
    const Node field = factory_.string(token.offset, token.text);
    return factory_.call(token.offset, op::kOptSelect, {target, field});
  }
  if (at(TokenKind::kLeftParen) && !quoted) return call(token.offset, token.text, target);
  const Node result = factory_.select(token.offset, target, token.text);
  if (bare && !quoted) bare_name_ = result;
  return result;
}

Parser::Node Parser::indexing(Node target) {
  const Token open = current_;
  advance();
  const bool optional = optional_mark();
  Node index = expression();
  if (index == nullptr) {
    if (!recover(TokenKind::kRightBracket) || !at(TokenKind::kRightBracket)) return nullptr;
    index = factory_.null(open.offset);
  }
  if (!expect(TokenKind::kRightBracket, "of the index")) return nullptr;
  return factory_.call(open.offset, optional ? op::kOptIndex : op::kIndex, {target, index});
}

bool Parser::optional_mark() {
  if (!at(TokenKind::kQuestion)) return false;
  if (!options_.optional_syntax) report(current_.offset, "unsupported syntax: '?'");
  advance();
  return true;
}

Parser::Node Parser::parenthesized() {
  advance();
  Node inner = expression();
  if (inner == nullptr) {
    const std::uint32_t place = current_.offset;
    if (!recover(TokenKind::kRightParen) || !at(TokenKind::kRightParen)) return nullptr;
    inner = factory_.null(place);
  }
  bare_name_ = nullptr;
  return expect(TokenKind::kRightParen) ? inner : nullptr;
}

// Skips to the next comma or `close` at this level of brackets. False if there is none.
bool Parser::recover(TokenKind close) {
  std::uint32_t level = 0;
  while (!fatal_) {
    if (level == 0 && (at(close) || at(TokenKind::kComma))) return true;
    switch (current_.kind) {
      case TokenKind::kEnd:
        return false;
      case TokenKind::kLeftParen:
      case TokenKind::kLeftBracket:
      case TokenKind::kLeftBrace:
        ++level;
        break;
      case TokenKind::kRightParen:
      case TokenKind::kRightBracket:
      case TokenKind::kRightBrace:
        if (level == 0) return false;  // of an outer bracket
        --level;
        break;
      default:
        break;
    }
    advance();
  }
  return false;
}

template <typename Item>
bool Parser::sequence(TokenKind close, bool trailing_comma, const Item& item) {
  advance();
  if (accept(close)) return true;
  while (true) {
    if (!item() && (stopped() || !recover(close))) return false;
    if (accept(close)) return true;
    if (!at(TokenKind::kComma)) {
      unexpected("',' or " + std::string(describe(close)));
      if (stopped() || at(TokenKind::kEnd) || !recover(close)) return false;
      if (accept(close)) return true;
    }
    advance();
    if (trailing_comma && accept(close)) return true;
  }
}

Parser::Node Parser::call(std::uint32_t offset, std::string_view name, Node target) {
  std::vector<Node> args;
  const std::size_t reported_before = reported_;
  const bool closed = sequence(TokenKind::kRightParen, false, [&] {
    args.push_back(expression());
    return args.back() != nullptr;
  });
  bare_name_ = nullptr;
  if (!closed) return nullptr;
  if (reported_ != reported_before) return factory_.null(offset);  // arguments may be missing
  if (stopped()) return nullptr;
  const CallSite site = {.offset = offset, .name = name, .target = target, .args = args};
  if (const Node expansion = macros_.expand(site)) return expansion;
  return factory_.call(offset, name, args, target);
}

Parser::Node Parser::list_literal() {
  std::vector<Node> items;
  std::vector<std::uint32_t> optional_indices;
  const Token open = current_;
  const bool closed = sequence(TokenKind::kRightBracket, true, [&] {
    if (optional_mark()) optional_indices.push_back(static_cast<std::uint32_t>(items.size()));
    const Node item = expression();
    if (item != nullptr) items.push_back(item);
    return item != nullptr;
  });
  bare_name_ = nullptr;
  return closed ? factory_.list(open.offset, items, optional_indices) : nullptr;
}

Parser::Node Parser::map_literal() {
  std::vector<Entry> entries;
  const Token open = current_;
  const bool closed = sequence(TokenKind::kRightBrace, true, [&] {
    Entry entry = {.id = factory_.next_id(), .optional = optional_mark()};
    entry.key = expression();
    if (entry.key == nullptr || !expect(TokenKind::kColon, "behind the key of the map"))
      return false;
    entry.value = expression();
    if (entry.value != nullptr) entries.push_back(entry);
    return entry.value != nullptr;
  });
  bare_name_ = nullptr;
  return closed ? factory_.map(open.offset, entries) : nullptr;
}

std::string_view Parser::qualified_name(Node expr) {
  if (expr->kind == ExprKind::kIdent) return expr->name;
  std::vector<std::string_view> parts;
  for (; expr->kind == ExprKind::kSelect; expr = expr->target) parts.push_back(expr->name);
  std::string name(expr->name);
  for (std::size_t i = parts.size(); i-- > 0;) name.append(".").append(parts[i]);
  return factory_.arena().copy(name);
}

Parser::Node Parser::struct_literal(Node name) {
  std::vector<Entry> entries;
  const bool closed = sequence(TokenKind::kRightBrace, true, [&] {
    Entry entry = {.id = factory_.next_id(), .optional = optional_mark()};
    entry.field = current_.text;
    if (!at(TokenKind::kIdent) && !at(TokenKind::kQuotedIdent)) {
      unexpected("a field name");
      return false;
    }
    advance();
    if (!expect(TokenKind::kColon, "behind the field's name")) return false;
    entry.value = expression();
    if (entry.value != nullptr) entries.push_back(entry);
    return entry.value != nullptr;
  });
  return closed ? factory_.structure(name->offset, qualified_name(name), entries) : nullptr;
}

}  // namespace yagura::policy::internal
