#include "rules/k8s_audit/audit_event_view.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "rules/fields/fields_k8s_audit.hpp"
#include "rules/k8s_audit/audit_reader.hpp"
#include "rules/output/output_template.hpp"

namespace yagura::rules {
namespace {

// Two own events: everything of a pod, and a binding, by which most fields can be asked.
constexpr std::string_view kPod = R"json({
 "kind":"Event","apiVersion":"audit.k8s.io/v1","level":"RequestResponse","auditID":"id-1",
 "stage":"ResponseComplete","requestURI":"/api/v1/namespaces/shop/pods/web/exec?command=sh&command=-c&x=%2Fa+b&bad=%g1",
 "verb":"create","user":{"username":"mia","groups":["dev","system:authenticated"]},
 "impersonatedUser":{"username":"root"},"sourceIPs":["10.0.0.7","10.0.0.1"],"userAgent":"kubectl/1.31",
 "objectRef":{"resource":"pods","namespace":"shop","name":"web","subresource":null},
 "responseStatus":{"code":201,"reason":"Created"},
 "responseObject":{"metadata":{"name":"web-1"}},
 "requestObject":{"metadata":{"name":"web"},"spec":{"hostIPC":true,"hostNetwork":true,"hostPID":false,
  "securityContext":{"runAsUser":1000,"runAsGroup":1001,"fsGroup":7,"supplementalGroups":[8,9]},
  "containers":[
   {"name":"a","image":"reg.example:5000/team/a:1.2@sha256:00","command":["sh","-c"],"args":["x"],
    "ports":[{"containerPort":80},{"containerPort":81,"hostPort":8081}],
    "securityContext":{"privileged":true,"allowPrivilegeEscalation":true,"readOnlyRootFilesystem":false,
     "runAsUser":0,"procMount":"Unmasked","capabilities":{"add":["SYS_ADMIN","NET_RAW"]}}},
   {"name":"b","image":"nginx","securityContext":{"privileged":false,"runAsGroup":5}}],
  "initContainers":[{"name":"i","image":"busybox:1","securityContext":{"privileged":true}}],
  "ephemeralContainers":[{"name":"e","image":"debug:2"}],
  "volumes":[{"name":"v","hostPath":{"path":"/etc/ssl"}},{"name":"f","flexVolume":{"driver":"d"}},{"name":"c","emptyDir":{}}]}},
 "annotations":{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":"RBAC",
  "authentication.openshift.io/decision":"allow","authentication.openshift.io/username":"mia",
  "validation.policy.admission.k8s.io/validation_failure":"[]","pod-security.kubernetes.io/audit-violations":"bad"},
 "requestReceivedTimestamp":"2026-01-02T03:04:04.000000Z","stageTimestamp":"2026-01-02T03:04:05.000006Z"})json";

constexpr std::string_view kBinding = R"json({"auditID":"id-2","verb":"create",
 "objectRef":{"resource":"clusterrolebindings","name":"boss"},
 "requestObject":{"roleRef":{"name":"cluster-admin"},"rules":[
   {"apiGroups":[""],"resources":["pods","pods/exec"],"verbs":["*"]},
   {"nonResourceURLs":["/metrics"],"verbs":["get"]}],
  "subjects":[{"kind":"User","name":"eve"},{"kind":"Group","name":"dev"},
   {"kind":"ServiceAccount","name":"web","namespace":"shop"}],
  "data":{"password":"x","a/b":"1"},
  "spec":{"type":"NodePort","ports":[{"port":80},{"port":81}]}}})json";

// The field of the event as an output prints it.
std::string asked(std::string_view event, const std::string& field) {
  const auto output = OutputTemplate::parse(Source::kK8sAudit, "%" + field);
  if (!output) return "problem: " + output.error().message;
  AuditEventView view({.cluster_name = "prod", .hostname = "node-1"});
  std::string out;
  AuditReader reader(
      [&](const kube::Node& node) {
        view.set(node, 0);
        output->append(out, view);
      },
      [&](AuditRefusal, std::string_view message) { out = "refused: " + std::string(message); });
  (void)reader.read(event, "test");
  return out;
}

struct Case {
  std::string_view event;
  const char* field;
  const char* expected;
};

class AuditFields : public testing::TestWithParam<Case> {};

TEST_P(AuditFields, SayWhatTheEventSays) {
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  EXPECT_EQ(asked(GetParam().event, GetParam().field), GetParam().expected);
}

constexpr Case kCases[] = {
    {kPod, "jevt.value[/stage]", "ResponseComplete"},
    {kPod, "json.value[stage]", "ResponseComplete"},
    {kPod, "jevt.value[/requestObject/spec/containers/1/image]", "nginx"},
    {kPod, "jevt.value[/requestObject/spec/containers/2/image]", "<NA>"},
    {kPod, "jevt.value[/annotations/authorization.k8s.io~1decision]", "allow"},
    {kPod, "jevt.value[/objectRef/subresource]", "<NA>"},
    {kPod, "jevt.value[/requestObject/spec/volumes/2]", R"({"name":"c","emptyDir":{}})"},
    {kPod, "jevt.rawtime", "1767323045000006000"},
    {kPod, "json.rawtime", "1767323045000006000"},
    {kPod, "jevt.time", "03:04:05.000006000"},
    {kPod, "jevt.time.iso8601", "2026-01-02T03:04:05.000006000+0000"},
    {kPod, "evt.num", "1"},
    {kPod, "evt.time", "03:04:05.000006000"},
    {kPod, "evt.time.s", "03:04:05"},
    {kPod, "evt.time.iso8601", "2026-01-02T03:04:05.000006000+0000"},
    {kPod, "evt.datetime", "2026-01-02 03:04:05.000006000"},
    {kPod, "evt.datetime.s", "2026-01-02 03:04:05"},
    {kPod, "evt.rawtime", "1767323045000006000"},
    {kPod, "evt.rawtime.s", "1767323045"},
    {kPod, "evt.rawtime.ns", "6000"},
    {kPod, "evt.reltime", "0"},
    {kPod, "evt.reltime.s", "0"},
    {kPod, "evt.reltime.ns", "0"},
    {kPod, "evt.pluginname", "k8saudit"},
    {kPod, "evt.source", "k8s_audit"},
    {kPod, "evt.is_async", "false"},
    {kPod, "evt.asynctype", "<NA>"},
    {kPod, "evt.hostname", "node-1"},
    {kPod, "ka.auditid", "id-1"},
    {kPod, "ka.stage", "ResponseComplete"},
    {kPod, "ka.auth.decision", "allow"},
    {kPod, "ka.auth.reason", "RBAC"},
    {kPod, "ka.auth.openshift.decision", "allow"},
    {kPod, "ka.auth.openshift.username", "mia"},
    {kPod, "ka.validations.admission.policy.failure", "[]"},
    {kPod, "ka.security.pod.violations", "bad"},
    {kPod, "ka.user.name", "mia"},
    {kPod, "ka.user.groups", "(dev,system:authenticated)"},
    {kPod, "ka.impuser.name", "root"},
    {kPod, "ka.verb", "create"},
    {kPod, "ka.uri.param[command]", "sh"},
    {kPod, "ka.uri.param[x]", "/a b"},
    {kPod, "ka.uri.param[bad]", "%g1"},
    {kPod, "ka.uri.param[none]", "<NA>"},
    {kPod, "ka.target.name", "web"},
    {kPod, "ka.target.namespace", "shop"},
    {kPod, "ka.target.resource", "pods"},
    {kPod, "ka.target.subresource", "<NA>"},
    {kPod, "ka.target.pod.name", "web"},
    {kBinding, "ka.target.pod.name", "<NA>"},
    {kBinding, "ka.req.binding.subjects.user_names", "(eve)"},
    {kBinding, "ka.req.binding.subjects.group_names", "(dev)"},
    {kBinding, "ka.req.binding.subjects.serviceaccount_names", "(web)"},
    {kBinding, "ka.req.binding.subjects.serviceaccount_ns_names", "(shop:web)"},
    {kBinding, "ka.req.binding.subjects",
     R"(({"kind":"User","name":"eve"},{"kind":"Group","name":"dev"},{"kind":"ServiceAccount","name":"web","namespace":"shop"}))"},
    {kBinding, "ka.req.binding.role", "cluster-admin"},
    {kBinding, "ka.req.binding.subject.has_name[eve]", "true"},
    {kBinding, "ka.req.configmap.name", "boss"},
    {kBinding, "ka.req.configmap.obj", R"({"password":"x","a/b":"1"})"},
    {kBinding, "ka.req.role.rules",
     R"(({"apiGroups":[""],"resources":["pods","pods/exec"],"verbs":["*"]},{"nonResourceURLs":["/metrics"],"verbs":["get"]}))"},
    {kBinding, "ka.req.role.rules.verbs", "(*,get)"},
    {kBinding, "ka.req.role.rules.verbs[1]", "(get)"},
    {kBinding, "ka.req.role.rules.resources", "(pods,pods/exec)"},
    {kBinding, "ka.req.role.rules.apiGroups", "()"},
    {kBinding, "ka.req.role.rules.nonResourceURLs", "(/metrics)"},
    {kBinding, "ka.req.service.type", "NodePort"},
    {kBinding, "ka.req.service.ports", R"(({"port":80},{"port":81}))"},
    {kBinding, "ka.req.service.ports[1]", R"(({"port":81}))"},
    {kPod, "ka.req.container.image", "reg.example:5000/team/a:1.2@sha256:00"},
    {kPod, "ka.req.container.image.repository", "reg.example:5000/team/a"},
    {kPod, "ka.req.container.host_network", "true"},
    {kPod, "ka.req.container.privileged", "true"},
    {kPod, "ka.req.pod.host_ipc", "true"},
    {kPod, "ka.req.pod.host_network", "true"},
    {kPod, "ka.req.pod.host_pid", "false"},
    {kPod, "ka.req.pod.run_as_user", "1000"},
    {kPod, "ka.req.pod.run_as_group", "1001"},
    {kPod, "ka.req.pod.fs_group", "7"},
    {kPod, "ka.req.pod.supplemental_groups", "(8,9)"},
    {kPod, "ka.req.pod.volumes.hostpath", "(/etc/ssl)"},
    {kPod, "ka.req.volume.hostpath[/etc*]", "true"},
    {kPod, "ka.req.volume.hostpath[/etc]", "false"},
    {kPod, "ka.req.pod.volumes.flexvolume_driver", "(d)"},
    {kPod, "ka.req.pod.volumes.volume_type", "(hostPath,flexVolume,emptyDir)"},
    {kPod, "ka.req.pod.volumes.volume_type[1]", "(flexVolume)"},
    {kPod, "ka.req.pod.containers.name", "(a,b)"},
    {kPod, "ka.req.pod.containers.image[1]", "(nginx)"},
    {kPod, "ka.req.pod.containers.image.repository", "(reg.example:5000/team/a,nginx)"},
    {kPod, "ka.req.pod.containers.command", "(sh,-c)"},
    {kPod, "ka.req.pod.containers.args", "(x)"},
    {kPod, "ka.req.pod.containers.privileged", "(true,false)"},
    {kPod, "ka.req.pod.containers.privileged[1]", "(false)"},
    {kPod, "ka.req.pod.containers.privileged[2]", "<NA>"},
    {kPod, "ka.req.pod.containers.allow_privilege_escalation", "(true)"},
    {kPod, "ka.req.pod.containers.read_only_fs", "(false)"},
    {kPod, "ka.req.pod.containers.run_as_user", "(0)"},
    {kPod, "ka.req.pod.containers.eff_run_as_user", "(0,1000)"},
    {kPod, "ka.req.pod.containers.run_as_group", "(5)"},
    {kPod, "ka.req.pod.containers.eff_run_as_group", "(1001,5)"},
    {kPod, "ka.req.pod.containers.proc_mount", "(Unmasked)"},
    {kPod, "ka.req.pod.containers.add_capabilities", "(SYS_ADMIN,NET_RAW)"},
    {kPod, "ka.req.pod.containers.host_port", "(80,8081)"},
    {kPod, "ka.req.pod.initContainers.image", "(busybox:1)"},
    {kPod, "ka.req.pod.initContainers.privileged", "(true)"},
    {kPod, "ka.req.pod.initContainers.eff_run_as_user", "(1000)"},
    {kPod, "ka.req.pod.ephemeralContainers.image.repository", "(debug)"},
    {kPod, "ka.req.pod.ephemeralContainers.privileged", "<NA>"},
    {kPod, "ka.resp.name", "web-1"},
    {kPod, "ka.response.code", "201"},
    {kPod, "ka.response.reason", "Created"},
    {kPod, "ka.useragent", "kubectl/1.31"},
    {kPod, "ka.sourceips", "(10.0.0.7,10.0.0.1)"},
    {kPod, "ka.sourceips[1]", "(10.0.0.1)"},
    {kPod, "ka.cluster.name", "prod"},
};

INSTANTIATE_TEST_SUITE_P(Each, AuditFields, testing::ValuesIn(kCases));

TEST(AuditEventView, AnswersEveryFieldOfTheTable) {
  std::set<std::string_view> seen = {"jevt.obj", "json.obj", "evt.plugininfo", "ka.uri"};
  for (const Case& one : kCases) {
    const std::string_view field = one.field;
    seen.insert(field.substr(0, field.find('[')));
  }
  std::size_t containers = 0;
  for (const FieldInfo& info : fields_of(Source::kK8sAudit)) {
    // Those of init and ephemeral containers are the same rows of a macro.
    if (info.name.starts_with("ka.req.pod.initContainers.") ||
        info.name.starts_with("ka.req.pod.ephemeralContainers.")) {
      ++containers;
      continue;
    }
    EXPECT_TRUE(seen.contains(info.name)) << info.name << " is asked by no case";
  }
  EXPECT_EQ(containers, 30U);
  EXPECT_EQ(asked(kPod, "ka.uri").substr(0, 8), "/api/v1/");
  EXPECT_EQ(asked(kPod, "jevt.obj").substr(0, 20), "{\\n  \"kind\": \"Event\"");
}

TEST(AuditEventView, KnowsNothingOfAnEmptyEvent) {
  for (const FieldInfo& info : fields_of(Source::kK8sAudit)) {
    if (!info.name.starts_with("ka.") || info.name == "ka.auditid") continue;
    if (info.name == "ka.cluster.name" || info.name == "ka.req.binding.subject.has_name") continue;
    const std::string field =
        std::string(info.name) + (info.argument == FieldArgument::kRequired ? "[x]" : "");
    EXPECT_EQ(asked(R"({"auditID":"a"})", field), "<NA>") << field;
    EXPECT_EQ(asked(R"({"auditID":"a","requestObject":null,"user":[],"objectRef":"x"})", field),
              "<NA>")
        << field;
  }
}

TEST(AuditEventView, TakesTheTimeOfReadingWhereTheEventHasNone) {
  AuditEventView view;
  AuditReader reader([&](const kube::Node& node) { view.set(node, 42); }, {});
  (void)reader.read(R"({"auditID":"a","stageTimestamp":"yesterday"})", "test");
  EXPECT_EQ(view.time(), 42);
}

}  // namespace
}  // namespace yagura::rules
