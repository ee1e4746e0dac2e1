#include <gtest/gtest.h>

#include "sensor/enforce/compile/judge.hpp"
#include "sensor/enforce/compile/path_number.hpp"
#include "sensor/enforce/policy/policy_reader.hpp"

namespace yagura::sensor::enforce {
namespace {

constexpr std::uint64_t kSeed = 0x1234567890abcdefULL;

// Policies written as "mode: …" and sections, judged together.
class Policies {
 public:
  explicit Policies(const std::vector<std::string>& specs) {
    for (std::size_t i = 0; i < specs.size(); ++i) {
      Diagnostics diagnostics;
      const std::string text =
          "apiVersion: yagura.dev/v1alpha1\nkind: RuntimePolicy\nmetadata: {name: p" +
          std::to_string(i) + "}\nspec: {selector: {}, " + specs[i] + "}\n";
      auto read = read_policies(
          std::make_shared<const kube::Source>("p.yaml", text, kube::SourceFormat::kYaml),
          diagnostics);
      for (const Diagnostic& diagnostic : diagnostics.list())
        ADD_FAILURE() << to_string(diagnostic) << text;
      for (Policy& policy : read) policies_.push_back(std::make_unique<Policy>(std::move(policy)));
    }
    std::vector<const Policy*> pointers;
    for (const auto& policy : policies_) pointers.push_back(policy.get());
    group_ = compile_group(pointers, kSeed);
  }

  // "block p0", "-": nothing denies it.
  std::string path(ygr_operation operation, std::string_view text,
                   const Sha256* hash = nullptr) const {
    return show(judge_path(group_, kSeed, operation, text, hash));
  }
  std::string number(ygr_operation operation, std::uint64_t subject) const {
    return show(judge_number(group_, operation, subject));
  }
  unsigned flags(ygr_operation operation) const { return group_.operations.at(operation)->flags; }
  std::string egress(std::string_view address, std::uint16_t protocol, std::uint16_t port,
                     ygr_operation operation = YGR_OP_EGRESS) const {
    return show(judge_network(group_, operation, parse_cidr(address)->address, protocol, port));
  }

 private:
  std::string show(const std::optional<Judgement>& judgement) const {
    if (!judgement) return "-";
    for (std::size_t i = 0; i < policies_.size(); ++i) {
      if (policies_[i]->number == judgement->policy) {
        return std::string(to_string(judgement->mode)) + " p" + std::to_string(i);
      }
    }
    return "?";
  }

  std::vector<std::unique_ptr<Policy>> policies_;
  Group group_;
};

TEST(PathNumbers, DependOnEveryNameAndItsPlace) {
  EXPECT_NE(path_number(kSeed, "/a/b"), path_number(kSeed, "/b/a"));
  EXPECT_NE(path_number(kSeed, "/ab"), path_number(kSeed, "/a/b"));
  EXPECT_NE(path_number(kSeed, "/a"), path_number(kSeed + 1, "/a"));
  EXPECT_NE(path_number(kSeed, "/abcdefgh"),
            path_number(kSeed, std::string_view("/abcdefgh\0", 10)));
  EXPECT_EQ(path_numbers(kSeed, "/a/b").size(), 3U);
}

TEST(Paths, ExactTreesAndNamePrefixes) {
  const Policies p({"mode: block, executables: {deny: [/bin/nc, /tmp/, /opt/x/**, /usr/bin/py*]}"});
  EXPECT_EQ(p.path(YGR_OP_EXEC, "/bin/nc"), "block p0");
  EXPECT_EQ(p.path(YGR_OP_EXEC, "/bin/nc2"), "-");
  EXPECT_EQ(p.path(YGR_OP_EXEC, "/bin/nc/x"), "-");
  EXPECT_EQ(p.path(YGR_OP_EXEC, "/tmp/a/b"), "block p0");
  EXPECT_EQ(p.path(YGR_OP_EXEC, "/tmpx"), "-");
  EXPECT_EQ(p.path(YGR_OP_EXEC, "/opt/x/y"), "block p0");
  EXPECT_EQ(p.path(YGR_OP_EXEC, "/usr/bin/python3"), "block p0");
  EXPECT_EQ(p.path(YGR_OP_EXEC, "/usr/bin/py/x"), "-");
  EXPECT_EQ(p.path(YGR_OP_EXEC, "/usr/bin/perl"), "-");
  EXPECT_EQ(p.path(YGR_OP_READ, "/tmp/a"), "-");
}

TEST(Paths, AllowListsDenyTheRestAndDenyWins) {
  const Policies p({"mode: block, executables: {allow: [/usr/**]}",
                    "mode: block, executables: {allow: [/opt/app], deny: [/usr/bin/nc]}"});
  EXPECT_EQ(p.path(YGR_OP_EXEC, "/usr/bin/ls"), "-");
  EXPECT_EQ(p.path(YGR_OP_EXEC, "/opt/app"), "-");
  EXPECT_EQ(p.path(YGR_OP_EXEC, "/bin/sh"), "block p0");
  EXPECT_EQ(p.path(YGR_OP_EXEC, "/usr/bin/nc"), "block p1");
}

TEST(Paths, AWeakerPolicyNeverLoosensAStrongerOne) {
  const Policies p({"mode: block, executables: {allow: [/usr/**]}",
                    "mode: observe, executables: {allow: [/opt/**], deny: [/usr/bin/nc]}"});
  EXPECT_EQ(p.path(YGR_OP_EXEC, "/opt/x"), "block p0");
  EXPECT_EQ(p.path(YGR_OP_EXEC, "/usr/bin/nc"), "observe p1");
  EXPECT_EQ(p.path(YGR_OP_EXEC, "/usr/bin/ls"), "-");
}

TEST(Paths, TheLongestNamePrefixSaysWhatShorterOnesSay) {
  const Policies p({"mode: block, executables: {allow: [/a/bcd*], deny: [/a/b*]}"});
  EXPECT_EQ(p.path(YGR_OP_EXEC, "/a/bcde"), "block p0");
}

TEST(Paths, WhatMustNotBeReadGetsNoOtherName) {
  const Policies p(
      {"mode: block, files: [{action: deny, operations: [read], paths: [/etc/app/key]}]"});
  EXPECT_EQ(p.path(YGR_OP_LINK, "/etc/app/key"), "block p0");
  EXPECT_EQ(p.path(YGR_OP_RENAME, "/etc/app/key"), "block p0");
  EXPECT_EQ(p.path(YGR_OP_RENAME, "/etc/app"), "block p0");
  EXPECT_EQ(p.path(YGR_OP_RENAME, "/etc"), "block p0");
  EXPECT_EQ(p.path(YGR_OP_RENAME, "/etc/other"), "-");
  EXPECT_EQ(p.path(YGR_OP_DELETE, "/etc/app/key"), "-");
}

TEST(Paths, PathsAndHashesAreOneAllowList) {
  const Policies p(
      {"mode: block, executables: {allow: [/bin/a, {sha256: "
       "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855}]}"});
  Sha256 hash{0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14};
  EXPECT_EQ(p.path(YGR_OP_EXEC, "/bin/a"), "-");
  EXPECT_EQ(p.path(YGR_OP_EXEC, "/bin/b"), "block p0");
  EXPECT_EQ(p.path(YGR_OP_EXEC, "/bin/b", &hash), "-");
  hash[0] = 0;
  EXPECT_EQ(p.path(YGR_OP_EXEC, "/bin/b", &hash), "block p0");
}

TEST(Numbers, CapabilitiesOneByOneAndWholeOperations) {
  const Policies p({"mode: alert, capabilities: {deny: [NET_RAW]}, mounts: deny",
                    "mode: block, capabilities: {allow: [CHOWN, NET_RAW]}"});
  EXPECT_EQ(p.number(YGR_OP_CAPABILITY, 13), "alert p0");
  EXPECT_EQ(p.number(YGR_OP_CAPABILITY, 0), "-");
  EXPECT_EQ(p.number(YGR_OP_CAPABILITY, 21), "block p1");
  EXPECT_EQ(p.number(YGR_OP_MOUNT, 0), "alert p0");
  EXPECT_EQ(p.number(YGR_OP_BPF, 0), "-");
}

TEST(Networks, LongerNetworksSayWhatWiderOnesSay) {
  const Policies p(
      {"mode: block, network: {egress: {deny: [{cidrs: [10.0.0.0/8], ports: [{port: 80, endPort: "
       "90, "
       "protocol: TCP}]}, {cidrs: [10.1.0.0/16], ports: [{port: 443}]}, {ports: [{port: 25}]}]}}"});
  EXPECT_EQ(p.egress("10.1.2.3", 6, 85), "block p0");
  EXPECT_EQ(p.egress("10.1.2.3", 17, 85), "-");
  EXPECT_EQ(p.egress("10.1.2.3", 17, 443), "block p0");
  EXPECT_EQ(p.egress("10.2.2.3", 6, 443), "-");
  EXPECT_EQ(p.egress("10.2.2.3", 6, 91), "-");
  EXPECT_EQ(p.egress("2001:db8::1", 6, 25), "block p0");
  EXPECT_EQ(p.egress("2001:db8::1", 6, 26), "-");
}

TEST(Networks, AllowListsOfPeers) {
  const Policies p(
      {"mode: block, network: {egress: {allow: [{cidrs: [10.0.0.0/8], ports: [{port: 53}]}]}}"});
  EXPECT_EQ(p.egress("10.1.2.3", 17, 53), "-");
  EXPECT_EQ(p.egress("10.1.2.3", 17, 54), "block p0");
  EXPECT_EQ(p.egress("192.0.2.1", 17, 53), "block p0");
  EXPECT_EQ(p.egress("10.1.2.3", 1, 0), "block p0");
  const Policies none({"mode: block, network: {egress: {allow: []}}"});
  EXPECT_EQ(none.egress("10.1.2.3", 17, 53), "block p0");
}

TEST(Networks, TheNodeIsSparedUnlessAnyPolicySaysOtherwise) {
  const std::string some = "mode: block, network: {ingress: {allow: []";
  const Policies spared({some + "}}"});
  EXPECT_EQ(spared.flags(YGR_OP_INGRESS) & YGR_JUDGES_NODE, 0);
  EXPECT_EQ(spared.egress("192.0.2.1", 6, 80, YGR_OP_INGRESS), "block p0");
  const Policies judged({some + "}}", some + ", fromNode: deny}}"});
  EXPECT_NE(judged.flags(YGR_OP_INGRESS) & YGR_JUDGES_NODE, 0);
}

TEST(Networks, BindKnowsPortsAlone) {
  const Policies p({"mode: block, network: {bind: {allow: [{port: 8080, protocol: TCP}]}}"});
  EXPECT_EQ(p.egress("0.0.0.0", 6, 8080, YGR_OP_BIND), "-");
  EXPECT_EQ(p.egress("0.0.0.0", 6, 8081, YGR_OP_BIND), "block p0");
  EXPECT_EQ(p.egress("0.0.0.0", 17, 8080, YGR_OP_BIND), "block p0");
}

TEST(Networks, EveryPortOfARangeAndNoOther) {
  for (const auto& [first, last] :
       {std::pair{1, 65535}, {0, 0}, {1000, 1999}, {65535, 65535}, {0, 65535}}) {
    const Policies p({"mode: block, network: {egress: {deny: [{ports: [{port: " +
                      std::to_string(first) + ", endPort: " + std::to_string(last) + "}]}]}}"});
    for (int port = 0; port < 65536; port += 37) {
      EXPECT_EQ(p.egress("192.0.2.1", 6, static_cast<std::uint16_t>(port)) != "-",
                port >= first && port <= last);
    }
    EXPECT_EQ(p.egress("192.0.2.1", 6, static_cast<std::uint16_t>(last)), "block p0");
  }
}

}  // namespace
}  // namespace yagura::sensor::enforce
