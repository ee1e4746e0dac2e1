#pragma once

// Recursive descent over langdef.md's grammar. Private to parse().

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy/syntax/internal/expr_factory.hpp"
#include "policy/syntax/internal/lexer.hpp"
#include "policy/syntax/internal/macros.hpp"
#include "policy/syntax/parse.hpp"

namespace yagura::policy::internal {

// After a syntax error a production gives null. The nearest enclosing bracket skips to its next
// comma or to its end and goes on, so that one run finds several errors.
class Parser {
 public:
  // ast.source is what is parsed.
  Parser(Ast& ast, const ParseOptions& options, std::vector<Issue>& issues);

  // The whole source; fills ast.root where there are no issues.
  void run();

 private:
  using Node = const Expr*;

  Node expression();
  Node conditional();
  Node logical_or();
  Node logical_and();
  Node relation();
  Node sum();
  Node product();
  Node unary();
  Node member(bool negative, std::uint32_t offset);
  Node primary(bool negative, std::uint32_t offset);

  Node binary_chain(Node (Parser::*operand)(), std::string_view (*operator_of)(TokenKind));
  Node balanced_chain(Node (Parser::*operand)(), TokenKind sign, std::string_view name);
  Node selection(Node target);
  Node indexing(Node target);
  Node identifier();
  Node parenthesized();
  Node list_literal();
  Node map_literal();
  Node struct_literal(Node name);
  Node number(bool negative, std::uint32_t offset);
  Node call(std::uint32_t offset, std::string_view name, Node target);

  // Reads "item, item, … close". `item` returns false after a syntax error. False if the closing
  // bracket is missing.
  template <typename Item>
  bool sequence(TokenKind close, bool trailing_comma, const Item& item);
  bool recover(TokenKind close);
  // Whether a '?' stands here (and is consumed): [?e], {?k: v}.
  bool optional_mark();
  // a.b.C of a struct literal; empty if the expression is no such name.
  std::string_view qualified_name(Node expr);

  void advance() { current_ = lexer_.next(); }
  [[nodiscard]] bool at(TokenKind kind) const { return current_.kind == kind; }
  bool accept(TokenKind kind);
  bool expect(TokenKind kind, std::string_view context = {});
  Node unexpected(std::string_view wanted);
  void report(std::uint32_t offset, std::string message);
  [[nodiscard]] bool stopped();

  Ast& ast_;
  const ParseOptions& options_;
  std::vector<Issue>& issues_;
  ExprFactory factory_;
  MacroExpander macros_;
  Lexer lexer_;
  Token current_;
  std::uint32_t depth_ = 0;
  std::size_t reported_ = 0;  // issues, with those that were not kept
  bool fatal_ = false;        // a limit was reached and reported
  Node bare_name_ = nullptr;  // the last expression, if it is a name without parentheses: what a
                              // struct literal may follow
};

}  // namespace yagura::policy::internal
