// How long a validation of a policy takes, on one core: objects that were read, expressions that
// were compiled.

#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "figure.hpp"
#include "kube/reader.hpp"
#include "policy/check/check.hpp"
#include "policy/library/library.hpp"
#include "policy/program/explain.hpp"
#include "policy/program/program.hpp"
#include "policy/syntax/parse.hpp"

namespace yagura::bench {
namespace {

constexpr std::string_view kDeployment = R"(
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  labels: {app: web, tier: front, team: checkout}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: web
      automountServiceAccountToken: false
      hostNetwork: false
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: web
          image: registry.example/web@sha256:0123
          ports: [{containerPort: 8080}]
          resources: {limits: {cpu: 1, memory: 256Mi}}
          securityContext: {privileged: false, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
        - name: proxy
          image: registry.example/proxy@sha256:0123
          securityContext: {privileged: false, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
        - name: log
          image: registry.example/log@sha256:0123
          securityContext: {privileged: false, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
)";

struct Expression {
  std::string name;
  std::string_view text;
};

[[noreturn]] void fail(std::string_view what) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(what.size()), what.data());
  std::exit(1);
}

std::shared_ptr<const policy::Environment> environment() {
  policy::EnvironmentBuilder builder(policy::base_environment());
  for (const auto table : policy::all_functions()) builder.functions(table);
  builder.variable("object", "dyn");
  auto built = builder.build();
  if (!built) fail(built.error().message);
  return *built;
}

std::shared_ptr<const policy::Program> compile(std::string_view text) {
  static const std::shared_ptr<const policy::Environment> known = environment();
  static const auto slots = [] {
    auto made = std::make_shared<policy::VariableSlots>();
    made->add("object");
    return made;
  }();
  const policy::ParsedExpression parsed = policy::parse(text);
  if (!parsed) fail(policy::to_string(parsed.issues, text));
  const policy::CheckResult checked = policy::check(parsed.ast, known);
  if (!checked) fail(policy::to_string(checked.issues, text));
  auto program = policy::compile(checked.checked, slots);
  if (!program) fail(program.error().message);
  return *program;
}

// Processor time of this thread, so that a busy machine does not count.
double cpu_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

// Nanoseconds of the best of several rounds.
template <typename Run>
double time_of(Run run) {
  constexpr int kRounds = 9;
  constexpr int kCalls = 100'000;
  double best = 1e18;
  for (int round = 0; round < kRounds; ++round) {
    const double begin = cpu_nanoseconds();
    for (int i = 0; i < kCalls; ++i) run();
    best = std::min(best, (cpu_nanoseconds() - begin) / kCalls);
  }
  return best;
}

void measure(const std::vector<Expression>& expressions, const kube::Node& object) {
  policy::EvalContext context;
  policy::Value slot = policy::Value::node(object);
  const policy::Activation activation{.slots = {&slot, 1}, .source = nullptr};
  for (const Expression& expression : expressions) {
    const auto program = compile(expression.text);
    if (!program->evaluate(context, activation).value.is_true()) fail(expression.text);
    const double nanoseconds = time_of([&] {
      context.reset();
      const volatile bool truth = program->evaluate(context, activation).value.is_true();
      (void)truth;
    });
    print_figure("evaluate: " + expression.name, "ns", nanoseconds);
  }
}

void measure_explain(const kube::Node& object) {
  policy::EvalContext context;
  policy::Value slot = policy::Value::node(object);
  const policy::Activation activation{.slots = {&slot, 1}, .source = nullptr};
  const auto program = compile(
      "object.spec.template.spec.containers.all(c, has(c.resources) && has(c.resources.limits))");
  const double nanoseconds = time_of([&] {
    context.reset();
    const volatile std::size_t count =
        policy::explain(*program, context, activation).failures.size();
    (void)count;
  });
  print_figure("explain two failing containers", "ns", nanoseconds);
}

void measure_compile() {
  constexpr std::string_view kText =
      "object.spec.template.spec.containers.all(c, !has(c.securityContext) || "
      "!has(c.securityContext.privileged) || c.securityContext.privileged == false)";
  const double nanoseconds = time_of([&] { (void)compile(kText); });
  print_figure("parse, check and compile a validation", "ns", nanoseconds);
}

}  // namespace
}  // namespace yagura::bench

int main() {
  using namespace yagura;
  Diagnostics diagnostics;
  const auto source = std::make_shared<const kube::Source>("bench", std::string(bench::kDeployment),
                                                           kube::SourceFormat::kYaml);
  const std::vector<kube::Document> documents = kube::read_documents(source, diagnostics);
  const kube::Node& object = documents.at(0).root();
  bench::measure(
      {{"3 fields, 1 comprehension over 3 containers",
        "object.spec.replicas >= 1 && object.metadata.namespace != 'default' && "
        "object.spec.template.spec.serviceAccountName != 'default' && "
        "object.spec.template.spec.containers.all(c, c.image.contains('@sha256:'))"},
       {"1 field", "object.spec.replicas >= 1"},
       {"privileged",
        "object.spec.template.spec.containers.all(c, !has(c.securityContext) || "
        "!has(c.securityContext.privileged) || !c.securityContext.privileged)"},
       {"drop ALL",
        "object.spec.template.spec.containers.all(c, has(c.securityContext) && "
        "has(c.securityContext.capabilities) && has(c.securityContext.capabilities.drop) "
        "&& c.securityContext.capabilities.drop.exists(x, x == 'ALL'))"},
       {"constant set", "object.metadata.namespace in ['a', 'b', 'c', 'd', 'e', 'shop']"},
       {"filter, size",
        "object.spec.template.spec.containers.filter(c, c.name == 'x').size() == 0"},
       {"regular expression", "object.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')"}},
      object);
  bench::measure_explain(object);
  bench::measure_compile();
  return 0;
}
