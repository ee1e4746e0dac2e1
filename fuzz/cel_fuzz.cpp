// CEL from text to value. Asserted beside "does not crash": a tree printed and read again prints
// the same; a tree is never higher than promised; checking leaves a type with every expression that
// has one.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "policy/check/check.hpp"
#include "policy/check/environment.hpp"
#include "policy/syntax/parse.hpp"
#include "policy/syntax/unparse.hpp"

namespace {

using namespace yagura::policy;

std::shared_ptr<const Environment> make_environment() {
  EnvironmentBuilder builder(base_environment());
  builder.container("a.b");
  for (const char* name : {"object", "x", "a", "a.b.c"}) builder.variable(name, &types::kDyn);
  builder.variable("s", "string").variable("l", "list(map(string, int))").variable("i", "int");
  return builder.build().value();
}

void expect_same_text_again(const Ast& ast) {
  const std::string text = unparse(ast);
  const ParsedExpression again = parse(text);
  YAGURA_CHECK(again, "printed text parses");
  YAGURA_CHECK(unparse(*again.ast) == text, "printed text prints the same again");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::shared_ptr<const Environment> environment = make_environment();
  const std::string_view source(reinterpret_cast<const char*>(data), size);
  const ParsedExpression parsed = parse(source);
  if (!parsed) {
    YAGURA_CHECK(!to_string(parsed.issues, source).empty(), "what does not parse has issues");
    return 0;
  }
  YAGURA_CHECK(parsed.ast->root->height <= kMaxExprHeight, "trees have a bounded height");
  expect_same_text_again(*parsed.ast);
  for (const CheckMode mode : {CheckMode::kFull, CheckMode::kResolveOnly}) {
    const CheckResult result = check(parsed.ast, environment, {.mode = mode});
    YAGURA_CHECK(result || !to_string(result.issues, source).empty(), "refused with a reason");
    if (result)
      YAGURA_CHECK(!to_string(result.checked->result_type()).empty(), "a type has a name");
  }
  return 0;
}
