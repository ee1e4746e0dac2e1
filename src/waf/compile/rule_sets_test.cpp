// Rule sets that are in use, whole.

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <filesystem>

#include "waf/compile/testing_rules.hpp"

namespace yagura::waf {
namespace {

namespace fs = std::filesystem;
using testing_rules::Compiled;

fs::path corpora() {
  const char* const folder = std::getenv("YAGURA_CORPORA");
  return folder != nullptr ? fs::path(folder)
                           : fs::path(YAGURA_SOURCE_DIR) / ".." / "shared" / "corpora";
}

Compiled compile_files(const std::vector<fs::path>& files) {
  Compiled result;
  seclang::Document document;
  for (const fs::path& file : files) seclang::parse_file_into(document, file, result.diagnostics);
  result.set = compile(document, {.use_prefilter = false}, result.diagnostics);
  return result;
}

void expect_runnable(const RuleSet& set) {
  std::size_t steps = 0;
  for (const Phase& phase : set.phases) {
    steps += phase.steps.size();
    for (const std::uint32_t step : phase.steps) {
      const Rule& rule = set.rules.at(step);
      EXPECT_EQ(rule.chain_head, step);
      EXPECT_NE(rule.id, 0U);
      if (rule.skip_after != kNone) {
        EXPECT_LE(rule.skip_after, phase.steps.size());
      }
    }
  }
  EXPECT_EQ(steps, set.rule_count);
  for (const Rule& rule : set.rules) EXPECT_EQ(rule.op == nullptr, rule.targets.empty());
}

TEST(RuleSets, OfCrs4CompileWithoutAWord) {
  const fs::path crs = corpora() / "crs";
  if (!fs::exists(crs / "rules")) GTEST_SKIP() << "skipped: no corpora";
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(crs / "rules")) {
    if (entry.path().extension() == ".conf") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  files.insert(files.begin(), crs / "crs-setup.conf.example");
  const Compiled compiled = compile_files(files);
  ASSERT_EQ(compiled.problems(), "");
  expect_runnable(*compiled.set);
  EXPECT_GT(compiled.set->rule_count, 500U);
  EXPECT_TRUE(compiled.set->needs_request_body);
  EXPECT_TRUE(compiled.set->needs_response_body);
  EXPECT_LE(compiled.set->transform_chains.size(), 64U);
  // Most of what looks at the request is foretold by the first stage.
  EXPECT_GT(compiled.set->phases[1].item_rule.size(), 200U);
  EXPECT_EQ(compiled.rule(942100)->op_name, "detectSQLi");
  EXPECT_TRUE(compiled.rule(942100)->block_by_default);
}

TEST(RuleSets, OfDebianCompileWithoutAWord) {
  const fs::path file = "/usr/share/modsecurity-crs/owasp-crs.load";
  if (!fs::exists(file)) GTEST_SKIP() << "skipped: no modsecurity-crs";
  const Compiled compiled = compile_files({file});
  ASSERT_EQ(compiled.problems(), "");
  expect_runnable(*compiled.set);
  EXPECT_GT(compiled.set->rule_count, 500U);
}

}  // namespace
}  // namespace yagura::waf
