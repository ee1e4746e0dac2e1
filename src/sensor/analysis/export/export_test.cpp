#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "kube/reader.hpp"
#include "sensor/analysis/export/apparmor.hpp"
#include "sensor/analysis/export/network_policy.hpp"
#include "sensor/analysis/export/runtime_policy.hpp"
#include "sensor/analysis/export/seccomp.hpp"
#include "sensor/analysis/export/security_context.hpp"
#include "sensor/analysis/export/target.hpp"
#include "sensor/enforce/policy/policy_reader.hpp"

namespace yagura::sensor {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

void learn(Profile& profile, FeatureKind kind, std::initializer_list<std::string_view> texts) {
  for (const std::string_view text : texts) {
    std::ignore = profile.add(kind, text, FeatureState::kLearned, 1);
  }
}

std::unique_ptr<Profile> sample(const std::string& key = "shop/Deployment/web/main") {
  auto profile = std::make_unique<Profile>(key);
  learn(*profile, FeatureKind::kExecutable,
        {"/usr/sbin/nginx", "/opt/app-*",
         "/opt/a-name-that-is-longer-than-any-prefix-that-a-policy-takes-before-a-star-*",
         "/srv/*/run", "/a \"b\"[c]{d}\\e"});
  learn(*profile, FeatureKind::kLibrary, {"/usr/lib/x86_64-linux-gnu/libc.so.6"});
  learn(*profile, FeatureKind::kReadDirectory, {"/", "/etc/nginx", "/proc/*/fd"});
  learn(*profile, FeatureKind::kWriteDirectory,
        {"/var/cache/nginx", "/var/cache/nginx/proxy", "/tmp/*", "/data/sub", "/proc/self"});
  learn(*profile, FeatureKind::kCall, {"openat", "connect", "pread"});
  learn(*profile, FeatureKind::kCapability, {"CAP_NET_BIND_SERVICE"});
  learn(*profile, FeatureKind::kDomain, {"api.example.com"});
  learn(*profile, FeatureKind::kPeerPod,
        {"outbound tcp 5432 shop app=db", "inbound tcp 8080 ingress app=proxy,tier=edge"});
  std::ignore = profile->add(FeatureKind::kExecutable, "/tmp/evil", FeatureState::kNew, 1);
  std::ignore = profile->add(FeatureKind::kCall, "ptrace", FeatureState::kNew, 1);
  profile->peers.add(Direction::kOutbound, 6, 443, *PeerNetwork::parse("203.0.113.0/24"));
  profile->peers.add(Direction::kOutbound, 6, 32768, *PeerNetwork::parse("203.0.113.7"));
  profile->peers.add(Direction::kInbound, 6, 8080, *PeerNetwork::parse("2001:db8::/64"));
  profile->peers.add(Direction::kOutbound, 6, 9000, *PeerNetwork::parse("127.0.0.1"));
  profile->capabilities_held = (1U << 10) | (1U << 14);
  profile->labels = {{"app", "web"}};
  profile->volumes = {"/data"};
  return profile;
}

std::vector<kube::Document> read_yaml(const std::string& text) {
  Diagnostics diagnostics;
  auto documents = kube::read_documents(
      std::make_shared<const kube::Source>("x.yaml", text, kube::SourceFormat::kYaml), diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.list()) ADD_FAILURE() << to_string(diagnostic);
  return documents;
}

TEST(ExportTarget, ComesOfTheKey) {
  const ExportTarget target = export_target("shop/Deployment/web/main");
  EXPECT_EQ(target.name_space, "shop");
  EXPECT_EQ(target.container, "main");
  EXPECT_EQ(export_name(target), "web-main");
  EXPECT_FALSE(export_target("image:docker.io/library/nginx").is_pod());
  EXPECT_EQ(export_name(export_target("image:docker.io/library/nginx")), "docker-io-library-nginx");
  EXPECT_LE(export_name({.name = std::string(200, 'x')}).size(), 63U);
}

// Names allowed by a seccomp profile.
std::set<std::string> allowed_calls(const std::string& json) {
  const auto documents = read_yaml(json);
  std::set<std::string> names;
  for (const kube::Node& rule : documents.at(0).root().list("syscalls")) {
    if (rule.find("action")->string_or() != "SCMP_ACT_ALLOW") continue;
    for (const kube::Node& name : rule.list("names")) names.emplace(name.string_or());
  }
  return names;
}

TEST(Seccomp, AllowsWhatWasLearnedAndTheBaseline) {
  const auto profile = sample();
  const auto names = allowed_calls(seccomp_profile(*profile));
  for (const char* name :
       {"openat", "connect", "pread64", "execve", "futex", "exit_group", "capset"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
  EXPECT_TRUE(names.contains("shmget")) << "ordinary, and not observed";
  for (const char* name :
       {"ptrace", "mount", "bpf", "init_module", "unshare", "keyctl", "rename", "bind"}) {
    EXPECT_FALSE(names.contains(name)) << name;
  }
}

TEST(Seccomp, IsNarrowerWhereEveryCallWasObserved) {
  auto profile = sample();
  profile->has_all_calls = true;
  const std::string json = seccomp_profile(*profile);
  EXPECT_FALSE(allowed_calls(json).contains("shmget"));
  EXPECT_THAT(json, HasSubstr("\"errnoRet\": 38"));
}

TEST(AppArmor, TheParserTakesIt) {
  const std::string text = apparmor_profile(*sample());
  EXPECT_THAT(text, HasSubstr("profile yagura-web-main "));
  EXPECT_THAT(text, HasSubstr("\"/usr/sbin/nginx\" mrix,"));
  EXPECT_THAT(text, HasSubstr("\"/opt/app-*\" mrix,"));
  EXPECT_THAT(text, HasSubstr("\"/etc/nginx/*\" r,"));
  EXPECT_THAT(text, HasSubstr("\"/var/cache/nginx/*\" rwkl,"));
  EXPECT_THAT(text, HasSubstr("capability net_bind_service,"));
  EXPECT_THAT(text, Not(HasSubstr("evil")));
  if (!fs::exists("/sbin/apparmor_parser") && !fs::exists("/usr/sbin/apparmor_parser")) {
    GTEST_SKIP() << "skipped: no apparmor_parser";
  }
  std::string name = (fs::temp_directory_path() / "yagura_apparmor_XXXXXX").string();
  const fs::path directory = mkdtemp(name.data());
  std::ofstream(directory / "profile") << text;
  const std::string command = "apparmor_parser --skip-kernel-load --skip-cache --quiet " +
                              (directory / "profile").string() + " > " +
                              (directory / "output").string() + " 2>&1";
  const int status = std::system(command.c_str());
  std::ifstream output(directory / "output");
  const std::string said((std::istreambuf_iterator<char>(output)), {});
  EXPECT_EQ(status, 0) << said << "\n" << text;
  fs::remove_all(directory);
}

TEST(AppArmor, PathsCannotBreakOut) {
  EXPECT_EQ(apparmor_path("/a\" ix,\n  /** rwx, \"/b"), "\"/a\\\" ix,\\012  /** rwx, \\\"/b\"");
}

TEST(NetworkPolicy, AllowsPeersAndDns) {
  const auto text = network_policy(*sample());
  ASSERT_TRUE(text) << text.error().message;
  const auto documents = read_yaml(*text);
  ASSERT_EQ(documents.size(), 1U);
  const kube::Node& root = documents[0].root();
  EXPECT_EQ(root.get({"spec", "podSelector", "matchLabels", "app"})->string_or(), "web");
  const auto egress = root.find("spec")->list("egress");
  ASSERT_EQ(egress.size(), 4U) << *text;
  EXPECT_EQ(egress[1].list("to")[0].get({"ipBlock", "cidr"})->string_or(), "203.0.113.0/24");
  EXPECT_EQ(egress[2].list("ports")[0].find("endPort")->as_int(), 65535);
  EXPECT_EQ(egress[3].list("to")[0].get({"podSelector", "matchLabels", "app"})->string_or(), "db");
  EXPECT_EQ(egress[3].list("to")[0].find("namespaceSelector"), nullptr) << "its own";
  const auto ingress = root.find("spec")->list("ingress");
  ASSERT_EQ(ingress.size(), 2U);
  EXPECT_EQ(ingress[1]
                .list("from")[0]
                .get({"namespaceSelector", "matchLabels", "kubernetes.io/metadata.name"})
                ->string_or(),
            "ingress");
  EXPECT_THAT(*text, AllOf(HasSubstr("api.example.com"), Not(HasSubstr("127.0.0.1"))));
}

TEST(NetworkPolicy, OfNothingAllowsNothing) {
  Profile profile("shop/Deployment/web/main");
  profile.labels = {{"app", "web"}};
  const auto text = network_policy(profile);
  ASSERT_TRUE(text);
  EXPECT_THAT(*text, AllOf(HasSubstr("ingress: []"), HasSubstr("egress: []")));
  profile.labels.clear();
  EXPECT_FALSE(network_policy(profile));
  EXPECT_FALSE(network_policy(*sample("image:docker.io/library/nginx")));
}

TEST(SecurityContext, ReadOnlyRootWithVolumesWhereItWrites) {
  const auto profile = sample();
  EXPECT_THAT(directories_to_write(*profile), ElementsAre("/tmp", "/var/cache/nginx"));
  const auto text = security_context_patch(*profile);
  ASSERT_TRUE(text);
  const auto documents = read_yaml(*text);
  const kube::Node& spec = *documents.at(0).root().get({"spec", "template", "spec"});
  const kube::Node& container = spec.list("containers")[0];
  EXPECT_EQ(container.find("name")->string_or(), "main");
  EXPECT_TRUE(container.get({"securityContext", "readOnlyRootFilesystem"})->bool_or(false));
  EXPECT_EQ(container.get({"securityContext", "capabilities"})->list("add")[0].string_or(),
            "NET_BIND_SERVICE");
  EXPECT_EQ(container.list("volumeMounts").size(), 2U);
  EXPECT_EQ(spec.list("volumes").size(), 2U);
  EXPECT_THAT(*text, HasSubstr("IPC_LOCK was held"));
  EXPECT_THAT(*security_context_patch(*sample("a/CronJob/b/c")), HasSubstr("jobTemplate"));
}

TEST(SecurityContext, WhoWritesTheRootKeepsIt) {
  Profile profile("shop/Pod/web/main");
  learn(profile, FeatureKind::kWriteDirectory, {"/", "/tmp"});
  const auto text = security_context_patch(profile);
  ASSERT_TRUE(text);
  EXPECT_THAT(*text, AllOf(Not(HasSubstr("readOnlyRootFilesystem")), Not(HasSubstr("emptyDir"))));
}

TEST(RuntimePolicy, IsReadByThePolicyReader) {
  const auto text = runtime_policy(*sample());
  ASSERT_TRUE(text) << text.error().message;
  Diagnostics diagnostics;
  const auto policies = enforce::read_policies(
      std::make_shared<const kube::Source>("p.yaml", *text, kube::SourceFormat::kYaml),
      diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.list()) ADD_FAILURE() << to_string(diagnostic);
  ASSERT_EQ(policies.size(), 1U);
  EXPECT_EQ(policies[0].mode, enforce::Mode::kAlert);
  EXPECT_THAT(policies[0].selector.namespaces, ElementsAre("shop"));
  EXPECT_EQ(policies[0].selector.workload_name, "web");
  std::vector<std::string> allowed;
  for (const auto& path : policies[0].rules.at(0).paths) allowed.push_back(path.path);
  EXPECT_THAT(allowed, Contains("/usr/sbin/nginx"));
  EXPECT_THAT(allowed, Not(Contains("/tmp/evil")));
  EXPECT_THAT(*text, HasSubstr("# not to be written here: \"/a"));
  EXPECT_THAT(*text, AllOf(HasSubstr("\"/opt/app-*\""), HasSubstr("\"/srv/**\""),
                           HasSubstr("memfd: deny"), HasSubstr("ptrace: deny")));
  EXPECT_FALSE(runtime_policy(Profile("shop/Deployment/web/main")));
}

}  // namespace
}  // namespace yagura::sensor
