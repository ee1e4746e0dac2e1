#include "waf/load/load.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <variant>

namespace yagura::waf {
namespace {

namespace fs = std::filesystem;

class RuleFolder : public testing::Test {
 protected:
  RuleFolder() {
    std::string pattern = (fs::temp_directory_path() / "yagura-load-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~RuleFolder() override { fs::remove_all(folder_); }

  void write(const fs::path& name, std::string_view text) const {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }

  // The markers in the order read: "(base)" stands for the base directives.
  std::string order(const fs::path& path, const std::string& directives = {},
                    const std::string& settings = {}) {
    std::string text;
    const seclang::Document document = read_rules({.path = path,
                                                   .directives = directives,
                                                   .directives_before = settings,
                                                   .cache_folder = {},
                                                   .shadow = {}},
                                                  diagnostics_);
    bool has_base = false;
    for (const seclang::Directive& directive : document.directives) {
      if (const auto* marker = std::get_if<seclang::MarkerDirective>(&directive)) {
        text += " " + marker->name;
      } else if (!has_base) {
        has_base = true;
        text += "(base)";
      }
    }
    return text;
  }

  fs::path folder_;
  Diagnostics diagnostics_;
};

TEST_F(RuleFolder, ReadsTheSetupThenTheRulesByName) {
  write("rules/B.conf", "SecMarker b");
  write("rules/A.conf", "SecMarker a");
  write("rules/C.conf.example", "SecMarker c");
  write("crs-setup.conf", "SecMarker setup");
  EXPECT_EQ(order(folder_, "SecMarker last", "SecMarker settings"),
            "(base) settings setup a b last");
  EXPECT_FALSE(diagnostics_.has_errors());
}

TEST_F(RuleFolder, TakesTheExampleWhereThereIsNoSetup) {
  write("rules/A.conf", "SecMarker a");
  write("crs-setup.conf.example", "SecMarker example");
  EXPECT_EQ(order(folder_), "(base) example a");
}

TEST_F(RuleFolder, OwnEngineDirectivesReplaceTheBase) {
  write("modsecurity.conf", "SecMarker own");
  write("A.conf", "SecMarker a");
  EXPECT_EQ(order(folder_), " own a");
}

TEST_F(RuleFolder, FindsTheSetupBesideTheRulesFolder) {
  write("rules/A.conf", "SecMarker a");
  write("crs-setup.conf", "SecMarker setup");
  EXPECT_EQ(order(folder_ / "rules"), "(base) setup a");
}

TEST_F(RuleFolder, FollowsDebiansLoadFile) {
  write("etc/setup.conf", "SecMarker setup");
  write("rules/A.conf", "SecMarker a");
  write("owasp-crs.load", "Include " + (folder_ / "etc/setup.conf").string() + "\nInclude " +
                              (folder_ / "rules").string() + "/*.conf\n");
  EXPECT_EQ(order(folder_), "(base) setup a");
}

TEST_F(RuleFolder, AFileIsReadAlone) {
  write("own.conf", "SecMarker own");
  EXPECT_EQ(order(folder_ / "own.conf"), " own");
}

TEST_F(RuleFolder, AnEmptyFolderIsAnError) {
  EXPECT_EQ(order(folder_), "(base)");
  ASSERT_TRUE(diagnostics_.has_errors());
  EXPECT_EQ(diagnostics_.list()[0].file, folder_.string());
}

TEST_F(RuleFolder, AMissingPathIsAnError) {
  static_cast<void>(order(folder_ / "nothing"));
  EXPECT_TRUE(diagnostics_.has_errors());
}

TEST_F(RuleFolder, BrokenRulesGiveNoRuleSet) {
  write("own.conf", "SecRule ARGS \"@rx a\" \"id:1,phase:2,deny\"\nSecRulle x\n");
  EXPECT_EQ(load_rules({.path = folder_ / "own.conf",
                        .directives = {},
                        .directives_before = {},
                        .cache_folder = {},
                        .shadow = {}},
                       diagnostics_),
            nullptr);
  ASSERT_TRUE(diagnostics_.has_errors());
  EXPECT_EQ(diagnostics_.list()[0].line, 2u);
}

TEST(BaseDirectives, Compile) {
  Diagnostics diagnostics;
  const auto rules = load_rules({.path = {},
                                 .directives = std::string(base_directives()),
                                 .directives_before = {},
                                 .cache_folder = {},
                                 .shadow = {}},
                                diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.list()) ADD_FAILURE() << to_string(diagnostic);
  ASSERT_NE(rules, nullptr);
  EXPECT_EQ(rules->rule_count, 7u);
  EXPECT_TRUE(rules->options.request_body_access);
}

TEST(Shadow, TellsIdsRangesAndTagsApart) {
  CompileOptions options;
  Diagnostics diagnostics;
  read_shadow(" 942100, 941000-941999 ,attack-sqli,,paranoia-level/2", options, diagnostics);
  ASSERT_EQ(options.shadow_ids.size(), 2u);
  EXPECT_EQ(options.shadow_ids[0].first, 942100u);
  EXPECT_EQ(options.shadow_ids[0].last, 942100u);
  EXPECT_EQ(options.shadow_ids[1].last, 941999u);
  EXPECT_EQ(options.shadow_tags, (std::vector<std::string>{"attack-sqli", "paranoia-level/2"}));
  EXPECT_FALSE(diagnostics.has_errors());
}

TEST(Shadow, ARangeBackwardsIsAnError) {
  CompileOptions options;
  Diagnostics diagnostics;
  read_shadow("5-3", options, diagnostics);
  EXPECT_TRUE(diagnostics.has_errors());
}

}  // namespace
}  // namespace yagura::waf
