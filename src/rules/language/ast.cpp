#include "rules/language/ast.hpp"

namespace yagura::rules {

namespace {

void append_arguments(std::string& out, const Operand& operand) {
  out += '(';
  for (const Operand& argument : operand.arguments) {
    if (&argument != operand.arguments.data()) out += ", ";
    out += to_string(argument);
  }
  out += ')';
}

}  // namespace

std::string to_string(const Operand& operand) {
  std::string out;
  switch (operand.kind) {
    case Operand::Kind::kField:
      return operand.text;
    case Operand::Kind::kText:
      return '"' + operand.text + '"';
    case Operand::Kind::kList:
      append_arguments(out, operand);
      return out;
    case Operand::Kind::kCall:
      break;
  }
  out = to_string(operand.transformer);
  append_arguments(out, operand);
  if (!operand.text.empty()) out += '[' + operand.text + ']';
  return out;
}

}  // namespace yagura::rules
