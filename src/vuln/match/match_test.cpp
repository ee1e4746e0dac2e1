#include "vuln/match/match.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "vuln/feeds/document.hpp"
#include "vuln/feeds/ecosystem.hpp"
#include "vuln/index/shard_builder.hpp"
#include "vuln/match/distro_ecosystem.hpp"

namespace yagura::vuln {
namespace {

using image::Component;
using image::Distro;
using image::Inventory;
using image::PackageType;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// An index of documents, in memory.
class Fixture {
 public:
  explicit Fixture(const std::vector<std::string>& documents) {
    json::Reader reader;
    std::map<std::string, ShardBuilder> builders;
    for (const std::string& document : documents) {
      Parsed parsed;
      read_document("feed.json", document, reader, parsed);
      EXPECT_THAT(parsed.problems, IsEmpty()) << parsed.problems.front().message;
      for (const Record& record : parsed.records) {
        for (const Affected& affected : record.affected) {
          const std::string base(ecosystem_base(affected.ecosystem));
          builders[base].add(record, base);
        }
      }
      for (const Score& score : parsed.scores) builders["scores"].add(score);
    }
    std::vector<std::pair<std::string, std::shared_ptr<const Shard>>> shards;
    for (auto& [name, builder] : builders) {
      bytes_.push_back(std::make_unique<std::string>(*builder.finish()));
      shards.emplace_back(name, *Shard::from_bytes(*bytes_.back()));
    }
    index_ = Index::of(std::move(shards));
  }
  [[nodiscard]] const Index& index() const { return index_; }

 private:
  std::vector<std::unique_ptr<std::string>> bytes_;
  Index index_;
};

Component component(PackageType type, std::string name, std::string version) {
  Component out;
  out.package.type = type;
  out.package.name = std::move(name);
  out.package.version = std::move(version);
  return out;
}

Inventory inventory(Distro distro, std::vector<Component> components) {
  Inventory out;
  out.distro = std::move(distro);
  out.components = std::move(components);
  return out;
}

const Distro kBookworm{.id = "debian",
                       .version_id = "12",
                       .id_like = "",
                       .codename = "bookworm",
                       .name = "Debian GNU/Linux 12 (bookworm)",
                       .version = "12.5"};

std::vector<std::string> told(const MatchResult& result) {
  std::vector<std::string> out;
  for (const Finding& finding : result.findings) {
    out.push_back(finding.vulnerability->id + " " + std::string(to_string(finding.fix_state)) +
                  (finding.fixed_version.empty() ? "" : " " + finding.fixed_version));
  }
  return out;
}

std::string osv(std::string id, std::string_view ecosystem, std::string_view package,
                std::string_view events, std::string_view more = "") {
  return R"({"id":")" + id + R"(","modified":"2024-01-01T00:00:00Z",)" + std::string(more) +
         R"("affected":[{"package":{"ecosystem":")" + std::string(ecosystem) + R"(","name":")" +
         std::string(package) + R"("},"ranges":[{"type":"ECOSYSTEM","events":[)" +
         std::string(events) + "]}]}]}";
}

const char* const kTracker = R"({"openssl":{
  "CVE-2024-0001":{"description":"One","releases":{"bookworm":{"status":"resolved","fixed_version":"3.0.13-1~deb12u1","urgency":"medium"}}},
  "CVE-2024-0002":{"releases":{"bookworm":{"status":"open","urgency":"unimportant"}}},
  "CVE-2024-0003":{"releases":{"bookworm":{"status":"open","urgency":"low","nodsa":"Minor issue","nodsa_reason":""}}},
  "CVE-2024-0004":{"releases":{"bookworm":{"status":"resolved","fixed_version":"0","urgency":"unimportant"}}},
  "CVE-2024-0005":{"releases":{"bookworm":{"status":"open","urgency":"end-of-life"}}},
  "CVE-2024-0006":{"description":"** REJECT ** not one","releases":{"bookworm":{"status":"open","urgency":"low"}}},
  "CVE-2024-0007":{"releases":{"trixie":{"status":"open","urgency":"low"}}}}})";

TEST(Match, DebianByTheTrackersVerdictOfTheSourcePackage) {
  const Fixture fixture(
      {kTracker,
       R"({"title":"KEV","catalogVersion":"1","vulnerabilities":[{"cveID":"CVE-2024-0001","dateAdded":"2024-02-01"}]})",
       "cve,epss,percentile\nCVE-2024-0001,0.5,0.9\n"});
  Component libssl = component(PackageType::kDeb, "libssl3", "3.0.11-1~deb12u2");
  libssl.package.source_name = "openssl";
  const auto result = match(inventory(kBookworm, {libssl}), fixture.index());
  EXPECT_THAT(told(result),
              ElementsAre("CVE-2024-0001 fixed 3.0.13-1~deb12u1", "CVE-2024-0005 end-of-life",
                          "CVE-2024-0003 deferred", "CVE-2024-0002 not-fixed"));
  const Vulnerability& first = *result.findings[0].vulnerability;
  EXPECT_EQ(first.severity, model::Severity::kMedium);
  EXPECT_TRUE(first.severity_known);
  EXPECT_TRUE(first.known_exploited);
  EXPECT_EQ(first.exploited_since, "2024-02-01");
  EXPECT_DOUBLE_EQ(first.epss.value_or(0), 0.5);
  EXPECT_EQ(first.summary, "One");
  EXPECT_EQ(result.findings[0].source, "debian");
  EXPECT_FALSE(result.findings[1].vulnerability->severity_known);
  EXPECT_EQ(result.findings[3].vulnerability->severity, model::Severity::kInfo);
}

TEST(Match, TheDistributionsOwnWordOverrulesOthers) {
  // An erratum says that all below u9 are affected; the tracker says u1, and that 0004 is none.
  const Fixture fixture(
      {kTracker,
       osv("DSA-1-1", "Debian:12", "openssl", R"({"introduced":"0"},{"fixed":"3.0.13-1~deb12u9"})",
           R"("upstream":["CVE-2024-0001","CVE-2024-0004","CVE-2024-0099"],)")});
  const auto fixed =
      match(inventory(kBookworm, {component(PackageType::kDeb, "openssl", "3.0.13-1~deb12u1")}),
            fixture.index());
  EXPECT_THAT(told(fixed),
              ElementsAre("CVE-2024-0005 end-of-life", "CVE-2024-0099 fixed 3.0.13-1~deb12u9",
                          "CVE-2024-0003 deferred", "CVE-2024-0002 not-fixed"));
  EXPECT_EQ(fixed.findings[1].advisory, "DSA-1-1");
}

TEST(Match, ADistributionThatIsNotInTheIndexIsTold) {
  const Fixture fixture({kTracker});
  const Distro distro{.id = "slackware",
                      .version_id = "15",
                      .id_like = "",
                      .codename = "",
                      .name = "Slackware 15",
                      .version = ""};
  const auto result =
      match(inventory(distro, {component(PackageType::kDeb, "openssl", "1")}), fixture.index());
  EXPECT_THAT(result.findings, IsEmpty());
  EXPECT_THAT(result.notes, ElementsAre(HasSubstr("1 packages of Slackware 15 were not judged")));
}

TEST(Match, AlpineBySecdb) {
  const Fixture fixture(
      {R"({"apkurl":"x","distroversion":"v3.19","packages":[{"pkg":{"name":"openssl","secfixes":{
      "3.1.4-r5":["CVE-2024-0001 GHSA-1"],"0":["CVE-2024-0002"]}}}]})",
       osv("ALPINE-CVE-2024-0002", "Alpine:v3.19", "openssl", R"({"introduced":"0"})",
           R"("upstream":["CVE-2024-0002"],)")});
  Component libssl = component(PackageType::kApk, "libssl3", "3.1.4-r4");
  libssl.package.source_name = "openssl";
  const Distro alpine{.id = "alpine",
                      .version_id = "3.19.1",
                      .id_like = "",
                      .codename = "",
                      .name = "Alpine Linux v3.19",
                      .version = ""};
  EXPECT_THAT(told(match(inventory(alpine, {libssl}), fixture.index())),
              ElementsAre("CVE-2024-0001 fixed 3.1.4-r5"));
}

TEST(Match, RebuildsOfRhelByBinaryPackageAndModule) {
  const std::string modular =
      osv("ALSA-2024:1", "AlmaLinux:8", "nodejs",
          R"({"introduced":"0"},{"fixed":"1:18.19.0-1.module_el8.9.0+1+a"})",
          R"("summary":"Important: nodejs:18 security update","related":["CVE-2024-0001"],)");
  const std::string bugfix =
      osv("ALBA-2024:1", "AlmaLinux:8", "openssl-libs", R"({"introduced":"0"},{"fixed":"1:9"})",
          R"("summary":"openssl bug fix update",)");
  const std::string plain =
      osv("ALSA-2024:2", "AlmaLinux:8", "openssl-libs",
          R"({"introduced":"0"},{"fixed":"1:1.1.1k-12.el8"})",
          R"("summary":"Moderate: openssl security update","related":["CVE-2024-0002"],)");
  const Fixture fixture({modular, bugfix, plain});
  const Distro alma{.id = "almalinux",
                    .version_id = "8.9",
                    .id_like = "rhel",
                    .codename = "",
                    .name = "AlmaLinux 8.9",
                    .version = ""};
  Component node16 = component(PackageType::kRpm, "nodejs", "1:16.20.0-1.module_el8.8.0+1+b");
  node16.package.module_label = "nodejs:16:8080020:1";
  Component node18 = component(PackageType::kRpm, "nodejs", "1:18.18.0-1.module_el8.8.0+1+b");
  node18.package.module_label = "nodejs:18:8080020:1";
  Component virt = component(PackageType::kRpm, "qemu-kvm", "15:6.2.0-1.module_el8.6.0+1+a");
  virt.package.module_label = "virt-devel:rhel:8060020:1";
  const Fixture two_modules({osv(
      "ALSA-2024:3", "AlmaLinux:8", "qemu-kvm",
      R"({"introduced":"0"},{"fixed":"15:6.2.0-9.module_el8.6.0+9+a"})",
      R"("summary":"Low: virt:rhel and virt-devel:rhel security update","related":["CVE-2024-0003"],)")});
  EXPECT_EQ(match(inventory(alma, {virt}), two_modules.index()).findings.size(), 1U);
  Component plain_node = component(PackageType::kRpm, "nodejs", "1:10.0.0-1.el8");
  Component openssl = component(PackageType::kRpm, "openssl-libs", "1:1.1.1k-9.el8");
  openssl.package.source_name = "openssl";
  openssl.package.source_version = "1.1.1k-9.el8";
  EXPECT_THAT(told(match(inventory(alma, {node16}), fixture.index())), IsEmpty());
  EXPECT_THAT(told(match(inventory(alma, {plain_node}), fixture.index())), IsEmpty());
  EXPECT_THAT(told(match(inventory(alma, {node18, openssl}), fixture.index())),
              ElementsAre("CVE-2024-0001 fixed 1:18.19.0-1.module_el8.9.0+1+a",
                          "CVE-2024-0002 fixed 1:1.1.1k-12.el8"));
  const auto result = match(inventory(alma, {openssl}), fixture.index());
  EXPECT_EQ(result.findings[0].vulnerability->severity, model::Severity::kMedium);
  EXPECT_TRUE(result.findings[0].vulnerability->severity_known);
}

TEST(Match, RecordsThatNameEachOtherAreOneFinding) {
  const Fixture fixture({
      osv("GHSA-aaaa", "PyPI", "Django", R"({"introduced":"0"},{"fixed":"4.2.1"})",
          R"("aliases":["CVE-2024-0001","PYSEC-2024-1"],"summary":"Bad","database_specific":{"severity":"HIGH"},)"),
      osv("PYSEC-2024-1", "PyPI", "django",
          R"({"introduced":"0"},{"fixed":"4.1.9"},{"introduced":"4.2.0"},{"fixed":"4.2.1"})",
          R"("aliases":["GHSA-aaaa","CVE-2024-0001"],)"),
      osv("GHSA-bbbb", "PyPI", "django", R"({"introduced":"0"},{"fixed":"9"})",
          R"("aliases":["PYSEC-2024-2"],)"),
      osv("PYSEC-2024-2", "PyPI", "django", R"({"introduced":"0"},{"fixed":"9"})",
          R"("aliases":["GHSA-bbbb"],)"),
      osv("PYSEC-2024-3", "PyPI", "django", R"({"introduced":"0"})",
          R"("withdrawn":"2024-02-01T00:00:00Z",)"),
  });
  const auto result =
      match(inventory({}, {component(PackageType::kPypi, "django", "4.2.0")}), fixture.index());
  EXPECT_THAT(told(result), ElementsAre("CVE-2024-0001 fixed 4.2.1", "GHSA-bbbb fixed 9"));
  const Finding& first = result.findings[0];
  EXPECT_THAT(first.fixed_versions, ElementsAre("4.1.9", "4.2.1"));
  EXPECT_THAT(first.vulnerability->aliases, ElementsAre("GHSA-aaaa", "PYSEC-2024-1"));
  EXPECT_EQ(first.vulnerability->severity, model::Severity::kHigh);
  EXPECT_EQ(first.advisory, "GHSA-aaaa");
  EXPECT_EQ(first.source, "osv:PyPI");
}

TEST(Match, GosOwnDatabaseOverrulesImportedRecords) {
  const std::string imported =
      osv("GHSA-cccc", "Go", "example.org/m", R"({"introduced":"0"},{"fixed":"1.9.0"})",
          R"("aliases":["CVE-2024-0001"],)");
  const std::string own =
      osv("GO-2024-1", "Go", "example.org/m", R"({"introduced":"0"},{"fixed":"1.5.0"})",
          R"("aliases":["CVE-2024-0001","GHSA-cccc"],)");
  const std::string unreviewed =
      osv("GO-2024-2", "Go", "example.org/n", R"({"introduced":"0"},{"fixed":"1.5.0"})",
          R"("aliases":["CVE-2024-0002"],"database_specific":{"review_status":"UNREVIEWED"},)");
  const std::string other =
      osv("GHSA-dddd", "Go", "example.org/n", R"({"introduced":"0"},{"fixed":"1.9.0"})",
          R"("aliases":["CVE-2024-0002"],)");
  const Fixture fixture({imported, own, unreviewed, other});
  const auto result =
      match(inventory({}, {component(PackageType::kGo, "example.org/m", "v1.6.0"),
                           component(PackageType::kGo, "example.org/n", "v1.6.0"),
                           component(PackageType::kGo, "example.org/m", "v1.4.0+incompatible")}),
            fixture.index());
  EXPECT_THAT(told(result), ElementsAre("CVE-2024-0002 fixed 1.9.0", "CVE-2024-0001 fixed 1.5.0"));
}

TEST(Match, GosStandardLibrary) {
  const Fixture fixture(
      {osv("GO-2024-3", "Go", "stdlib",
           R"({"introduced":"0"},{"fixed":"1.21.8"},{"introduced":"1.22.0-0"},{"fixed":"1.22.1"})",
           R"("aliases":["CVE-2024-0003"],)")});
  const auto affects = [&](const char* version) {
    return match(inventory({}, {component(PackageType::kGo, "stdlib", version)}), fixture.index())
        .findings.size();
  };
  EXPECT_EQ(affects("go1.21.7"), 1U);
  EXPECT_EQ(affects("v1.22.0"), 1U);
  EXPECT_EQ(affects("1.22rc1"), 1U);
  EXPECT_EQ(affects("go1.22.1"), 0U);
  EXPECT_EQ(affects("(devel)"), 0U);
}

TEST(Match, WhatTheDistributionOwnsIsLeftToItsAdvisories) {
  const Fixture fixture({kTracker, osv("GHSA-1", "PyPI", "requests", R"({"introduced":"0"})")});
  Component owned = component(PackageType::kPypi, "requests", "2.0");
  owned.owner = "python3-requests";
  const auto result = match(inventory(kBookworm, {owned}), fixture.index());
  EXPECT_THAT(result.findings, IsEmpty());
  EXPECT_EQ(result.covered_by_distribution, 1U);
  EXPECT_EQ(match(inventory({}, {owned}), fixture.index()).findings.size(), 1U)
      << "nobody else speaks for it";
}

TEST(Match, KernelHeadersCountWhereAnUpgradeHelps) {
  const Fixture fixture({R"({"linux":{
    "CVE-2024-0001":{"releases":{"bookworm":{"status":"resolved","fixed_version":"6.1.90-1","urgency":"not yet assigned"}}},
    "CVE-2024-0002":{"releases":{"bookworm":{"status":"open","urgency":"not yet assigned"}}}}})"});
  Component headers = component(PackageType::kDeb, "linux-libc-dev", "6.1.76-1");
  headers.package.source_name = "linux";
  Component kernel = component(PackageType::kDeb, "linux-image-6.1.0-18-amd64", "6.1.76-1");
  kernel.package.source_name = "linux";
  const auto image = inventory(kBookworm, {headers, kernel});
  EXPECT_THAT(told(match(image, fixture.index())),
              ElementsAre("CVE-2024-0001 fixed 6.1.90-1", "CVE-2024-0001 fixed 6.1.90-1",
                          "CVE-2024-0002 not-fixed"));
  EXPECT_EQ(match(image, fixture.index(), {.kernel_headers = KernelHeaders::kNone}).findings.size(),
            2U);
  EXPECT_EQ(match(image, fixture.index(), {.kernel_headers = KernelHeaders::kAll}).findings.size(),
            4U);
}

TEST(Match, RatingsOfOtherRecordsServeThoseWithoutAny) {
  const Fixture fixture(
      {kTracker,
       osv("GHSA-9", "npm", "openssl-wrapper", R"({"introduced":"0"})",
           R"("aliases":["CVE-2024-0005"],"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],)")});
  const auto result =
      match(inventory(kBookworm, {component(PackageType::kDeb, "openssl", "3.0.13-1~deb12u1")}),
            fixture.index());
  ASSERT_FALSE(result.findings.empty());
  EXPECT_EQ(result.findings[0].vulnerability->id, "CVE-2024-0005");
  EXPECT_EQ(result.findings[0].vulnerability->severity, model::Severity::kCritical);
  EXPECT_DOUBLE_EQ(result.findings[0].vulnerability->ratings[1].score, 9.8);
}

TEST(Match, ADistributionsEndIsTold) {
  const Fixture fixture({kTracker});
  const Distro buster{.id = "debian",
                      .version_id = "10",
                      .id_like = "",
                      .codename = "buster",
                      .name = "Debian GNU/Linux 10 (buster)",
                      .version = ""};
  const auto result = match(inventory(buster, {}), fixture.index(), {.today = "2026-11-24"});
  EXPECT_THAT(result.notes, ElementsAre(HasSubstr("out of its support")));
  EXPECT_THAT(match(inventory(buster, {}), fixture.index()).notes, IsEmpty());
}

TEST(Match, LanguagesThatTheIndexLacksAreTold) {
  const Fixture fixture({kTracker});
  const auto result = match(inventory({}, {component(PackageType::kNpm, "a", "1.0.0"),
                                           component(PackageType::kNpm, "b", "")}),
                            fixture.index());
  EXPECT_THAT(result.notes, ElementsAre(HasSubstr("packages of npm were not judged"),
                                        HasSubstr("1 packages without a version")));
}

TEST(DistroEcosystem, ReleasesHaveTheirNames) {
  const auto of = [](std::string id, std::string version, std::string codename = "",
                     std::string package = "1") {
    const Distro distro{.id = std::move(id),
                        .version_id = std::move(version),
                        .id_like = "",
                        .codename = std::move(codename),
                        .name = "",
                        .version = ""};
    std::string out;
    for (const std::string& name : ecosystems_of(distro, package))
      out += (out.empty() ? "" : ",") + name;
    return out;
  };
  EXPECT_EQ(of("debian", "12"), "Debian:12");
  EXPECT_EQ(of("debian", "", "trixie"), "Debian:13");
  EXPECT_EQ(of("debian", "", "sid"), "Debian:sid");
  EXPECT_EQ(of("ubuntu", "22.04"), "Ubuntu:22.04");
  EXPECT_EQ(of("ubuntu", "22.04", "jammy", "1.2-3ubuntu4+esm1"), "Ubuntu:22.04,Ubuntu:Pro:22.04");
  EXPECT_EQ(of("alpine", "3.19.1"), "Alpine:v3.19");
  EXPECT_EQ(of("alpine", "3.21_alpha20240923"), "Alpine:edge");
  EXPECT_EQ(of("rhel", "9.3"), "Red Hat:9");
  EXPECT_EQ(of("centos", "8"), "Red Hat:8");
  EXPECT_EQ(of("rocky", "9.3"), "Rocky Linux:9");
  EXPECT_EQ(of("amzn", "2023"), "Amazon Linux:2023");
  EXPECT_EQ(of("sles", "15.5"), "SUSE:15.5");
  EXPECT_EQ(of("opensuse-leap", "15.5"), "openSUSE:15.5");
  EXPECT_EQ(of("opensuse-tumbleweed", "20240101"), "openSUSE:tumbleweed");
  EXPECT_EQ(of("wolfi", "20230201"), "Wolfi");
  EXPECT_EQ(of("chainguard", "20230214"), "Chainguard,Wolfi");
  EXPECT_EQ(of("slackware", "15"), "");
}

}  // namespace
}  // namespace yagura::vuln
