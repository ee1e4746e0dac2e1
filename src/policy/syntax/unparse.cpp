#include "policy/syntax/unparse.hpp"

#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include "policy/syntax/operators.hpp"

// Precedence climbing in reverse: an operand gets parentheses where it binds less tightly than its
// place needs. && and || are associative and parsed as balanced trees, so that neither side needs
// any.

namespace yagura::policy {

namespace {

namespace op = operators;

enum class Precedence : int {
  kConditional = 1,
  kOr,
  kAnd,
  kRelation,
  kSum,
  kProduct,
  kUnary,
  kMember,
};

struct BinaryOperator {
  std::string_view name;
  std::string_view text;
  Precedence precedence;
};

constexpr BinaryOperator kBinaryOperators[] = {
    {op::kLogicalOr, "||", Precedence::kOr},    {op::kLogicalAnd, "&&", Precedence::kAnd},
    {op::kEquals, "==", Precedence::kRelation}, {op::kNotEquals, "!=", Precedence::kRelation},
    {op::kLess, "<", Precedence::kRelation},    {op::kLessEquals, "<=", Precedence::kRelation},
    {op::kGreater, ">", Precedence::kRelation}, {op::kGreaterEquals, ">=", Precedence::kRelation},
    {op::kIn, "in", Precedence::kRelation},     {op::kAdd, "+", Precedence::kSum},
    {op::kSubtract, "-", Precedence::kSum},     {op::kMultiply, "*", Precedence::kProduct},
    {op::kDivide, "/", Precedence::kProduct},   {op::kModulo, "%", Precedence::kProduct},
};

const BinaryOperator* find_binary(const Expr& expr) {
  if (expr.kind != ExprKind::kCall || expr.target != nullptr || expr.args.size() != 2)
    return nullptr;
  for (const BinaryOperator& binary : kBinaryOperators) {
    if (binary.name == expr.name) return &binary;
  }
  return nullptr;
}

bool is_unary(const Expr& expr) {
  return expr.kind == ExprKind::kCall && expr.target == nullptr && expr.args.size() == 1 &&
         (expr.name == op::kLogicalNot || expr.name == op::kNegate);
}

// A number to which a minus sign before it would belong.
bool is_signed_number(const Expr& expr) {
  return expr.kind == ExprKind::kConstant &&
         (expr.constant.kind == ConstantKind::kInt || expr.constant.kind == ConstantKind::kDouble);
}

bool is_plain_name(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  if (name == "in" || name == "true" || name == "false" || name == "null") return false;
  for (const char c : name) {
    const bool word =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    if (!word) return false;
  }
  return true;
}

class Unparser {
 public:
  explicit Unparser(const Ast& ast) : ast_(ast) {}

  std::string take() && { return std::move(out_); }

  void print(const Expr& expr) {
    if (const MacroCall* macro = ast_.find_macro(expr.id); macro != nullptr && expr.id != 0) {
      print_call(*macro->call);
      return;
    }
    switch (expr.kind) {
      case ExprKind::kConstant:
        print_constant(expr.constant);
        break;
      case ExprKind::kIdent:
        out_ += expr.name;
        break;
      case ExprKind::kSelect:
        print_select(expr);
        break;
      case ExprKind::kCall:
        print_call(expr);
        break;
      case ExprKind::kList:
        print_list(expr);
        break;
      case ExprKind::kMap:
        print_map(expr);
        break;
      case ExprKind::kStruct:
        print_struct(expr);
        break;
      case ExprKind::kComprehension:
        print_comprehension(*expr.comprehension);
        break;
    }
  }

 private:
  [[nodiscard]] Precedence precedence(const Expr& expr) const {
    if (ast_.find_macro(expr.id) != nullptr) return Precedence::kMember;
    if (const BinaryOperator* binary = find_binary(expr)) return binary->precedence;
    if (is_unary(expr)) return Precedence::kUnary;
    const bool conditional = expr.kind == ExprKind::kCall && expr.name == op::kConditional;
    return conditional ? Precedence::kConditional : Precedence::kMember;
  }

  void print_at(const Expr& expr, Precedence at_least) {
    print_in_parentheses_if(precedence(expr) < at_least, expr);
  }

  void print_in_parentheses_if(bool needed, const Expr& expr) {
    if (needed) out_ += '(';
    print(expr);
    if (needed) out_ += ')';
  }

  static Precedence above(Precedence p) { return static_cast<Precedence>(static_cast<int>(p) + 1); }

  void print_call(const Expr& call) {
    if (const BinaryOperator* binary = find_binary(call)) {
      print_binary(call, *binary);
    } else if (is_unary(call)) {
      print_unary(call);
    } else if (call.target == nullptr && call.name == op::kConditional && call.args.size() == 3) {
      print_at(*call.args[0], Precedence::kOr);
      out_ += " ? ";
      print_at(*call.args[1], Precedence::kOr);
      out_ += " : ";
      print_at(*call.args[2], Precedence::kConditional);
    } else if (call.target == nullptr && call.args.size() == 2 &&
               (call.name == op::kIndex || call.name == op::kOptIndex)) {
      print_at(*call.args[0], Precedence::kMember);
      out_ += call.name == op::kIndex ? "[" : "[?";
      print(*call.args[1]);
      out_ += ']';
    } else if (call.target == nullptr && call.name == op::kOptSelect && call.args.size() == 2) {
      print_at(*call.args[0], Precedence::kMember);
      out_ += ".?";
      print_field(call.args[1]->constant.text);
    } else {
      print_named_call(call);
    }
  }

  void print_binary(const Expr& call, const BinaryOperator& binary) {
    const bool associative =
        binary.precedence == Precedence::kOr || binary.precedence == Precedence::kAnd;
    print_at(*call.args[0], binary.precedence);
    out_.append(" ").append(binary.text).append(" ");
    print_at(*call.args[1], associative ? binary.precedence : above(binary.precedence));
  }

  void print_unary(const Expr& call) {
    const Expr& operand = *call.args[0];
    const bool negation = call.name == op::kNegate;
    out_ += negation ? '-' : '!';
    // Two signs would cancel each other, and "-1" is a constant.
    const bool needed =
        precedence(operand) < Precedence::kMember || (negation && starts_with_number(operand));
    print_in_parentheses_if(needed, operand);
  }

  // Whether its text begins with a number: 1, 1.a, 1[0].
  [[nodiscard]] bool starts_with_number(const Expr& expr) const {
    const Expr* first = &expr;
    while (first != nullptr && !is_signed_number(*first)) {
      if (const MacroCall* macro = ast_.find_macro(first->id)) {
        first = macro->call->target;
      } else if (first->kind == ExprKind::kCall && first->target == nullptr &&
                 (first->name == op::kIndex || first->name == op::kOptIndex ||
                  first->name == op::kOptSelect)) {
        first = first->args[0];
      } else {
        first = first->target;
      }
    }
    return first != nullptr;
  }

  void print_named_call(const Expr& call) {
    if (call.target != nullptr) {
      print_at(*call.target, Precedence::kMember);
      out_ += '.';
    }
    out_.append(call.name).append("(");
    print_all(call.args);
    out_ += ')';
  }

  void print_all(std::span<const Expr* const> exprs) {
    for (std::size_t i = 0; i < exprs.size(); ++i) {
      if (i > 0) out_ += ", ";
      print(*exprs[i]);
    }
  }

  void print_field(std::string_view name) {
    if (is_plain_name(name)) {
      out_ += name;
    } else {
      out_.append("`").append(name).append("`");
    }
  }

  void print_select(const Expr& expr) {
    if (expr.test_only) out_ += "has(";
    print_at(*expr.target, Precedence::kMember);
    out_ += '.';
    print_field(expr.name);
    if (expr.test_only) out_ += ')';
  }

  void print_list(const Expr& list) {
    out_ += '[';
    std::size_t next_optional = 0;
    for (std::size_t i = 0; i < list.args.size(); ++i) {
      if (i > 0) out_ += ", ";
      if (next_optional < list.optional_indices.size() &&
          list.optional_indices[next_optional] == i) {
        out_ += '?';
        ++next_optional;
      }
      print(*list.args[i]);
    }
    out_ += ']';
  }

  void print_map(const Expr& map) {
    out_ += '{';
    for (const Entry& entry : map.entries) {
      if (&entry != &map.entries.front()) out_ += ", ";
      if (entry.optional) out_ += '?';
      print(*entry.key);
      out_ += ": ";
      print(*entry.value);
    }
    out_ += '}';
  }

  void print_struct(const Expr& literal) {
    out_.append(literal.name).append("{");
    for (const Entry& entry : literal.entries) {
      if (&entry != &literal.entries.front()) out_ += ", ";
      if (entry.optional) out_ += '?';
      print_field(entry.field);
      out_ += ": ";
      print(*entry.value);
    }
    out_ += '}';
  }

  // There is no syntax for it; only a tree that was not parsed has one without its macro.
  void print_comprehension(const Comprehension& c) {
    out_ += "__comprehension__(";
    out_.append(c.iter_var).append(", ");
    if (!c.iter_var2.empty()) out_.append(c.iter_var2).append(", ");
    print(*c.range);
    out_.append(", ").append(c.accu_var).append(", ");
    const Expr* const parts[] = {c.init, c.condition, c.step, c.result};
    print_all(parts);
    out_ += ')';
  }

  void print_constant(const Constant& constant) {
    switch (constant.kind) {
      case ConstantKind::kNull:
        out_ += "null";
        break;
      case ConstantKind::kBool:
        out_ += constant.truth ? "true" : "false";
        break;
      case ConstantKind::kInt:
        out_ += std::to_string(constant.integer);
        break;
      case ConstantKind::kUint:
        out_ += std::to_string(constant.unsigned_integer) + "u";
        break;
      case ConstantKind::kDouble:
        print_double(constant.real);
        break;
      case ConstantKind::kString:
        print_quoted(constant.text, false);
        break;
      case ConstantKind::kBytes:
        out_ += 'b';
        print_quoted(constant.text, true);
        break;
    }
  }

  void print_double(double value) {
    char buffer[64];
    const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
    const std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
    out_ += text;
    if (text.find_first_of(".en") == std::string_view::npos) out_ += ".0";
  }

  void print_quoted(std::string_view text, bool bytes) {
    out_ += '"';
    for (const char c : text) print_character(static_cast<unsigned char>(c), bytes);
    out_ += '"';
  }

  void print_character(unsigned char c, bool bytes) {
    static constexpr std::string_view kHex = "0123456789abcdef";
    switch (c) {
      case '"':
        out_ += "\\\"";
        return;
      case '\\':
        out_ += "\\\\";
        return;
      case '\n':
        out_ += "\\n";
        return;
      case '\r':
        out_ += "\\r";
        return;
      case '\t':
        out_ += "\\t";
        return;
      default:
        break;
    }
    if (c < 0x20 || c == 0x7F || (bytes && c >= 0x80)) {
      out_.append("\\x") += kHex[c >> 4];
      out_ += kHex[c & 15];
    } else {
      out_ += static_cast<char>(c);
    }
  }

  const Ast& ast_;
  std::string out_;
};

}  // namespace

std::string unparse(const Ast& ast, const Expr& expr) {
  Unparser unparser(ast);
  unparser.print(expr);
  return std::move(unparser).take();
}

std::string unparse(const Ast& ast) { return unparse(ast, *ast.root); }

}  // namespace yagura::policy
