// Runs rules/relations/*/tests.yaml, and tests what a table cannot say.

#include "posture/relations/relations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "core/file.hpp"
#include "kube/node_json.hpp"
#include "kube/patch.hpp"
#include "kube/reader.hpp"
#include "posture/control_metadata.hpp"
#include "posture/finding_builder.hpp"
#include "posture/relations/random_text.hpp"

namespace yagura::posture {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;

const fs::path kFolder = fs::path(YAGURA_SOURCE_DIR) / "rules" / "relations";

std::vector<kube::Document> read(const fs::path& path) {
  auto text = core::read_file(path);
  EXPECT_TRUE(text.has_value()) << path;
  if (!text) return {};
  Diagnostics diagnostics;
  auto documents =
      kube::read_documents(std::make_shared<const kube::Source>(path.string(), *std::move(text),
                                                                kube::SourceFormat::kYaml),
                           diagnostics);
  EXPECT_FALSE(diagnostics.has_errors()) << to_string(diagnostics.list().front());
  return documents;
}

std::shared_ptr<const model::Control> read_control_of(const std::string& id) {
  const auto documents = read(kFolder / id / "control.yaml");
  if (documents.size() != 1) return nullptr;
  Diagnostics diagnostics;
  auto control = read_control(documents.front(), diagnostics);
  EXPECT_TRUE(control.has_value()) << id;
  for (const Diagnostic& diagnostic : diagnostics.list()) ADD_FAILURE() << to_string(diagnostic);
  return control ? std::make_shared<const model::Control>(*std::move(control)) : nullptr;
}

std::vector<ScannedObject> scanned(const std::vector<kube::Document>& documents) {
  std::vector<ScannedObject> objects;
  for (const kube::Document& document : documents) {
    objects.push_back({.document = &document, .resource = resource_of(document)});
  }
  return objects;
}

std::vector<model::Finding> evaluate(const std::vector<kube::Document>& documents,
                                     const std::shared_ptr<const model::Control>& control) {
  const std::vector controls = {control};
  return evaluate_relations(scanned(documents), controls, {.report_passed = true});
}

std::size_t count(const std::vector<model::Finding>& findings, model::Status status) {
  return static_cast<std::size_t>(std::ranges::count(findings, status, &model::Finding::status));
}

std::string text_of(const kube::Node& map, std::string_view key) {
  const kube::Node* node = map.find(key);
  return std::string(node == nullptr ? std::string_view() : node->string_or());
}

std::string outcome(const std::vector<model::Finding>& findings) {
  if (count(findings, model::Status::kFail) > 0) return "fail";
  if (count(findings, model::Status::kNotEvaluated) > 0) return "not-evaluated";
  return findings.empty() ? "no-match" : "pass";
}

void expect_details(const kube::Node& test, const std::vector<model::Finding>& findings) {
  std::vector<std::string> paths;
  std::vector<std::string> messages;
  for (const model::Finding& finding : findings) {
    if (finding.status != model::Status::kFail) continue;
    paths.push_back(finding.location.path);
    messages.push_back(finding.message);
    EXPECT_GT(finding.location.line, 0U);
    EXPECT_FALSE(finding.fix.description.empty());
    if (const std::string severity = text_of(test, "severity"); !severity.empty()) {
      EXPECT_EQ(model::to_string(finding.severity), severity);
    }
  }
  if (test.find("paths") != nullptr) {
    std::vector<std::string> expected;
    for (const kube::Node& path : test.list("paths")) expected.emplace_back(path.string_or());
    EXPECT_THAT(paths, ::testing::UnorderedElementsAreArray(expected));
  }
  if (test.find("message") != nullptr) {
    EXPECT_THAT(messages, Contains(HasSubstr(text_of(test, "message"))));
  }
  if (const kube::Node* number = test.find("findings")) {
    EXPECT_EQ(static_cast<std::int64_t>(messages.size()), number->as_int());
  }
}

// The operations carried out, the object is right.
void expect_fixes_work(const std::vector<kube::Document>& documents,
                       const std::vector<model::Finding>& findings,
                       const std::shared_ptr<const model::Control>& control) {
  for (const model::Finding& finding : findings) {
    if (finding.fix.operations.empty()) continue;
    core::Arena arena;
    std::vector<kube::Document> fixed;
    for (const kube::Document& document : documents) {
      const kube::Node* root = &document.root();
      if (*resource_of(document) == *finding.resource) {
        const auto patched = kube::apply_patch(*root, finding.fix.operations, arena);
        ASSERT_TRUE(patched.has_value());
        root = *patched;
      }
      fixed.emplace_back(document.shared_source(), root, document.index());
    }
    EXPECT_LT(count(evaluate(fixed, control), model::Status::kFail),
              count(findings, model::Status::kFail));
  }
}

class RelationTables : public ::testing::TestWithParam<std::string> {};

TEST_P(RelationTables, Hold) {
  const auto control = read_control_of(GetParam());
  ASSERT_NE(control, nullptr);
  EXPECT_EQ(control->id, GetParam());
  const auto tables = read(kFolder / GetParam() / "tests.yaml");
  ASSERT_EQ(tables.size(), 1U);
  std::map<std::string, int> seen;
  for (const kube::Node& test : tables.front().root().list("tests")) {
    SCOPED_TRACE(GetParam() + ": " + text_of(test, "name"));
    std::vector<kube::Document> documents;
    std::uint32_t index = 0;
    for (const kube::Node& object : test.list("objects")) {
      documents.emplace_back(tables.front().shared_source(), &object, index++);
    }
    const auto findings = evaluate(documents, control);
    EXPECT_EQ(outcome(findings), text_of(test, "expect"));
    ++seen[text_of(test, "expect")];
    expect_details(test, findings);
    expect_fixes_work(documents, findings, control);
  }
  EXPECT_GT(seen["fail"], 0);
  EXPECT_GT(seen["pass"] + seen["no-match"], 0);
}

std::vector<std::string> all_ids() {
  const auto ids = relation_ids();
  return {ids.begin(), ids.end()};
}

INSTANTIATE_TEST_SUITE_P(Rules, RelationTables, ::testing::ValuesIn(all_ids()),
                         [](const auto& instance) {
                           std::string name = instance.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST(Relations, EveryFolderHasLogicAndEveryLogicAFolder) {
  std::set<std::string> folders;
  for (const auto& entry : fs::directory_iterator(kFolder))
    folders.insert(entry.path().filename().string());
  const auto ids = relation_ids();
  EXPECT_EQ(folders, std::set<std::string>(ids.begin(), ids.end()));
}

std::vector<kube::Document> parse(const std::string& text, const std::string& name = "test.yaml") {
  Diagnostics diagnostics;
  auto documents = kube::read_documents(
      std::make_shared<const kube::Source>(name, text, kube::SourceFormat::kYaml), diagnostics);
  EXPECT_FALSE(diagnostics.has_errors());
  return documents;
}

// Objects of every shape that a hostile or broken manifest may have: nothing crashes, nothing
// fires.
TEST(Relations, BrokenObjectsFireNothing) {
  std::string text;
  for (const char* kind :
       {"v1 Service", "v1 Pod", "v1 Namespace", "apps/v1 Deployment", "apps/v1 StatefulSet",
        "v1 ConfigMap", "networking.k8s.io/v1 Ingress", "policy/v1 PodDisruptionBudget",
        "autoscaling/v2 HorizontalPodAutoscaler", "rbac.authorization.k8s.io/v1 ClusterRoleBinding",
        "rbac.authorization.k8s.io/v1 RoleBinding", "rbac.authorization.k8s.io/v1 ClusterRole",
        "networking.k8s.io/v1 NetworkPolicy", "gateway.networking.k8s.io/v1 HTTPRoute",
        "networking.istio.io/v1 VirtualService", "monitoring.coreos.com/v1 ServiceMonitor"}) {
    const std::string both = kind;
    const std::string version = both.substr(0, both.find(' '));
    const std::string name = both.substr(both.find(' ') + 1);
    for (const char* spec :
         {"", ", spec: null", ", spec: 1", ", spec: []", ", spec: {}",
          ", spec: {selector: 1, rules: 1, ports: {}, template: []}",
          ", spec: {template: {spec: {containers: [1, null, [], {env: 1, args: {}}]}}, rules: [1, "
          "{http: 1}], ingress: [1], tls: [null]}",
          ", metadata: 1", ", data: [], subjects: [1, {}], roleRef: 1, rules: [1, {verbs: 1}]"}) {
      text += "---\n{apiVersion: " + version + ", kind: " + name + spec + "}\n";
    }
  }
  const auto documents = parse(text);
  EXPECT_GT(documents.size(), 100U);
  for (const std::string& id : all_ids()) {
    const std::set<std::string> fires_on_pods = {"pod-without-network-policy"};
    if (fires_on_pods.contains(id)) continue;
    for (const model::Finding& finding : evaluate(documents, read_control_of(id))) {
      EXPECT_NE(finding.status, model::Status::kFail) << id << " " << finding.message;
    }
  }
}

TEST(Relations, NoRelationFiresOnForeignGroups) {
  std::string text;
  for (const char* kind : {"Service", "Ingress", "NetworkPolicy", "HorizontalPodAutoscaler",
                           "PodDisruptionBudget", "StatefulSet", "Namespace", "ConfigMap",
                           "HTTPRoute", "ServiceMonitor", "ValidatingAdmissionPolicy"}) {
    text += std::string("---\napiVersion: example.com/v1\nkind: ") + kind +
            "\nmetadata: {name: x}\nspec:\n  selector: {app: x, matchLabels: {app: x}}\n  "
            "serviceName: s\n"
            "  minAvailable: 100\n  podSelector: {matchLabels: {a: b}}\n"
            "  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: none}\n"
            "  defaultBackend: {service: {name: none, port: {number: 1}}}\n"
            "  rules: [{backendRefs: [{name: none}]}]\ndata: {k: u4Jq8ZrT2mXv9LwKcB7sYdE1}\n";
  }
  const auto documents = parse(text);
  for (const std::string& id : all_ids()) {
    EXPECT_TRUE(evaluate(documents, read_control_of(id)).empty() || id == "duplicate-object") << id;
  }
}

TEST(Relations, FindingsAreInOrderOfControlsAndObjectsAndRepeatable) {
  std::string text;
  for (int i = 0; i < 20; ++i) {
    text += "---\napiVersion: v1\nkind: Service\nmetadata: {name: s" + std::to_string(i) +
            "}\nspec: {type: NodePort, selector: {app: a" + std::to_string(i % 3) + "}}\n";
  }
  const auto documents = parse(text);
  const std::vector controls = {read_control_of("duplicate-object"),
                                read_control_of("dangling-service")};
  const auto first = evaluate_relations(scanned(documents), controls);
  const auto second = evaluate_relations(scanned(documents), controls);
  ASSERT_EQ(first.size(), 20U);
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].resource->name, "s" + std::to_string(i));
    EXPECT_EQ(first[i].message, second[i].message);
  }
}

TEST(Relations, DuplicatesInOtherFoldersAreVariants) {
  const std::string pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n";
  const auto verdict = [&](const std::string& first, const std::string& second) {
    auto documents = parse(pod, first);
    for (kube::Document& document : parse(pod, second)) documents.push_back(std::move(document));
    return outcome(evaluate(documents, read_control_of("duplicate-object")));
  };
  EXPECT_EQ(verdict("prod/a.yaml", "dev/a.yaml"), "pass");
  EXPECT_EQ(verdict("prod/a.yaml", "prod/b.yaml"), "fail");
}

TEST(ControlMetadata, UserPoliciesNeedNothingAndControlsEverything) {
  Diagnostics diagnostics;
  const auto policy = parse(
      "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: "
      "{name: mine}\n");
  const auto control = read_control(policy.front(), diagnostics);
  ASSERT_TRUE(control.has_value());
  EXPECT_EQ(control->title, "mine");
  EXPECT_EQ(control->category, "governance");
  EXPECT_EQ(control->severity, model::Severity::kMedium);
  EXPECT_TRUE(control->in_default_set);
  EXPECT_TRUE(diagnostics.list().empty());
  const auto bare = parse("apiVersion: yagura.dev/v1alpha1\nkind: Control\nmetadata: {name: x}\n");
  EXPECT_TRUE(read_control(bare.front(), diagnostics).has_value());
  EXPECT_EQ(diagnostics.error_count(), 5U);
  const auto nameless = parse("apiVersion: yagura.dev/v1alpha1\nkind: Control\nmetadata: {}\n");
  EXPECT_FALSE(read_control(nameless.front(), diagnostics).has_value());
}

TEST(ControlMetadata, WrongValuesAreToldWithTheirPlace) {
  Diagnostics diagnostics;
  const auto policy = parse(
      "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata:\n  "
      "name: mine\n"
      "  annotations:\n    yagura.dev/severity: awful\n    yagura.dev/category: food\n"
      "    yagura.dev/default: \"maybe\"\n    yagura.dev/colour: red\n    yagura.dev/title: 3\n"
      "    yagura.dev/references: |\n      https://a.example\n\n      https://b.example\n"
      "    yagura.dev/tags: a  b\n    yagura.dev/aliases: C-1 KSV-2\n    other: x\n");
  const auto control = read_control(policy.front(), diagnostics);
  ASSERT_TRUE(control.has_value());
  EXPECT_EQ(control->references,
            (std::vector<std::string>{"https://a.example", "https://b.example"}));
  EXPECT_EQ(control->tags, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(control->aliases, (std::vector<std::string>{"C-1", "KSV-2"}));
  std::vector<std::string> texts;
  for (const Diagnostic& diagnostic : diagnostics.list()) texts.push_back(to_string(diagnostic));
  EXPECT_THAT(texts, ::testing::UnorderedElementsAre(
                         HasSubstr("test.yaml:6:26: error: no such severity"),
                         HasSubstr(":7:26: error: no such category"),
                         HasSubstr(":8:25: error: yagura.dev/default"),
                         HasSubstr(":9:24: error: unknown annotation yagura.dev/colour"),
                         HasSubstr(":10:23: error: yagura.dev/title must be a string")));
}

TEST(RandomText, WordsCostLessThanKeys) {
  for (const char* word : {"kubernetes-dashboard-certs", "PersistentVolumeClaimTemplate",
                           "spring_datasource_hikari_maximumPoolSize",
                           "my-release-postgresql-ha-pgpool", "opentelemetry-collector-contrib"}) {
    EXPECT_LT(relations::surprise(word), 4.3) << word;
  }
  for (const char* key :
       {"u4Jq8ZrT2mXv9LwKcB7sYdE1", "x7f2k9q4m1z8w3v6t5r0b2n4", "Zq83hTxPw0LmNv5RkYb2cDa7Qe"}) {
    EXPECT_GT(relations::surprise(key), 4.9) << key;
  }
}

TEST(RandomText, LongTextsAreReadOnce) {
  // Quadratic time would take minutes here.
  const std::string text(2'000'000, 'a');
  EXPECT_TRUE(relations::find_random_tokens(text, "", 10).empty());
  std::string tokens;
  for (int i = 0; i < 50'000; ++i) tokens += "u4Jq8ZrT2mXv9LwKcB7sYdE1 ";
  EXPECT_EQ(relations::find_random_tokens(tokens, "", 10).size(), 10U);
}

}  // namespace
}  // namespace yagura::posture
