// Policy documents of anybody: read, compile, lint, and judge a small pod. Asserts that a policy
// that was taken compiles the same way again, that verdicts do not depend on what was judged
// before, and that what was told has a place.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.hpp"
#include "kube/reader.hpp"
#include "policy/vap/admission.hpp"
#include "policy/vap/default_params.hpp"
#include "policy/vap/lint.hpp"

namespace {

using namespace yagura;

constexpr std::string_view kObjects = R"yaml(apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}, annotations: {a: "1"}}
spec:
  hostNetwork: true
  securityContext: {runAsUser: 0}
  containers:
  - {name: a, image: "nginx:latest", resources: {limits: {memory: 1Gi, cpu: 500m}}, ports: [{containerPort: 80}]}
  - {name: b, image: registry.example.com/b@sha256:0, securityContext: {privileged: true, capabilities: {add: [ALL]}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {replicas: 3, template: {spec: {containers: [{name: a, image: x}]}}}
)yaml";

std::vector<kube::Document> read(std::string text) {
  Diagnostics diagnostics;
  kube::ReadLimits limits;
  limits.max_nodes = 20'000;
  return kube::read_documents(
      std::make_shared<const kube::Source>("fuzz.yaml", std::move(text), kube::SourceFormat::kYaml),
      diagnostics, limits);
}

const std::vector<kube::Document>& objects() {
  static const std::vector<kube::Document> documents = read(std::string(kObjects));
  return documents;
}

// A small budget: what is found here is wrong whatever it costs.
policy::VapLimits small_limits() {
  policy::VapLimits limits;
  limits.per_call = 20'000;
  limits.per_policy = 100'000;
  limits.match_conditions = 20'000;
  return limits;
}

struct Verdict {
  policy::PolicyOutcome outcome;
  std::string messages;
  friend bool operator==(const Verdict&, const Verdict&) = default;
};

Verdict judge(policy::EvaluationSession& session, const policy::AdmissionRequest& request,
              std::uint32_t index) {
  static_cast<void>(request);
  const policy::PolicyResult result = session.evaluate(index);
  Verdict verdict{.outcome = result.outcome, .messages = std::string(result.detail)};
  YAGURA_CHECK((result.outcome == policy::PolicyOutcome::kFail) == !result.failures.empty(),
               "a failure has a reason");
  for (const policy::ValidationFailure& failure : result.failures) {
    YAGURA_CHECK(!failure.message.empty(), "a failure says something");
    verdict.messages.append(failure.message).push_back('\n');
    const bool explains =
        !failure.is_error && failure.index != policy::ValidationFailure::kNoValidation;
    if (explains)
      static_cast<void>(session.explain(failure.index, {.failures = 5, .facts = 5, .elements = 5}));
  }
  static_cast<void>(session.audit_annotations());
  return verdict;
}

void judge_all(const std::shared_ptr<const policy::PolicySet>& set) {
  policy::EvaluationSession shared(set, small_limits());
  kube::KindRegistry kinds;
  policy::ParamStore params;
  params.add(objects());
  for (const kube::Document& object : objects()) {
    const policy::AdmissionRequest request = policy::request_to_create(object.root(), kinds);
    shared.begin(request);
    const std::vector<std::uint32_t> candidates(shared.candidates().begin(),
                                                shared.candidates().end());
    for (const std::uint32_t index : candidates) {
      const Verdict first = judge(shared, request, index);
      policy::EvaluationSession alone(set, small_limits());
      alone.begin(request);
      YAGURA_CHECK(judge(alone, request, index) == first, "the verdict is the policy's own");
    }
    shared.begin(request);
    static_cast<void>(policy::decide(shared, request, params));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 64 * 1024) return 0;
  const auto documents = read(std::string(reinterpret_cast<const char*>(data), size));
  Diagnostics diagnostics;
  const auto set = policy::load_policies(documents, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    YAGURA_CHECK(diagnostic.line > 0 && diagnostic.column > 0, "a problem has a place");
  }
  policy::lint_policies(*set, diagnostics);
  Diagnostics again;
  YAGURA_CHECK(policy::load_policies(documents, again)->policies().size() == set->policies().size(),
               "loading is repeatable");
  for (const policy::CompiledPolicy& policy : set->policies()) {
    static_cast<void>(policy::read_default_params(*policy.text, again));
  }
  judge_all(set);
  return 0;
}
