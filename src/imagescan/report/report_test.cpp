#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include "imagescan/report/convert.hpp"
#include "imagescan/report/json.hpp"
#include "imagescan/report/lines.hpp"
#include "imagescan/report/table.hpp"
#include "report/width.hpp"

namespace yagura::imagescan {
namespace {

using testing::HasSubstr;
using testing::Not;

std::shared_ptr<const vuln::Vulnerability> known(std::string id, model::Severity severity,
                                                 std::string summary) {
  vuln::Vulnerability out;
  out.id = std::move(id);
  out.severity = severity;
  out.severity_known = true;
  out.summary = std::move(summary);
  out.references = {"https://example.org/advisory", "javascript:alert(1)"};
  return std::make_shared<const vuln::Vulnerability>(std::move(out));
}

ImageReport sample() {
  ImageReport report;
  report.sections = 63;
  report.tool_version = "0.1.0";
  report.inventory.name = "registry.example/app:1";
  report.inventory.digest = "sha256:0123";
  report.inventory.os = "linux";
  report.inventory.architecture = "amd64";
  report.inventory.distro = {.id = "debian", .version_id = "12", .name = "Debian 12"};
  report.inventory.layers = {{.digest = "sha256:a", .size = 5}, {.created_by = "RUN npm ci"}};
  for (const char* name : {"libssl3", "openssl"}) {
    report.inventory.components.push_back({.package = {.type = image::PackageType::kDeb,
                                                       .name = name,
                                                       .version = "3.0.11-1",
                                                       .source_name = "openssl"},
                                           .purl = std::string("pkg:deb/debian/") + name,
                                           .path = "var/lib/dpkg/status",
                                           .layer = 0});
  }
  report.inventory.components.push_back(
      {.package = {.type = image::PackageType::kNpm, .name = "lodash", .version = "4.17.4"},
       .purl = "pkg:npm/lodash@4.17.4",
       .path = "app/node_modules/lodash/package.json",
       .layer = 1});
  const auto openssl = known("CVE-2024-1", model::Severity::kMedium, "a slow handshake");
  const auto lodash =
      known("CVE-2024-2", model::Severity::kCritical, "prototype\x1b[31m pollution");
  report.vulnerabilities = {
      {.component = 0,
       .vulnerability = openssl,
       .fix_state = vuln::FixState::kFixed,
       .fixed_version = "3.0.14-1"},
      {.component = 1,
       .vulnerability = openssl,
       .fix_state = vuln::FixState::kFixed,
       .fixed_version = "3.0.14-1"},
      {.component = 2, .vulnerability = lodash, .fix_state = vuln::FixState::kNotFixed},
      {.component = 2,
       .vulnerability = known("CVE-2024-3", model::Severity::kLow, "x"),
       .suppression = {.kind = vuln::Suppression::Kind::kVex,
                       .reason = "not_affected",
                       .source = "vex.json"}},
  };
  report.secrets = {{.secret = {.rule = "aws", .title = "AWS key", .line = 3, .excerpt = "k=***"},
                     .path = "root/.aws/credentials",
                     .layer = 1,
                     .removed = true}};
  report.plan = {{.command = "apt-get install --only-upgrade libssl3=3.0.14-1",
                  .explanation = "openssl 3.0.11-1 to 3.0.14-1",
                  .clears = {0, 1}}};
  report.base.layers = 1;
  return report;
}

TEST(ImageTable, PutsTheWorstPackageFirstAndOneLineForOneVulnerability) {
  const std::string text = write_table(sample(), {});
  EXPECT_LT(text.find("lodash 4.17.4"), text.find("openssl 3.0.11-1"));
  EXPECT_EQ(text.find("CVE-2024-1"), text.rfind("CVE-2024-1"));
  EXPECT_THAT(text, HasSubstr("libssl3, openssl"));
  EXPECT_THAT(text, HasSubstr("→ 3.0.14-1"));
  EXPECT_THAT(text, HasSubstr("the base brings 2, you bring 1"));
  EXPECT_THAT(text, HasSubstr("removed by a later layer"));
  EXPECT_THAT(text, Not(HasSubstr("CVE-2024-3")));
  EXPECT_THAT(text, HasSubstr("1 ignored"));
}

TEST(ImageTable, ShowsNoControlCharacterOfAStrangerAndKeepsTheWidth) {
  for (const std::size_t width : {40U, 80U, 100U, 160U}) {
    const std::string text = write_table(sample(), {.width = width, .show_suppressed = true});
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    std::size_t start = 0;
    for (std::size_t end = text.find('\n'); end != std::string::npos;
         end = text.find('\n', start)) {
      const std::string line = text.substr(start, end - start);
      EXPECT_LE(report::display_width(line), width) << line;
      start = end + 1;
    }
  }
}

TEST(ImageTable, ByFixListsWhatEachStepClears) {
  const std::string text = write_table(sample(), {.by = TableOptions::By::kFix});
  EXPECT_THAT(text, HasSubstr("apt-get install --only-upgrade libssl3=3.0.14-1"));
  EXPECT_THAT(text, HasSubstr("clears 2 medium"));
  EXPECT_THAT(text, HasSubstr("No upgrade clears"));
}

TEST(ImageTable, SaysWhatWasNotLookedFor) {
  ImageReport report = sample();
  report.sections = static_cast<std::uint32_t>(Section::kVulnerabilities);
  report.secrets.clear();
  EXPECT_THAT(write_table(report, {}), HasSubstr("secrets           not looked for"));
}

TEST(ImageJson, IsJsonAndHoldsEverything) {
  const std::string text = write_json(sample());
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  ASSERT_EQ(parser.parse(text).get(root), simdjson::SUCCESS);
  EXPECT_EQ(root["vulnerabilities"].get_array().size(), 4U);
  EXPECT_EQ(root["summary"]["vulnerabilities"]["critical"].get_uint64().value(), 1U);
  EXPECT_EQ(root["summary"]["vulnerabilities"]["low"].get_uint64().value(), 0U);
  EXPECT_EQ(root["vulnerabilities"].at(3)["suppressed"]["source"].get_string().value(), "vex.json");
  EXPECT_EQ(root["plan"].at(0)["clears"].get_array().size(), 2U);
}

TEST(ImageGitlab, LeavesOutWhatDoesNotCountAndLinksThatAreNone) {
  const std::string text = write_gitlab(sample());
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  ASSERT_EQ(parser.parse(text).get(root), simdjson::SUCCESS);
  EXPECT_EQ(root["vulnerabilities"].get_array().size(), 3U);
  EXPECT_THAT(text, Not(HasSubstr("javascript:")));
}

TEST(ImageGithub, ListsEachPackageOnceUnderItsFile) {
  const std::string text = write_github(sample(), {.sha = "abc"});
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  ASSERT_EQ(parser.parse(text).get(root), simdjson::SUCCESS);
  EXPECT_EQ(root["manifests"].get_object().size(), 2U);
  EXPECT_EQ(root["sha"].get_string().value(), "abc");
}

TEST(ImageConvert, MakesFindingsForTheSharedFormats) {
  const report::Report report = to_report(sample());
  EXPECT_EQ(report.findings.size(), 5U);
  EXPECT_EQ(report.findings[3].status, model::Status::kIgnored);
  EXPECT_THAT(report::write(report, report::Format::kSarif), HasSubstr("CVE-2024-2"));
  EXPECT_THAT(report::write(report, report::Format::kJunit), HasSubstr("lodash"));
}

TEST(Lines, CutByColumnsKeepsCodePointsWhole) {
  EXPECT_EQ(cut("abcdef", 4), "abc…");
  EXPECT_EQ(cut("漢字漢字", 5), "漢字…");
  EXPECT_EQ(cut("abc", 3), "abc");
  EXPECT_EQ(cut("abc", 0), "");
}

}  // namespace
}  // namespace yagura::imagescan
