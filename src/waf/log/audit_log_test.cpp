#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "waf/log/log.hpp"
#include "waf/log/testing/exchange.hpp"

namespace yagura::waf {
namespace {

namespace fs = std::filesystem;
using testing::compiled;
using testing::exchange;
using ::testing::HasSubstr;
using testing::is_json;
using ::testing::MatchesRegex;
using testing::Request;

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> lines_of(const fs::path& path) {
  std::istringstream text(read(path));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

struct AuditLogTest : ::testing::Test {
  fs::path folder;
  AuditLogTest() {
    std::string name = (fs::temp_directory_path() / "yagura-audit-XXXXXX").string();
    folder = ::mkdtemp(name.data());
  }
  ~AuditLogTest() override { fs::remove_all(folder); }

  [[nodiscard]] std::shared_ptr<const RuleSet> rules(const std::string& more) const {
    return compiled("SecRuleEngine On\nSecAuditLogParts ABHZ\nSecAuditLogFormat JSON\n" + more +
                    "SecRule ARGS attack \"id:1,phase:2,deny,status:403,log,auditlog\"\n");
  }
  [[nodiscard]] std::string serial() const {
    return "SecAuditLogType Serial\nSecAuditLog " + (folder / "audit.log").string() + "\n";
  }
  [[nodiscard]] std::string concurrent() const {
    return "SecAuditLogType Concurrent\nSecAuditLogStorageDir " + (folder / "store").string() +
           "\nSecAuditLog " + (folder / "index.log").string() + "\n";
  }
};

TEST_F(AuditLogTest, AppendsALineARecord) {
  const auto set = rules(serial() + "SecAuditEngine On\n");
  auto log = AuditLog::open(set->options.audit);
  ASSERT_TRUE(log) << log.error().message;
  for (const char* uri : {"/?q=1", "/?q=attack"}) {
    ASSERT_TRUE(log->write(*exchange(set, {.uri = uri})));
  }
  const auto lines = lines_of(folder / "audit.log");
  ASSERT_EQ(lines.size(), 2U);
  for (const std::string& line : lines) EXPECT_TRUE(is_json(line));
  EXPECT_THAT(lines[1], HasSubstr("\"ruleId\":\"1\""));
}

TEST_F(AuditLogTest, WritesOnlyWhatIsRelevant) {
  const auto set = rules(serial() + "SecAuditEngine RelevantOnly\nSecAuditLogRelevantStatus ^5\n");
  auto log = AuditLog::open(set->options.audit);
  ASSERT_TRUE(log) << log.error().message;
  ASSERT_TRUE(log->write(*exchange(set, {.uri = "/?q=1"})));
  EXPECT_TRUE(lines_of(folder / "audit.log").empty());
  ASSERT_TRUE(log->write(*exchange(set, {.uri = "/?q=attack"})));
  EXPECT_EQ(lines_of(folder / "audit.log").size(), 1U);
}

TEST_F(AuditLogTest, GivesEachRecordAFileAndTheIndexALine) {
  fs::create_directory(folder / "store");
  const auto set = rules(concurrent() + "SecAuditEngine On\nSecAuditLogFileMode 0600\n");
  auto log = AuditLog::open(set->options.audit);
  ASSERT_TRUE(log) << log.error().message;
  ASSERT_TRUE(log->write(
      *exchange(set, {.uri = "/?q=attack", .headers = {{"User-Agent", "x\"y\nz"}}, .id = "abc"})));
  const auto index = lines_of(folder / "index.log");
  ASSERT_EQ(index.size(), 1U);
  EXPECT_THAT(
      index[0],
      MatchesRegex("shop.example 192.0.2.1 - \\[.*\\] \"GET /\\?q=attack HTTP/1.1\" 403 - - "
                   "\"x\\\\x22y\\\\x0az\" abc - .*-abc 0 [0-9]+ md5:[0-9a-f]{32}"));
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder / "store")) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  ASSERT_EQ(files.size(), 1U);
  EXPECT_THAT(index[0], HasSubstr(files[0].string()));
  EXPECT_TRUE(is_json(read(files[0])));
  struct stat status{};
  ASSERT_EQ(::stat(files[0].c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(AuditLogTest, LetsNoIdLeadOutOfTheFolder) {
  fs::create_directory(folder / "store");
  const auto set = rules(concurrent() + "SecAuditEngine On\n");
  auto log = AuditLog::open(set->options.audit);
  ASSERT_TRUE(log) << log.error().message;
  ASSERT_TRUE(log->write(*exchange(set, {.uri = "/", .id = "../../../../evil\n/x"})));
  EXPECT_EQ(lines_of(folder / "index.log").size(), 1U);
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder / "store")) {
    files += entry.is_regular_file() ? 1 : 0;
  }
  EXPECT_EQ(files, 1U);
}

TEST_F(AuditLogTest, KeepsTheRecordsOfManyThreadsApart) {
  const auto set = rules(serial() + "SecAuditEngine On\n");
  auto log = AuditLog::open(set->options.audit);
  ASSERT_TRUE(log) << log.error().message;
  constexpr int kThreads = 4, kEach = 50;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&] {
        for (int i = 0; i < kEach; ++i) {
          EXPECT_TRUE(log->write(*exchange(set, {.uri = "/?q=" + std::string(5000, 'x')})));
        }
      });
    }
  }
  const auto lines = lines_of(folder / "audit.log");
  EXPECT_EQ(lines.size(), static_cast<std::size_t>(kThreads * kEach));
  for (const std::string& line : lines) EXPECT_TRUE(is_json(line));
}

TEST_F(AuditLogTest, SaysWhatCannotBeWritten) {
  auto set = rules("SecAuditEngine On\nSecAuditLogType Serial\nSecAuditLog " +
                   (folder / "none" / "audit.log").string() + "\n");
  const auto log = AuditLog::open(set->options.audit);
  ASSERT_FALSE(log);
  EXPECT_THAT(log.error().message, HasSubstr("audit.log"));
  set = rules(concurrent() + "SecAuditEngine On\n");  // no folder "store"
  auto concurrent_log = AuditLog::open(set->options.audit);
  ASSERT_TRUE(concurrent_log);
  EXPECT_FALSE(concurrent_log->write(*exchange(set, {.uri = "/?q=attack"})));
}

}  // namespace
}  // namespace yagura::waf
