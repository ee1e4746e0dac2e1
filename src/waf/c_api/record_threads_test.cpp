// What threads of one server share, all at once: the rule set and its matchers, which are made on
// first use, the collections, the figures, the files, while rules are replaced and files opened
// anew. For ThreadSanitizer above all; the sums hold without it.

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>
#include <vector>

#include "waf/c_api/metrics.hpp"
#include "waf/c_api/record.hpp"
#include "waf/c_api/shared_collections.hpp"
#include "waf/compile/compile.hpp"
#include "waf/seclang/parse.hpp"

namespace yagura::waf {
namespace {

namespace fs = std::filesystem;

constexpr int kThreads = 4;
constexpr int kEach = 60;  // every third of them is refused

// The long text is for the linear engine, the nested repetition for the bounded one.
constexpr std::string_view kRules = R"(
SecRuleEngine On
SecRequestBodyAccess On
SecAuditEngine On
SecAuditLogType Serial
SecAuditLogParts ABHZ
SecAuditLogFormat JSON
SecAction "id:1,phase:1,pass,nolog,initcol:ip=%{REMOTE_ADDR},setvar:ip.seen=+1"
SecRule REQUEST_HEADERS:Content-Type "@streq application/json" "id:2,phase:1,pass,nolog,ctl:requestBodyProcessor=JSON"
SecRule ARGS "@rx (?i)<script[^>]*>[\s\S]*?" "id:3,phase:2,deny,status:403,log,auditlog,t:urlDecodeUni,t:htmlEntityDecode"
SecRule ARGS "@rx ^(?:a+b?)+c$" "id:4,phase:2,pass,log,msg:'%{MATCHED_VAR_NAME}'"
SecRule ARGS "@pm union select" "id:5,phase:2,pass,nolog,chain"
  SecRule MATCHED_VAR "@detectSQLi" "setvar:tx.sql=+1"
SecRule ARGS "@detectXSS" "id:6,phase:2,pass,nolog,setvar:ip.scripts=+1"
SecRule ARGS "@ipMatch 10.0.0.0/8,2001:db8::/32" "id:7,phase:2,pass,nolog"
SecRule RESPONSE_HEADERS:Server "@within nginx,apache" "id:8,phase:3,pass,nolog"
)";

std::shared_ptr<const RuleSet> compiled() {
  Diagnostics diagnostics;
  auto rules = compile(seclang::parse_text(kRules, "test.conf", ".", diagnostics), {}, diagnostics);
  for (const Diagnostic& each : diagnostics.list()) ADD_FAILURE() << to_string(each);
  return rules;
}

std::size_t lines_in(const fs::path& path) {
  std::ifstream file(path);
  std::size_t lines = 0;
  for (std::string line; std::getline(file, line); ++lines) EXPECT_TRUE(line.starts_with('{'));
  return lines;
}

class Server {
 public:
  explicit Server(const fs::path& folder)
      : memory_(std::move(SharedMemory::map(SharedMemory::kMinSize).value())),
        collections_((SharedCollections::initialise(memory_), memory_), std::chrono::hours(1)),
        events_(LineFile::open(folder / "events").value()),
        blocks_(LineFile::open(folder / "blocks").value()),
        audit_(AuditLog::open({.engine = AuditOptions::Engine::kOn, .path = folder / "audit"})
                   .value()),
        rules_(compiled()) {}

  void serve(int thread, int number) {
    Transaction transaction(rules(),
                            {.collections = &collections_, .counters = &memory_.counters().engine},
                            {.time_budget = std::chrono::microseconds{0}});
    transaction.set_connection("192.0.2.7", 40'000, "198.51.100.1", 80);
    const std::string name = std::to_string(thread) + "." + std::to_string(number);
    transaction.set_request_line("POST", "/?n=" + name + "&q=1+union+select+2", "HTTP/1.1");
    transaction.add_request_header("Host", "a.example");
    transaction.add_request_header("Content-Type", "application/json");
    transaction.process_request_headers();
    transaction.append_request_body(number % 3 == 0 ? R"({"a": ["<script>alert(1)</script>"]})"
                                                    : R"({"a": "aaaaaac", "b": [1, 2]})");
    transaction.append_request_body(std::string(2'000, ' '));
    if (!transaction.process_request_body().interrupts()) {
      transaction.set_response(200, "HTTP/1.1");
      transaction.add_response_header("Server", "nginx");
      transaction.process_response_headers();
    }
    transaction.finish();
    record_transaction(transaction,
                       {.counters = memory_.counters(),
                        .events = events_,
                        .blocks = blocks_,
                        .audit_log = &audit_},
                       1, 1);
  }

  void replace_rules() {
    auto made = compiled();
    const std::scoped_lock lock(mutex_);
    rules_.swap(made);
  }
  void reopen(const fs::path& events) { EXPECT_TRUE(events_.reopen(events)); }

  [[nodiscard]] SharedCounters& counters() { return memory_.counters(); }
  [[nodiscard]] std::string member(std::string_view asked) {
    std::string found;
    collections_.read(Variable::kIp, "192.0.2.7", std::chrono::system_clock::now(),
                      [&](std::string_view name, std::string_view value) {
                        if (name == asked) found = value;
                      });
    return found;
  }

 private:
  std::shared_ptr<const RuleSet> rules() {
    const std::scoped_lock lock(mutex_);
    return rules_;
  }

  SharedMemory memory_;
  SharedCollections collections_;
  LineFile events_, blocks_;
  AuditLog audit_;
  std::mutex mutex_;
  std::shared_ptr<const RuleSet> rules_;
};

TEST(RecordThreads, LoseNothingWhileRulesAreReplacedAndFilesOpenedAnew) {
  std::string name = (fs::temp_directory_path() / "yagura-threads-XXXXXX").string();
  const fs::path folder = ::mkdtemp(name.data());
  {
    Server server(folder);
    std::atomic<int> running = kThreads;
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        for (int number = 0; number < kEach; ++number) server.serve(thread, number);
        --running;
      });
    }
    for (int round = 0; running > 0; ++round) {
      server.replace_rules();
      server.reopen(folder / (round % 2 == 0 ? "events.new" : "events"));
      EXPECT_FALSE(metrics_text(server.counters()).empty());
    }
    threads.clear();

    constexpr std::uint64_t kAll = kThreads * kEach;
    constexpr std::uint64_t kRefused = kAll / 3;
    const auto& requests = server.counters().requests;
    EXPECT_EQ(requests[static_cast<std::size_t>(Ending::kDenied)], kRefused);
    EXPECT_EQ(requests[static_cast<std::size_t>(Ending::kDetected)], kAll - kRefused);
    EXPECT_EQ(server.counters().engine.transactions, kAll);
    EXPECT_EQ(server.counters().lines_lost, 0U);
    EXPECT_EQ(server.member("seen"), std::to_string(kAll));
    EXPECT_EQ(lines_in(folder / "events") + lines_in(folder / "events.new"), kAll);
    EXPECT_EQ(lines_in(folder / "blocks"), kRefused);
    EXPECT_EQ(lines_in(folder / "audit"), kAll);
  }
  fs::remove_all(folder);
}

}  // namespace
}  // namespace yagura::waf
