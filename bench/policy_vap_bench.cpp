// What the policies that ship cost: reading and compiling them, and judging objects by all of them.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "figure.hpp"
#include "kube/reader.hpp"
#include "manifests.hpp"
#include "policy/vap/default_params.hpp"
#include "policy/vap/evaluation_session.hpp"

namespace yagura::bench {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double seconds_of(const std::function<void()>& run, int rounds) {
  double best = 1e9;
  for (int i = 0; i < rounds; ++i) {
    const auto begin = Clock::now();
    run();
    best = std::min(best, std::chrono::duration<double>(Clock::now() - begin).count());
  }
  return best;
}

std::vector<kube::Document> read_text(std::string name, std::string text) {
  Diagnostics diagnostics;
  return kube::read_documents(std::make_shared<const kube::Source>(std::move(name), std::move(text),
                                                                   kube::SourceFormat::kYaml),
                              diagnostics);
}

// The shipped policies as one stream, as they are compiled into the binary.
std::string shipped_policies() {
  std::string all;
  for (const auto& entry :
       fs::recursive_directory_iterator(std::string(YAGURA_SOURCE_DIR) + "/rules/checks")) {
    if (entry.path().filename() != "policy.yaml") continue;
    all += core::read_file(entry.path()).value() + "\n---\n";
  }
  return all;
}

struct Loaded {
  std::shared_ptr<const policy::PolicySet> set;
  std::vector<std::optional<kube::Document>> params;  // of each policy
};

Loaded load(const std::string& text) {
  Diagnostics diagnostics;
  Loaded loaded{.set = policy::load_policies(read_text("policies", text), diagnostics),
                .params = {}};
  for (const policy::CompiledPolicy& policy : loaded.set->policies()) {
    loaded.params.push_back(policy::read_default_params(*policy.text, diagnostics));
  }
  if (diagnostics.has_errors()) {
    std::fprintf(stderr, "%s\n", to_string(diagnostics.list().front()).c_str());
    std::exit(1);
  }
  return loaded;
}

struct Judged {
  std::uint64_t evaluations = 0;
  std::uint64_t failures = 0;
};

Judged judge(const Loaded& loaded, policy::EvaluationSession& session, kube::KindRegistry& kinds,
             const std::vector<kube::Document>& documents) {
  Judged judged;
  for (const kube::Document& document : documents) {
    session.begin(policy::request_to_create(document.root(), kinds));
    for (const std::uint32_t index : session.candidates()) {
      const auto& params = loaded.params[index];
      const policy::PolicyResult result =
          session.evaluate(index, params ? &params->root() : nullptr);
      ++judged.evaluations;
      judged.failures += result.failures.size();
    }
  }
  return judged;
}

void measure_load(const std::string& text) {
  std::size_t count = 0;
  const double load_time = seconds_of([&] { count = load(text).set->policies().size(); }, 7);
  const double read_time = seconds_of([&] { static_cast<void>(read_text("policies", text)); }, 7);
  print_figure("shipped policies: read, check and compile all", "ms", load_time * 1e3);
  print_figure("shipped policies: of that, reading YAML", "ms", read_time * 1e3);
  print_figure("shipped policies: number", "policies", static_cast<double>(count));
}

void measure_judging(const Loaded& loaded) {
  constexpr std::size_t kObjects = 10'000;
  const std::vector<kube::Document> documents = read_text("objects", mixed_manifests(kObjects));
  policy::EvaluationSession session(loaded.set);
  kube::KindRegistry kinds;
  Judged judged;
  const double taken = seconds_of([&] { judged = judge(loaded, session, kinds, documents); }, 5);
  print_figure("10,000 mixed objects by all shipped policies, one core", "s", taken);
  print_figure("one policy on one object of its kinds", "ns",
               taken * 1e9 / static_cast<double>(judged.evaluations));
  print_figure("evaluations", "count", static_cast<double>(judged.evaluations));
}

// A validation of the usual size: three fields, one loop over three containers.
void measure_single() {
  const std::string text = R"yaml(apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: usual}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}
  validations:
  - expression: >-
      !object.spec.hostNetwork && object.metadata.name != '' &&
      object.spec.containers.all(c, !c.securityContext.privileged)
)yaml";
  const Loaded loaded = load(text);
  const auto documents = read_text("pod", R"yaml(apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  hostNetwork: false
  containers:
  - {name: a, securityContext: {privileged: false}}
  - {name: b, securityContext: {privileged: false}}
  - {name: c, securityContext: {privileged: false}}
)yaml");
  policy::EvaluationSession session(loaded.set);
  kube::KindRegistry kinds;
  const policy::AdmissionRequest request = policy::request_to_create(documents[0].root(), kinds);
  constexpr int kTimes = 200'000;
  const double both = seconds_of(
      [&] {
        for (int i = 0; i < kTimes; ++i) {
          session.begin(request);
          if (session.evaluate(0).outcome != policy::PolicyOutcome::kPass) std::exit(1);
        }
      },
      5);
  session.begin(request);
  const double alone = seconds_of(
      [&] {
        for (int i = 0; i < kTimes; ++i) {
          if (session.evaluate(0).outcome != policy::PolicyOutcome::kPass) std::exit(1);
        }
      },
      5);
  print_figure("validation: 3 fields, a loop over 3 containers", "ns", alone / kTimes * 1e9);
  print_figure("the same with a new request each time", "ns", both / kTimes * 1e9);
}

}  // namespace
}  // namespace yagura::bench

int main() {
  const std::string policies = yagura::bench::shipped_policies();
  yagura::bench::measure_load(policies);
  yagura::bench::measure_judging(yagura::bench::load(policies));
  yagura::bench::measure_single();
}
