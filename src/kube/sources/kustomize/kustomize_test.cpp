#include "kube/sources/kustomize/kustomize.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "kube/node_json.hpp"
#include "kube/node_path.hpp"
#include "kube/sources/kustomize/content_hash.hpp"
#include "kube/sources/kustomize/json_patch.hpp"
#include "kube/sources/kustomize/patch_target.hpp"
#include "kube/sources/kustomize/strategic_merge.hpp"
#include "kube/sources/testing.hpp"
#include "kube/testing.hpp"

namespace yagura::kube {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Files = std::map<std::string, std::string>;

struct Built {
  std::vector<Document> documents;
  std::vector<std::string> diagnostics;

  // The object of that kind (and name), or a null.
  [[nodiscard]] const Document* find(const std::string& kind, const std::string& name = {}) const {
    for (const Document& document : documents) {
      const Node* found = document.root().get({"metadata", "name"});
      if (document.root().find("kind")->string_or() != kind) continue;
      if (name.empty() || (found != nullptr && found->string_or() == name)) return &document;
    }
    return nullptr;
  }
  // JSON of the field, "missing" where it is not there.
  [[nodiscard]] std::string at(const std::string& kind, const std::string& path,
                               const std::string& name = {}) const {
    const Document* document = find(kind, name);
    if (document == nullptr) return "no " + kind + " " + name;
    const Node* node = resolve_field_path(document->root(), path);
    return node == nullptr ? "missing" : to_json(*node);
  }
  [[nodiscard]] std::string place(const std::string& kind, const std::string& path) const {
    const Document* document = find(kind);
    if (document == nullptr) return "no " + kind;
    const Node* node = resolve_field_path(document->root(), path);
    if (node == nullptr) return "missing";
    const Place at = document->position_of(*node);
    return std::string(at.file) + ":" + std::to_string(at.position.line) + ":" +
           std::to_string(at.position.column);
  }
};

Built build(const Files& files, const std::string& folder = "k",
            const KustomizeLimits& limits = {}) {
  MemoryTree tree;
  for (const auto& [path, text] : files) tree.add(path, text);
  Diagnostics diagnostics;
  Built built;
  built.documents = build_kustomization(tree, folder, limits, {}, diagnostics).documents;
  for (const Diagnostic& diagnostic : diagnostics.list())
    built.diagnostics.push_back(to_string(diagnostic));
  return built;
}

constexpr const char* kWeb = R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: runner
      containers:
        - name: web
          image: nginx:1.14
          ports: [{containerPort: 80}]
          env:
            - {name: A, value: "1"}
            - name: FROM
              valueFrom: {configMapKeyRef: {name: settings, key: a}}
      volumes:
        - {name: s, secret: {secretName: keys}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: runner}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: rb}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}
subjects: [{kind: ServiceAccount, name: runner}, {kind: ServiceAccount, name: default}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: r}
rules: []
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec: {defaultBackend: {service: {name: web, port: {number: 80}}}, tls: [{secretName: keys}]}
)";

const std::string kTemplate = "spec.template.spec.";

TEST(Kustomize, NamesNamespacesLabelsAndReferencesFollow) {
  const Built built =
      build({{"k/web.yaml", kWeb},
             {"k/kustomization.yaml",
              "resources: [web.yaml]\nnamespace: shop\nnamePrefix: a-\nnameSuffix: -z\n"
              "commonLabels: {team: x}\ncommonAnnotations: {note: yo}\n"
              "secretGenerator: [{name: keys, literals: [k=v]}]\n"}});
  EXPECT_THAT(built.diagnostics, IsEmpty());
  EXPECT_EQ(
      built.at("Deployment", "metadata"),
      R"({"name":"a-web-z","namespace":"shop","labels":{"team":"x"},"annotations":{"note":"yo"}})");
  EXPECT_EQ(built.at("Deployment", "spec.selector.matchLabels"), R"({"app":"web","team":"x"})");
  EXPECT_EQ(built.at("Deployment", "spec.template.metadata"),
            R"({"labels":{"app":"web","team":"x"},"annotations":{"note":"yo"}})");
  EXPECT_EQ(built.at("Deployment", kTemplate + "serviceAccountName"), R"("a-runner-z")");
  // The hash is that of `kubectl kustomize` 5.5.
  EXPECT_EQ(built.at("Secret", "metadata.name"), R"("a-keys-z-ftgtgc4t9f")");
  EXPECT_EQ(built.at("Deployment", kTemplate + "volumes[0].secret.secretName"),
            R"("a-keys-z-ftgtgc4t9f")");
  EXPECT_EQ(built.at("Ingress", "spec.tls[0].secretName"), R"("a-keys-z-ftgtgc4t9f")");
  EXPECT_EQ(built.at("Ingress", "spec.defaultBackend.service.name"), R"("a-web-z")");
  EXPECT_EQ(built.at("Service", "spec.selector"), R"({"app":"web","team":"x"})");
  EXPECT_EQ(built.at("RoleBinding", "roleRef.name"), R"("a-r-z")");
  EXPECT_EQ(built.at("RoleBinding", "subjects"),
            R"([{"kind":"ServiceAccount","name":"a-runner-z","namespace":"shop"},)"
            R"({"kind":"ServiceAccount","name":"default","namespace":"shop"}])");
  // Nothing of that name is built: it stays.
  EXPECT_EQ(
      built.at("Deployment", kTemplate + "containers[0].env[1].valueFrom.configMapKeyRef.name"),
      R"("settings")");
}

TEST(Kustomize, ImagesByNameWithTagDigestAndRegistryPort) {
  const Built built =
      build({{"k/p.yaml",
              "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  initContainers: [{name: i, "
              "image: busybox}]\n"
              "  containers: [{name: a, image: 'nginx:1'}, {name: b, image: "
              "'reg:5000/x@sha256:aa'}, {name: c, image: 'nginxx:1'}]\n"},
             {"k/kustomization.yaml",
              "resources: [p.yaml]\nimages:\n- {name: nginx, newName: my/nginx, newTag: '2'}\n"
              "- {name: busybox, digest: 'sha256:dd'}\n- {name: 'reg:5000/x', newTag: v2}\n"}});
  EXPECT_EQ(built.at("Pod", "spec.containers[0].image"), R"("my/nginx:2")");
  EXPECT_EQ(built.at("Pod", "spec.containers[1].image"), R"("reg:5000/x:v2")");
  EXPECT_EQ(built.at("Pod", "spec.containers[2].image"), R"("nginxx:1")");
  EXPECT_EQ(built.at("Pod", "spec.initContainers[0].image"), R"("busybox@sha256:dd")");
}

TEST(Kustomize, EveryNodeKnowsTheLineThatWroteIt) {
  const Built built =
      build({{"k/base/web.yaml", kWeb},
             {"k/base/kustomization.yaml", "resources: [web.yaml]\n"},
             {"k/prod/kustomization.yaml",
              "resources:\n- ../base\nreplicas:\n- {name: web, count: 3}\nimages:\n- name: nginx\n"
              "  newTag: latest\nconfigMapGenerator:\n- name: settings\n  literals:\n  - a=1\n"
              "  files: [app.conf]\n  envs: [vars]\npatches:\n- path: p.yaml\n- patch: |-\n"
              "    apiVersion: v1\n    kind: Service\n    metadata:\n      name: web\n    spec:\n"
              "      type: NodePort\n"},
             {"k/prod/app.conf", "x"},
             {"k/prod/vars", "# c\nB=2\n"},
             {"k/prod/p.yaml",
              "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n"
              "    spec:\n      hostPID: true\n"}},
            "k/prod");
  EXPECT_THAT(built.diagnostics, IsEmpty());
  EXPECT_EQ(built.place("Deployment", kTemplate + "serviceAccountName"), "k/base/web.yaml:10:27");
  EXPECT_EQ(built.place("Deployment", "spec.replicas"), "k/prod/kustomization.yaml:4:22");
  EXPECT_EQ(built.place("Deployment", kTemplate + "containers[0].image"),
            "k/prod/kustomization.yaml:7:11");
  EXPECT_EQ(built.place("Deployment", kTemplate + "hostPID"), "k/prod/p.yaml:7:16");
  EXPECT_EQ(built.place("ConfigMap", "data.a"), "k/prod/kustomization.yaml:11:5");
  EXPECT_EQ(built.place("ConfigMap", "data.B"), "k/prod/vars:2:1");
  EXPECT_EQ(built.place("ConfigMap", "data[\"app.conf\"]"), "k/prod/app.conf:1:1");
  EXPECT_EQ(built.place("Service", "spec.type"), "k/prod/kustomization.yaml:22:13");
  EXPECT_TRUE(built.find("Service")->is_composed());
  EXPECT_EQ(built.find("Service")->source().name(), "k/base/web.yaml");
}

TEST(Kustomize, IgnoreCommentsOfBaseAndPatchStay) {
  const Built built = build(
      {{"k/p.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata:\n  # yagura:ignore some-check known\n  name: p\n"},
       {"k/patch.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  # yagura:ignore host-pid "
        "wanted\n  hostPID: true\n"},
       {"k/kustomization.yaml", "resources: [p.yaml]\npatches: [{path: patch.yaml}]\n"}});
  const Document* pod = built.find("Pod");
  ASSERT_NE(pod, nullptr);
  ASSERT_THAT(pod->ignores(), SizeIs(2));
  EXPECT_EQ(pod->place_of(pod->ignores()[0].offset).file, "k/p.yaml");
  EXPECT_EQ(pod->place_of(pod->ignores()[1].offset).file, "k/patch.yaml");
  EXPECT_EQ(pod->place_of(pod->ignores()[1].offset).position.line, 5U);
}

// Hashes of `kubectl kustomize` 5.5 for the same files.
TEST(Kustomize, GeneratedNamesHaveTheHashOfKustomize) {
  const std::string bytes = [] {
    std::string text;
    for (int i = 0; i < 20; ++i) text += std::string("\xff\xfe\0\1\2\3", 6);
    return text;
  }();
  const Built built =
      build({{"k/app.properties", "x=1\ny=2\n"},
             {"k/data/raw.txt", "h\xC3\xA9llo\n"},
             {"k/vars.env", "# c\nK=V\n  L = M \nEMPTY=\n"},
             {"k/bin.dat", bytes},
             {"k/kustomization.yaml",
              "configMapGenerator:\n"
              "- name: app-config\n"
              "  literals: [a=1, \"b='quoted x'\", 'c=<&>\"q\"', \"d=line\\nline\"]\n"
              "  files: [app.properties, renamed.txt=data/raw.txt]\n"
              "  envs: [vars.env]\n"
              "- name: binc\n"
              "  files: [bin.dat]\n"
              "- name: empty\n"
              "- name: plain\n"
              "  options: {disableNameSuffixHash: true, labels: {l: '1'}}\n"
              "  literals: [z=1]\n"
              "secretGenerator:\n"
              "- name: app-secret\n"
              "  literals: [p=pw, long=" +
                  std::string(104, 'a') +
                  "]\n"
                  "- name: bin\n"
                  "  files: [bin.dat]\n"}});
  EXPECT_THAT(built.diagnostics, IsEmpty());
  std::vector<std::string> names;
  for (const Document& document : built.documents) {
    names.emplace_back(document.root().get({"metadata", "name"})->as_string());
  }
  EXPECT_THAT(names, ElementsAre("app-config-4cd84k5mc9", "binc-k4744768dh", "empty-6ct58987ht",
                                 "plain", "app-secret-kt66f8gf49", "bin-82f94hfkt6"));
  EXPECT_EQ(built.at("ConfigMap", "data.b"), R"("quoted x")");
  EXPECT_EQ(built.at("ConfigMap", "data[\"renamed.txt\"]"), "\"h\xC3\xA9llo\\n\"");
  EXPECT_EQ(built.at("ConfigMap", "data[\"L \"]"), R"(" M ")");
  EXPECT_EQ(built.at("ConfigMap", "metadata.labels", "plain"), R"({"l":"1"})");
  EXPECT_EQ(built.at("Secret", "data.p"), R"("cHc=")");
}

TEST(Kustomize, Sha256OfKnownTexts) {
  EXPECT_EQ(kustomize::sha256_hex(""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(kustomize::sha256_hex("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(kustomize::sha256_hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Kustomize, GeneratorsMergeIntoAndReplaceThoseOfTheBase) {
  const Files files = {
      {"k/base/kustomization.yaml",
       "configMapGenerator:\n- {name: a, literals: [x=1, y=2]}\n- {name: b, literals: [x=1]}\n"},
      {"k/over/kustomization.yaml",
       "resources: [../base]\nconfigMapGenerator:\n- {name: a, behavior: merge, literals: [y=3]}\n"
       "- {name: b, behavior: replace, literals: [z=1]}\n- {name: none, behavior: merge}\n"
       "- {name: a, literals: [q=1]}\n"}};
  const Built built = build(files, "k/over");
  EXPECT_EQ(built.at("ConfigMap", "data"), R"({"x":"1","y":"3"})");
  ASSERT_THAT(built.documents, SizeIs(2));
  EXPECT_EQ(to_json(*built.documents[1].root().find("data")), R"({"z":"1"})");
  EXPECT_THAT(built.diagnostics, ElementsAre(HasSubstr("there is no ConfigMap \"none\" to change"),
                                             HasSubstr("there is a ConfigMap \"a\" already")));
}

TEST(Kustomize, PatchesOfBothKindsByIdentityAndTarget) {
  const Built built =
      build({{"k/web.yaml", kWeb},
             {"k/sm.yaml",
              "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, labels: {p: "
              "q}}\nspec:\n  replicas: null\n"
              "  template:\n    spec:\n      containers:\n      - name: web\n        ports: "
              "[{containerPort: 81}]\n"
              "        env: [{name: FROM, $patch: delete}, {name: B, value: '2'}]\n      - {name: "
              "side, image: s}\n"
              "      volumes: [{$patch: replace}, {name: only, emptyDir: {}}]\n"},
             {"k/json.yaml", "- {op: add, path: /spec/ports/-, value: {port: 443}}\n"},
             {"k/kustomization.yaml",
              "resources: [web.yaml]\npatchesStrategicMerge: [sm.yaml]\npatchesJson6902:\n"
              "- {target: {version: v1, kind: Service, name: web}, path: json.yaml}\npatches:\n"
              "- target: {kind: Role.*, name: r.?}\n  patch: '[{op: add, path: "
              "/metadata/annotations, value: {a~1b: c}}]'\n"
              "- patch: '{$patch: delete, apiVersion: networking.k8s.io/v1, kind: Ingress, "
              "metadata: {name: web}}'\n"}});
  EXPECT_THAT(built.diagnostics, IsEmpty());
  EXPECT_EQ(built.at("Deployment", "spec.replicas"), "missing");
  EXPECT_EQ(built.at("Deployment", kTemplate + "containers[0].ports"),
            R"([{"containerPort":81},{"containerPort":80}])");
  EXPECT_EQ(built.at("Deployment", kTemplate + "containers[0].env"),
            R"([{"name":"B","value":"2"},{"name":"A","value":"1"}])");
  EXPECT_EQ(built.at("Deployment", kTemplate + "containers[1].name"), R"("side")");
  EXPECT_EQ(built.at("Deployment", kTemplate + "volumes"), R"([{"name":"only","emptyDir":{}}])");
  EXPECT_EQ(built.at("Deployment", "metadata.labels"), R"({"p":"q"})");
  EXPECT_EQ(built.at("Service", "spec.ports"), R"([{"port":80},{"port":443}])");
  EXPECT_EQ(built.at("Role", "metadata.annotations"), R"({"a~1b":"c"})");
  EXPECT_EQ(built.at("RoleBinding", "metadata.annotations"), R"({"a~1b":"c"})");
  EXPECT_EQ(built.find("Ingress"), nullptr);
}

TEST(Kustomize, CustomResourcesListsAreReplaced) {
  const Built built = build({{"k/r.yaml",
                              "apiVersion: x.io/v1\nkind: Foo\nmetadata: {name: f}\nspec: "
                              "{containers: [{name: a}, {name: b}]}\n"},
                             {"k/kustomization.yaml",
                              "resources: [r.yaml]\npatches:\n- patch: '{apiVersion: x.io/v1, "
                              "kind: Foo, metadata: {name: f}, spec: "
                              "{containers: [{name: c}]}}'\n"}});
  EXPECT_EQ(built.at("Foo", "spec.containers"), R"([{"name":"c"}])");
}

TEST(Kustomize, PatchKeepsNameAndKindUnlessAllowed) {
  const std::string resources = "resources: [web.yaml]\npatches:\n- target: {kind: Service}\n";
  const std::string patch = "  patch: '{kind: Other, metadata: {name: other}}'\n";
  const Built kept = build({{"k/web.yaml", kWeb}, {"k/kustomization.yaml", resources + patch}});
  EXPECT_NE(kept.find("Service", "web"), nullptr);
  const Built changed =
      build({{"k/web.yaml", kWeb},
             {"k/kustomization.yaml", resources + patch + "  options: {allowNameChange: true}\n"}});
  EXPECT_NE(changed.find("Service", "other"), nullptr);
  EXPECT_EQ(changed.at("Ingress", "spec.defaultBackend.service.name"), R"("other")");
}

TEST(Kustomize, TwoInstancesOfOneBaseKeepToThemselves) {
  const Built built = build({{"k/base/web.yaml", kWeb},
                             {"k/base/kustomization.yaml", "resources: [web.yaml]\n"},
                             {"k/a/kustomization.yaml", "resources: [../base]\nnamePrefix: a-\n"},
                             {"k/b/kustomization.yaml", "resources: [../base]\nnamePrefix: b-\n"},
                             {"k/all/kustomization.yaml", "resources: [../a, ../b]\n"}},
                            "k/all");
  EXPECT_EQ(built.at("Deployment", kTemplate + "serviceAccountName", "a-web"), R"("a-runner")");
  EXPECT_EQ(built.at("Deployment", kTemplate + "serviceAccountName", "b-web"), R"("b-runner")");
  EXPECT_EQ(built.at("Ingress", "spec.defaultBackend.service.name", "b-web"), R"("b-web")");
}

TEST(Kustomize, ComponentsWorkOnTheObjectsOfTheirUser) {
  const Built built = build(
      {{"k/web.yaml", kWeb},
       {"k/kustomization.yaml", "resources: [web.yaml]\ncomponents: [comp]\nnamePrefix: x-\n"},
       {"k/comp/kustomization.yaml",
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n"
        "- target: {kind: Deployment}\n  patch: '[{op: replace, path: /spec/replicas, value: "
        "4}]'\n"}});
  EXPECT_EQ(built.at("Deployment", "spec.replicas", "x-web"), "4");
}

TEST(Kustomize, LabelsEntriesReachOnlyWhatTheySay) {
  const Built built =
      build({{"k/web.yaml", kWeb},
             {"k/kustomization.yaml",
              "resources: [web.yaml]\nlabels:\n- pairs: {m: '1'}\n- pairs: {t: '1'}\n"
              "  includeTemplates: true\n- pairs: {s: '1'}\n  includeSelectors: true\n"}});
  EXPECT_EQ(built.at("Deployment", "metadata.labels"), R"({"m":"1","t":"1","s":"1"})");
  EXPECT_EQ(built.at("Deployment", "spec.template.metadata.labels"),
            R"({"app":"web","t":"1","s":"1"})");
  EXPECT_EQ(built.at("Deployment", "spec.selector.matchLabels"), R"({"app":"web","s":"1"})");
}

TEST(Kustomize, WhatIsNotBuiltIsNamed) {
  const Built built = build(
      {{"k/web.yaml", kWeb},
       {"k/kustomization.yaml",
        "resources: [web.yaml, 'https://github.com/x/y?ref=v1', 'github.com/x/z', missing.yaml]\n"
        "replacements: []\nhelmCharts: []\nvars: []\nnonsense: 1\n"}});
  EXPECT_THAT(built.documents, SizeIs(6));
  EXPECT_THAT(built.diagnostics,
              ElementsAre(HasSubstr("replacements is not built; the result may differ"),
                          HasSubstr("helmCharts is not built"), HasSubstr("vars is not built"),
                          HasSubstr("no field \"nonsense\""),
                          HasSubstr("ref=v1 is remote and was not read"),
                          HasSubstr("github.com/x/z is remote"),
                          HasSubstr("no file or folder \"missing.yaml\"")));
}

TEST(Kustomize, MistakesAreToldWithTheirPlace) {
  const Built built =
      build({{"k/web.yaml", kWeb},
             {"k/kustomization.yaml",
              "resources: [web.yaml]\nreplicas: [{name: nope, count: 1}]\npatches:\n"
              "- patch: '{apiVersion: v1, kind: Pod, metadata: {name: gone}}'\n"
              "- target: {kind: Service}\n  patch: '[{op: replace, path: /spec/nope, value: 1}]'\n"
              "- target: {kind: '('}\n  patch: '[]'\n"
              "- path: a\n  patch: b\n"
              "configMapGenerator: [{name: c, literals: [nonsense]}, {literals: [a=b]}]\n"}});
  EXPECT_THAT(built.diagnostics,
              ::testing::UnorderedElementsAre(
                  HasSubstr("kustomization.yaml:11:43: error: a literal must be key=value"),
                  HasSubstr("configMapGenerator: name is missing"),
                  HasSubstr("kustomization.yaml:4:3: error: the patch is for Pod \"gone\""),
                  HasSubstr("operation 0 (replace /spec/nope): there is no \"nope\""),
                  HasSubstr("target.kind is no regular expression"),
                  HasSubstr("a patch has either `path` or `patch`"),
                  HasSubstr("replicas: no workload is named \"nope\"")));
}

TEST(Kustomize, UnquotedNumbersAndBooleansAreTold) {
  const Built built = build(
      {{"k/web.yaml", kWeb},
       {"k/kustomization.yaml",
        "resources: [web.yaml]\nimages: [{name: nginx, newTag: 1.25}]\ncommonLabels: {a: yes}\n"}});
  EXPECT_THAT(built.diagnostics,
              ::testing::UnorderedElementsAre(
                  HasSubstr("kustomization.yaml:2:32: error: newTag must be a string"),
                  HasSubstr("kustomization.yaml:3:19: error: the value of a must be a string")));
}

TEST(Kustomize, FilesOutsideOfTheFolderAreNotRead) {
  const Built built = build(
      {{"secret.yaml", kWeb},
       {"k/kustomization.yaml",
        "resources: [../secret.yaml]\nconfigMapGenerator: [{name: c, files: [../secret.yaml]}]\n"
        "patches: [{path: ../secret.yaml}]\n"}});
  EXPECT_THAT(built.diagnostics, SizeIs(3));
  EXPECT_THAT(built.diagnostics,
              ::testing::Each(HasSubstr("outside of the kustomization's folder")));
}

TEST(Kustomize, SymlinkOutOfTheFolderIsNotRead) {
  const TemporaryFolder folder;
  folder.write("outside", "secret");
  folder.write("k/kustomization.yaml", "configMapGenerator: [{name: c, files: [link]}]\n");
  std::filesystem::create_symlink("../outside", folder.path("k/link"));
  const Loaded loaded = load({folder.path("k")}, folder.path());
  EXPECT_THAT(loaded.diagnostics,
              ElementsAre(HasSubstr("link is outside of the kustomization's folder")));
  EXPECT_THAT(loaded.json, ::testing::Each(::testing::Not(HasSubstr("secret"))));
}

TEST(KustomizeLimitsTest, EachIsReachedAndTold) {
  Files files;
  for (int i = 0; i < 40; ++i) {
    files["k/" + std::to_string(i) + "/kustomization.yaml"] =
        "resources: [../" + std::to_string(i + 1) + "]\n";
  }
  EXPECT_THAT(build(files, "k/0").diagnostics, Contains(HasSubstr("nested deeper than 32")));
  std::string many = "configMapGenerator:\n";
  for (int i = 0; i < 20; ++i) many += "- {name: c" + std::to_string(i) + "}\n";
  const Files generators = {{"k/kustomization.yaml", many}};
  EXPECT_THAT(build(generators, "k", {.max_objects = 5}).diagnostics,
              Contains(HasSubstr("more than 5 objects")));
  EXPECT_THAT(build(generators, "k", {.max_memory = 1'000}).diagnostics,
              Contains(HasSubstr("1000 bytes of memory")));
  const Files two = {{"k/kustomization.yaml", "resources: [a.yaml, b.yaml]\n"},
                     {"k/a.yaml", kWeb},
                     {"k/b.yaml", kWeb}};
  EXPECT_THAT(build(two, "k", {.max_files = 2}).diagnostics,
              Contains(HasSubstr("reads more than 2 files")));
  EXPECT_THAT(build(two, "k", {.max_file_size = 100}).diagnostics, SizeIs(2));
}

TEST(KustomizeLimitsTest, PatchesTimesObjectsAreCounted) {
  const std::string patch = "- target: {kind: None}\n  patch: '[]'\n";
  const Files files = {
      {"k/kustomization.yaml", "resources: [a.yaml]\npatches:\n" + patch + patch + patch},
      {"k/a.yaml", kWeb}};
  EXPECT_THAT(build(files, "k", {.max_steps = 10}).diagnostics,
              Contains(HasSubstr("takes too many steps")));
  EXPECT_THAT(build(files).diagnostics, IsEmpty());
}

// Ten thousand keys in the base, in the patch and in a generator: quadratic copying would need
// gigabytes.
TEST(KustomizeLimitsTest, LargeMapsAndListsMergeInLinearTime) {
  std::string data;
  std::string env;
  std::string literals;
  for (int i = 0; i < 10'000; ++i) {
    const std::string n = std::to_string(i);
    data += "  k" + n + ": v\n";
    env += "    - {name: E" + n + ", value: v}\n";
    literals += "  - k" + n + "=1\n";
  }
  const std::string map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata:\n" + data;
  const std::string pod =
      "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: c\n    "
      "env:\n" +
      env;
  const Built built = build({{"k/a.yaml", map + "---\n" + pod},
                             {"k/p.yaml", map + "---\n" + pod},
                             {"k/kustomization.yaml",
                              "resources: [a.yaml]\npatchesStrategicMerge: "
                              "[p.yaml]\nconfigMapGenerator:\n- name: g\n  literals:\n" +
                                  literals}},
                            "k", {.max_memory = std::uint64_t{64} << 20});
  EXPECT_THAT(built.diagnostics, IsEmpty());
  ASSERT_THAT(built.documents, SizeIs(3));
  EXPECT_THAT(built.documents[1].root().find("spec")->list("containers")[0].list("env"),
              SizeIs(10'000));
}

// Each level builds the one below twice: 2^25 times without a bound.
TEST(KustomizeLimitsTest, DoublingBasesEndAtTheFileLimit) {
  Files files;
  for (int i = 0; i < 25; ++i) {
    const std::string next = std::to_string(i + 1);
    files["k/" + std::to_string(i) + "/kustomization.yaml"] =
        "resources: [../" + next + ", ../x" + next + "]\n";
    files["k/x" + std::to_string(i) + "/kustomization.yaml"] =
        "resources: [../" + next + ", ../x" + next + "]\n";
  }
  EXPECT_THAT(build(files, "k/0").diagnostics, Contains(HasSubstr("reads more than 10000 files")));
}

TEST(TextSelectors, AreParsedAndMatched) {
  const Document document = parse_one("{app: web, tier: db}");
  const auto matches = [&](std::string_view text) {
    const auto selector = kustomize::TextSelector::parse(text);
    return selector ? (selector->matches(&document.root()) ? "yes" : "no") : "bad";
  };
  const std::pair<const char*, const char*> kCases[] = {{"", "yes"},
                                                        {"app=web", "yes"},
                                                        {"app==web", "yes"},
                                                        {"app!=web", "no"},
                                                        {"x!=1", "yes"},
                                                        {"app in (a, web)", "yes"},
                                                        {"app notin (a,web)", "no"},
                                                        {"tier", "yes"},
                                                        {"!tier", "no"},
                                                        {"!x,app=web", "yes"},
                                                        {"app=web,tier=x", "no"},
                                                        {"app in web", "bad"},
                                                        {"app within (a)", "bad"},
                                                        {"=x", "bad"}};
  for (const auto& [text, expected] : kCases) EXPECT_STREQ(matches(text), expected) << text;
}

TEST(JsonPatches, FollowTheStandard) {
  core::Arena arena;
  const std::pair<const char*, const char*> kCases[] = {
      {"[{op: add, path: /a/1, value: 9}]", R"({"a":[1,9,2],"b":{"c":1}})"},
      {"[{op: add, path: '', value: 1}]", "1"},
      {"[{op: remove, path: /a/0}]", R"({"a":[2],"b":{"c":1}})"},
      {"[{op: move, from: /b/c, path: /d}]", R"({"a":[1,2],"b":{},"d":1})"},
      {"[{op: copy, from: /a, path: /b/e}]", R"({"a":[1,2],"b":{"c":1,"e":[1,2]}})"},
      {"[{op: test, path: /b, value: {c: 1}}, {op: replace, path: /b/c, value: x}]",
       R"({"a":[1,2],"b":{"c":"x"}})"},
      {"[{op: test, path: /b, value: {c: 2}}]", "error"},
      {"[{op: add, path: /x/y, value: 1}]", "error"},
      {"[{op: add, path: /a/3, value: 1}]", "error"},
      {"[{op: remove, path: /nope}]", "error"},
      {"[{op: jump, path: /a}]", "error"},
      {"{}", "error"}};
  for (const auto& [patch, expected] : kCases) {
    const Document object = parse_one("{a: [1, 2], b: {c: 1}}");
    const Document document = parse_one(patch);
    const auto changed = kustomize::json_patch(arena, object.root(), document.root(), 1 << 20);
    EXPECT_EQ(changed ? to_json(*changed) : "error", expected) << patch;
  }
}

}  // namespace
}  // namespace yagura::kube
