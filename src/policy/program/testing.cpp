#include "policy/program/testing.hpp"

#include <cstdio>
#include <cstdlib>

#include "kube/reader.hpp"
#include "policy/library/library.hpp"
#include "policy/syntax/parse.hpp"

namespace yagura::policy::testing {
namespace {

[[noreturn]] void fail(std::string_view text, const std::string& why) {
  std::fprintf(stderr, "%.*s: %s\n", static_cast<int>(text.size()), text.data(), why.c_str());
  std::abort();
}

}  // namespace

Bench::Bench(CheckMode mode) : slots(std::make_shared<VariableSlots>()), mode_(mode) {}
Bench::~Bench() = default;

void Bench::set(std::string_view name, const Value& value) {
  const std::uint32_t slot = slots->add(name);
  values_.resize(slots->size());
  values_[slot] = value;
  activation.slots = values_;
}

const kube::Node& Bench::read(std::string_view yaml) {
  Diagnostics diagnostics;
  auto source =
      std::make_shared<kube::Source>("test.yaml", std::string(yaml), kube::SourceFormat::kYaml);
  std::vector<kube::Document> documents = kube::read_documents(source, diagnostics);
  if (documents.empty()) fail(yaml, "no document");
  documents_.push_back(documents[0]);
  return documents_.back().root();
}

void Bench::set_object(std::string_view yaml, std::string_view name) {
  set(name, Value::node(read(yaml)));
}

std::shared_ptr<const Environment> Bench::environment() {
  EnvironmentBuilder builder(base_environment());
  for (const std::span<const Function> table : all_functions()) builder.functions(table);
  for (std::uint32_t i = 0; i < slots->size(); ++i) builder.variable(slots->name(i), "dyn");
  for (const std::string_view name : {"net.IP", "net.CIDR"}) {
    builder.type_name(name, builder.types().opaque(name));
  }
  auto built = builder.build();
  if (!built) fail("environment", built.error().message);
  return *built;
}

std::shared_ptr<const Program> Bench::compile(std::string_view text) {
  const ParsedExpression parsed = parse(text);
  if (!parsed) fail(text, to_string(parsed.issues, text));
  const CheckResult checked = check(parsed.ast, environment(), {.mode = mode_});
  if (!checked) fail(text, to_string(checked.issues, text));
  auto program = policy::compile(checked.checked, slots);
  if (!program) fail(text, program.error().message);
  programs_.push_back(*program);
  return *program;
}

EvalResult Bench::evaluate(std::string_view text) {
  return compile(text)->evaluate(context, activation);
}

std::string Bench::text_of(std::string_view text) { return to_debug_string(evaluate(text).value); }

}  // namespace yagura::policy::testing
