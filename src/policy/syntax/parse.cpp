#include "policy/syntax/parse.hpp"

#include <algorithm>

#include "core/utf8.hpp"
#include "policy/syntax/internal/parser.hpp"

namespace yagura::policy {

namespace {

bool within_limits(std::string_view source, const ParseLimits& limits, std::vector<Issue>& issues) {
  // Bytes first: a source that is far too long is not even read.
  const bool too_long = source.size() / 4 > limits.max_code_points ||
                        core::utf8_length(source) > limits.max_code_points;
  if (too_long) {
    issues.push_back({.message = "expression too long: more than " +
                                 std::to_string(limits.max_code_points) + " code points"});
    return false;
  }
  if (const std::size_t wrong = core::find_invalid_utf8(source); wrong != std::string_view::npos) {
    const auto offset = static_cast<std::uint32_t>(core::utf8_length(source.substr(0, wrong)));
    issues.push_back(
        {.offset = offset, .message = "Syntax error: the expression is not valid UTF-8"});
    return false;
  }
  return true;
}

}  // namespace

ParsedExpression parse(std::string_view source, const ParseOptions& options) {
  ParsedExpression result;
  if (within_limits(source, options.limits, result.issues)) {
    auto ast = std::make_shared<Ast>();
    ast->source = source;
    internal::Parser(*ast, options, result.issues).run();
    std::ranges::sort(ast->macro_calls, {}, &MacroCall::id);
    if (result.issues.empty()) result.ast = std::move(ast);
  }
  finish_issues(source, result.issues);
  return result;
}

}  // namespace yagura::policy
