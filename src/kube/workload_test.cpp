#include "kube/workload.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kube/testing.hpp"

namespace yagura::kube {
namespace {

using testing::ElementsAre;

TEST(Workload, KnowsKindsByGroupAndKind) {
  struct Row {
    const char* api_version;
    const char* kind;
    bool is_workload;
  };
  for (const Row& row : std::vector<Row>{
           {"v1", "Pod", true},
           {"apps/v1", "Deployment", true},
           {"apps/v1beta2", "Deployment", true},
           {"extensions/v1beta1", "Deployment", true},
           {"extensions/v1beta1", "DaemonSet", true},
           {"extensions/v1beta1", "ReplicaSet", true},
           {"extensions/v1beta1", "StatefulSet", false},
           {"apps/v1", "StatefulSet", true},
           {"batch/v1", "Job", true},
           {"batch/v1beta1", "CronJob", true},
           {"v1", "ReplicationController", true},
           {"v1", "PodTemplate", true},
           {"apps.openshift.io/v1", "DeploymentConfig", true},
           {"argoproj.io/v1alpha1", "Rollout", true},
           {"apps/v1", "Rollout", false},
           {"example.com/v1", "Job", false},
           {"apps/v1", "Pod", false},
           {"v1", "Deployment", false},
           {"", "Pod", false},
           {"v1", "pod", false},
           {"v1", "Service", false},
       }) {
    EXPECT_EQ(workload_kind(row.api_version, row.kind).has_value(), row.is_workload)
        << row.api_version << " " << row.kind;
  }
}

TEST(Workload, FindsTheTemplateOfEachKind) {
  const std::string pod = "{metadata: {labels: {app: x}}, spec: {hostPID: true}}";
  struct Row {
    std::string object;
    const char* path;
    const char* pointer;
  };
  for (const Row& row : std::vector<Row>{
           {"{apiVersion: v1, kind: Pod, metadata: {labels: {app: x}}, spec: {hostPID: true}}",
            "spec.hostPID", "/spec/hostPID"},
           {"{apiVersion: apps/v1, kind: DaemonSet, spec: {template: " + pod + "}}",
            "spec.template.spec.hostPID", "/spec/template/spec/hostPID"},
           {"{apiVersion: batch/v1, kind: CronJob, spec: {jobTemplate: {spec: {template: " + pod +
                "}}}}",
            "spec.jobTemplate.spec.template.spec.hostPID",
            "/spec/jobTemplate/spec/template/spec/hostPID"},
           {"{apiVersion: argoproj.io/v1alpha1, kind: Rollout, spec: {template: " + pod + "}}",
            "spec.template.spec.hostPID", "/spec/template/spec/hostPID"},
           {"{apiVersion: v1, kind: PodTemplate, template: " + pod + "}", "template.spec.hostPID",
            "/template/spec/hostPID"},
       }) {
    const Document document = parse_one(row.object);
    const auto workload = Workload::of(document.root());
    ASSERT_TRUE(workload.has_value()) << row.object;
    ASSERT_NE(workload->pod_spec(), nullptr) << row.object;
    EXPECT_TRUE(workload->pod_spec()->find("hostPID")->as_bool());
    EXPECT_EQ(workload->pod_labels()->find("app")->as_string(), "x");
    EXPECT_EQ(workload->path_of("spec.hostPID"), row.path);
    EXPECT_EQ(workload->pointer_of("/spec/hostPID"), row.pointer);
  }
}

TEST(Workload, LivesWithBrokenManifests) {
  for (const char* text : {"{apiVersion: apps/v1, kind: Deployment}",
                           "{apiVersion: apps/v1, kind: Deployment, spec: 1}",
                           "{apiVersion: apps/v1, kind: Deployment, spec: {template: []}}",
                           "{apiVersion: v1, kind: Pod, spec: []}"}) {
    const Document document = parse_one(text);
    const auto workload = Workload::of(document.root());
    ASSERT_TRUE(workload.has_value());
    EXPECT_EQ(workload->pod_spec(), nullptr) << text;
    EXPECT_EQ(workload->service_account().name, "default");
  }
  const Document no_kind = parse_one("{apiVersion: v1, kind: 3}");
  EXPECT_FALSE(Workload::of(no_kind.root()).has_value());
}

TEST(Workload, TellsTheServiceAccount) {
  const auto account = [](std::string_view spec) {
    const Document document =
        parse_one("{apiVersion: v1, kind: Pod, spec: " + std::string(spec) + "}");
    return std::string(Workload::of(document.root())->service_account().name);
  };
  EXPECT_EQ(account("{serviceAccountName: a, serviceAccount: b}"), "a");
  EXPECT_EQ(account("{serviceAccountName: '', serviceAccount: b}"), "b");
  EXPECT_EQ(account("{serviceAccountName: null}"), "default");
}

TEST(Workload, TellsSystemAndUserNamespace) {
  EXPECT_EQ(pod_os(parse_one("{os: {name: windows}}").root()), PodOs::kWindows);
  EXPECT_EQ(pod_os(parse_one("{os: {name: linux}}").root()), PodOs::kLinux);
  EXPECT_EQ(pod_os(parse_one("{os: {name: plan9}}").root()), PodOs::kOther);
  EXPECT_EQ(pod_os(parse_one("{os: null}").root()), PodOs::kAny);
  EXPECT_TRUE(has_user_namespace(parse_one("{hostUsers: false}").root()));
  EXPECT_FALSE(has_user_namespace(parse_one("{hostUsers: true}").root()));
  EXPECT_FALSE(has_user_namespace(parse_one("{a: 1}").root()));
}

TEST(Containers, ComeInTheOrderInWhichTheyStart) {
  const Document spec = parse_one(R"(
containers: [{name: app}, {}]
ephemeralContainers: [{name: debug}]
initContainers: [{name: setup}, {name: proxy, restartPolicy: Always}]
)");
  std::vector<std::string> seen;
  for (const Container& container : containers(spec.root())) {
    seen.push_back(std::string(to_string(container.type)) + " " + std::string(container.name) +
                   " " + container.path() + " " + container.pointer());
  }
  EXPECT_THAT(seen,
              ElementsAre("init container setup spec.initContainers[0] /spec/initContainers/0",
                          "sidecar container proxy spec.initContainers[1] /spec/initContainers/1",
                          "container app spec.containers[0] /spec/containers/0",
                          "container  spec.containers[1] /spec/containers/1",
                          "ephemeral container debug spec.ephemeralContainers[0] "
                          "/spec/ephemeralContainers/0"));
  EXPECT_EQ(containers(spec.root()).size(), 5U);
  EXPECT_TRUE(containers(parse_one("{containers: {a: 1}}").root()).empty());
}

// The settings of the only container of a pod.
struct Only {
  explicit Only(std::string_view text)
      : document(parse_one(text)),
        context(document.root(), document.root().list("containers")[0]) {}
  Document document;
  SecurityContext context;
};

TEST(SecurityContext, InheritsUserAndGroupFromThePod) {
  const Only only(R"(
securityContext: {runAsUser: 1000, runAsGroup: 2000, runAsNonRoot: true}
containers: [{securityContext: {runAsUser: 0, runAsNonRoot: null}}]
)");
  EXPECT_EQ(only.context.run_as_user().value, 0);
  EXPECT_EQ(only.context.run_as_user().origin, Origin::kContainer);
  EXPECT_EQ(only.context.run_as_group().value, 2000);
  EXPECT_EQ(only.context.run_as_group().origin, Origin::kPod);
  EXPECT_TRUE(only.context.run_as_non_root().value);
  EXPECT_EQ(only.context.run_as_non_root().origin, Origin::kPod);
}

TEST(SecurityContext, HasDefaultsWhereNothingIsWritten) {
  const Only only("containers: [{}]");
  EXPECT_FALSE(only.context.privileged().value);
  EXPECT_TRUE(only.context.allow_privilege_escalation().value);
  EXPECT_FALSE(only.context.read_only_root_filesystem().value);
  EXPECT_FALSE(only.context.run_as_user().value.has_value());
  EXPECT_EQ(only.context.proc_mount().value, "Default");
  EXPECT_EQ(only.context.seccomp_type().value, "");
  EXPECT_EQ(only.context.privileged().origin, Origin::kDefault);
  EXPECT_EQ(to_string(only.context.host_process().origin), "default");
}

TEST(SecurityContext, NeverTakesFromThePodWhatOnlyContainersHave) {
  const Only only(R"(
securityContext: {privileged: true, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false,
                  capabilities: {drop: [ALL]}, procMount: Unmasked}
containers: [{}]
)");
  EXPECT_FALSE(only.context.privileged().value);
  EXPECT_FALSE(only.context.read_only_root_filesystem().value);
  EXPECT_TRUE(only.context.allow_privilege_escalation().value);
  EXPECT_FALSE(only.context.drops("NET_RAW"));
  EXPECT_EQ(only.context.proc_mount().value, "Default");
}

TEST(SecurityContext, TakesProfilesWholeAndWindowsOptionsByField) {
  const Only only(R"(
securityContext:
  seccompProfile: {type: Localhost, localhostProfile: a.json}
  appArmorProfile: {type: RuntimeDefault}
  windowsOptions: {hostProcess: true}
containers: [{securityContext: {seccompProfile: {}, windowsOptions: {runAsUserName: x}}}]
)");
  EXPECT_EQ(only.context.seccomp_type().value, "");
  EXPECT_EQ(only.context.seccomp_type().origin, Origin::kContainer);
  EXPECT_EQ(only.context.app_armor_type().value, "RuntimeDefault");
  EXPECT_EQ(only.context.app_armor_type().origin, Origin::kPod);
  EXPECT_TRUE(only.context.host_process().value);
  EXPECT_EQ(only.context.host_process().origin, Origin::kPod);
}

TEST(SecurityContext, ComparesCapabilitiesAsTheRuntimeDoes) {
  const Only only(
      "containers: [{securityContext: {capabilities: {add: [CAP_SYS_ADMIN], drop: [all]}}}]");
  EXPECT_TRUE(only.context.adds("sys_admin"));
  EXPECT_FALSE(only.context.adds("NET_RAW"));
  EXPECT_TRUE(only.context.drops("CAP_NET_RAW"));
  EXPECT_TRUE(same_capability("cap_kill", "KILL"));
  EXPECT_FALSE(same_capability("CAP", "CAP_"));
}

}  // namespace
}  // namespace yagura::kube
