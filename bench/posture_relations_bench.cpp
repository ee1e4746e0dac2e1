// All relations over 10,000 objects: made-up manifests as clusters have them, and the same number
// of objects made to be hard (each Service, policy and budget selects each pod).

#include <algorithm>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "figure.hpp"
#include "kube/reader.hpp"
#include "manifests.hpp"
#include "posture/finding_builder.hpp"
#include "posture/relations/relations.hpp"

namespace {

using namespace yagura;

double cpu_milliseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

std::string hard_manifests(int each) {
  std::string text;
  for (int i = 0; i < each; ++i) {
    const std::string n = std::to_string(i);
    text += "---\n{apiVersion: apps/v1, kind: Deployment, metadata: {name: d" + n +
            "}, spec: {template: {metadata: {labels: {app: x, n: n" + n +
            "}}, spec: {containers: [{name: c, image: x}]}}}}\n";
    text += "---\n{apiVersion: v1, kind: Service, metadata: {name: s" + n +
            "}, spec: {type: LoadBalancer, selector: {app: x}, ports: [{port: 80}]}}\n";
    text += "---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p" + n +
            "}, spec: {podSelector: {matchExpressions: [{key: n, operator: NotIn, values: [m" + n +
            "]}]}}}\n";
    text += "---\n{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: b" + n +
            "}, spec: {minAvailable: 1, selector: {matchLabels: {app: x}}}}\n";
  }
  return text;
}

void measure(const std::string& name, std::string text) {
  Diagnostics diagnostics;
  const auto documents =
      kube::read_documents(std::make_shared<const kube::Source>("bench.yaml", std::move(text),
                                                                kube::SourceFormat::kYaml),
                           diagnostics);
  std::vector<posture::ScannedObject> objects;
  for (const kube::Document& document : documents) {
    objects.push_back({.document = &document, .resource = posture::resource_of(document)});
  }
  std::vector<std::shared_ptr<const model::Control>> controls;
  for (const std::string_view id : posture::relation_ids()) {
    controls.push_back(
        std::make_shared<const model::Control>(model::Control{.id = std::string(id)}));
  }
  double best = 1e9;
  for (int round = 0; round < 3; ++round) {
    const double begin = cpu_milliseconds();
    const auto findings = posture::evaluate_relations(objects, controls);
    best = std::min(best, cpu_milliseconds() - begin);
    if (findings.empty()) best = 1e9;  // nothing was judged: no figure
  }
  bench::print_figure(name, "ms", best);
}

}  // namespace

int main() {
  measure("all relations, 10,000 mixed objects", yagura::bench::mixed_manifests(10'000));
  measure("all relations, 10,000 objects that all select each other", hard_manifests(2'500));
}
