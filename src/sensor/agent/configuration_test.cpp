#include "sensor/agent/configuration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yagura::sensor {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ConfigurationFile : public testing::Test {
 protected:
  Configuration read(std::string text) {
    return read_configuration(
        std::make_shared<const kube::Source>("/etc/yagura/sensor.yaml", std::move(text),
                                             kube::SourceFormat::kYaml),
        diagnostics_);
  }
  std::string problems() const {
    std::string all;
    for (const Diagnostic& one : diagnostics_.list()) all += to_string(one) + "\n";
    return all;
  }
  Diagnostics diagnostics_;
};

TEST_F(ConfigurationFile, TakesWhatFalcoYamlHas) {
  const Configuration read_one = read(R"(
rules_files:
  - falco_rules.yaml
  - /etc/falco/rules.d
rules:
  - disable: {rule: "*"}
  - enable: {tag: network}
priority: notice
rule_matching: all
json_output: true
json_include_output_property: false
json_include_message_property: true
json_include_output_fields_property: false
json_include_tags_property: false
time_format_iso_8601: true
stdout_output: {enabled: false}
file_output: {enabled: true, keep_alive: false, filename: /var/log/alerts}
http_output: {enabled: true, url: "http://127.0.0.1:2801/"}
program_output: {enabled: false, program: "cat"}
outputs_queue: {capacity: 0}
webserver: {enabled: true, listen_port: 8766, threadiness: 0}
engine: {kind: modern_ebpf}
)");
  EXPECT_EQ(problems(), "");
  EXPECT_THAT(read_one.rules_files,
              ElementsAre("/etc/yagura/falco_rules.yaml", "/etc/falco/rules.d"));
  ASSERT_EQ(read_one.selections.size(), 2U);
  EXPECT_FALSE(read_one.selections[0].enable);
  EXPECT_EQ(read_one.selections[1].tag, "network");
  EXPECT_EQ(read_one.minimum_priority, rules::Priority::kNotice);
  EXPECT_TRUE(read_one.all_matching);
  EXPECT_TRUE(read_one.json);
  EXPECT_FALSE(read_one.json_members.output);
  EXPECT_TRUE(read_one.json_members.message);
  EXPECT_FALSE(read_one.json_members.output_fields);
  EXPECT_FALSE(read_one.json_members.tags);
  EXPECT_FALSE(read_one.stdout_enabled);
  EXPECT_EQ(read_one.file.path, "/var/log/alerts");
  EXPECT_FALSE(read_one.file.keep_alive);
  EXPECT_EQ(read_one.http.url, "http://127.0.0.1:2801/");
  EXPECT_EQ(read_one.program.command, "") << "it is not enabled";
  EXPECT_EQ(read_one.queue_capacity, 10'000U);
  EXPECT_EQ(read_one.web.port, 8766);
}

TEST_F(ConfigurationFile, TakesOurOwnPart) {
  const Configuration read_one = read(R"(
yagura:
  policies: [policies]
  learning: 2h
  watch_lists: [bad.txt]
  events_ring_mib: 16
  scope: kubepods
)");
  EXPECT_EQ(problems(), "");
  EXPECT_THAT(read_one.policies, ElementsAre("/etc/yagura/policies"));
  EXPECT_EQ(read_one.learning, std::chrono::hours(2));
  EXPECT_EQ(read_one.events_ring_mib, 16U);
  EXPECT_THAT(read_one.scope, ElementsAre("kubepods"));
}

TEST_F(ConfigurationFile, NamesEveryProblemWithItsPlace) {
  (void)read(R"(
priority: loud
rule_matching: some
rules: [{disable: {}}]
webserver: {listen_port: 70000}
yagura: {learning: soon, events_ring_mib: 3}
json_outptu: true
)");
  EXPECT_EQ(diagnostics_.error_count(), 6U) << problems();
  EXPECT_THAT(problems(), HasSubstr("sensor.yaml:2:11: error: no priority \"loud\""));
  EXPECT_THAT(problems(), HasSubstr("no power of two"));
  EXPECT_THAT(problems(), HasSubstr("json_output"));
}

TEST_F(ConfigurationFile, AnEmptyFileIsTheDefaults) {
  EXPECT_EQ(read("# nothing\n").events_ring_mib, 8U);
  EXPECT_EQ(problems(), "");
}

TEST_F(ConfigurationFile, IsAMap) {
  (void)read("- a\n");
  EXPECT_TRUE(diagnostics_.has_errors());
}

}  // namespace
}  // namespace yagura::sensor
