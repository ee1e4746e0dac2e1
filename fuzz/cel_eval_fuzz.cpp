// An expression from the fuzzer, unchecked and checked, on a fixed object: no crash, bounded cost
// and memory, the checked program and the unchecked one agree, evaluating twice agrees, and what is
// false has an explanation. The first line, if it begins with '#', is a time zone name and the
// bytes behind it a TZif file.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "kube/reader.hpp"
#include "policy/check/check.hpp"
#include "policy/library/library.hpp"
#include "policy/library/time_zone.hpp"
#include "policy/program/explain.hpp"
#include "policy/program/program.hpp"
#include "policy/syntax/parse.hpp"

namespace {

using namespace yagura;
using namespace yagura::policy;

constexpr std::string_view kObject = R"(
metadata: {name: web, labels: {app: web, tier: ''}}
spec:
  replicas: 3
  ratio: 0.5
  nothing: null
  containers:
    - {name: a, image: 'nginx:latest', ports: [{hostPort: 80}], securityContext: {privileged: true}}
    - {name: b, image: 'redis:7'}
)";

struct World {
  World() {
    EnvironmentBuilder builder(base_environment());
    for (const auto table : all_functions()) builder.functions(table);
    builder.variable("object", "dyn");
    auto built = builder.build();
    YAGURA_CHECK(built.has_value(), "the tables are right");
    environment = *built;
    slots->add("object");
    Diagnostics diagnostics;
    documents = kube::read_documents(std::make_shared<const kube::Source>(
                                         "fuzz", std::string(kObject), kube::SourceFormat::kYaml),
                                     diagnostics);
    object = Value::node(documents.at(0).root());
  }

  std::shared_ptr<const Environment> environment;
  std::shared_ptr<VariableSlots> slots = std::make_shared<VariableSlots>();
  std::vector<kube::Document> documents;
  Value object;
};

constexpr EvalLimits kLimits{.cost = 20'000, .memory = std::size_t{4} << 20};

std::string run(World& world, EvalContext& context, const Program& program) {
  const Activation activation{.slots = {&world.object, 1}, .source = nullptr};
  const EvalResult result = program.evaluate(context, activation);
  YAGURA_CHECK(!result.value.is_absent(), "an evaluation has a result");
  YAGURA_CHECK(context.arena().reserved() < (std::size_t{64} << 20), "memory is bounded");
  if (result.value.is_false() || result.value.is_error()) {
    const Explanation why = explain(program, context, activation);
    YAGURA_CHECK(!why.failures.empty(), "what failed is explained");
  }
  return to_debug_string(result.value, 1000) + " " + std::to_string(result.cost);
}

std::shared_ptr<const Program> compiled(World& world, const std::shared_ptr<const Ast>& ast,
                                        CheckMode mode) {
  const CheckResult checked = check(ast, world.environment, {.mode = mode});
  if (!checked) return nullptr;
  auto program = compile(checked.checked, world.slots);
  return program ? *program : nullptr;
}

void fuzz_zone(std::string_view input) {
  const std::size_t end = input.find('\n');
  (void)zone_offset(input.substr(1, end - 1), 1'700'000'000);
  if (end == std::string_view::npos) return;
  for (const std::int64_t at :
       {INT64_C(-100'000'000'000), INT64_C(0), INT64_C(1'700'000'000), INT64_C(253'402'300'799)}) {
    (void)offset_of_tzif(input.substr(end + 1), at);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static World world;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.starts_with('#')) {
    fuzz_zone(text);
    return 0;
  }
  const ParsedExpression parsed = parse(text, {.macros = {.block = true}});
  if (!parsed) return 0;
  EvalContext context(kLimits);
  const auto unchecked = compiled(world, parsed.ast, CheckMode::kResolveOnly);
  if (unchecked == nullptr) return 0;
  const std::string first = run(world, context, *unchecked);
  YAGURA_CHECK(run(world, context, *unchecked) == first || context.exhausted(),
               "evaluating changes nothing");
  context.reset();
  if (const auto checked = compiled(world, parsed.ast, CheckMode::kFull); checked != nullptr) {
    (void)run(world, context, *checked);
  }
  return 0;
}
