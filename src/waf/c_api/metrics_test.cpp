// The text is read back by a small parser of the exposition format, which checks its rules: a HELP
// and a TYPE before a family's samples, one family in one place, no sample twice, buckets that only
// grow and end in +Inf.

#include "waf/c_api/metrics.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace yagura::waf {
namespace {

struct Exposition {
  std::map<std::string, std::string> types;
  std::map<std::string, double> samples;  // name and labels -> value
};

std::string family_of(const std::string& name, const Exposition& read) {
  for (const char* suffix : {"_bucket", "_sum", "_count"}) {
    const std::size_t length = std::string_view(suffix).size();
    if (!name.ends_with(suffix)) continue;
    const std::string family = name.substr(0, name.size() - length);
    const auto type = read.types.find(family);
    if (type != read.types.end() && type->second == "histogram") return family;
  }
  return name;
}

Exposition parse(const std::string& text) {
  static const std::regex kSample(
      R"rx(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_]\w*="[^"\\\n]*",?)*\})? (\S+))rx");
  static const std::regex kComment(R"rx(# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+))rx");
  Exposition read;
  std::set<std::string> helped, ended;
  std::string current;
  EXPECT_TRUE(text.ends_with('\n'));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_match(line, match, kComment)) {
      if (match[1] == "HELP") {
        EXPECT_TRUE(helped.insert(match[2]).second) << "second HELP of " << match[2];
        continue;
      }
      EXPECT_TRUE(helped.contains(match[2])) << "no HELP before the TYPE of " << match[2];
      EXPECT_TRUE(read.types.emplace(match[2], match[3]).second) << "second TYPE of " << match[2];
      ended.insert(current);
      current = match[2];
    } else if (std::regex_match(line, match, kSample)) {
      const std::string family = family_of(match[1], read);
      EXPECT_EQ(family, current) << "a sample away from its family: " << line;
      EXPECT_FALSE(ended.contains(family)) << line;
      EXPECT_TRUE(read.samples.emplace(match[1].str() + match[2].str(), std::stod(match[3])).second)
          << "twice: " << line;
    } else {
      ADD_FAILURE() << "not a line of the format: " << line;
    }
  }
  return read;
}

class Metrics : public testing::Test {
 protected:
  Exposition read() const { return parse(metrics_text(*counters_)); }
  std::unique_ptr<SharedCounters> counters_ = std::make_unique<SharedCounters>();
};

TEST_F(Metrics, NothingYetIsValidToo) {
  const Exposition read = this->read();
  EXPECT_EQ(read.types.at("yagura_waf_requests_total"), "counter");
  EXPECT_EQ(read.samples.at(R"(yagura_waf_requests_total{verdict="denied"})"), 0);
  EXPECT_EQ(read.samples.at("yagura_waf_inspection_seconds_count"), 0);
}

TEST_F(Metrics, BucketsGrowToTheCount) {
  counters_->inspection.record(std::chrono::microseconds(30));
  counters_->inspection.record(std::chrono::microseconds(30));
  counters_->inspection.record(std::chrono::seconds(5));
  const Exposition read = this->read();
  EXPECT_EQ(read.samples.at(R"(yagura_waf_inspection_seconds_bucket{le="2e-05"})"), 0);
  EXPECT_EQ(read.samples.at(R"(yagura_waf_inspection_seconds_bucket{le="5e-05"})"), 2);
  EXPECT_EQ(read.samples.at(R"(yagura_waf_inspection_seconds_bucket{le="1"})"), 2);
  EXPECT_EQ(read.samples.at(R"(yagura_waf_inspection_seconds_bucket{le="+Inf"})"), 3);
  EXPECT_EQ(read.samples.at("yagura_waf_inspection_seconds_count"), 3);
  EXPECT_NEAR(read.samples.at("yagura_waf_inspection_seconds_sum"), 5.00006, 1e-9);
}

TEST_F(Metrics, ShowRulesLimitsAndFailures) {
  counters_->rules.record(942100, RuleHits::Kind::kMatched);
  counters_->rules.record(949110, RuleHits::Kind::kDecided);
  counters_->engine.time_budget_exceeded = 4;
  counters_->engine.fail_open = 1;
  counters_->failed_open = 2;
  counters_->generation = 3;
  const Exposition read = this->read();
  EXPECT_EQ(read.samples.at(R"(yagura_waf_rule_hits_total{rule="942100",kind="matched"})"), 1);
  EXPECT_EQ(read.samples.at(R"(yagura_waf_rule_hits_total{rule="949110",kind="decided"})"), 1);
  EXPECT_EQ(read.samples.at(R"(yagura_waf_limits_reached_total{limit="time_budget"})"), 4);
  EXPECT_EQ(read.samples.at(R"(yagura_waf_failures_total{policy="open"})"), 3);
  EXPECT_EQ(read.types.at("yagura_waf_rule_set_generation"), "gauge");
  EXPECT_EQ(read.samples.at("yagura_waf_rule_set_generation"), 3);
}

}  // namespace
}  // namespace yagura::waf
