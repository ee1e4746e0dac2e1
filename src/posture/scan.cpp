#include "posture/scan.hpp"

#include <string_view>
#include <unordered_map>

#include "posture/exceptions.hpp"
#include "posture/finding_builder.hpp"
#include "posture/pod_security_scan.hpp"
#include "posture/policy_checks.hpp"
#include "posture/pss/pss.hpp"
#include "posture/relations/relations.hpp"

namespace yagura::posture {

namespace {

class Scan {
 public:
  Scan(const Ruleset& rules, std::span<const kube::Document> documents,
       const ScanSettings& settings, Diagnostics& diagnostics)
      : rules_(rules), documents_(documents), settings_(settings), diagnostics_(diagnostics) {}

  ScanResult run(const Config& config) {
    result_.resources.reserve(documents_.size());
    for (const kube::Document& document : documents_)
      result_.resources.push_back(resource_of(document));
    if (settings_.pod_security) {
      judge_pods();
    } else {
      judge_by_policies();
      judge_relations();
    }
    if (settings_.inline_ignores) apply_inline_ignores();
    ExceptionSet(config, rules_.index(), settings_.today, diagnostics_).apply(result_.findings);
    return std::move(result_);
  }

 private:
  void judge_pods() {
    result_.controls = {};
    for (const std::string_view check : pss::active_checks(*settings_.pod_security)) {
      result_.controls.push_back(pss::control_of(check));
    }
    for (std::size_t i = 0; i < documents_.size(); ++i) {
      const bool judged =
          judge_pod_security(documents_[i], result_.resources[i], *settings_.pod_security,
                             settings_.report_passed, result_.findings);
      result_.judged += judged ? 1U : 0U;
    }
  }

  void judge_by_policies() {
    result_.controls = rules_.active();
    index_namespaces();
    PolicyJudge judge(rules_.policies());
    for (std::size_t i = 0; i < documents_.size(); ++i) {
      if (result_.resources[i]->kind == "CustomResourceDefinition")
        judge.add_definition(documents_[i]);
    }
    for (std::size_t i = 0; i < documents_.size(); ++i) {
      const auto& resource = result_.resources[i];
      judge.judge(documents_[i], resource, namespace_of(*resource), settings_.report_passed,
                  result_.findings);
    }
    result_.judged = documents_.size();
  }

  void judge_relations() {
    if (rules_.relations().empty()) return;
    std::vector<ScannedObject> objects;
    objects.reserve(documents_.size());
    for (std::size_t i = 0; i < documents_.size(); ++i) {
      objects.push_back({.document = &documents_[i], .resource = result_.resources[i]});
    }
    auto found =
        evaluate_relations(objects, rules_.relations(), {.report_passed = settings_.report_passed});
    result_.findings.insert(result_.findings.end(), std::make_move_iterator(found.begin()),
                            std::make_move_iterator(found.end()));
  }

  void index_namespaces() {
    for (std::size_t i = 0; i < documents_.size(); ++i) {
      const model::Resource& resource = *result_.resources[i];
      if (resource.kind == "Namespace" && resource.api_version == "v1") {
        namespaces_.emplace(resource.name, &documents_[i].root());
      }
    }
  }

  const kube::Node* namespace_of(const model::Resource& resource) const {
    const auto found =
        namespaces_.find(resource.namespace_.empty() ? std::string_view("default")
                                                     : std::string_view(resource.namespace_));
    return found == namespaces_.end() ? nullptr : found->second;
  }

  // Findings of one object stand together except those of relations, so they are grouped first.
  void apply_inline_ignores() {
    std::unordered_map<const model::Resource*, std::size_t> document_of;
    for (std::size_t i = 0; i < documents_.size(); ++i) {
      const bool annotated =
          documents_[i].root().get({"metadata", "annotations", "yagura.dev/ignore"}) != nullptr;
      if (annotated || !documents_[i].ignores().empty())
        document_of.emplace(result_.resources[i].get(), i);
    }
    if (document_of.empty()) return;
    std::unordered_map<std::size_t, std::vector<std::size_t>> findings_of;
    for (std::size_t i = 0; i < result_.findings.size(); ++i) {
      const auto found = document_of.find(result_.findings[i].resource.get());
      if (found != document_of.end()) findings_of[found->second].push_back(i);
    }
    for (const auto& [document, positions] : findings_of) ignore_in(document, positions);
  }

  void ignore_in(std::size_t document, const std::vector<std::size_t>& positions) {
    std::vector<model::Finding> own;
    own.reserve(positions.size());
    for (const std::size_t position : positions)
      own.push_back(std::move(result_.findings[position]));
    apply_document_ignores(documents_[document], rules_.index(), own, diagnostics_);
    for (std::size_t i = 0; i < positions.size(); ++i)
      result_.findings[positions[i]] = std::move(own[i]);
  }

  const Ruleset& rules_;
  std::span<const kube::Document> documents_;
  const ScanSettings& settings_;
  Diagnostics& diagnostics_;
  ScanResult result_;
  std::unordered_map<std::string_view, const kube::Node*> namespaces_;
};

}  // namespace

ScanResult scan(const Ruleset& rules, const Config& config,
                std::span<const kube::Document> documents, const ScanSettings& settings,
                Diagnostics& diagnostics) {
  return Scan(rules, documents, settings, diagnostics).run(config);
}

}  // namespace yagura::posture
