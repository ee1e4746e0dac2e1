#include "waf/seclang/print.hpp"

#include "waf/seclang/actions.hpp"
#include "waf/seclang/internal/quoting.hpp"
#include "waf/seclang/targets.hpp"

namespace yagura::waf::seclang {

std::string to_string(const OperatorCall& op) {
  std::string text = op.negated ? "!@" : "@";
  text += op.name;
  if (!op.argument.empty()) text += ' ' + escape(op.argument, "\"");
  return text;
}

std::string to_string(const RuleDirective& rule) {
  std::string text = "SecAction";
  if (rule.kind == RuleDirective::Kind::kRule) {
    text = "SecRule \"";
    for (std::size_t i = 0; i < rule.targets.size(); ++i) {
      if (i > 0) text += '|';
      text += to_string(rule.targets[i]);
    }
    text += "\" \"" + to_string(rule.op) + '"';
  }
  text += " \"";
  for (std::size_t i = 0; i < rule.actions.size(); ++i) {
    if (i > 0) text += ',';
    text += to_string(rule.actions[i]);
  }
  return text + '"';
}

}  // namespace yagura::waf::seclang
