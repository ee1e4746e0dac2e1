#include "rules/judge/audit_judge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "kube/document.hpp"
#include "kube/node_json.hpp"
#include "kube/reader.hpp"

namespace yagura::rules {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

// A file of rules that is gone with the test.
class RuleFile {
 public:
  explicit RuleFile(std::string_view text)
      : path_(fs::temp_directory_path() /
              ("yagura-judge-" + std::to_string(::getpid()) + "-" + std::to_string(made_++))) {
    std::ofstream(path_) << text;
  }
  RuleFile(const RuleFile&) = delete;
  RuleFile& operator=(const RuleFile&) = delete;
  ~RuleFile() { fs::remove(path_); }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  static inline int made_ = 0;
  fs::path path_;
};

LoadedRules load(std::vector<fs::path> files) {
  Diagnostics diagnostics;
  LoadedRules rules = load_rules(files, Source::kK8sAudit, diagnostics);
  for (const Diagnostic& problem : diagnostics.list()) {
    if (problem.level == DiagnosticLevel::kError) ADD_FAILURE() << to_string(problem);
  }
  return rules;
}

constexpr std::string_view kRules = R"(
- rule: Secrets are read
  desc: d
  condition: ka.target.resource=secrets and ka.verb=get
  output: "Secret %ka.target.name read by %ka.user.name"
  priority: WARNING
  source: k8s_audit
  tags: [k8s]
- rule: Anything
  desc: d
  condition: ka.verb exists
  output: "Request %ka.verb"
  priority: DEBUG
  source: k8s_audit
- rule: Of system calls
  desc: d
  condition: evt.type=execve
  output: "%proc.name"
  priority: ERROR
)";

constexpr std::string_view kSecret =
    R"({"auditID":"a","verb":"get","user":{"username":"eve"},"objectRef":{"resource":"secrets","name":"db"},"stageTimestamp":"2026-01-02T03:04:05Z"})";

struct Judged {
  std::vector<std::string> lines;
  std::string summary;
  std::string metrics;
  std::uint64_t warnings = 0;
};

Judged judge(std::string_view text, JudgeOptions options) {
  const RuleFile file(kRules);
  Judged out;
  AuditJudge judge(
      load({file.path()}), std::move(options),
      [&](std::string_view line) { out.lines.emplace_back(line); }, {},
      [] { return std::int64_t{0}; });
  (void)judge.read(text, "test");
  out.summary = judge.summary();
  out.metrics = judge.metrics();
  out.warnings = judge.firings_from(Priority::kWarning);
  return out;
}

TEST(AuditJudge, WritesALineAFiring) {
  ::setenv("TZ", "UTC", 1);
  const Judged out = judge(kSecret, {});
  EXPECT_THAT(out.lines, ElementsAre("03:04:05.000000000: Warning Secret db read by eve\n",
                                     "03:04:05.000000000: Debug Request get\n"));
  EXPECT_EQ(out.warnings, 1U);
}

TEST(AuditJudge, WritesFalcosJson) {
  const Judged out = judge(kSecret, {.format = LineFormat::kJson,
                                     .matching = RuleMatching::kFirst,
                                     .view = {.hostname = "node-1"}});
  ASSERT_EQ(out.lines.size(), 1U);
  EXPECT_THAT(out.lines[0], HasSubstr(R"({"hostname":"node-1","output":")"));
  EXPECT_THAT(out.lines[0], HasSubstr(R"("ka.target.name":"db","ka.user.name":"eve"})"));
  EXPECT_THAT(out.lines[0], HasSubstr(R"("priority":"Warning","rule":"Secrets are read",)"
                                      R"("source":"k8s_audit","tags":["k8s"],)"
                                      R"("time":"2026-01-02T03:04:05.000000000Z"})"));
}

TEST(AuditJudge, LeavesOutWhatIsBelowThePriority) {
  const Judged out = judge(kSecret, {.minimum = Priority::kNotice});
  EXPECT_EQ(out.lines.size(), 1U);
  EXPECT_THAT(out.summary, HasSubstr("1 events, 1 firings\n"));
}

TEST(AuditJudge, CountsByRuleAndReason) {
  const Judged out = judge(std::string(kSecret) + std::string(kSecret) + R"({"no":"event"})", {});
  EXPECT_THAT(out.summary, HasSubstr("2 events, 1 refused (not_an_event 1), 4 firings\n"));
  EXPECT_THAT(out.summary, HasSubstr("       2  Warning        Secrets are read\n"));
  EXPECT_THAT(out.metrics, HasSubstr("yagura_rules_audit_events_total 2\n"));
  EXPECT_THAT(out.metrics,
              HasSubstr("yagura_rules_audit_refused_total{reason=\"not_an_event\"} 1\n"));
  EXPECT_THAT(out.metrics, HasSubstr("yagura_rules_audit_firings_total{rule=\"Secrets are "
                                     "read\",priority=\"Warning\"} 2\n"));
}

TEST(RuleFiles, TellOfUnknownFieldsInOutputs) {
  const RuleFile file(
      "- rule: r\n  desc: d\n  condition: ka.verb=get\n  output: \"%ka.nothing\"\n"
      "  priority: INFO\n  source: k8s_audit\n");
  Diagnostics diagnostics;
  const std::vector<fs::path> files = {file.path(), "/no/such/file"};
  EXPECT_EQ(load_rules(files, Source::kK8sAudit, diagnostics).set, nullptr);
  std::string all;
  for (const Diagnostic& problem : diagnostics.list()) all += to_string(problem) + "\n";
  EXPECT_THAT(all, HasSubstr("/no/such/file"));
  const std::vector<fs::path> first = {file.path()};
  Diagnostics second;
  EXPECT_EQ(load_rules(first, Source::kK8sAudit, second).set, nullptr);
  ASSERT_TRUE(second.has_errors());
  EXPECT_THAT(to_string(second.list().front()), HasSubstr("ka.nothing"));
}

fs::path published_rules() {
  const char* const root = std::getenv("YAGURA_CORPORA");
  return fs::path(root != nullptr ? root : YAGURA_SOURCE_DIR "/../shared/corpora") /
         "falco-rules/k8s_audit_rules.yaml";
}

const fs::path kFixtures = YAGURA_SOURCE_DIR "/tests/rules/k8s_audit";

struct Fixture {
  std::string rule;
  bool with_site = false;
  std::string fires;
  std::string benign;
};

Fixture read_fixture(const fs::path& path) {
  Fixture fixture;
  const auto source = std::make_shared<const kube::Source>(
      path.string(), core::read_file(path).value(), kube::SourceFormat::kJson);
  Diagnostics diagnostics;
  const auto documents = kube::read_documents(source, diagnostics);
  EXPECT_FALSE(diagnostics.has_errors()) << path;
  const kube::Node& root = documents.at(0).root();
  fixture.rule = root.find("rule")->as_string();
  fixture.with_site = root.find("with") != nullptr;
  fixture.fires = kube::to_json(*root.find("fires"));
  fixture.benign = kube::to_json(*root.find("benign"));
  return fixture;
}

class PublishedAuditRules : public testing::Test {
 protected:
  // The names of the rules that fire.
  static std::set<std::string> fired(bool with_site, const std::string& event) {
    std::set<std::string> names;
    std::vector<fs::path> files = {published_rules()};
    if (with_site) files.push_back(kFixtures / "site.yaml");
    AuditJudge judge(
        load(files), {.format = LineFormat::kJson},
        [&](std::string_view line) {
          const std::size_t begin = line.find("\"rule\":\"") + 8;
          names.emplace(line.substr(begin, line.find("\",\"source\"") - begin));
        },
        {}, [] { return std::int64_t{0}; });
    EXPECT_TRUE(judge.read(event, "fixture"));
    return names;
  }
};

TEST_F(PublishedAuditRules, EachFiresForItsEventAndNotForTheBenignTwin) {
  if (!fs::exists(published_rules())) GTEST_SKIP() << "skipped: no corpora";
  std::set<std::string> covered;
  for (const auto& entry : fs::directory_iterator(kFixtures)) {
    if (entry.path().extension() != ".json") continue;
    const Fixture fixture = read_fixture(entry.path());
    covered.insert(fixture.rule);
    EXPECT_TRUE(fired(fixture.with_site, fixture.fires).contains(fixture.rule)) << fixture.rule;
    EXPECT_FALSE(fired(fixture.with_site, fixture.benign).contains(fixture.rule)) << fixture.rule;
  }
  const LoadedRules published = load({published_rules()});
  for (const CompiledRule& rule : published.set->rules) {
    EXPECT_TRUE(covered.contains(rule.name)) << rule.name << " has no event";
  }
}

}  // namespace
}  // namespace yagura::rules
