#include "vuln/plan/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "vuln/index/shard_builder.hpp"
#include "vuln/match/match.hpp"
#include "vuln/plan/commands.hpp"

namespace yagura::vuln {
namespace {

using image::Inventory;
using image::PackageType;
using model::Severity;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Plan : public ::testing::Test {
 protected:
  std::size_t component(PackageType type, std::string name, std::string version,
                        std::string source = "", std::int32_t layer = 0) {
    image::Component out;
    out.package.type = type;
    out.package.name = std::move(name);
    out.package.version = std::move(version);
    out.package.source_name = std::move(source);
    out.layer = layer;
    inventory_.components.push_back(std::move(out));
    return inventory_.components.size() - 1;
  }
  Finding& finding(std::size_t component, std::string id, Severity severity, std::string fixed) {
    auto vulnerability = std::make_shared<Vulnerability>();
    vulnerability->id = std::move(id);
    vulnerability->severity = severity;
    Finding out;
    out.component = component;
    out.vulnerability = vulnerability;
    out.fix_state = fixed.empty() ? FixState::kNotFixed : FixState::kFixed;
    out.fixed_version = std::move(fixed);
    findings_.push_back(std::move(out));
    return findings_.back();
  }
  [[nodiscard]] FixPlan plan(const PlanOptions& options = {}) const {
    return make_plan(inventory_, findings_, nullptr, options);
  }

  Inventory inventory_;
  std::vector<Finding> findings_;
};

TEST_F(Plan, BinariesOfOneSourceAreOneUpgradeAndTheRiskiestIsFirst) {
  inventory_.distro.id = "debian";
  const auto zlib = component(PackageType::kDeb, "zlib1g", "1:1.2.13-1", "zlib");
  const auto libssl = component(PackageType::kDeb, "libssl3", "3.0.11-1", "openssl");
  const auto openssl = component(PackageType::kDeb, "openssl", "3.0.11-1");
  finding(zlib, "CVE-1", Severity::kMedium, "1:1.2.13-2");
  finding(libssl, "CVE-2", Severity::kHigh, "3.0.12-1");
  finding(libssl, "CVE-3", Severity::kLow, "3.0.13-1");
  finding(openssl, "CVE-2", Severity::kHigh, "3.0.12-1");
  finding(openssl, "CVE-4", Severity::kCritical, "");
  const FixPlan made = plan();
  ASSERT_EQ(made.upgrades.size(), 2U);
  EXPECT_EQ(made.upgrades[0].name, "openssl");
  EXPECT_EQ(made.upgrades[0].findings.size(), 3U);
  EXPECT_EQ(made.upgrades[0].command,
            "apt-get install --only-upgrade libssl3=3.0.13-1 openssl=3.0.12-1");
  EXPECT_THAT(
      made.commands,
      ElementsAre(
          "apt-get install --only-upgrade libssl3=3.0.13-1 openssl=3.0.12-1 zlib1g=1:1.2.13-2"));
  EXPECT_EQ(made.clears, 4U);
  EXPECT_EQ(made.remains, 1U);
  EXPECT_DOUBLE_EQ(made.risk_cleared, 10 + 1 + 10 + 3);
  EXPECT_DOUBLE_EQ(made.risk, 64);
}

TEST_F(Plan, FewUpgradesForAShareOfTheRisk) {
  const auto a = component(PackageType::kPypi, "a", "1");
  const auto b = component(PackageType::kPypi, "b", "1");
  finding(a, "CVE-1", Severity::kLow, "2");
  finding(b, "CVE-2", Severity::kCritical, "3");
  const FixPlan made = plan({.share = 0.9});
  ASSERT_EQ(made.upgrades.size(), 1U);
  EXPECT_THAT(made.commands, ElementsAre("pip install 'b>=3'"));
  EXPECT_EQ(made.remains, 1U);
  EXPECT_EQ(plan({.max_upgrades = 0}).upgrades.size(), 0U);
}

TEST_F(Plan, EachManagerHasItsWords) {
  inventory_.distro.id = "alpine";
  finding(component(PackageType::kApk, "libssl3", "3.1.4-r4", "openssl"), "CVE-1", Severity::kHigh,
          "3.1.4-r5");
  finding(component(PackageType::kNpm, "left-pad", "1.0.0"), "CVE-2", Severity::kHigh, "1.1.0");
  finding(component(PackageType::kGo, "example.org/m", "v1.0.0"), "CVE-3", Severity::kHigh,
          "1.2.0");
  finding(component(PackageType::kGo, "stdlib", "go1.21.1"), "CVE-4", Severity::kHigh, "1.21.8");
  finding(component(PackageType::kMaven, "org.x:y", "1"), "CVE-5", Severity::kHigh, "2");
  finding(component(PackageType::kCargo, "time", "0.1.0"), "CVE-6", Severity::kHigh, "0.2.23");
  finding(component(PackageType::kNuget, "X.Y", "1.0.0"), "CVE-7", Severity::kHigh, "1.0.1");
  const FixPlan made = plan();
  std::vector<std::string> told;
  for (const Upgrade& upgrade : made.upgrades) {
    told.push_back(upgrade.command.empty() ? upgrade.note : upgrade.command);
  }
  EXPECT_THAT(told,
              ::testing::UnorderedElementsAre(
                  "apk add --upgrade 'libssl3>=3.1.4-r5'", "npm install left-pad@1.1.0",
                  "go get example.org/m@v1.2.0", "build with Go 1.21.8 or newer",
                  "set org.x:y to 2 in the build file", "cargo update -p time --precise 0.2.23",
                  "dotnet add package X.Y --version 1.0.1"));
}

TEST_F(Plan, RpmManagersByDistribution) {
  image::Package package;
  package.type = PackageType::kRpm;
  const auto manager = [&package](std::string id, std::string version) {
    return manager_of(package, {.id = std::move(id),
                                .version_id = std::move(version),
                                .id_like = "",
                                .codename = "",
                                .name = "",
                                .version = ""});
  };
  EXPECT_EQ(manager("almalinux", "9"), "dnf");
  EXPECT_EQ(manager("centos", "7"), "yum");
  EXPECT_EQ(manager("sles", "15.5"), "zypper");
  EXPECT_EQ(manager("azurelinux", "3.0"), "tdnf");
}

TEST_F(Plan, TransitiveNpmPackagesNameWhoNeedsThem) {
  const auto inner = component(PackageType::kNpm, "inner", "1.0.0");
  inventory_.components[component(PackageType::kNpm, "outer", "1.0.0")].package.depends = {"inner"};
  finding(inner, "CVE-1", Severity::kHigh, "1.0.1");
  const FixPlan made = plan();
  ASSERT_EQ(made.upgrades.size(), 1U);
  EXPECT_EQ(made.upgrades[0].command, "npm update inner");
  EXPECT_THAT(made.upgrades[0].note, HasSubstr("needed by outer"));
  EXPECT_THAT(made.commands, ElementsAre("npm update inner"));
}

TEST_F(Plan, NamesOfStrangersAreQuoted) {
  inventory_.distro.id = "debian";
  finding(component(PackageType::kDeb, "x; rm -rf '/'\n", "1"), "CVE-1", Severity::kHigh, "$(id)");
  finding(component(PackageType::kNpm, "--global", "1"), "CVE-2", Severity::kHigh, "2");
  const FixPlan made = plan();
  EXPECT_THAT(made.commands,
              ElementsAre("apt-get install --only-upgrade 'x; rm -rf '\\''/'\\''=$(id)'",
                          "npm install ./--global@2"));
}

TEST_F(Plan, TellsWhatTheBaseBrings) {
  const auto base = component(PackageType::kPypi, "a", "1", "", 0);
  const auto own = component(PackageType::kPypi, "b", "1", "", 2);
  finding(base, "CVE-1", Severity::kHigh, "2");
  finding(base, "CVE-2", Severity::kLow, "");
  finding(own, "CVE-3", Severity::kHigh, "2");
  finding(own, "CVE-4", Severity::kHigh, "2").suppression.kind = Suppression::Kind::kVex;
  const FixPlan made = plan({.base_layers = 2});
  EXPECT_EQ(made.base.findings, 2U);
  EXPECT_EQ(made.base.fixable, 1U);
  EXPECT_EQ(made.own.findings, 1U);
  ASSERT_EQ(made.layers.size(), 2U);
  EXPECT_EQ(made.layers[1].layer, 2);
  EXPECT_TRUE(made.upgrades[0].in_base);
  EXPECT_FALSE(made.upgrades[1].in_base);
}

TEST_F(Plan, ExploitedVulnerabilitiesWeighMore) {
  Vulnerability exploited;
  exploited.severity = Severity::kHigh;
  exploited.known_exploited = true;
  exploited.epss = 0.5;
  Finding one;
  one.vulnerability = std::make_shared<Vulnerability>(exploited);
  EXPECT_DOUBLE_EQ(risk_of(one), 75);
}

TEST_F(Plan, TargetsDoNotLeadIntoAnotherBranchsHole) {
  const auto record = [](const char* id, const char* cve, std::vector<Event> events) {
    Record out;
    out.id = id;
    out.source = "osv";
    out.modified = "2024";
    out.aliases = {cve};
    Affected affected;
    affected.ecosystem = "npm";
    affected.package = "a";
    affected.ranges.push_back({std::move(events)});
    out.affected.push_back(std::move(affected));
    return out;
  };
  using Kind = Event::Kind;
  ShardBuilder builder;
  builder.add(
      record("GHSA-1", "CVE-2024-0001", {{Kind::kIntroduced, "0"}, {Kind::kFixed, "2.1.0"}}),
      "npm");
  builder.add(record("GHSA-2", "CVE-2024-0002",
                     {{Kind::kIntroduced, "0"},
                      {Kind::kFixed, "1.5.0"},
                      {Kind::kIntroduced, "2.0.0"},
                      {Kind::kFixed, "2.3.0"}}),
              "npm");
  const std::string bytes = *builder.finish();
  const Index index = Index::of({{"npm", *Shard::from_bytes(bytes)}});
  component(PackageType::kNpm, "a", "1.0.0");
  const auto result = match(inventory_, index);
  ASSERT_EQ(result.findings.size(), 2U);
  EXPECT_EQ(make_plan(inventory_, result.findings, &index).upgrades[0].changes[0].to, "2.3.0");
  EXPECT_EQ(make_plan(inventory_, result.findings, nullptr).upgrades[0].changes[0].to, "2.1.0");
}

}  // namespace
}  // namespace yagura::vuln
