// Our lines beside libmodsecurity 3.0.9's for the same rules and requests. They are the same but
// for what is meant to differ: `hostname` (the Host header, as from 3.0.10 on, not the server's
// address), `ref` (see internal/line.hpp), and '"' and '\\' in a field, which we always escape, so
// that a value cannot look like a field.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>

#include "waf/log/log.hpp"
#include "waf/log/testing/exchange.hpp"
#ifdef YAGURA_HAVE_MODSECURITY
#include "waf/log/testing/modsecurity_peer.hpp"
#endif

namespace yagura::waf {
namespace {

#ifdef YAGURA_HAVE_MODSECURITY
std::string normalised(std::string line) {
  line = std::regex_replace(line, std::regex(R"( \[hostname "[^"]*"\])"), "");
  line = std::regex_replace(line, std::regex(R"( \[ref "[^"]*"\])"), "");
  line = std::regex_replace(line, std::regex(R"(^(ModSecurity: )?\[client [^\]]*\] )"), "");
  return std::regex_replace(line, std::regex(R"(\[file "[^"]*"\])"), "[file]");
}

std::vector<std::string> ours(const std::string& rules, const std::string& uri) {
  const auto transaction =
      testing::exchange(testing::compiled(rules), {.uri = uri, .id = "id-1", .response = ""});
  std::vector<std::string> lines;
  for (const Detection& detection : transaction->detections()) {
    if (detection.logged) lines.push_back(normalised(error_log_line(*transaction, detection)));
  }
  return lines;
}

std::vector<std::string> peers(const std::string& rules, const std::string& uri) {
  std::string folder = (std::filesystem::temp_directory_path() / "yagura-log-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no temporary folder");
  const std::string file = folder + "/rules.conf";
  std::ofstream(file) << rules;
  std::vector<std::string> lines = testing::peer_lines(file, uri, "id-1");
  std::filesystem::remove_all(folder);
  std::ranges::transform(lines, lines.begin(), normalised);
  return lines;
}

TEST(LogPeer, LinesAreTheSame) {
  const std::string start = "SecRuleEngine On\n";
  struct Case {
    const char* rules;
    std::string uri;
  };
  for (const Case& item : {
           Case{
               "SecRule ARGS \"@contains attack\" \"id:1,phase:2,pass,log,msg:'An "
               "attack',logdata:'in %{MATCHED_VAR_NAME}: "
               "%{MATCHED_VAR}',tag:'a',tag:'b/c',severity:CRITICAL,rev:'2',ver:'x/1',maturity:'3',"
               "accuracy:'4'\"\n",
               "/a/b?q=an+attack"},
           Case{"SecRule ARGS \"@rx ^(long)+$\" \"id:2,phase:2,pass,log,msg:'%{MATCHED_VAR}',"
                "logdata:'%{MATCHED_VAR}'\"\n",
                "/?q=" + std::string(4 * 25, 'l')},
           Case{"SecRule ARGS \"@beginsWith long\" "
                "\"id:3,phase:2,pass,log,logdata:'%{MATCHED_VAR}'\"\n",
                "/?q=long" + std::string(300, 'g')},
           Case{"SecRule ARGS \"@contains x\" \"id:4,phase:2,pass,log,msg:'m "
                "%{MATCHED_VAR}',logdata:'%{MATCHED_VAR}'\"\n",
                "/?q=x%0a%0d%5d%ff%00%e6%97%a5"},
           Case{
               "SecRule ARGS \"@contains x\" \"id:12,phase:2,pass,log,logdata:'%{MATCHED_VAR}'\"\n",
               "/?q=x%5c"},
           Case{"SecRule &ARGS \"@ge 2\" \"id:5,phase:2,pass,log\"\n", "/?a=1&b=2"},
           Case{"SecAction \"id:6,phase:2,pass,log,msg:'act'\"\n", "/"},
           Case{"SecRule ARGS \"@streq 1\" \"id:7,phase:2,deny,status:406,log,msg:'no'\"\n",
                "/?a=1"},
           Case{"SecRule REQUEST_METHOD \"!@within POST PUT\" "
                "\"id:8,phase:2,pass,log,msg:'negated'\"\n",
                "/"},
           Case{"SecRule REQUEST_METHOD \"@streq GET\" "
                "\"id:9,phase:2,pass,log,chain,msg:'head'\"\n  "
                "SecRule REQUEST_URI \"@beginsWith /a\" \"t:none\"\n",
                "/a?b=c"},
           Case{"SecRule ARGS_NAMES \"@pm one two\" \"id:10,phase:2,pass,log,t:lowercase\"\n",
                "/?TWO=1"},
           Case{"SecRule REQUEST_HEADERS:Host \"@rx .\" "
                "\"id:11,phase:1,pass,log,severity:'NOTICE'\"\n",
                "/" + std::string(300, 'p')},
       }) {
    EXPECT_EQ(ours(start + item.rules, item.uri), peers(start + item.rules, item.uri))
        << item.rules;
  }
}
#else
TEST(LogPeer, Skipped) { GTEST_SKIP() << "skipped: no libmodsecurity"; }
#endif

}  // namespace
}  // namespace yagura::waf
