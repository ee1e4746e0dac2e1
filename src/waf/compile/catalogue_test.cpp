#include "waf/compile/catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "waf/compile/testing_rules.hpp"

namespace yagura::waf {
namespace {

using testing::ElementsAre;

std::vector<CatalogueEntry> catalogue_of(std::string_view text,
                                         const CompileOptions& options = {}) {
  Diagnostics diagnostics;
  const seclang::Document document =
      seclang::parse_text(text, "a.conf", "/nonexistent", diagnostics);
  const auto set = compile(document, options, diagnostics);
  EXPECT_NE(set, nullptr);
  return set == nullptr ? std::vector<CatalogueEntry>() : catalogue(document, *set);
}

TEST(Catalogue, TellsWhatARuleIs) {
  const auto entries = catalogue_of(R"(
SecRule ARGS "@rx evil" \
  "id:942100,phase:request,block,msg:'Evil in %{MATCHED_VAR_NAME}',tag:'attack-sqli',tag:'paranoia-level/2',severity:'CRITICAL',chain"
  SecRule REQUEST_HEADERS:Host "@rx a"
SecAction "id:7,phase:5,pass,nolog"
)");
  ASSERT_EQ(entries.size(), 2U);
  const CatalogueEntry& rule = entries[0];
  EXPECT_EQ(rule.id, 942100U);
  EXPECT_EQ(rule.phase, 2);
  EXPECT_EQ(rule.paranoia_level, 2U);
  EXPECT_EQ(severity_name(rule.severity), "CRITICAL");
  EXPECT_THAT(rule.tags, ElementsAre("attack-sqli", "paranoia-level/2"));
  EXPECT_EQ(rule.message, "Evil in %{MATCHED_VAR_NAME}");
  EXPECT_EQ(rule.file, "a.conf");
  EXPECT_EQ(rule.line, 2U);
  EXPECT_EQ(rule.links, 2U);
  EXPECT_EQ(rule.scan, ScanUse::kAllTargets);
  EXPECT_EQ(rule.removed_by, "");
  EXPECT_EQ(entries[1].phase, 5);
  EXPECT_EQ(entries[1].paranoia_level, 0U);
  EXPECT_EQ(severity_name(entries[1].severity), "");
  EXPECT_EQ(entries[1].scan, ScanUse::kNothingToScan);
}

TEST(Catalogue, TellsWhatTheFirstStageScans) {
  const auto entries = catalogue_of(R"(
SecRule ARGS "@rx evil" "id:1,phase:2"
SecRule ARGS|TX:a "@rx evil" "id:2,phase:2"
SecRule ARGS "!@rx good" "id:3,phase:2"
SecRule &ARGS "@gt 3" "id:4,phase:2"
)");
  std::vector<ScanUse> uses;
  for (const CatalogueEntry& entry : entries) uses.push_back(entry.scan);
  EXPECT_THAT(uses, ElementsAre(ScanUse::kAllTargets, ScanUse::kSomeTargets, ScanUse::kNoTarget,
                                ScanUse::kNoTarget));
}

TEST(Catalogue, KeepsWhatWasRemovedAndSaysByWhat) {
  const auto entries = catalogue_of(R"(
SecRule ARGS "@rx a" "id:1,phase:1,msg:'one',tag:'t'"
SecRule ARGS "@rx b" "id:2,phase:2,tag:'t'"
SecRule ARGS "@rx c" "id:3,phase:2"
SecRuleRemoveById 1
SecRuleRemoveByTag t
)");
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0].removed_by, "a.conf:5: SecRuleRemoveById 1");
  EXPECT_EQ(entries[0].message, "one");
  EXPECT_EQ(entries[0].phase, 1);
  EXPECT_EQ(entries[0].scan, ScanUse::kNothingToScan);
  EXPECT_EQ(entries[1].removed_by, "a.conf:6: SecRuleRemoveByTag t");
  EXPECT_EQ(entries[2].removed_by, "");
}

TEST(Catalogue, SaysWhatChangedARule) {
  const auto entries = catalogue_of(R"(
SecRule ARGS "@rx a" "id:1,phase:2,deny,severity:5"
SecRule ARGS "@rx b" "id:2,phase:2"
SecRuleUpdateTargetById 1 "!ARGS:q"
SecRuleUpdateActionById 1 "pass,severity:2"
SecRuleUpdateTargetById 2:1 "!ARGS:q"
)");
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_THAT(entries[0].updated_by,
              ElementsAre("a.conf:4: SecRuleUpdateTargetById 1 !ARGS:q",
                          "a.conf:5: SecRuleUpdateActionById 1 pass,severity:2"));
  EXPECT_EQ(entries[0].severity, 2);
  EXPECT_TRUE(entries[1].updated_by.empty());  // it has no second rule
}

TEST(Catalogue, MarksShadowedRules) {
  CompileOptions options;
  options.shadow_ids = {{.first = 1, .last = 1}};
  const auto entries = catalogue_of("SecAction id:1\nSecAction id:2", options);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_TRUE(entries[0].shadow);
  EXPECT_FALSE(entries[1].shadow);
}

TEST(Catalogue, OnlyAParanoiaLevelIsOne) {
  const auto entries = catalogue_of(
      "SecAction \"id:1,tag:'paranoia-level/9'\"\nSecAction \"id:2,tag:'paranoia-level/x'\"");
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].paranoia_level, 0U);
  EXPECT_EQ(entries[1].paranoia_level, 0U);
}

}  // namespace
}  // namespace yagura::waf
