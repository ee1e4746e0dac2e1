#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "vuln/feeds/document.hpp"
#include "vuln/feeds/ecosystem.hpp"

namespace yagura::vuln {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Parsed read(std::string_view bytes, std::string_view name = "feed") {
  json::Reader reader;
  Parsed parsed;
  read_document(name, bytes, reader, parsed);
  return parsed;
}

std::string fixed_of(const Affected& affected) {
  std::string out;
  for (const Range& range : affected.ranges) {
    for (const Event& event : range.events) {
      if (event.kind == Event::Kind::kFixed) out += event.version + " ";
    }
  }
  return out;
}

TEST(Ecosystem, NamesOfOneReleaseAreOne) {
  const std::pair<const char*, const char*> cases[] = {
      {"Debian:12", "Debian:12"},
      {"Ubuntu:22.04:LTS", "Ubuntu:22.04"},
      {"Ubuntu:Pro:22.04:LTS", "Ubuntu:Pro:22.04"},
      {"Ubuntu:24.10", "Ubuntu:24.10"},
      {"Alpine:v3.19", "Alpine:v3.19"},
      {"Alpine:3.19.1", "Alpine:v3.19"},
      {"Rocky Linux:9.3", "Rocky Linux:9"},
      {"AlmaLinux:8", "AlmaLinux:8"},
      {"Red Hat:enterprise_linux:9::appstream", "Red Hat:9"},
      {"Red Hat:cpe:/o:redhat:enterprise_linux:8.6::baseos", "Red Hat:8"},
      {"Red Hat:rhel_eus:9.2::baseos", "Red Hat:rhel_eus:9.2"},
      {"SUSE:Linux Enterprise Module for Basesystem 15 SP5", "SUSE:15.5"},
      {"SUSE:Linux Enterprise Server 15 SP3-LTSS", "SUSE:15.3"},
      {"SUSE:Linux Enterprise Server 15", "SUSE:15.0"},
      {"openSUSE:Leap 15.5", "openSUSE:15.5"},
      {"openSUSE:Tumbleweed", "openSUSE:tumbleweed"},
      {"Wolfi:rolling", "Wolfi"},
      {"Maven:https://repo.example/m2", "Maven"},
      {"PyPI", "PyPI"},
      {"Red Hat:", "Red Hat:"},
      {"SUSE:", "SUSE:"},
  };
  for (const auto& [from, to] : cases) EXPECT_EQ(canonical_ecosystem(from), to);
}

TEST(Ecosystem, PackagesAreNamedAsTheEcosystemComparesThem) {
  EXPECT_EQ(canonical_package("PyPI", "Zope.Interface__x"), "zope-interface-x");
  EXPECT_EQ(canonical_package("NuGet", "Newtonsoft.Json"), "newtonsoft.json");
  EXPECT_EQ(canonical_package("npm", "@Scope/Name"), "@Scope/Name");
}

TEST(Osv, ReadsRangesVersionsRatingsAndNames) {
  const Parsed parsed =
      read(R"({"id":"GHSA-1","modified":"2024-01-02T00:00:00Z","aliases":["CVE-2024-0001"],
    "severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
    "affected":[{"package":{"ecosystem":"npm","name":"a"},"versions":["0.1"],
      "ranges":[{"type":"GIT","repo":"r","events":[{"introduced":"0"}]},
                {"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.2.3"},{"introduced":"2.0.0"},{"last_affected":"2.1.0"}]}]}],
    "database_specific":{"severity":"HIGH","cwe_ids":["CWE-79"]},
    "references":[{"type":"WEB","url":"https://example.org"}]})");
  ASSERT_EQ(parsed.records.size(), 1U);
  const Record& record = parsed.records.front();
  EXPECT_EQ(parsed.format, FeedFormat::kOsv);
  EXPECT_THAT(record.aliases, ElementsAre("CVE-2024-0001"));
  ASSERT_EQ(record.affected.size(), 1U);
  ASSERT_EQ(record.affected[0].ranges.size(), 1U);
  EXPECT_EQ(record.affected[0].ranges[0].events.size(), 4U);
  EXPECT_EQ(record.affected[0].ranges[0].events[3].kind, Event::Kind::kLastAffected);
  EXPECT_THAT(record.affected[0].versions, ElementsAre("0.1"));
  ASSERT_EQ(record.ratings.size(), 2U);
  EXPECT_THAT(record.ratings[0].vector, HasSubstr("CVSS:3.1/"));
  EXPECT_EQ(record.ratings[1].word, "HIGH");
  EXPECT_THAT(record.weaknesses, ElementsAre("CWE-79"));
  EXPECT_THAT(record.references, ElementsAre("https://example.org"));
}

TEST(Osv, RebuildsOfRhelNameVulnerabilitiesAndModules) {
  const Parsed parsed = read(
      R"({"id":"ALSA-2024:1","modified":"2024","summary":"Important: nodejs:18 security update",
    "related":["CVE-2024-0001","RHSA-2024:1"],
    "affected":[{"package":{"ecosystem":"AlmaLinux:8","name":"nodejs"},"ranges":[{"type":"ECOSYSTEM",
      "events":[{"introduced":"0"},{"fixed":"1:18.1-1.module_el8.7.0+1+a"}]}]}]})");
  ASSERT_EQ(parsed.records.size(), 1U);
  EXPECT_THAT(parsed.records[0].upstream, ElementsAre("CVE-2024-0001"));
  EXPECT_EQ(parsed.records[0].affected[0].module_label, "nodejs:18");
}

TEST(Osv, ModulesAreNamedInSummaries) {
  const auto module = [](const std::string& summary) {
    const Parsed parsed = read(R"({"id":"ALSA-2022:5468","modified":"2022","summary":")" + summary +
                               R"(","affected":[{"package":{"ecosystem":"AlmaLinux:8","name":"a"},
      "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1-1.module_el8"}]}]}]})");
    return parsed.records.at(0).affected.at(0).module_label;
  };
  EXPECT_EQ(module("ALSA-2022:5468: php:8.0 security update (Important)"), "php:8.0");
  EXPECT_EQ(module("Important: virt:rhel and virt-devel:rhel security update"),
            "virt:rhel virt-devel:rhel");
  EXPECT_EQ(module("Important: bind security update"), "");
}

TEST(Osv, NoticesOfRustSecAreNoVulnerabilities) {
  const Parsed parsed = read(R"({"id":"RUSTSEC-2024-1","modified":"2024","affected":[{
    "package":{"ecosystem":"crates.io","name":"a"},"versions":["1.0.0"],
    "database_specific":{"informational":"unmaintained"}}]})");
  EXPECT_EQ(parsed.records.at(0).affected.at(0).word, "none");
}

TEST(Osv, ListsAndLinesOfRecordsAreRead) {
  EXPECT_EQ(read(R"([{"id":"A","affected":[]},{"id":"B","affected":[]}])").records.size(), 2U);
  EXPECT_EQ(read(R"({"vulns":[{"id":"A"},{"id":"B"}]})").records.size(), 2U);
  const Parsed lines =
      read("{\"id\":\"A\",\"modified\":\"1\"}\nrubbish\n{\"id\":\"B\",\"modified\":\"1\"}\n");
  EXPECT_EQ(lines.records.size(), 2U);
  EXPECT_EQ(lines.problems.size(), 1U);
}

TEST(Osv, ABadRecordIsToldAndTheOthersStay) {
  const Parsed parsed = read(R"([{"id":7},{"id":"B","affected":[]},[]])");
  EXPECT_EQ(parsed.records.size(), 1U);
  EXPECT_EQ(parsed.problems.size(), 2U);
}

TEST(Osv, DeepDocumentsAreRefused) {
  std::string deep = R"({"id":"A","affected":)";
  deep += std::string(100'000, '[') + std::string(100'000, ']') + "}";
  const Parsed parsed = read(deep);
  EXPECT_TRUE(parsed.records.empty());
  EXPECT_EQ(parsed.problems.size(), 1U);
}

TEST(DebianTracker, EachReleaseHasItsVerdict) {
  const Parsed parsed = read(R"({"openssl":{"CVE-2024-0001":{"description":"text","releases":{
      "bookworm":{"status":"resolved","fixed_version":"3.0.13-1~deb12u1","urgency":"medium"},
      "bullseye":{"status":"open","urgency":"low","nodsa":"Minor issue","nodsa_reason":""},
      "buster":{"status":"open","urgency":"end-of-life"},
      "trixie":{"status":"resolved","fixed_version":"0","urgency":"unimportant"},
      "forky":{"status":"open","urgency":"not yet assigned"},
      "stretch":{"status":"open","urgency":"high**","nodsa":"x","nodsa_reason":"ignored"},
      "sid":{"status":"undetermined","urgency":"low"}}}},
    "nss":{"CVE-2024-0001":{"releases":{"bookworm":{"status":"open","urgency":"low"}}}}})");
  EXPECT_EQ(parsed.format, FeedFormat::kDebianTracker);
  ASSERT_EQ(parsed.records.size(), 1U);
  const auto& affected = parsed.records[0].affected;
  ASSERT_EQ(affected.size(), 7U);
  EXPECT_EQ(affected[0].ecosystem, "Debian:12");
  EXPECT_EQ(fixed_of(affected[0]), "3.0.13-1~deb12u1 ");
  EXPECT_EQ(affected[1].unfixed, FixState::kDeferred);
  EXPECT_TRUE(affected[1].all_versions);
  EXPECT_EQ(affected[2].unfixed, FixState::kEndOfLife);
  EXPECT_TRUE(affected[3].not_affected);
  EXPECT_EQ(affected[3].word, "unimportant");
  EXPECT_EQ(affected[4].unfixed, FixState::kNotFixed);
  EXPECT_EQ(affected[4].word, "");
  EXPECT_EQ(affected[5].unfixed, FixState::kWontFix);
  EXPECT_EQ(affected[5].word, "high");
  EXPECT_EQ(affected[6].package, "nss");
}

TEST(DebianList, AdvisoriesHaveReleasesAndVulnerabilities) {
  const Parsed parsed = read(
      "[04 Nov 2023] DSA-5546-1 chromium - security update\n"
      "\t{CVE-2023-5480 CVE-2023-5482}\n"
      "\t[bullseye] - chromium <end-of-life>\n"
      "\t[bookworm] - chromium 119.0.6045.105-1~deb12u1\n"
      "\tNOTE: a remark\n"
      "rubbish\n"
      "\t[bookworm] - lost 1\n"
      "[03 Nov 2023] DLA-1-1 x - security update\n"
      "\t[buster] - x\n");
  EXPECT_EQ(parsed.format, FeedFormat::kDebianList);
  ASSERT_EQ(parsed.records.size(), 2U);
  EXPECT_EQ(parsed.records[0].id, "DSA-5546-1");
  EXPECT_EQ(parsed.records[0].published, "2023-11-04");
  EXPECT_THAT(parsed.records[0].upstream, ElementsAre("CVE-2023-5480", "CVE-2023-5482"));
  ASSERT_EQ(parsed.records[0].affected.size(), 2U);
  EXPECT_EQ(parsed.records[0].affected[0].unfixed, FixState::kEndOfLife);
  EXPECT_EQ(fixed_of(parsed.records[0].affected[1]), "119.0.6045.105-1~deb12u1 ");
  EXPECT_EQ(parsed.problems.size(), 2U);
}

TEST(Secdb, FixesAreByVersionAndZeroIsNotAffected) {
  const Parsed parsed = read(
      R"({"apkurl":"x","distroversion":"v3.19","reponame":"main","urlprefix":"https://dl-cdn.alpinelinux.org/alpine",
    "packages":[{"pkg":{"name":"apk-tools","secfixes":{"2.12.6-r0":["CVE-2021-30139 ZBX-1"],"0":["CVE-2021-36159"],"2.14.0-r0":null}}},
                {"pkg":{"secfixes":{}}}]})");
  EXPECT_EQ(parsed.format, FeedFormat::kSecdb);
  ASSERT_EQ(parsed.records.size(), 2U);
  EXPECT_THAT(parsed.records[0].aliases, ElementsAre("ZBX-1"));
  EXPECT_EQ(parsed.records[0].affected[0].ecosystem, "Alpine:v3.19");
  EXPECT_EQ(fixed_of(parsed.records[0].affected[0]), "2.12.6-r0 ");
  EXPECT_TRUE(parsed.records[1].affected[0].not_affected);
  EXPECT_EQ(parsed.problems.size(), 1U);
}

TEST(Secdb, WolfiIsToldByItsAddress) {
  const Parsed parsed = read(
      R"({"apkurl":"{{urlprefix}}/{{reponame}}","urlprefix":"https://packages.wolfi.dev","reponame":"os",
    "packages":[{"pkg":{"name":"a","secfixes":{"1-r0":["CVE-2021-30139"]}}}]})");
  ASSERT_EQ(parsed.records.size(), 1U);
  EXPECT_EQ(parsed.records[0].affected[0].ecosystem, "Wolfi");
}

TEST(Scores, EpssTellsDateAndBadLines) {
  const Parsed parsed = read(
      "#model_version:v2023.03.01,score_date:2024-03-01T00:00:00+0000\n"
      "cve,epss,percentile\nCVE-2021-44228,0.97,0.999\nCVE-2021-1,2,0.5\nCVE-2021-4034,0.1,x\n");
  EXPECT_EQ(parsed.format, FeedFormat::kEpss);
  EXPECT_EQ(parsed.data_time, "2024-03-01T00:00:00+0000");
  ASSERT_EQ(parsed.scores.size(), 1U);
  EXPECT_DOUBLE_EQ(parsed.scores[0].epss, 0.97);
  EXPECT_EQ(parsed.problems.size(), 2U);
}

TEST(Documents, OfUnknownFormatsAreTold) {
  for (const char* text : {"", "hello", "{}", "[1]", R"({"a":{"b":1}})", "{", "\xff\xfe"}) {
    const Parsed parsed = read(text);
    EXPECT_TRUE(parsed.records.empty()) << text;
    EXPECT_EQ(parsed.problems.size(), 1U) << text;
  }
}

}  // namespace
}  // namespace yagura::vuln
