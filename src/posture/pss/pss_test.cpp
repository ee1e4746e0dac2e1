#include "posture/pss/pss.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/arena.hpp"
#include "kube/node_path.hpp"
#include "kube/patch.hpp"
#include "kube/testing.hpp"

namespace yagura::posture::pss {
namespace {

using kube::parse_one;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;

LevelVersion at(std::string_view text) { return *parse_level(text); }

// A pod that passes restricted, with more of its spec put in front.
std::string good_pod(std::string_view more = "", std::string_view container = "",
                     std::string_view context = "") {
  std::string text = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n";
  text.append(more);
  text +=
      "  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}\n"
      "  containers:\n  - name: a\n    image: x\n";
  text.append(container);
  text.append("    securityContext:\n      allowPrivilegeEscalation: false\n").append(context);
  if (context.find("capabilities") == std::string_view::npos) {
    text += "      capabilities: {drop: [ALL]}\n";
  }
  return text;
}

// "check path message" of each violation of an object.
std::vector<std::string> seen(std::string_view text, std::string_view policy = "restricted") {
  const kube::Document document = parse_one(text);
  std::vector<std::string> list;
  for (const Violation& violation : evaluate(*kube::Workload::of(document.root()), at(policy))) {
    list.push_back(std::string(violation.check) + " " + violation.path +
                   (violation.missing ? " (missing) " : " ") + violation.message);
  }
  return list;
}

std::set<std::string> checks(std::string_view text, std::string_view policy) {
  const kube::Document document = parse_one(text);
  std::set<std::string> ids;
  for (const Violation& violation : evaluate(*kube::Workload::of(document.root()), at(policy))) {
    ids.emplace(violation.check);
  }
  return ids;
}

// ---- Levels and versions ----

TEST(PodSecurityLevel, ReadsLevelAndVersion) {
  EXPECT_EQ(to_string(at("restricted")), "restricted@latest");
  EXPECT_EQ(to_string(at("baseline@latest")), "baseline@latest");
  EXPECT_EQ(to_string(at("restricted@v1.31")), "restricted@v1.31");
  EXPECT_EQ(to_string(at("privileged:1.0")), "privileged@v1.0");
  EXPECT_EQ(at("baseline").version.minor, kNewestMinor);
}

TEST(PodSecurityLevel, TakesNewerVersionsForTheNewestAndSaysSo) {
  for (const char* text : {"baseline@v1.38", "baseline@v1.99999999999999999999999"}) {
    EXPECT_EQ(to_string(at(text)), "baseline@v1.37") << text;
    EXPECT_THAT(at(text).note, HasSubstr("newer than v1.37")) << text;
  }
  EXPECT_EQ(at("baseline@v1.37").note, "");
}

TEST(PodSecurityLevel, RefusesWhatIsNeitherLevelNorVersion) {
  const auto error = [](std::string_view text) {
    const auto level = parse_level(text);
    return level ? std::string("accepted") : level.error().message;
  };
  EXPECT_THAT(error("strict"), HasSubstr("privileged, baseline or restricted"));
  EXPECT_THAT(error(""), HasSubstr("level \"\""));
  EXPECT_THAT(error("Restricted"), HasSubstr("not known"));
  EXPECT_THAT(error("baseline@v0.9"), HasSubstr("below v1.0"));
  for (const char* text :
       {"baseline@", "baseline@v1", "baseline@v1.", "baseline@v1.01", "baseline@v2.0",
        "baseline@v1.x", "baseline@v1.3 ", "baseline@v1.-1", "baseline@newest"}) {
    EXPECT_THAT(error(text), HasSubstr("v1.0 to v1.37")) << text;
  }
}

// ---- Which checks count ----

TEST(PodSecurity, ChecksComeWithTheirVersions) {
  EXPECT_THAT(active_checks(at("privileged")), IsEmpty());
  EXPECT_EQ(active_checks(at("baseline@v1.33")).size(), 11U);
  EXPECT_EQ(active_checks(at("baseline@v1.34")).size(), 12U);
  EXPECT_EQ(active_checks(at("restricted@v1.7")).size(), 12U);  // of 11, hostPathVolumes overridden
  EXPECT_THAT(active_checks(at("restricted@v1.7")),
              Not(testing::Contains("allowPrivilegeEscalation")));
  EXPECT_THAT(active_checks(at("restricted@v1.8")), testing::Contains("allowPrivilegeEscalation"));
}

TEST(PodSecurity, RestrictedChecksTakeThePlaceOfTheirBaselineChecks) {
  EXPECT_THAT(active_checks(at("restricted@v1.34")),
              IsSupersetOf({"procMount", "restrictedVolumes", "seccompProfile_restricted",
                            "capabilities_restricted"}));
  for (const char* id :
       {"procMount", "hostPathVolumes", "seccompProfile_baseline", "capabilities_baseline"}) {
    EXPECT_THAT(active_checks(at("restricted@v1.35")), Not(testing::Contains(id)));
    EXPECT_THAT(active_checks(at("baseline@v1.35")), testing::Contains(id));
  }
  EXPECT_THAT(active_checks(at("restricted@v1.18")), testing::Contains("seccompProfile_baseline"));
  EXPECT_THAT(active_checks(at("restricted@v1.21")), testing::Contains("capabilities_baseline"));
}

TEST(PodSecurity, EveryCheckHasAControl) {
  std::set<std::string> active;
  for (const char* level : {"baseline", "restricted", "restricted@v1.0"}) {
    for (const auto id : active_checks(at(level))) active.emplace(id);
  }
  EXPECT_EQ(active.size(), controls().size());
  for (const std::string& id : active) {
    const auto control = control_of(id);
    ASSERT_NE(control, nullptr) << id;
    EXPECT_EQ(control->id, "pss/" + id);
    EXPECT_FALSE(control->title.empty() || control->rationale.empty() || control->fix_text.empty());
    EXPECT_FALSE(control->references.empty());
    EXPECT_FALSE(control->in_default_set);
  }
  EXPECT_EQ(control_of("nope"), nullptr);
  EXPECT_THAT(control_of("privileged")->aliases, IsSupersetOf({"C-0057", "KSV-0017", "5.2.2"}));
  EXPECT_THAT(control_of("runAsUser")->tags, IsSupersetOf({"pss:restricted", "cis-1.12:5.2.7"}));
}

// ---- What violations say ----

TEST(PodSecurity, NamesContainerFieldAndPlace) {
  EXPECT_THAT(seen(good_pod()), IsEmpty());
  EXPECT_THAT(seen("apiVersion: v1\nkind: Pod\nspec:\n  hostNetwork: true\n  hostPID: false\n"
                   "  containers: [{name: a, securityContext: {privileged: true}}]\n",
                   "baseline"),
              ElementsAre("hostNamespaces spec.hostNetwork host namespaces (hostNetwork=true)",
                          "privileged spec.containers[0].securityContext.privileged privileged "
                          "(container \"a\" must not set securityContext.privileged=true)"));
}

TEST(PodSecurity, SpeaksOfWorkloadTemplatesAtTheirOwnPlace) {
  EXPECT_THAT(
      seen("{apiVersion: batch/v1, kind: CronJob, spec: {jobTemplate: {spec: {template: {spec: "
           "{hostIPC: true}}}}}}",
           "baseline"),
      ElementsAre("hostNamespaces spec.jobTemplate.spec.template.spec.hostIPC host namespaces "
                  "(hostIPC=true)"));
  EXPECT_THAT(seen("{apiVersion: apps/v1, kind: Deployment}"), IsEmpty());
}

TEST(PodSecurity, SaysWhatIsMissingAndWhereItShouldBe) {
  const kube::Document document =
      parse_one("{apiVersion: v1, kind: Pod, spec: {containers: [{name: a, image: x}]}}");
  const auto violations = evaluate(*kube::Workload::of(document.root()), at("restricted"));
  ASSERT_EQ(violations.size(), 4U);
  for (const Violation& violation : violations) {
    EXPECT_TRUE(violation.missing);
    EXPECT_EQ(violation.subject, "a");
    EXPECT_EQ(violation.node, &document.root().find("spec")->list("containers")[0]);
  }
  EXPECT_EQ(violations[0].message,
            "allowPrivilegeEscalation != false (container \"a\" must set "
            "securityContext.allowPrivilegeEscalation=false)");
  EXPECT_EQ(violations[3].path, "spec.containers[0].securityContext.capabilities.drop");
}

TEST(PodSecurity, MakesOneViolationOfAContainersList) {
  const auto list = seen(good_pod(
      "", "    ports: [{containerPort: 1}, {hostPort: 80}, {hostPort: 443}, {hostPort: 0}]\n",
      "      capabilities: {drop: [ALL], add: [NET_BIND_SERVICE, KILL, SYS_ADMIN]}\n"));
  EXPECT_THAT(list,
              ElementsAre("hostPorts spec.containers[0].ports[1].hostPort hostPort (container "
                          "\"a\" uses ports 80, 443 of the node)",
                          "capabilities_restricted "
                          "spec.containers[0].securityContext.capabilities.add[1] unrestricted "
                          "capabilities (container \"a\" must not include \"KILL\", "
                          "\"SYS_ADMIN\" in securityContext.capabilities.add)"));
}

TEST(PodSecurity, LooksAtEveryKindOfContainer) {
  const auto ids = seen(R"(
apiVersion: v1
kind: Pod
spec:
  initContainers: [{name: i, securityContext: {privileged: true}}]
  containers: [{name: c, securityContext: {privileged: true}}]
  ephemeralContainers: [{name: e, securityContext: {privileged: true}}]
)",
                        "baseline");
  ASSERT_EQ(ids.size(), 3U);
  EXPECT_THAT(ids[0], HasSubstr("init container \"i\""));
  EXPECT_THAT(ids[2], HasSubstr("spec.ephemeralContainers[0].securityContext.privileged"));
}

TEST(PodSecurity, ReportsInheritanceOnceAtItsSource) {
  const auto list = seen(R"(
apiVersion: v1
kind: Pod
spec:
  securityContext: {runAsNonRoot: false, seccompProfile: {type: Unconfined}}
  containers:
  - name: a
    securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
  - name: b
    securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}, runAsNonRoot: true}
)");
  EXPECT_THAT(list, ElementsAre(HasSubstr("runAsNonRoot spec.securityContext.runAsNonRoot"),
                                HasSubstr("seccompProfile_restricted "
                                          "spec.securityContext.seccompProfile.type")));
}

TEST(PodSecurity, TakesANullForNothing) {
  EXPECT_THAT(
      checks(
          "{apiVersion: v1, kind: Pod, spec: {hostPID: null, volumes: [{name: v, hostPath: null}], "
          "containers: [{securityContext: null}]}}",
          "baseline"),
      IsEmpty());
}

TEST(PodSecurity, TakesAVolumeWithoutASourceForAnEmptyDir) {
  EXPECT_THAT(
      seen(good_pod("  volumes: [{name: a}, {name: b, emptyDir: }, {name: c, image: {}}]\n")),
      IsEmpty());
  EXPECT_THAT(
      seen(good_pod("  volumes: [{name: a, nfs: {server: x}}]\n")),
      ElementsAre("restrictedVolumes spec.volumes[0].nfs restricted volume types (volume \"a\" "
                  "uses \"nfs\")"));
}

TEST(PodSecurity, ReadsAppArmorFromFieldsAndAnnotations) {
  const auto list = seen(R"(
apiVersion: v1
kind: Pod
metadata:
  annotations:
    container.apparmor.security.beta.kubernetes.io/a: unconfined
    container.apparmor.security.beta.kubernetes.io/b: localhost/x
spec:
  securityContext: {appArmorProfile: {type: Unconfined}}
  containers: [{name: a, securityContext: {appArmorProfile: {type: Localhost}}}]
)",
                         "baseline@v1.0");
  EXPECT_THAT(list, ElementsAre(HasSubstr("spec.securityContext.appArmorProfile.type"),
                                HasSubstr("metadata.annotations[\"container.apparmor.security.beta."
                                          "kubernetes.io/a\"]")));
}

// ---- Versions and relaxations ----

TEST(PodSecurity, ExemptsWindowsPodsFromLinuxChecksSince125) {
  const std::string windows =
      "apiVersion: v1\nkind: Pod\nspec:\n  os: {name: windows}\n"
      "  securityContext: {runAsNonRoot: true}\n  containers: [{name: a}]\n";
  EXPECT_THAT(checks(windows, "restricted@v1.24"),
              ElementsAre("allowPrivilegeEscalation", "capabilities_restricted",
                          "seccompProfile_restricted"));
  EXPECT_THAT(checks(windows, "restricted@v1.25"), IsEmpty());
}

TEST(PodSecurity, RelaxesUserNamespacePodsSince135) {
  std::string pod =
      good_pod("  hostUsers: false\n", "", "      procMount: Unmasked\n      runAsUser: 0\n");
  EXPECT_THAT(checks(pod, "restricted@v1.34"), ElementsAre("procMount", "runAsUser"));
  EXPECT_THAT(checks(pod, "restricted@v1.35"), ElementsAre("procMount_restricted"));
  EXPECT_THAT(checks(pod, "baseline@v1.34"), ElementsAre("procMount"));
  EXPECT_THAT(checks(pod, "baseline@v1.35"), IsEmpty());
}

TEST(PodSecurity, KnowsSafeSysctlsByVersion) {
  const std::string pod =
      "{apiVersion: v1, kind: Pod, spec: {securityContext: {sysctls: [{name: "
      "net.ipv4.tcp_rmem}]}}}";
  EXPECT_THAT(checks(pod, "baseline@v1.31"), ElementsAre("sysctls"));
  EXPECT_THAT(checks(pod, "baseline@v1.32"), IsEmpty());
}

TEST(PodSecurity, KnowsSelinuxTypesByVersion) {
  const std::string pod =
      "{apiVersion: v1, kind: Pod, spec: {securityContext: {seLinuxOptions: {type: "
      "container_engine_t}}}}";
  EXPECT_THAT(checks(pod, "baseline@v1.30"), ElementsAre("seLinuxOptions"));
  EXPECT_THAT(checks(pod, "baseline@v1.31"), IsEmpty());
}

TEST(PodSecurity, ReadsSeccompFromAnnotationsBefore119) {
  const std::string pod = R"(
apiVersion: v1
kind: Pod
metadata:
  annotations: {seccomp.security.alpha.kubernetes.io/pod: unconfined,
                container.seccomp.security.alpha.kubernetes.io/gone: unconfined}
spec:
  containers: [{name: a, securityContext: {seccompProfile: {type: Unconfined}}}]
)";
  EXPECT_THAT(seen(pod, "baseline@v1.18"), ElementsAre(HasSubstr("annotation seccomp")));
  EXPECT_THAT(seen(pod, "baseline@v1.19"),
              ElementsAre(HasSubstr("spec.containers[0].securityContext.seccompProfile.type")));
}

TEST(PodSecurity, ForbidsProbeHostsSince134) {
  const std::string pod = R"(
apiVersion: v1
kind: Pod
spec:
  containers:
  - name: a
    livenessProbe: {httpGet: {host: 127.0.0.1, port: 1}}
    readinessProbe: {httpGet: {host: '', port: 1}}
    lifecycle: {preStop: {tcpSocket: {host: example.com}}}
)";
  EXPECT_THAT(seen(pod, "baseline@v1.33"), IsEmpty());
  EXPECT_THAT(
      seen(pod, "baseline@v1.34"),
      ElementsAre("hostProbesAndHostLifecycle spec.containers[0].livenessProbe.httpGet.host probe "
                  "or lifecycle host (container \"a\" makes the kubelet call hosts "
                  "\"127.0.0.1\", \"example.com\")"));
}

// ---- Fixes and nodes ----

// Everything wrong at once that can be mended mechanically.
constexpr std::string_view kWrong = R"(
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    metadata:
      annotations: {container.apparmor.security.beta.kubernetes.io/a: unconfined}
    spec:
      hostNetwork: true
      hostPID: true
      hostIPC: true
      securityContext:
        runAsUser: 0
        sysctls: [{name: kernel.msgmax}, {name: net.ipv4.tcp_rmem}, {name: kernel.sem}]
        seLinuxOptions: {type: spc_t, user: u, role: r}
        windowsOptions: {hostProcess: true}
        appArmorProfile: {type: Unconfined}
        seccompProfile: {type: Unconfined}
      containers:
      - name: a
        ports: [{hostPort: 1}, {hostPort: 2}]
        livenessProbe: {tcpSocket: {host: x}}
        lifecycle: {postStart: {httpGet: {host: x}}}
        securityContext:
          privileged: true
          procMount: Unmasked
          runAsNonRoot: false
          capabilities: {add: [SYS_ADMIN, NET_BIND_SERVICE, NET_RAW], drop: [KILL]}
      - name: b
      initContainers:
      - name: c
        securityContext: {seccompProfile: {type: Unconfined}, runAsUser: 0}
)";

TEST(PodSecurity, FixesMendWhatTheyAreFor) {
  for (const char* level : {"baseline@v1.0", "baseline", "restricted@v1.22", "restricted"}) {
    const kube::Document document = parse_one(kWrong);
    const auto violations = evaluate(*kube::Workload::of(document.root()), at(level));
    ASSERT_FALSE(violations.empty());
    std::vector<model::PatchOperation> all;
    for (const Violation& violation : violations) {
      EXPECT_FALSE(violation.fix.operations.empty()) << violation.message;
      EXPECT_FALSE(violation.fix.description.empty()) << violation.message;
      all.insert(all.end(), violation.fix.operations.begin(), violation.fix.operations.end());
    }
    core::Arena arena;
    const auto mended = kube::apply_patch(document.root(), all, arena);
    ASSERT_TRUE(mended.has_value()) << mended.error().message;
    EXPECT_THAT(evaluate(*kube::Workload::of(**mended), at(level)), IsEmpty()) << level;
  }
}

TEST(PodSecurity, EachFixAloneMendsItsOwnViolation) {
  const kube::Document document = parse_one(kWrong);
  for (const Violation& violation :
       evaluate(*kube::Workload::of(document.root()), at("restricted"))) {
    core::Arena arena;
    const auto mended = kube::apply_patch(document.root(), violation.fix.operations, arena);
    ASSERT_TRUE(mended.has_value()) << mended.error().message;
    for (const Violation& left : evaluate(*kube::Workload::of(**mended), at("restricted"))) {
      EXPECT_FALSE(left.check == violation.check && left.path == violation.path &&
                   left.message == violation.message)
          << violation.message;
    }
  }
}

TEST(PodSecurity, PathsLeadToTheNodes) {
  const kube::Document document = parse_one(kWrong);
  for (const Violation& violation :
       evaluate(*kube::Workload::of(document.root()), at("restricted"))) {
    const kube::Node* found = kube::resolve_field_path(document.root(), violation.path);
    if (violation.missing) {
      EXPECT_EQ(found, nullptr) << violation.path;
    } else {
      EXPECT_EQ(found, violation.node) << violation.path;
    }
  }
}

TEST(PodSecurity, LeavesWrongTypesToTheApiServer) {
  EXPECT_THAT(checks("{apiVersion: v1, kind: Pod, metadata: {annotations: [x]}, spec: {hostPID: "
                     "'yes please', volumes: "
                     "x, securityContext: 3, containers: [1, {ports: {a: 1}, securityContext: []}, "
                     "{ports: [{hostPort: '80'}, 7], livenessProbe: x}]}}",
                     "baseline"),
              IsEmpty());
}

}  // namespace
}  // namespace yagura::posture::pss
