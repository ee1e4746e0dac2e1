#include "vuln/ignore/ignore.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "vuln/ignore/internal/readers.hpp"

namespace yagura::vuln {
namespace {

using ignore::matches_stars;

image::Inventory inventory() {
  image::Inventory out;
  const auto add = [&out](image::PackageType type, std::string name, std::string version,
                          std::string purl, std::string path) {
    image::Component component{.purl = std::move(purl), .path = std::move(path)};
    component.package.type = type;
    component.package.name = std::move(name);
    component.package.version = std::move(version);
    out.components.push_back(std::move(component));
  };
  add(image::PackageType::kDeb, "libssl3", "3.0.11-1", "pkg:deb/debian/libssl3@3.0.11-1?arch=amd64",
      "var/lib/dpkg/status");
  out.components[0].package.source_name = "openssl";
  add(image::PackageType::kNpm, "lodash", "4.17.0", "pkg:npm/lodash@4.17.0",
      "app/node_modules/lodash/package.json");
  add(image::PackageType::kMaven, "a:b", "1", "pkg:maven/a/b@1", "app/x.jar");
  out.components[2].package.location = "lib/b.jar";
  return out;
}

std::vector<Finding> findings() {
  std::vector<Finding> out;
  for (std::size_t component = 0; component < 3; ++component) {
    auto vulnerability = std::make_shared<Vulnerability>();
    vulnerability->id = "CVE-2024-" + std::to_string(component + 1);
    vulnerability->aliases = {"GHSA-" + std::to_string(component + 1)};
    out.push_back({.component = component, .vulnerability = std::move(vulnerability)});
  }
  out[1].fix_state = FixState::kWontFix;
  out[2].advisory = "DSA-3";
  return out;
}

struct Applied {
  std::string counts;  // a digit a finding
  std::vector<std::string> notes;
  std::size_t errors = 0;
  std::vector<Finding> findings;
};

Applied applied(std::string_view text, std::string_view today = "2024-06-15") {
  IgnoreRules rules;
  Diagnostics diagnostics;
  rules.add("rules", text, diagnostics);
  Applied out{.findings = findings()};
  out.notes = rules.apply(inventory(), *ignore::day_of(today), out.findings);
  for (const Finding& finding : out.findings) out.counts += finding.counts() ? '1' : '0';
  out.errors = diagnostics.error_count();
  return out;
}

std::string rule(std::string_view body) {
  return "ignore:\n  - {" + std::string(body) + ", reason: because}\n";
}

struct RuleCase {
  std::string_view body;
  std::string_view counts;
};

TEST(IgnoreRules, AllThatARuleGivesMustFit) {
  const RuleCase cases[] = {
      {"id: CVE-2024-1", "011"},
      {"id: GHSA-2", "101"},
      {"id: DSA-3", "110"},
      {"id: [CVE-2024-1, CVE-2024-3]", "010"},
      {"id: 'CVE-2024-*'", "000"},
      {"package: lodash", "101"},
      {"package: 'lib*'", "011"},
      {"package: openssl", "011"},
      {"package: pkg:deb/debian/libssl3", "011"},
      {"package: 'pkg:deb/debian/openssl?arch=source'", "011"},
      {"package: pkg:npm/lodash@4.17.1", "111"},
      {"id: CVE-2024-1, package: lodash", "111"},
      {"path: 'app/**'", "100"},
      {"path: /app/node_modules/lodash/package.json", "101"},
      {"path: 'app/*'", "110"},
      {"path: '**/b.jar'", "110"},
      {"id: CVE-2024-2, path: 'app/**', package: lodash", "101"},
      {"id: CVE-2024-1, until: 2024-06-15", "011"},
      {"id: CVE-2024-1, until: 2024-06-14", "111"},
  };
  for (const RuleCase& c : cases) {
    const Applied result = applied(rule(c.body));
    EXPECT_EQ(result.errors, 0U) << c.body;
    EXPECT_EQ(result.counts, c.counts) << c.body;
  }
}

TEST(IgnoreRules, ReasonAndPlaceAreKept) {
  const Applied result = applied(rule("id: CVE-2024-1"));
  EXPECT_EQ(result.findings[0].suppression.kind, Suppression::Kind::kIgnoreRule);
  EXPECT_EQ(result.findings[0].suppression.reason, "because");
  EXPECT_EQ(result.findings[0].suppression.source, "rules:2");
}

TEST(IgnoreRules, EndedRulesCountAgainWithANote) {
  const Applied result = applied(rule("id: CVE-2024-1, until: 2024-01-31"));
  ASSERT_EQ(result.notes.size(), 1U);
  EXPECT_EQ(result.notes[0], "rules:2: the rule ended on 2024-01-31: 1 finding counts again");
  // Another rule that still counts says nothing of it.
  EXPECT_EQ(
      applied(rule("id: CVE-2024-1, until: 2024-01-31") + "  - {id: GHSA-1, reason: b}\n").notes,
      std::vector<std::string>{});
}

TEST(IgnoreRules, RulesThatFitNothingAreNamed) {
  const Applied result = applied(rule("id: CVE-1999-1"));
  ASSERT_EQ(result.notes.size(), 1U);
  EXPECT_EQ(result.notes[0], "rules:2: the rule fits nothing");
}

TEST(IgnoreRules, WhatIsReadByHalfIsLeftOut) {
  for (const std::string_view text : {
           "ignore:\n  - id: CVE-2024-1\n",  // no reason
           "ignore:\n  - CVE-2024-1\n",      // no rule
           "ignore:\n  - {vulnerability: CVE-2024-1, package: [x]}\n",
           "ignore:\n  - reason: all of it\n",                                // everything
           "ignore:\n  - {id: CVE-2024-1, reason: b, untill: 2024-01-01}\n",  // unknown key
           "ignore:\n  - {id: CVE-2024-1, reason: b, until: soon}\n",
           "ignore:\n  - {id: [1], reason: b}\n",
           "ignore:\n  - vulnerability: CVE-2024-1\n    namespace: debian\n",
           "ignore:\n  - vulnerability: CVE-2024-1\n    package: {name: '('}\n",
           "ignore:\n  - package: {type: no-such}\n",
           "vulnerabilities:\n  - {id: CVE-2024-1, purls: [lodash]}\n",
           "CVE-2024-1 exp:soon\n",
           "CVE-2024-1 and more\n",
       }) {
    const Applied result = applied(text);
    EXPECT_EQ(result.errors, 1U) << text;
    EXPECT_EQ(result.counts, "111") << text;
  }
}

TEST(IgnoreRules, TrivysListsAreRead) {
  const Applied result = applied(
      "# not reachable\nCVE-2024-1\n\nCVE-2024-2 exp:2024-06-15\nCVE-2024-3 exp:2024-06-16 # "
      "later\n");
  EXPECT_EQ(result.errors, 0U);
  EXPECT_EQ(result.counts, "010");
  EXPECT_EQ(result.findings[0].suppression.reason, "not reachable");
  EXPECT_EQ(result.findings[2].suppression.reason, "later");
  EXPECT_EQ(result.notes.size(), 1U);
  const Applied yaml = applied(
      "vulnerabilities:\n"
      "  - id: CVE-2024-2\n    paths: ['app/**']\n    statement: known\n"
      "  - id: CVE-2024-1\n    purls: ['pkg:deb/debian/libssl3@3.0.11-1']\n    expired_at: "
      "2024-06-16\n"
      "  - id: CVE-2024-3\n    expired_at: 2024-06-15\n"
      "misconfigurations:\n  - id: AVD-1\n");
  EXPECT_EQ(yaml.errors, 0U);
  EXPECT_EQ(yaml.counts, "001");
  EXPECT_EQ(yaml.findings[1].suppression.reason, "known");
}

TEST(IgnoreRules, GrypesListsAreRead) {
  EXPECT_EQ(applied("ignore:\n  - vulnerability: CVE-2024-1\n").counts, "011");
  EXPECT_EQ(applied("ignore:\n  - vulnerability: GHSA-1\n    include-aliases: true\n").counts,
            "011");
  EXPECT_EQ(applied("ignore:\n  - fix-state: wont-fix\n").counts, "101");
  EXPECT_EQ(applied("ignore:\n  - package: {name: 'lod.*', type: npm}\n").counts, "101");
  EXPECT_EQ(applied("ignore:\n  - package: {name: lod, type: npm}\n").counts, "111");
  EXPECT_EQ(applied("ignore:\n  - package: {location: '/app/**', version: '4.17.0'}\n").counts,
            "101");
  EXPECT_EQ(applied("ignore:\n  - package: {upstream-name: openssl}\n").counts, "011");
}

TEST(IgnoreRules, LimitsAreReached) {
  IgnoreRules rules;
  Diagnostics diagnostics;
  rules.add("a", "A\nB\nC\nD\n", diagnostics, {.max_rules = 2});
  EXPECT_EQ(rules.size(), 2U);
  EXPECT_EQ(diagnostics.error_count(), 1U);
  rules.add("b", "A\nB\nC\n", diagnostics, {.max_size = 5});
  EXPECT_EQ(rules.size(), 2U);
  EXPECT_EQ(diagnostics.error_count(), 2U);
}

TEST(IgnorePatterns, StarsStandForAnyText) {
  EXPECT_TRUE(matches_stars("a*c", "abc"));
  EXPECT_TRUE(matches_stars("*", ""));
  EXPECT_TRUE(matches_stars("a*b*c", "aXbYbc"));
  EXPECT_FALSE(matches_stars("a*b*c", "acb"));
  EXPECT_FALSE(matches_stars("ab*ba", "aba"));
  EXPECT_FALSE(matches_stars("", "a"));
}

TEST(Baseline, KnownFindingsDoNotCount) {
  const image::Inventory image = inventory();
  auto before = findings();
  before.pop_back();
  const std::string text = write_baseline(image, before);
  auto now = findings();
  const auto known = apply_baseline("base.json", text, image, now);
  ASSERT_TRUE(known.has_value()) << known.error().message;
  EXPECT_EQ(*known, 2U);
  EXPECT_FALSE(now[0].counts());
  EXPECT_TRUE(now[2].counts());
  // An upgrade that mends nothing is nothing new; another place is.
  image::Inventory later = image;
  later.components[0].package.version = "4";
  later.components[1].path = "other/package.json";
  now = findings();
  EXPECT_EQ(*apply_baseline("base.json", text, later, now), 1U);
  EXPECT_FALSE(apply_baseline("x", "{}", image, now).has_value());
  EXPECT_FALSE(apply_baseline("x", "{", image, now).has_value());
}

}  // namespace
}  // namespace yagura::vuln
