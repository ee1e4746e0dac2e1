// Every string is written in double quotes with JSON's escapes: JSON strings are YAML 1.2
// double-quoted scalars, and no name can become a number, a boolean or a new key that way.

#include "report/policy_report.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "core/json_text.hpp"
#include "report/internal/view.hpp"
#include "report/text.hpp"

namespace yagura::report {

namespace {

using core::append_json_string;
using model::Finding;
using model::Status;

constexpr std::size_t kMaxResults = 1000;
constexpr std::size_t kMaxText = 1024;  // bytes of a message or property, for the same bound

// Kinds of Kubernetes' own API that have no namespace.
constexpr std::array<std::string_view, 20> kClusterKinds = {"APIService",
                                                            "CSIDriver",
                                                            "CSINode",
                                                            "CertificateSigningRequest",
                                                            "ClusterRole",
                                                            "ClusterRoleBinding",
                                                            "CustomResourceDefinition",
                                                            "FlowSchema",
                                                            "IngressClass",
                                                            "MutatingWebhookConfiguration",
                                                            "Namespace",
                                                            "Node",
                                                            "PersistentVolume",
                                                            "PodSecurityPolicy",
                                                            "PriorityClass",
                                                            "PriorityLevelConfiguration",
                                                            "RuntimeClass",
                                                            "StorageClass",
                                                            "ValidatingAdmissionPolicy",
                                                            "ValidatingWebhookConfiguration"};

bool is_cluster_scoped(const model::Resource& resource) {
  return resource.namespace_.empty() &&
         (std::ranges::binary_search(kClusterKinds, resource.kind) ||
          resource.kind == "ValidatingAdmissionPolicyBinding" ||
          resource.kind == "MutatingAdmissionPolicy" ||
          resource.kind == "MutatingAdmissionPolicyBinding" || resource.kind == "VolumeAttachment");
}

std::string_view result_of(Status status) {
  static constexpr std::array<std::string_view, 4> kNames = {"fail", "pass", "error", "skip"};
  return kNames[static_cast<std::size_t>(status)];
}

std::string_view bounded(std::string_view text) {
  if (text.size() <= kMaxText) return text;
  std::size_t end = kMaxText;
  while (end > kMaxText - 4 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

// Sorts the cluster's report first, then by namespace.
struct Scope {
  bool namespaced = true;
  std::string_view namespace_;
  friend auto operator<=>(const Scope&, const Scope&) = default;
};

class PolicyReportWriter {
 public:
  PolicyReportWriter(const Report& report, const WriteOptions& options, Output& output)
      : report_(report),
        output_(output),
        out_(output.text()),
        seconds_(std::chrono::duration_cast<std::chrono::seconds>(report.time.time_since_epoch())
                     .count()) {
    for (const Finding& finding : report.findings) {
      if (finding.status == Status::kPass && !options.show_passed) continue;
      const model::Resource& resource = resource_of(finding);
      const Scope scope{.namespaced = !is_cluster_scoped(resource),
                        .namespace_ = resource.namespace_};
      by_scope_[scope].push_back(&finding);
    }
  }

  void write() {
    if (verdict_of(report_, count(report_)) == Verdict::kNothingJudged) nothing_judged();
    for (const auto& [scope, findings] : by_scope_) {
      for (std::size_t first = 0; first < findings.size(); first += kMaxResults) {
        const std::size_t size = std::min(kMaxResults, findings.size() - first);
        document(scope, first / kMaxResults, std::span(findings).subspan(first, size));
        if (!output_.checkpoint()) return;
      }
    }
    if (out_.empty() && by_scope_.empty()) clean();
  }

 private:
  void head(const Scope& scope, std::size_t part) {
    out_ += "---\napiVersion: wgpolicyk8s.io/v1alpha2\nkind: ";
    out_ += scope.namespaced ? "PolicyReport" : "ClusterPolicyReport";
    out_ += "\nmetadata:\n  name: yagura";
    if (part > 0) out_ += "-" + std::to_string(part + 1);
    out_ += '\n';
    if (!scope.namespace_.empty()) member("  namespace", scope.namespace_);
    out_ += "  labels:\n    app.kubernetes.io/managed-by: yagura\n  annotations:\n";
    member("    yagura.dev/version", report_.tool_version);
    member("    yagura.dev/target", bounded(report_.target));
  }

  void document(const Scope& scope, std::size_t part, std::span<const Finding* const> findings) {
    head(scope, part);
    std::uint64_t counts[4] = {};
    for (const Finding* finding : findings) ++counts[static_cast<std::size_t>(finding->status)];
    summary(counts);
    out_ += "results:\n";
    for (const Finding* finding : findings) {
      result(*finding);
      output_.checkpoint();
    }
  }

  void summary(const std::uint64_t (&counts)[4]) {
    out_ += "summary:\n";
    out_ += "  pass: " + std::to_string(counts[static_cast<std::size_t>(Status::kPass)]) + "\n";
    out_ += "  fail: " + std::to_string(counts[static_cast<std::size_t>(Status::kFail)]) + "\n";
    out_ += "  warn: 0\n";
    out_ += "  error: " + std::to_string(counts[static_cast<std::size_t>(Status::kNotEvaluated)]) +
            "\n";
    out_ += "  skip: " + std::to_string(counts[static_cast<std::size_t>(Status::kIgnored)]) + "\n";
  }

  void result(const Finding& finding) {
    const model::Control& control = control_of(finding);
    const model::Resource& resource = resource_of(finding);
    out_ += "- source: yagura\n";
    member("  policy", control.id);
    member("  rule", control.id);
    if (!control.category.empty()) member("  category", control.category);
    member("  severity", to_string(finding.severity));
    member("  result", result_of(finding.status));
    out_ += "  scored: ";
    out_ +=
        finding.status == Status::kFail || finding.status == Status::kPass ? "true\n" : "false\n";
    member("  message", bounded(finding.message.empty() ? control.title : finding.message));
    timestamp();
    out_ += "  resources:\n  - ";
    member("apiVersion", resource.api_version);
    member("    kind", resource.kind);
    if (!resource.namespace_.empty()) member("    namespace", resource.namespace_);
    member("    name", resource.name);
    properties(finding, control, resource);
  }

  void properties(const Finding& finding, const model::Control& control,
                  const model::Resource& resource) {
    out_ += "  properties:\n";
    member("    id", model::fingerprint(finding));
    property("title", control.title);
    property("path", finding.location.path);
    property("subject", finding.subject);
    if (!resource.file.empty() && finding.location.line > 0) {
      property("location", resource.file + ":" + std::to_string(finding.location.line) + ":" +
                               std::to_string(finding.location.column));
    }
    property("fix", finding.fix.description.empty() ? control.fix_text : finding.fix.description);
    if (finding.status == Status::kIgnored) property("ignoredBy", finding.ignored_by);
    std::string aliases;
    for (const std::string& alias : control.aliases)
      aliases.append(aliases.empty() ? "" : " ").append(alias);
    property("aliases", aliases);
  }

  void nothing_judged() {
    head({}, 0);
    const std::uint64_t counts[4] = {0, 0, 1, 0};
    summary(counts);
    out_ +=
        "results:\n- source: yagura\n  policy: yagura\n  rule: nothing-judged\n  result: error\n  "
        "scored: false\n"
        "  message: \"nothing was judged: this says nothing about security\"\n";
    timestamp();
  }

  // Judged, and nothing to report: an empty report rather than an empty file.
  void clean() {
    head({}, 0);
    const std::uint64_t counts[4] = {};
    summary(counts);
    out_ += "results: []\n";
  }

  void timestamp() {
    out_ += "  timestamp:\n    seconds: " + std::to_string(seconds_) + "\n    nanos: 0\n";
  }

  void member(std::string_view name, std::string_view text) {
    out_.append(name).append(": ");
    append_json_string(out_, text);
    out_ += '\n';
  }

  void property(std::string_view name, std::string_view text) {
    if (text.empty()) return;
    out_ += "    ";
    member(name, bounded(text));
  }

  const Report& report_;
  Output& output_;
  std::string& out_;
  std::int64_t seconds_;
  std::map<Scope, std::vector<const Finding*>> by_scope_;
};

}  // namespace

void write_policy_report(const Report& report, const WriteOptions& options, Output& output) {
  PolicyReportWriter(report, options, output).write();
}

}  // namespace yagura::report
