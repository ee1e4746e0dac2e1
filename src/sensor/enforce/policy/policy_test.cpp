#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "sensor/enforce/policy/policy_reader.hpp"

namespace yagura::sensor::enforce {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr std::string_view kHead =
    "apiVersion: yagura.dev/v1alpha1\nkind: RuntimePolicy\nmetadata: {name: demo}\nspec:\n  "
    "selector: {}\n  mode: block\n";

std::vector<Policy> read(std::string text, Diagnostics& diagnostics,
                         const PolicyLimits& limits = {}) {
  return read_policies(
      std::make_shared<const kube::Source>("p.yaml", std::move(text), kube::SourceFormat::kYaml),
      diagnostics, limits);
}

Policy read_good(std::string_view sections) {
  Diagnostics diagnostics;
  auto policies = read(std::string(kHead) + std::string(sections), diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.list()) ADD_FAILURE() << to_string(diagnostic);
  return policies.empty() ? Policy{} : policies.front();
}

// The first problem of what must not be a policy.
std::string problem_of(std::string_view sections) {
  Diagnostics diagnostics;
  const auto policies = read(std::string(kHead) + std::string(sections), diagnostics);
  EXPECT_THAT(policies, SizeIs(0));
  return diagnostics.list().empty() ? "" : to_string(diagnostics.list().front());
}

TEST(PolicyReader, ReadsEverySectionOfAPolicy) {
  Diagnostics diagnostics;
  const auto policies = read(R"(apiVersion: yagura.dev/v1alpha1
kind: RuntimePolicy
metadata: {name: web}
spec:
  selector:
    namespaces: [shop, team-*]
    podSelector:
      matchLabels: {app: web}
      matchExpressions: [{key: tier, operator: NotIn, values: [test]}]
    containers: [app]
    workload: {kind: Deployment, name: web}
  mode: block
  autoRevert: {afterMinutes: 30, afterDenials: 100}
  executables:
    allow: [/usr/bin/**, {path: /opt/app*}, {sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}]
    deny: [/usr/bin/nc]
    writableLayer: deny
    memfd: deny
    unknownHash: deny
  files:
    - {action: deny, operations: [write, delete], paths: [/etc/passwd, /usr/]}
  network:
    egress:
      allow: [{cidrs: [10.0.0.0/8, "fd00::/8"], domains: ["*.Example.org."], ports: [{port: 443, protocol: TCP}]}]
    ingress: {deny: [{cidrs: [192.0.2.0/24]}], fromNode: deny}
    bind: {deny: [{port: 22}]}
    listen: deny
    sockets: {deny: [packet, raw]}
  capabilities: {deny: [NET_RAW]}
  namespaces: {deny: [user]}
  users: {deny: [0]}
  mounts: deny
  ptrace: deny
  kernelModules: deny
  bpf: deny
  writableExecutableMemory: deny
  ioUring: deny
  userfaultfd: deny
)",
                             diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.list()) ADD_FAILURE() << to_string(diagnostic);
  ASSERT_THAT(policies, SizeIs(1));
  const Policy& policy = policies.front();
  EXPECT_EQ(policy.name, "web");
  EXPECT_EQ(policy.mode, Mode::kBlock);
  EXPECT_EQ(policy.auto_revert.after.count(), 30);
  EXPECT_EQ(policy.auto_revert.after_denials, 100U);
  EXPECT_TRUE(policy.denies_unknown_hashes);
  EXPECT_TRUE(policy.judges_node);
  EXPECT_THAT(policy.selector.namespaces, ElementsAre("shop", "team-*"));
  EXPECT_THAT(policy.selector.pod_labels, SizeIs(2));
  std::uint32_t operations = 0;
  for (const PolicyRule& rule : policy.rules) operations |= rule.operations;
  for (const auto operation :
       {YGR_OP_EXEC,       YGR_OP_EXEC_HASH,  YGR_OP_EXEC_UPPER, YGR_OP_EXEC_MEMFD, YGR_OP_WRITE,
        YGR_OP_DELETE,     YGR_OP_EGRESS,     YGR_OP_INGRESS,    YGR_OP_BIND,       YGR_OP_LISTEN,
        YGR_OP_SOCKET,     YGR_OP_CAPABILITY, YGR_OP_NAMESPACE,  YGR_OP_SETUID,     YGR_OP_MOUNT,
        YGR_OP_PTRACE,     YGR_OP_MODULE,     YGR_OP_BPF,        YGR_OP_WX_MEMORY,  YGR_OP_IO_URING,
        YGR_OP_USERFAULTFD}) {
    EXPECT_TRUE((operations >> operation) & 1) << operation_name(operation);
  }
  EXPECT_EQ(policy.rules[0].paths[0], (PathPattern{PathPattern::Kind::kTree, "/usr/bin"}));
  EXPECT_EQ(policy.rules[0].paths[1], (PathPattern{PathPattern::Kind::kNamePrefix, "/opt/app"}));
  EXPECT_EQ(policy.rules[1].hashes[0][0], 0xe3);
}

TEST(PolicyReader, DomainsAreLowerCaseWithoutTheLastDot) {
  const Policy policy =
      read_good("  network: {egress: {deny: [{domains: [\"*.Evil.Example.\"]}]}}\n");
  EXPECT_THAT(policy.rules.at(0).domains, ElementsAre("*.evil.example"));
}

TEST(PolicyReader, AnEmptyAllowListOfPeersDeniesAll) {
  const Policy policy = read_good("  network: {egress: {allow: []}}\n");
  EXPECT_EQ(policy.rules.at(0).effect, Effect::kDeny);
  EXPECT_THAT(policy.rules.at(0).cidrs, SizeIs(0));
}

TEST(PolicyReader, EveryWatchListIsARuleOfItsOwn) {
  const Policy policy = read_good("  network: {egress: {denyWatchLists: [c2, tor]}}\n");
  ASSERT_THAT(policy.rules, SizeIs(2));
  EXPECT_EQ(policy.rules[0].watch_list, "c2");
  EXPECT_EQ(policy.rules[1].field, "spec.network.egress.denyWatchLists[tor]");
  EXPECT_EQ(policy.rules[1].effect, Effect::kDeny);
  EXPECT_TRUE(policy.rules[1].speaks_of(YGR_OP_EGRESS));
  EXPECT_THAT(problem_of("  network: {egress: {denyWatchLists: ['']}}\n"), HasSubstr("is no text"));
  EXPECT_THAT(problem_of("  network: {ingress: {denyWatchLists: [c2]}}\n"),
              HasSubstr("denyWatchLists"));
}

TEST(PolicyReader, SaysWhereAndHow) {
  EXPECT_THAT(problem_of("  file: []\n"),
              HasSubstr("p.yaml:7:3: error: \"spec\" has no field \"file\" (hint: did you mean"));
  EXPECT_THAT(problem_of("  mounts: no-way\n"), HasSubstr("none of: allow, deny"));
  EXPECT_THAT(problem_of("  capabilities: {deny: [NET_ROW]}\n"), HasSubstr("NET_RAW"));
  EXPECT_THAT(problem_of("  executables: {deny: [bin/sh]}\n"), HasSubstr("no path"));
  EXPECT_THAT(problem_of("  executables: {deny: [/bin/../sh]}\n"), HasSubstr("no path"));
  EXPECT_THAT(problem_of("  executables: {deny: [/bin/*/sh]}\n"), HasSubstr("no path"));
  EXPECT_THAT(problem_of("  executables: {deny: [{sha256: 12}]}\n"), HasSubstr("error"));
  EXPECT_THAT(problem_of("  executables: {allow: []}\n"), HasSubstr("is empty"));
  EXPECT_THAT(problem_of("  files: [{action: deny, paths: [/a]}]\n"),
              HasSubstr("without operations"));
  EXPECT_THAT(problem_of("  network: {egress: {deny: [{cidrs: [10.0.0.1/8]}]}}\n"),
              HasSubstr("no network"));
  EXPECT_THAT(problem_of("  network: {egress: {deny: [{}]}}\n"), HasSubstr("a peer without"));
  EXPECT_THAT(problem_of("  network: {bind: {deny: [{port: 5, endPort: 4}]}}\n"),
              HasSubstr("less than port"));
  EXPECT_THAT(problem_of("  network: {bind: {deny: [{port: 65536}]}}\n"),
              HasSubstr("no number from 0 to 65535"));
  EXPECT_THAT(problem_of("  autoRevert: {}\n  mounts: deny\n"), HasSubstr("does nothing"));
  EXPECT_THAT(problem_of(""), HasSubstr("without rules"));
}

TEST(PolicyReader, ReportsAllProblemsAndKeepsTheGoodPolicies) {
  Diagnostics diagnostics;
  const std::string good = std::string(kHead) + "  mounts: deny\n";
  const auto policies = read(
      good + "---\nkind: Pod\n---\n" + std::string(kHead) + "  mounts: 7\n  bpf: 8\n", diagnostics);
  EXPECT_THAT(policies, SizeIs(1));
  EXPECT_EQ(diagnostics.error_count(), 3U);
}

TEST(PolicyReader, RefusesTwoPoliciesOfOneName) {
  Diagnostics diagnostics;
  const std::string good = std::string(kHead) + "  mounts: deny\n";
  (void)read(good + "---\n" + good, diagnostics);
  EXPECT_TRUE(diagnostics.has_errors());
}

TEST(PolicyReader, ReachesItsLimits) {
  Diagnostics diagnostics;
  std::string text(kHead);
  text += "  files:\n";
  for (int i = 0; i < 11; ++i)
    text += "    - {action: deny, operations: [read], paths: [/a" + std::to_string(i) + "]}\n";
  EXPECT_THAT(read(text, diagnostics, {.max_rules = 10}), SizeIs(0));
  EXPECT_THAT(to_string(diagnostics.list().at(0)), HasSubstr("more than 10 rules"));
  Diagnostics values;
  EXPECT_THAT(read(text, values, {.max_values = 10}), SizeIs(0));
  EXPECT_THAT(to_string(values.list().at(0)), HasSubstr("more than 10 values"));
  Diagnostics policies;
  std::string two = std::string(kHead) + "  mounts: deny\n";
  EXPECT_THAT(read(two + "---\n" + two, policies, {.max_policies = 1}), SizeIs(1));
  EXPECT_THAT(to_string(policies.list().at(0)), HasSubstr("more than 1 policies"));
}

TEST(PolicyReader, ExamplesLoad) {
  Diagnostics diagnostics;
  const auto policies = load_policies(
      std::filesystem::path(YAGURA_SOURCE_DIR) / "examples/runtime-policies", diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.list()) ADD_FAILURE() << to_string(diagnostic);
  ASSERT_TRUE(policies.has_value());
  EXPECT_GE(policies->size(), 4U);
}

TEST(PathPatterns, HaveAtMost48Names) {
  std::string path;
  for (int i = 0; i < 48; ++i) path += "/a";
  EXPECT_TRUE(parse_path_pattern(path).has_value());
  EXPECT_FALSE(parse_path_pattern(path + "/a").has_value());
  EXPECT_EQ(parse_path_pattern("/**")->path, "");
  EXPECT_EQ(parse_path_pattern("/")->kind, PathPattern::Kind::kTree);
}

TEST(Cidrs, AreOneFamily) {
  EXPECT_EQ(parse_cidr("10.1.2.3")->length, 128);
  EXPECT_EQ(parse_cidr("10.0.0.0/8")->length, 104);
  EXPECT_TRUE(parse_cidr("10.0.0.0/8")->contains(*parse_cidr("10.255.0.1")));
  EXPECT_FALSE(parse_cidr("10.0.0.0/8")->contains(*parse_cidr("11.0.0.1")));
  EXPECT_TRUE(parse_cidr("::/0")->contains(*parse_cidr("10.0.0.0/8")));
  for (const std::string_view bad :
       {"", "/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0", "::/129", "10.0.0.0/8x"}) {
    EXPECT_FALSE(parse_cidr(bad).has_value()) << bad;
  }
}

Container pod_container(Metadata metadata, std::string name_space, Labels labels,
                        std::string name = "app") {
  Container container;
  container.id = std::string(64, 'a');
  container.metadata = metadata;
  container.name = std::move(name);
  auto pod = std::make_shared<Pod>();
  pod->name_space = std::move(name_space);
  pod->labels = std::move(labels);
  container.pod = pod;
  return container;
}

TEST(Selectors, AskForAllTheirParts) {
  Selector selector{.namespaces = {"shop"},
                    .pod_labels = {{"app", LabelRequirement::Operator::kIn, {"web"}}}};
  EXPECT_EQ(selector.select(pod_container(Metadata::kComplete, "shop", {{"app", "web"}})),
            Selection::kYes);
  EXPECT_EQ(selector.select(pod_container(Metadata::kComplete, "shop", {{"app", "db"}})),
            Selection::kNo);
  EXPECT_EQ(selector.select(pod_container(Metadata::kComplete, "other", {{"app", "web"}})),
            Selection::kNo);
  EXPECT_EQ(Selector{}.select(pod_container(Metadata::kPath, "", {})), Selection::kYes);
}

TEST(Selectors, SayWhenTooLittleIsKnown) {
  Selector selector{.namespaces = {"shop"},
                    .pod_labels = {{"app", LabelRequirement::Operator::kIn, {"web"}}}};
  Container unknown = pod_container(Metadata::kBundle, "shop", {});
  EXPECT_EQ(selector.select(unknown), Selection::kUnknown);
  unknown.pod = nullptr;
  EXPECT_EQ(selector.select(unknown), Selection::kUnknown);
  EXPECT_EQ(selector.select(pod_container(Metadata::kBundle, "other", {})), Selection::kNo);
}

TEST(Selectors, NeverSelectContainersWithHostPolicies) {
  EXPECT_EQ((Selector{.host_cgroups = {"/system.slice/x"}})
                .select(pod_container(Metadata::kComplete, "a", {})),
            Selection::kNo);
}

TEST(Selectors, ExpressionsAreThoseOfKubernetes) {
  const auto selects = [](LabelRequirement requirement, Labels labels) {
    return Selector{.pod_labels = {std::move(requirement)}}.select(
               pod_container(Metadata::kComplete, "a", std::move(labels))) == Selection::kYes;
  };
  using Op = LabelRequirement::Operator;
  EXPECT_TRUE(selects({"t", Op::kNotIn, {"x"}}, {}));
  EXPECT_FALSE(selects({"t", Op::kNotIn, {"x"}}, {{"t", "x"}}));
  EXPECT_TRUE(selects({"t", Op::kExists, {}}, {{"t", ""}}));
  EXPECT_TRUE(selects({"t", Op::kDoesNotExist, {}}, {{"u", ""}}));
  EXPECT_FALSE(selects({"t", Op::kIn, {"x", "y"}}, {{"t", "z"}}));
}

}  // namespace
}  // namespace yagura::sensor::enforce
