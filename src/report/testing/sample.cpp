#include "report/testing/sample.hpp"

#include <utility>

namespace yagura::report::testing {

namespace {

using model::Control;
using model::Finding;
using model::PatchOperation;
using model::Resource;
using model::Severity;
using model::Status;

std::shared_ptr<const Control> control(std::string id, std::string title, Severity severity,
                                       std::string category, std::string rationale, std::string fix,
                                       std::vector<std::string> tags,
                                       std::vector<std::string> aliases) {
  auto made = std::make_shared<Control>();
  made->id = std::move(id);
  made->title = std::move(title);
  made->severity = severity;
  made->category = std::move(category);
  made->rationale = std::move(rationale);
  made->fix_text = std::move(fix);
  made->references = {"https://kubernetes.io/docs/concepts/security/pod-security-standards/"};
  made->tags = std::move(tags);
  made->aliases = std::move(aliases);
  return made;
}

std::shared_ptr<const Resource> resource(std::string api_version, std::string kind,
                                         std::string namespace_, std::string name, std::string file,
                                         std::uint32_t line) {
  return std::make_shared<Resource>(Resource{.api_version = std::move(api_version),
                                             .kind = std::move(kind),
                                             .namespace_ = std::move(namespace_),
                                             .name = std::move(name),
                                             .file = std::move(file),
                                             .line = line});
}

Finding finding(std::shared_ptr<const Control> control, std::shared_ptr<const Resource> resource,
                model::Location location, std::string message, std::string subject = {}) {
  Finding made;
  made.severity = control->severity;
  made.control = std::move(control);
  made.resource = std::move(resource);
  made.location = std::move(location);
  made.message = std::move(message);
  made.subject = std::move(subject);
  return made;
}

model::Location at(std::uint32_t line, std::uint32_t column, std::string path,
                   bool missing = false) {
  return {.line = line,
          .column = column,
          .end_line = line,
          .end_column = column + 4,
          .path = std::move(path),
          .missing = missing};
}

std::chrono::system_clock::time_point fixed_time() {
  using namespace std::chrono;
  return sys_days{year{2026} / January / 2} + hours{3} + minutes{4} + seconds{5};
}

struct ShopControls {
  std::shared_ptr<const Control> privileged =
      control("privileged-container", "Container runs privileged", Severity::kCritical, "workload",
              "A privileged container has **every capability** and sees the node's devices: "
              "whoever breaks into it owns the "
              "node.\n\nSet `privileged: false`, or leave the field out.",
              "Set `securityContext.privileged` to `false` and add the capabilities that are "
              "really needed.",
              {"cis-1.12:5.2.2", "pss:baseline", "mitre:T1611"}, {"C-0057", "KSV-0017"});
  std::shared_ptr<const Control> escalation =
      control("allow-privilege-escalation", "Container may gain more privileges than its parent",
              Severity::kHigh, "workload",
              "Without `no_new_privs` a set-user-ID program in the image gives root.",
              "Set `securityContext.allowPrivilegeEscalation` to `false`.",
              {"cis-1.12:5.2.6", "pss:restricted"}, {"C-0016", "KSV-0001"});
  std::shared_ptr<const Control> tag =
      control("image-tag-latest", "Image is not pinned to a version", Severity::kMedium, "image",
              "`latest` means another image tomorrow.", "Name a version and a digest.", {"nsa"},
              {"C-0075", "KSV-0013"});
  std::shared_ptr<const Control> policy =
      control("missing-network-policy", "No NetworkPolicy selects the pods", Severity::kLow,
              "network", "Every pod of the cluster can connect to them.",
              "Add a NetworkPolicy for the namespace.", {"cis-1.12:5.3.2"}, {"C-0260"});
  std::shared_ptr<const Control> signature =
      control("image-signature", "Image has no valid signature", Severity::kHigh, "image",
              "Nobody vouches for what runs.", "Sign the image with cosign.", {"slsa"}, {});
};

void add_web(Report& report, const ShopControls& controls) {
  const auto web = resource("apps/v1", "Deployment", "shop", "web", "examples/shop/web.yaml", 3);
  Finding privileged =
      finding(controls.privileged, web,
              at(31, 15, "spec.template.spec.containers[0].securityContext.privileged"),
              "container \"app\" sets privileged to true", "app");
  privileged.fix = {
      .description = "set privileged to false",
      .operations = {{.kind = PatchOperation::Kind::kSet,
                      .path = "/spec/template/spec/containers/0/securityContext/privileged",
                      .value = "false"}},
      .edits = {{.line = 31, .column = 27, .end_line = 31, .end_column = 31, .text = "false"}}};
  const std::pair<const char*, std::uint32_t> containers[] = {
      {"app", 28}, {"sidecar", 45}, {"init-db", 60}};
  report.findings.push_back(
      finding(controls.tag, web, at(29, 16, "spec.template.spec.containers[0].image"),
              "container \"app\" uses registry.example/shop/web:latest", "app"));
  for (const auto& [name, line] : containers) {
    report.findings.push_back(finding(
        controls.escalation, web,
        at(line, 9, "spec.template.spec.containers[0].securityContext.allowPrivilegeEscalation",
           true),
        "container \"" + std::string(name) + "\" does not set allowPrivilegeEscalation to false",
        name));
  }
  report.findings.push_back(std::move(privileged));
  Finding unknown =
      finding(controls.signature, web, at(29, 16, "spec.template.spec.containers[0].image"),
              "registry.example is not reachable: connection refused");
  unknown.status = Status::kNotEvaluated;
  report.findings.push_back(std::move(unknown));
  Finding ignored = finding(controls.policy, web, at(3, 1, ""),
                            "no NetworkPolicy in namespace shop selects app=web");
  ignored.status = Status::kIgnored;
  ignored.ignored_by = "platform team: the mesh does this (yagura.yaml, until 2026-06-30)";
  report.findings.push_back(std::move(ignored));
}

}  // namespace

Report shop_report() {
  const ShopControls controls;
  Report report;
  report.controls = {controls.privileged, controls.escalation, controls.tag, controls.policy,
                     controls.signature};
  add_web(report, controls);
  const auto job = resource("batch/v1", "CronJob", "", "backup", "examples/shop/backup.yaml", 1);
  report.findings.push_back(
      finding(controls.policy, job, at(1, 1, ""), "no NetworkPolicy selects the pods of the job"));
  const auto role = resource("rbac.authorization.k8s.io/v1", "ClusterRole", "", "reader",
                             "examples/shop/rbac.yaml", 12);
  Finding pass = finding(controls.tag, role, at(12, 1, ""), "");
  pass.status = Status::kPass;
  report.findings.push_back(std::move(pass));
  report.diagnostics = {{.level = DiagnosticLevel::kError,
                         .file = "examples/shop/broken.yaml",
                         .line = 7,
                         .column = 3,
                         .message = "duplicate key \"name\"",
                         .hint = "remove one of them; the first is on line 5"},
                        {.level = DiagnosticLevel::kWarning,
                         .file = "examples/shop/values.yaml",
                         .line = 0,
                         .column = 0,
                         .message = "no Kubernetes object in this file",
                         .hint = {}}};
  report.summary = {
      .files = 5, .resources = 4, .controls = 5, .duration = std::chrono::milliseconds{12}};
  report.target = "examples/shop";
  report.tool_version = "0.1.0";
  report.time = fixed_time();
  return report;
}

Report hostile_report() {
  const std::string escape =
      "\x1b[2J\x1b[31mred\x07\x9b"
      "31m\xc2\x9b";
  const std::string markup =
      "<script>alert('x')</script>&amp;\"]]>--><!--|`*_[a](javascript:x)@team #12 "
      "https://evil.example www.evil.example";
  const std::string deceptive =
      "a\xe2\x80\xae"
      "b\xe2\x81\xa6"
      "c\xe2\x80\x8b"
      "d\xef\xbb\xbf\xe2\x80\xa8"
      "e";
  const std::string invalid = std::string("\xff\xc0\xaf\xed\xa0\x80 nul:") + '\0' + " del:\x7f";
  const auto bad = control("id" + escape + markup, markup + "\nsecond line\ttab", Severity::kHigh,
                           "cat" + markup, "why " + markup + "\n\n`code <b>` **strong <i>**",
                           "how " + markup, {"tag:" + markup, "x"}, {invalid});
  auto with_references = std::make_shared<Control>(*bad);
  with_references->references = {"javascript:alert(1)", "https://ok.example/a?b=1&c=2",
                                 "https://x.example/\"onload=x", escape};
  const auto object = resource("v1" + escape, "Pod<b>" + markup, "ns" + escape,
                               deceptive + "日本語のとても長い名前" + std::string(300, 'n'),
                               "dir/" + escape + "a b\n" + markup + ".yaml", 1);
  Report report;
  for (const Status status :
       {Status::kFail, Status::kPass, Status::kNotEvaluated, Status::kIgnored}) {
    Finding made = finding(with_references, object,
                           at(4294967295U, 1, "metadata.annotations[\"" + markup + escape + "\"]"),
                           deceptive + escape + markup + invalid, "c" + escape + markup);
    made.status = status;
    made.ignored_by = invalid + markup + escape;
    made.fix = {.description = markup + escape + invalid,
                .operations = {{.kind = PatchOperation::Kind::kSet,
                                .path = "/a~1" + escape + invalid,
                                .value = "not json " + markup},
                               {.kind = PatchOperation::Kind::kAppend,
                                .path = "/b",
                                .value = "{\"x\":[1,2.5e3,null,\"\\u00e9\"]}"},
                               {.kind = PatchOperation::Kind::kRemove, .path = "/c", .value = {}}},
                .edits = {{.line = 1,
                           .column = 1,
                           .end_line = 1,
                           .end_column = 1,
                           .text = escape + invalid + markup}}};
    report.findings.push_back(std::move(made));
  }
  report.findings.emplace_back();  // without a control and a resource
  report.diagnostics = {{.level = DiagnosticLevel::kError,
                         .file = escape + markup,
                         .line = 1,
                         .column = 1,
                         .message = invalid + markup + escape,
                         .hint = deceptive + markup}};
  report.summary = {
      .files = 1, .resources = 1, .controls = 1, .duration = std::chrono::milliseconds{61'500}};
  report.target = markup + escape + invalid;
  report.tool_version = "0" + markup + escape;
  report.time = fixed_time();
  return report;
}

Report empty_report() {
  Report report;
  report.controls = {ShopControls().privileged};
  report.summary = {
      .files = 3, .resources = 0, .controls = 1, .duration = std::chrono::milliseconds{1}};
  report.target = "docs";
  report.tool_version = "0.1.0";
  report.time = fixed_time();
  return report;
}

Report large_report(std::size_t findings) {
  constexpr std::size_t kControls = 40;
  constexpr std::size_t kPerResource = 10;
  Report report;
  report.findings.reserve(findings);
  for (std::size_t i = 0; i < kControls; ++i) {
    report.controls.push_back(control("control-" + std::to_string(i),
                                      "Container does thing " + std::to_string(i),
                                      static_cast<Severity>(i % 5), "workload", "It is bad.",
                                      "Do not do it.", {"cis-1.12:5.2." + std::to_string(i)},
                                      {"C-00" + std::to_string(i), "KSV-00" + std::to_string(i)}));
  }
  std::shared_ptr<const Resource> object;
  for (std::size_t i = 0; i < findings; ++i) {
    if (i % kPerResource == 0) {
      const std::size_t number = i / kPerResource;
      object = resource("apps/v1", "Deployment", "team-" + std::to_string(number % 50),
                        "service-" + std::to_string(number),
                        "deploy/team-" + std::to_string(number % 50) + "/service-" +
                            std::to_string(number) + ".yaml",
                        1);
    }
    Finding made = finding(report.controls[i * 7 % kControls], object,
                           at(static_cast<std::uint32_t>(10 + i % 200), 9,
                              "spec.template.spec.containers[" + std::to_string(i % 3) +
                                  "].securityContext.readOnlyRootFilesystem",
                              i % 2 == 0),
                           "container \"app-" + std::to_string(i % 3) +
                               "\" does not set readOnlyRootFilesystem to true",
                           "app-" + std::to_string(i % 3));
    made.fix = {
        .description = "set readOnlyRootFilesystem to true",
        .operations =
            {{.kind = PatchOperation::Kind::kSet,
              .path = "/spec/template/spec/containers/0/securityContext/readOnlyRootFilesystem",
              .value = "true"}},
        .edits = {}};
    report.findings.push_back(std::move(made));
  }
  report.summary = {.files = findings / kPerResource,
                    .resources = findings / kPerResource,
                    .controls = kControls,
                    .duration = std::chrono::milliseconds{1500}};
  report.target = "deploy";
  report.tool_version = "0.1.0";
  report.time = fixed_time();
  return report;
}

}  // namespace yagura::report::testing
