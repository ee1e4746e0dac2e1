#include "kube/sources/sources.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "kube/sources/testing.hpp"

namespace yagura::kube {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string pod(const std::string& name) {
  return "apiVersion: v1\nkind: Pod\nmetadata: {name: " + name + "}\n";
}

TEST(Sources, FolderIsReadInOrderOfName) {
  const TemporaryFolder folder;
  folder.write("b.yml", pod("b"));
  folder.write("a/z.yaml", pod("az"));
  folder.write("a/b/c.json", R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "abc"}})");
  folder.write("c.yaml", "# nothing\n---\n" + pod("c1") + "---\n" + pod("c2"));
  const Loaded loaded = load({folder.path()}, folder.path());
  EXPECT_THAT(loaded.objects, ElementsAre("Pod/abc a/b/c.json:1", "Pod/az a/z.yaml:1",
                                          "Pod/b b.yml:1", "Pod/c1 c.yaml:3", "Pod/c2 c.yaml:7"));
  EXPECT_THAT(loaded.diagnostics, IsEmpty());
  EXPECT_EQ(loaded.summary.files, 4U);
  EXPECT_EQ(loaded.summary.objects, 5U);
}

TEST(Sources, OtherYamlAndJsonInFoldersIsCountedAndNotTold) {
  const TemporaryFolder folder;
  folder.write("values.yaml", "replicas: 3\nimage: {tag: latest}\n");
  folder.write("package.json", R"({"name": "x", "version": "1.0.0"})");
  folder.write("docker-compose.yml", "services: {web: {image: nginx}}\n");
  folder.write("broken.yaml", "a: [1, 2\n");
  folder.write("README.md", "# hello\n");
  folder.write("web.yaml", pod("web") + "---\nnot: an object\n");
  const Loaded loaded = load({folder.path()}, folder.path());
  EXPECT_THAT(loaded.objects, ElementsAre("Pod/web web.yaml:1"));
  EXPECT_THAT(loaded.diagnostics, IsEmpty());
  EXPECT_EQ(loaded.summary.skipped_for(SkipReason::kNotKubernetes), 4U);
  EXPECT_EQ(loaded.summary.skipped_for(SkipReason::kOtherFormat), 1U);
}

TEST(Sources, BrokenManifestInFolderIsTold) {
  const TemporaryFolder folder;
  folder.write("web.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: [\n");
  folder.write("t.yaml", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\n");
  const Loaded loaded = load({folder.path()}, folder.path());
  EXPECT_THAT(loaded.objects, IsEmpty());
  ASSERT_GE(loaded.diagnostics.size(), 3U);
  EXPECT_THAT(loaded.diagnostics, ::testing::Contains(HasSubstr("web.yaml:")));
  EXPECT_THAT(loaded.diagnostics,
              ::testing::Contains(HasSubstr("t.yaml: warning: it looks like a template")));
}

TEST(Sources, FileNamedByUserMustHoldAnObject) {
  const TemporaryFolder folder;
  folder.write("values.yaml", "a: 1\n");
  folder.write("empty", "");
  folder.write("manifest.txt", pod("x") + "---\nb: 2\n");
  const Loaded loaded =
      load({folder.path("values.yaml"), folder.path("empty"), folder.path("manifest.txt")},
           folder.path());
  EXPECT_THAT(loaded.objects, ElementsAre("Pod/x manifest.txt:1"));
  ASSERT_THAT(loaded.diagnostics, SizeIs(3));
  EXPECT_THAT(loaded.diagnostics[0], HasSubstr("values.yaml: error: holds no Kubernetes object"));
  EXPECT_THAT(loaded.diagnostics[1], HasSubstr("empty: error: holds no Kubernetes object"));
  EXPECT_THAT(loaded.diagnostics[2],
              HasSubstr("manifest.txt:5:1: warning: not a Kubernetes object"));
}

TEST(Sources, MissingPathsAndAddressesAreErrors) {
  const Loaded loaded = load({"/nowhere/at/all", "https://example.com/a.yaml"}, {});
  ASSERT_THAT(loaded.diagnostics, SizeIs(2));
  EXPECT_THAT(loaded.diagnostics[0], HasSubstr("/nowhere/at/all: error: no such file or folder"));
  EXPECT_THAT(loaded.diagnostics[1], HasSubstr("addresses are not read"));
}

TEST(Sources, JsonLinesListsAndFlowYamlAreRead) {
  const TemporaryFolder folder;
  const std::string one = R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "one"}})";
  const std::string two = R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "two"}})";
  folder.write("lines.jsonl", one + "\n" + two + "\n");
  folder.write("list.json",
               R"({"apiVersion": "v1", "kind": "List", "items": [)" + one + "," + two + "]}");
  folder.write("flow.yaml", "{apiVersion: v1, kind: Pod, metadata: {name: flow}}\n");
  const Loaded loaded =
      load({folder.path("lines.jsonl"), folder.path("list.json"), folder.path("flow.yaml")},
           folder.path());
  EXPECT_THAT(loaded.objects,
              ElementsAre("Pod/one lines.jsonl:1", "Pod/two lines.jsonl:2", "Pod/one list.json:1",
                          "Pod/two list.json:1", "Pod/flow flow.yaml:1"));
  EXPECT_THAT(loaded.diagnostics, IsEmpty());
}

TEST(Sources, GitIgnoredAndHiddenFilesAreLeftOut) {
  const TemporaryFolder folder;
  folder.write(".git/info/exclude", "excluded.yaml\n");
  folder.write(".gitignore", "*.gen.yaml\n/build/\nkept/\n!keep.gen.yaml\n");
  folder.write("sub/.gitignore", "!special.gen.yaml\nlocal.yaml\n");
  for (const char* name : {"a.yaml", "a.gen.yaml", "keep.gen.yaml", "build/x.yaml", "excluded.yaml",
                           "sub/special.gen.yaml", "sub/local.yaml", "sub/b.yaml", ".hidden/c.yaml",
                           ".git/d.yaml", "vendor/v.yaml", "node_modules/n.yaml"}) {
    folder.write(name, pod("x"));
  }
  const Loaded whole = load({folder.path()}, folder.path());
  EXPECT_THAT(whole.objects, ElementsAre("Pod/x a.yaml:1", "Pod/x keep.gen.yaml:1",
                                         "Pod/x node_modules/n.yaml:1", "Pod/x sub/b.yaml:1",
                                         "Pod/x sub/special.gen.yaml:1", "Pod/x vendor/v.yaml:1"));
  EXPECT_EQ(whole.summary.skipped_for(SkipReason::kGitIgnored), 4U);
  EXPECT_EQ(whole.summary.skipped_for(SkipReason::kHiddenFolder), 1U);
  // The files above the folder count too.
  const Loaded part = load({folder.path("sub")}, folder.path());
  EXPECT_THAT(part.objects, ElementsAre("Pod/x sub/b.yaml:1", "Pod/x sub/special.gen.yaml:1"));
  // But who names an ignored folder means it.
  EXPECT_THAT(load({folder.path("build")}, folder.path()).objects,
              ElementsAre("Pod/x build/x.yaml:1"));
  SourceOptions all;
  all.use_gitignore = false;
  EXPECT_THAT(load({folder.path()}, folder.path(), all).objects, SizeIs(10));
}

TEST(Sources, SymlinksAreNotFollowedOutOrAround) {
  const TemporaryFolder folder;
  const TemporaryFolder outside;
  outside.write("secret.yaml", pod("secret"));
  folder.write("real.yaml", pod("real"));
  folder.write("..2024/data.yaml", pod("data"));
  namespace fs = std::filesystem;
  fs::create_symlink(outside.path("secret.yaml"), folder.path("a-out.yaml"));
  fs::create_directory_symlink(outside.path(), folder.path("b-out"));
  fs::create_directory_symlink(".", folder.path("c-loop"));
  fs::create_symlink("real.yaml", folder.path("d-again.yaml"));
  fs::create_directory_symlink("..2024", folder.path("..data"));
  fs::create_symlink("..data/data.yaml", folder.path("data.yaml"));
  fs::create_symlink("gone.yaml", folder.path("e-dangling.yaml"));
  const Loaded loaded = load({folder.path()}, folder.path());
  EXPECT_THAT(loaded.objects, ElementsAre("Pod/real real.yaml:1", "Pod/data ..data/data.yaml:1"));
  EXPECT_THAT(loaded.diagnostics, IsEmpty());
}

TEST(Sources, SpecialFilesDoNotBlock) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo(folder.path("pipe.yaml").c_str(), 0600), 0);
  folder.write("a.yaml", pod("a"));
  const Loaded loaded = load({folder.path()}, folder.path());
  EXPECT_THAT(loaded.objects, SizeIs(1));
  EXPECT_EQ(loaded.summary.skipped_for(SkipReason::kSpecial), 1U);
}

TEST(Sources, FileNamedTwiceIsReadOnce) {
  const TemporaryFolder folder;
  folder.write("d/a.yaml", pod("a"));
  const Loaded loaded = load(
      {folder.path("d/a.yaml"), folder.path("d"), folder.path("d/../d/a.yaml")}, folder.path());
  EXPECT_THAT(loaded.objects, SizeIs(1));
  EXPECT_EQ(loaded.summary.skipped_for(SkipReason::kRepeated), 2U);
}

TEST(SourceLimitsTest, EachIsReachedAndTold) {
  const TemporaryFolder folder;
  for (int i = 0; i < 5; ++i)
    folder.write("f" + std::to_string(i) + ".yaml", pod("p" + std::to_string(i)));
  folder.write("1/2/3/deep.yaml", pod("deep"));
  const auto problems = [&](auto change) {
    SourceOptions options;
    change(options.limits);
    return load({folder.path()}, folder.path(), options);
  };
  const Loaded size = problems([](SourceLimits& limits) { limits.max_file_size = 10; });
  EXPECT_THAT(size.objects, IsEmpty());
  EXPECT_THAT(size.diagnostics, ::testing::Each(HasSubstr("larger than the limit of 10 bytes")));
  EXPECT_THAT(size.diagnostics, SizeIs(6));
  const Loaded total = problems([](SourceLimits& limits) { limits.max_total_size = 100; });
  EXPECT_LT(total.objects.size(), 4U);
  EXPECT_THAT(total.diagnostics, ElementsAre(HasSubstr("more than 100 bytes")));
  const Loaded count = problems([](SourceLimits& limits) { limits.max_files = 3; });
  EXPECT_THAT(count.objects, SizeIs(3));
  EXPECT_THAT(count.diagnostics, ElementsAre(HasSubstr("more than 3 files")));
  const Loaded entries = problems([](SourceLimits& limits) { limits.max_folder_entries = 4; });
  EXPECT_THAT(entries.diagnostics, ElementsAre(HasSubstr("more than 4 entries")));
  const Loaded depth = problems([](SourceLimits& limits) { limits.max_folder_depth = 2; });
  EXPECT_THAT(depth.objects, SizeIs(5));
  EXPECT_THAT(depth.diagnostics, ElementsAre(HasSubstr("nested deeper than 2")));
}

TEST(Kustomizations, OverlaysAreBuiltAndBasesNotReportedTwice) {
  const TemporaryFolder folder;
  folder.write("base/kustomization.yaml", "resources: [web.yaml]\n");
  folder.write("base/web.yaml", "# c\n" + pod("web"));
  folder.write("overlays/prod/kustomization.yaml", "resources: [../../base]\nnamePrefix: prod-\n");
  folder.write("overlays/dev/kustomization.yaml",
               "resources: [../../base]\npatches: [{path: p.yaml}]\n");
  folder.write("overlays/dev/p.yaml",
               "apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {a: b}}\n");
  folder.write("stray.yaml", pod("stray"));
  const Loaded loaded = load({folder.path()}, folder.path());
  EXPECT_THAT(loaded.objects, ElementsAre("Pod/web base/web.yaml:2", "Pod/prod-web base/web.yaml:2",
                                          "Pod/stray stray.yaml:1"));
  EXPECT_THAT(loaded.diagnostics, IsEmpty());
  EXPECT_EQ(loaded.summary.kustomizations, 2U);
  // Each overlay reads the base again; the stray one counts too.
  EXPECT_EQ(loaded.summary.files, 3U + 4U + 1U);
  EXPECT_EQ(loaded.summary.skipped_for(SkipReason::kUsedByKustomization), 5U);
  // Named by itself the base is built.
  EXPECT_THAT(load({folder.path("base")}, folder.path()).objects,
              ElementsAre("Pod/web base/web.yaml:2"));
  EXPECT_THAT(load({folder.path("base/kustomization.yaml")}, folder.path()).objects,
              ElementsAre("Pod/web base/web.yaml:2"));
}

TEST(Kustomizations, FluxObjectsAndUnusedComponentsAreNoKustomizations) {
  const TemporaryFolder folder;
  folder.write(
      "flux/kustomization.yaml",
      "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps}\n");
  folder.write(
      "comp/kustomization.yaml",
      "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [r.yaml]\n"
      "patches: [{path: p.yaml}]\n");
  folder.write("comp/r.yaml", pod("r"));
  folder.write("comp/p.yaml", pod("web"));
  const Loaded loaded = load({folder.path()}, folder.path());
  EXPECT_THAT(loaded.objects,
              ElementsAre("Pod/r comp/r.yaml:1", "Kustomization/apps flux/kustomization.yaml:1"));
  EXPECT_EQ(loaded.summary.skipped_for(SkipReason::kUnusedComponent), 2U);
}

TEST(Kustomizations, CircleEndsWithAnError) {
  const TemporaryFolder folder;
  folder.write("a/kustomization.yaml", "resources: [../b, pod.yaml]\n");
  folder.write("a/pod.yaml", pod("a"));
  folder.write("b/kustomization.yaml", "resources: [../a]\n");
  const Loaded loaded = load({folder.path()}, folder.path());
  EXPECT_THAT(loaded.diagnostics,
              ElementsAre(HasSubstr(
                  "b/kustomization.yaml:1:13: error: the kustomization builds on itself")));
  EXPECT_THAT(loaded.objects, SizeIs(1));
}

TEST(HelmCharts, WithoutHelmTheUserIsToldHowToPipe) {
  const TemporaryFolder folder;
  folder.write("chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n");
  folder.write("chart/values.yaml", "a: 1\n");
  folder.write("chart/templates/d.yaml",
               "apiVersion: v1\nkind: Pod\nmetadata: {name: {{ .Release.Name }}}\n");
  folder.write("chart/crds/crd.yaml", pod("crd"));
  folder.write("chart/charts/sub/templates/x.yaml", "{{ x }}");
  SourceOptions options;
  options.render_charts = false;
  const Loaded loaded = load({folder.path()}, folder.path(), options);
  EXPECT_THAT(loaded.objects, ElementsAre("Pod/crd chart/crds/crd.yaml:1"));
  EXPECT_THAT(loaded.diagnostics, ElementsAre(HasSubstr("helm template")));
  EXPECT_EQ(loaded.summary.skipped_for(SkipReason::kChartTemplate), 2U);
}

std::string fake_helm(const TemporaryFolder& folder, const std::string& script) {
  folder.write("bin/helm", "#!/bin/sh\n" + script);
  const std::string path = folder.path("bin/helm");
  ::chmod(path.c_str(), 0755);
  return path;
}

TEST(HelmCharts, RenderedTemplatesKeepTheirNames) {
  const TemporaryFolder folder;
  folder.write("chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n");
  folder.write("chart/templates/d.yaml", "x");
  SourceOptions options;
  options.helm_program = fake_helm(folder, R"(
[ "$1" = template ] && [ -f "$3/Chart.yaml" ] || exit 9
cat <<'END'
---
# Source: web/templates/d.yaml
apiVersion: v1
kind: Pod
metadata: {name: one}
---
# Source: web/templates/d.yaml
apiVersion: v1
kind: Pod
metadata: {name: two}
---
# Source: web/charts/sub/templates/s.yaml
apiVersion: v1
kind: Service
metadata: {name: sub}
END
)");
  const Loaded loaded = load({folder.path("chart")}, folder.path(), options);
  EXPECT_THAT(loaded.diagnostics, IsEmpty());
  EXPECT_THAT(loaded.objects,
              ElementsAre("Pod/one chart/templates/d.yaml (rendered):3",
                          "Pod/two chart/templates/d.yaml (rendered):8",
                          "Service/sub chart/charts/sub/templates/s.yaml (rendered):3"));
  EXPECT_EQ(loaded.summary.charts, 1U);
}

TEST(HelmCharts, FailureTimeoutAndTooMuchOutputAreErrors) {
  const TemporaryFolder folder;
  folder.write("chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n");
  folder.write("chart/templates/d.yaml", "x");
  SourceOptions options;
  options.helm_program = fake_helm(folder, "echo 'Error: no such value' >&2; exit 1\n");
  EXPECT_THAT(load({folder.path("chart")}, folder.path(), options).diagnostics,
              ElementsAre(HasSubstr("helm template failed: Error: no such value")));
  options.helm_program = fake_helm(folder, "sleep 600 & wait\n");
  options.limits.helm.timeout = std::chrono::milliseconds(50);
  EXPECT_THAT(load({folder.path("chart")}, folder.path(), options).diagnostics,
              ElementsAre(HasSubstr("ran longer than 50 ms")));
  options.limits.helm = {};
  options.limits.helm.max_output = 1000;
  options.helm_program = fake_helm(folder, "while :; do echo xxxxxxxxxxxxxxxxxxxxxx; done\n");
  EXPECT_THAT(load({folder.path("chart")}, folder.path(), options).diagnostics,
              ElementsAre(HasSubstr("wrote more than 1000 bytes")));
  options.helm_program = folder.path("bin/none");
  EXPECT_THAT(load({folder.path("chart")}, folder.path(), options).diagnostics, SizeIs(1));
}

}  // namespace
}  // namespace yagura::kube
