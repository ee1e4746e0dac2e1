// CEL from text to value. Asserted beside "does not crash": a tree printed and read again prints
// the same; a tree is never higher than promised; evaluating twice gives the same; and what is
// typed without dyn has a value of its type, or an error.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.hpp"
#include "core/diagnostics.hpp"
#include "kube/reader.hpp"
#include "policy/check/check.hpp"
#include "policy/check/environment.hpp"
#include "policy/library/library.hpp"
#include "policy/program/program.hpp"
#include "policy/syntax/parse.hpp"
#include "policy/syntax/unparse.hpp"

namespace {

using namespace yagura::policy;
namespace kube = yagura::kube;

constexpr std::string_view kObject =
    R"({"kind": "Pod", "metadata": {"name": "a", "labels": {"b": "c"}}, "n": 7, "big": 18446744073709551615,
        "spec": {"containers": [{"name": "x", "image": "é", "f": 1.5, "t": true, "z": null}, {"name": "y"}]}})";

// What every input runs in: some variables, all functions.
struct World {
  World() {
    yagura::Diagnostics diagnostics;
    documents = kube::read_documents(
        std::make_shared<kube::Source>("o", std::string(kObject), kube::SourceFormat::kJson),
        diagnostics);
    EnvironmentBuilder builder(base_environment());
    for (const auto& table : all_functions()) builder.functions(table);
    builder.container("a.b").variable("object", "dyn").variable("x", "dyn").variable("s", "string");
    builder.variable("i", "int").variable("l", "list(map(string, int))").variable("a.b.c", "bool");
    environment = builder.build().value();
    const Value object = Value::node(documents.front().root());
    const std::pair<const char*, Value> bound[] = {
        {"object", object},        {"x", object.find("spec")}, {"s", Value::string("text")},
        {"i", Value::integer(42)}, {"l", Value::list({})},     {"a.b.c", Value::boolean(true)}};
    for (const auto& [name, value] : bound) {
      slots->add(name);
      values.push_back(value);
    }
  }

  std::vector<kube::Document> documents;
  std::shared_ptr<const Environment> environment;
  std::shared_ptr<VariableSlots> slots = std::make_shared<VariableSlots>();
  std::vector<Value> values;
};

void expect_same_text_again(const Ast& ast) {
  const std::string text = unparse(ast);
  const ParsedExpression again = parse(text);
  YAGURA_CHECK(again, "printed text parses");
  YAGURA_CHECK(unparse(*again.ast) == text, "printed text prints the same again");
}

bool has_type(const Value& value, const Type& type) {
  switch (type.kind) {
    case TypeKind::kBool:
      return value.is_bool();
    case TypeKind::kInt:
      return value.is_int();
    case TypeKind::kUint:
      return value.is_uint();
    case TypeKind::kDouble:
      return value.is_double();
    case TypeKind::kString:
      return value.is_string();
    case TypeKind::kBytes:
      return value.is_bytes();
    case TypeKind::kList:
      return value.is_list();
    case TypeKind::kMap:
      return value.is_map();
    default:
      return true;
  }
}

bool is_static(const CheckedAst& checked) {
  const auto mentions_dyn = [](const auto& self, const Type* type) -> bool {
    return type != nullptr && (type->is_dyn() || type->is(TypeKind::kAny) ||
                               std::ranges::any_of(type->parameters, [&self](const Type* part) {
                                 return self(self, part);
                               }));
  };
  return std::ranges::none_of(checked.type_of,
                              [&](const Type* type) { return mentions_dyn(mentions_dyn, type); });
}

std::string evaluate(const Program& program, const World& world, const CheckedAst& checked,
                     bool typed) {
  EvalContext context({.cost = 20'000, .memory = std::size_t{1} << 20});
  std::vector<Value> values = world.values;
  const EvalResult result = program.evaluate(context, {.slots = values});
  YAGURA_CHECK(!result.value.is_absent(), "there always is a value");
  YAGURA_CHECK(
      !typed || result.value.is_abnormal() || has_type(result.value, checked.result_type()),
      "the value has the type that was inferred");
  return result.value.is_error() ? error_text(result.value) : to_debug_string(result.value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const World world;
  const std::string_view source(reinterpret_cast<const char*>(data), size);
  const ParsedExpression parsed = parse(source);
  if (!parsed) {
    YAGURA_CHECK(!to_string(parsed.issues, source).empty(), "what does not parse has issues");
    return 0;
  }
  YAGURA_CHECK(parsed.ast->root->height <= kMaxExprHeight, "trees have a bounded height");
  expect_same_text_again(*parsed.ast);
  for (const CheckMode mode : {CheckMode::kFull, CheckMode::kResolveOnly}) {
    const CheckResult result = check(parsed.ast, world.environment, {.mode = mode});
    YAGURA_CHECK(result || !to_string(result.issues, source).empty(), "refused with a reason");
    if (!result) continue;
    const auto program = compile(result.checked, world.slots);
    if (!program) continue;
    const bool typed = mode == CheckMode::kFull && is_static(*result.checked);
    const std::string first = evaluate(**program, world, *result.checked, typed);
    YAGURA_CHECK(first == evaluate(**program, world, *result.checked, typed),
                 "evaluation is deterministic");
  }
  return 0;
}
