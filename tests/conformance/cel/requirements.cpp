#include "requirements.hpp"

#include <algorithm>
#include <string_view>

namespace yagura::conformance {

namespace {

using policy::Ast;
using policy::Comprehension;
using policy::Entry;
using policy::Expr;
using policy::ExprKind;

bool any_value(const TestValue& value, const auto& predicate) {
  if (predicate(value)) return true;
  for (const TestValue& item : value.items) {
    if (any_value(item, predicate)) return true;
  }
  return std::ranges::any_of(value.keys,
                             [&](const TestValue& key) { return any_value(key, predicate); });
}

bool any_expr(const Expr* expr, const auto& predicate) {
  if (expr == nullptr) return false;
  if (predicate(*expr) || any_expr(expr->target, predicate)) return true;
  for (const Expr* arg : expr->args) {
    if (any_expr(arg, predicate)) return true;
  }
  for (const Entry& entry : expr->entries) {
    if (any_expr(entry.key, predicate) || any_expr(entry.value, predicate)) return true;
  }
  const Comprehension* c = expr->comprehension;
  return c != nullptr && (any_expr(c->range, predicate) || any_expr(c->init, predicate) ||
                          any_expr(c->condition, predicate) || any_expr(c->step, predicate) ||
                          any_expr(c->result, predicate));
}

// "a.b.C" of a chain of selects, else empty.
std::string qualified(const Expr* expr) {
  if (expr == nullptr) return {};
  if (expr->kind == ExprKind::kIdent) return std::string(expr->name);
  if (expr->kind != ExprKind::kSelect) return {};
  const std::string prefix = qualified(expr->target);
  return prefix.empty() ? prefix : prefix + "." + std::string(expr->name);
}

// Does the name, as written in the container, mean one of the declared ones?
bool means(std::string_view written, const TestCase& test, std::string_view declared) {
  if (written.starts_with('.')) return written.substr(1) == declared;
  std::string scope = test.container;
  while (true) {
    const std::string candidate = (scope.empty() ? "" : scope + ".") + std::string(written);
    if (candidate == declared) return true;
    if (scope.empty()) return false;
    scope.resize(scope.find('.') == std::string::npos ? 0 : scope.rfind('.'));
  }
}

bool is_message(std::string_view written, const TestCase& test, const Suites& suites) {
  // These two of google.protobuf are messages also to CEL.
  if (means(written, test, "google.protobuf.Any") ||
      means(written, test, "google.protobuf.Empty") ||
      means(written, test, "google.protobuf.FieldMask")) {
    return true;
  }
  return std::ranges::any_of(
      suites.messages, [&](const MessageType& type) { return means(written, test, type.name); });
}

bool is_enum(std::string_view written, const TestCase& test, const Suites& suites) {
  return std::ranges::any_of(suites.enums,
                             [&](const EnumType& type) { return means(written, test, type.name); });
}

bool is_extension_macro(const Expr& expr) {
  return expr.kind == ExprKind::kCall && (expr.name == "hasExt" || expr.name == "getExt") &&
         qualified(expr.target) == "proto";
}

bool is_enum_conversion(const Expr& expr, const TestCase& test, const Suites& suites) {
  if (expr.kind != ExprKind::kCall) return false;
  std::string name(expr.name);
  if (expr.target != nullptr) name = qualified(expr.target) + "." + name;
  return is_enum(name, test, suites);
}

bool names_message_type(const Expr& expr, const TestCase& test, const Suites& suites) {
  return is_message(qualified(&expr), test, suites);
}

bool declares_message(const TestCase& test, const Suites& suites) {
  return std::ranges::any_of(test.variables, [&](const VariableDeclaration& variable) {
    return std::ranges::any_of(suites.messages, [&](const MessageType& type) {
      return variable.type.find(type.name) != std::string::npos;
    });
  });
}

}  // namespace

std::string missing_requirement(const TestCase& test, const Suites& suites, const Ast* ast) {
  const Expr* root = ast != nullptr ? ast->root : nullptr;
  const auto is_message_value = [](const TestValue& value) {
    return value.type == ValueType::kMessage;
  };
  const auto needs_enum_type = [&](const TestValue& value) {
    return value.type == ValueType::kEnum ||
           (value.type == ValueType::kType && is_enum(value.text, test, suites));
  };
  if (any_expr(root, is_extension_macro)) return "protobuf extension fields";
  if (any_value(test.value, needs_enum_type) ||
      any_expr(root, [&](const Expr& e) { return is_enum_conversion(e, test, suites); })) {
    return "protobuf enums as types of their own";
  }
  if (test.check_only) return {};
  if (any_expr(root, [&](const Expr& e) {
        return e.kind == ExprKind::kStruct && is_message(e.name, test, suites);
      })) {
    return "literals of protobuf messages";
  }
  if (declares_message(test, suites) || any_value(test.value, is_message_value) ||
      std::ranges::any_of(test.bindings, [&](const auto& binding) {
        return any_value(binding.second, is_message_value);
      })) {
    return "values that are protobuf messages";
  }
  if (any_expr(root, [&](const Expr& e) { return names_message_type(e, test, suites); })) {
    return "protobuf message types as values";
  }
  return {};
}

}  // namespace yagura::conformance
