#include "policy/vap/literal_check.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include "policy/library/time.hpp"

namespace yagura::policy {

namespace {

bool is_text(const Expr& expr) {
  return expr.kind == ExprKind::kConstant && expr.constant.kind == ConstantKind::kString;
}

// The pattern of text.matches(pattern), matches(text, pattern), text.find(pattern),
// text.findAll(pattern, …).
const Expr* pattern_of(const Expr& call) {
  if (call.target != nullptr &&
      (call.name == "matches" || call.name == "find" || call.name == "findAll")) {
    return call.args.empty() ? nullptr : call.args[0];
  }
  if (call.target == nullptr && call.name == "matches" && call.args.size() == 2)
    return call.args[1];
  return nullptr;
}

std::string regex_problem(std::string_view pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  const re2::RE2 regex(re2::StringPiece(pattern.data(), pattern.size()), options);
  return regex.ok() ? std::string() : fmt::format("invalid regular expression: {}", regex.error());
}

class Checker {
 public:
  explicit Checker(const Ast& ast) : ast_(ast) { visit(ast.root); }

  std::vector<Issue> issues;

 private:
  void visit(const Expr* expr) {
    if (expr == nullptr) return;
    if (expr->kind == ExprKind::kCall) check_call(*expr);
    visit(expr->target);
    for (const Expr* arg : expr->args) visit(arg);
    for (const Entry& entry : expr->entries) {
      visit(entry.key);
      visit(entry.value);
    }
    if (const Comprehension* loop = expr->comprehension) {
      for (const Expr* part : {loop->range, loop->init, loop->condition, loop->step, loop->result})
        visit(part);
    }
  }

  void check_call(const Expr& call) {
    if (const Expr* pattern = pattern_of(call); pattern != nullptr && is_text(*pattern)) {
      if (auto problem = regex_problem(pattern->constant.text); !problem.empty())
        add(*pattern, std::move(problem));
    }
    if (call.target != nullptr || call.args.size() != 1 || !is_text(*call.args[0])) return;
    const std::string_view text = call.args[0]->constant.text;
    if (call.name == "duration" && !parse_duration(text)) {
      add(*call.args[0], fmt::format("invalid duration \"{}\"", text));
    }
    if (call.name == "timestamp" && !parse_timestamp(text)) {
      add(*call.args[0], fmt::format("invalid timestamp \"{}\"", text));
    }
  }

  void add(const Expr& at, std::string message) {
    issues.push_back(make_issue(ast_.source, at.offset, std::move(message)));
  }

  const Ast& ast_;
};

}  // namespace

std::vector<Issue> check_literals(const Ast& ast) { return std::move(Checker(ast).issues); }

}  // namespace yagura::policy
