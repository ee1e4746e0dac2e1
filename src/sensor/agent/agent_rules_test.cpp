#include "sensor/agent/agent_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "core/file.hpp"

namespace yagura::sensor {
namespace {

namespace fs = std::filesystem;

class AgentRules : public testing::Test {
 protected:
  AgentRules() {
    std::string name = fs::temp_directory_path() / "yagura-rules-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    const std::string text = R"(
- rule: Shell in a pod
  desc: d
  condition: evt.type = execve and proc.name = sh
  output: shell
  priority: NOTICE
  tags: [shell]
- rule: Shell on the node
  desc: d
  condition: evt.type = execve and proc.name = bash
  output: shell
  priority: NOTICE
  tags: [shell, node]
- rule: Mail
  desc: d
  condition: evt.type = connect and fd.sport = 25
  output: mail
  priority: NOTICE
)";
    EXPECT_TRUE(core::write_file(folder_ / "rules.yaml", text));
    configuration_.rules_files = {folder_};
  }
  ~AgentRules() override { fs::remove_all(folder_); }

  std::vector<std::string> enabled() {
    const rules::LoadedRules loaded = load_agent_rules(configuration_, diagnostics_);
    std::vector<std::string> names;
    if (loaded.set == nullptr) return names;
    for (const auto& rule : loaded.set->rules) {
      if (rule.enabled) names.push_back(rule.name);
    }
    return names;
  }

  fs::path folder_;
  Configuration configuration_;
  Diagnostics diagnostics_;
};

TEST_F(AgentRules, AreThoseOfTheFoldersFiles) { EXPECT_EQ(enabled().size(), 3U); }

TEST_F(AgentRules, AreSelectedInOrder) {
  configuration_.selections = {{.enable = false, .rule = "*"},
                               {.enable = true, .tag = "shell"},
                               {.enable = false, .rule = "Shell*node"}};
  EXPECT_THAT(enabled(), testing::ElementsAre("Shell in a pod"));
  EXPECT_TRUE(diagnostics_.list().empty());
}

TEST_F(AgentRules, ASelectionOfNothingIsSaid) {
  configuration_.selections = {{.enable = false, .rule = "Shel"}};
  EXPECT_EQ(enabled().size(), 3U);
  ASSERT_EQ(diagnostics_.list().size(), 1U);
  EXPECT_EQ(diagnostics_.list()[0].level, DiagnosticLevel::kWarning);
}

TEST_F(AgentRules, AFolderWithoutRulesIsAnError) {
  fs::remove(folder_ / "rules.yaml");
  EXPECT_TRUE(enabled().empty());
  EXPECT_TRUE(diagnostics_.has_errors());
}

}  // namespace
}  // namespace yagura::sensor
