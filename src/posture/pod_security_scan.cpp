#include "posture/pod_security_scan.hpp"

#include <string_view>
#include <unordered_set>
#include <utility>

#include "kube/node_path.hpp"
#include "kube/workload.hpp"
#include "posture/finding_builder.hpp"
#include "posture/pss/pss.hpp"

namespace yagura::posture {

namespace {

model::Finding to_finding(const kube::Document& document,
                          const std::shared_ptr<const model::Resource>& resource,
                          pss::Violation violation) {
  model::Finding finding;
  finding.control = pss::control_of(violation.check);
  finding.resource = resource;
  finding.severity = finding.control->severity;
  finding.location = location_of(
      document, kube::find_path(document.root(), *violation.node).value_or(kube::NodePath{}));
  finding.location.path = std::move(violation.path);
  finding.location.missing = violation.missing;
  if (violation.missing) {  // the ancestor is a place, not what is wrong
    finding.location.end_line = finding.location.line;
    finding.location.end_column = finding.location.column;
  }
  finding.message = std::move(violation.message);
  finding.subject = std::move(violation.subject);
  finding.fix = std::move(violation.fix);
  return finding;
}

void add_pass(const kube::Document& document,
              const std::shared_ptr<const model::Resource>& resource, std::string_view check,
              std::vector<model::Finding>& findings) {
  model::Finding finding;
  finding.control = pss::control_of(check);
  finding.resource = resource;
  finding.status = model::Status::kPass;
  finding.severity = finding.control->severity;
  finding.location = location_of(document, {});
  finding.message = "no violation";
  findings.push_back(std::move(finding));
}

}  // namespace

bool judge_pod_security(const kube::Document& document,
                        const std::shared_ptr<const model::Resource>& resource,
                        const pss::LevelVersion& policy, bool report_passed,
                        std::vector<model::Finding>& findings) {
  const auto workload = kube::Workload::of(document.root());
  if (!workload) return false;
  std::unordered_set<std::string_view> failed;
  for (pss::Violation& violation : pss::evaluate(*workload, policy)) {
    failed.insert(violation.check);
    findings.push_back(to_finding(document, resource, std::move(violation)));
  }
  if (report_passed) {
    for (const std::string_view check : pss::active_checks(policy)) {
      if (!failed.contains(check)) add_pass(document, resource, check, findings);
    }
  }
  return true;
}

}  // namespace yagura::posture
