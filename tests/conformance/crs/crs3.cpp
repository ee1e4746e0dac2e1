// Debian's modsecurity-crs (CRS 3.3) as it is installed: it loads whole, stops attacks with the
// rules that are meant for them, and lets ordinary requests pass. The requests are our own.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "waf/load/load.hpp"
#include "wafcheck/check.hpp"

namespace {

namespace fs = std::filesystem;
using namespace yagura;
using namespace yagura::wafcheck;

constexpr const char* kRules = "/usr/share/modsecurity-crs";
constexpr std::size_t kLeastRules = 500;

struct Case {
  const char* name;
  const char* start;  // method and target
  const char* type;   // Content-Type; empty: none
  std::string body;
  waf::RuleId rule;  // that must match; 0: nothing may, and the request passes
};

std::string upload(std::string_view name, std::string_view content) {
  return fmt::format(
      "--b1\r\nContent-Disposition: form-data; name=\"f\"; filename=\"{}\"\r\n"
      "Content-Type: text/plain\r\n\r\n{}\r\n--b1--\r\n",
      name, content);
}

std::vector<Case> cases() {
  const char* const form = "application/x-www-form-urlencoded";
  const char* const json = "application/json";
  const char* const xml = "text/xml";
  const char* const multipart = "multipart/form-data; boundary=b1";
  return {
      {"SQL injection in a query", "GET /p?id=1%27%20UNION%20SELECT%20a,b%20FROM%20users--%20-", "",
       "", 942100},
      {"SQL injection in a form", "POST /p", form, "user=admin%27+or+%271%27%3D%271&x=1", 942100},
      {"SQL injection in JSON", "POST /p", json,
       R"({"a":[{"q":"1; DROP TABLE users; select * from x"},2]})", 942100},
      {"scripting in a query", "GET /?q=%3Cscript%3Ealert(1)%3C/script%3E", "", "", 941100},
      {"scripting in JSON", "POST /p", json,
       R"({"t":"<img src=x onerror=alert(document.cookie)>"})", 941100},
      {"scripting in XML", "POST /p", xml,
       "<?xml version=\"1.0\"?><a><b>&lt;script&gt;alert(1)&lt;/script&gt;</b></a>", 941100},
      {"traversal in a path", "GET /../../../etc/passwd", "", "", 930100},
      {"traversal in an argument", "GET /?f=../../../../etc/passwd", "", "", 930120},
      {"a file outside", "GET /?u=http://10.0.0.1/shell.txt?", "", "", 931100},
      {"a Unix command", "GET /?c=;cat%20/etc/passwd", "", "", 932160},
      {"a Windows command", "GET /?c=%26%20cmd.exe%20/c%20dir", "", "", 932110},
      {"shell shock", "GET /?x=()%20%7B%20:;%20%7D;%20echo%20a", "", "", 932171},
      {"PHP code", "POST /p", form, "x=%3C%3Fphp+system%28%24_GET%5B1%5D%29%3B", 933100},
      {"a PHP upload", "POST /up", multipart, upload("a.php", "x"), 933110},
      {"a Java class", "GET /?x=java.lang.Runtime", "", "", 944100},
      {"a session set from outside", "GET /?x=.cookie;expires=1;document.cookie", "", "", 941180},
      {"response splitting", "GET /?x=a%0d%0aSet-Cookie:%20a=b", "", "", 921120},
      {"a hidden file", "GET /.git/config", "", "", 930130},
      {"a restricted file type", "GET /backup.sql.bak", "", "", 920440},
      {"a method that is not allowed", "DELETE /p", "", "", 911100},
      {"a body of no known type", "POST /p", "application/x-foo", "a=b", 920420},
      {"JSON that is none", "POST /p", json, R"({"a":)", 200002},

      {"a plain page", "GET /", "", "", 0},
      {"a search", "GET /search?q=wireless+headphones&page=2&sort=price_asc", "", "", 0},
      {"a name with an apostrophe", "POST /p", form, "name=Conan+O%27Brien&city=Dublin", 0},
      {"ordinary prose", "POST /p", form,
       "text=Please+select+a+table+near+the+window%2C+and+drop+me+a+line+when+it+is+free.", 0},
      {"Japanese", "POST /p", json, "{\"text\":\"今日は天気がいいですね。散歩しましょう。\"}", 0},
      {"an order in JSON", "POST /p", json,
       R"({"id":"A-17","items":[{"sku":"B0-1","count":2,"price":19.99}],"gift":false,"note":null})",
       0},
      {"XML", "POST /p", xml, "<?xml version=\"1.0\"?><order><item sku=\"1\">Lamp</item></order>",
       0},
      {"a picture's name", "POST /up", multipart, upload("holiday 2024.txt", "sun and sea"), 0},
      {"a path with dots", "GET /assets/app.3f2a.min.js", "", "", 0},
      {"a token", "GET /cb?state=eyJhIjoxfQ.Zm9v&code=4_0AfJohXk", "", "", 0},
  };
}

std::string request_text(const Case& item) {
  std::string text = fmt::format(
      "{} HTTP/1.1\r\nHost: shop.example.org\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n"
      "Accept: text/html,application/json\r\n",
      item.start);
  if (*item.type != '\0') {
    text += fmt::format("Content-Type: {}\r\nContent-Length: {}\r\n", item.type, item.body.size());
  }
  return text + "\r\n" + item.body;
}

// Empty: as it should be.
std::string judge(const Case& item, const CheckedRequest& checked) {
  std::vector<waf::RuleId> ids;
  for (const CheckedMatch& match : checked.matches) ids.push_back(match.rule);
  const std::string seen =
      fmt::format("{}, rules {}", to_string(checked.verdict), fmt::join(ids, " "));
  if (item.rule == 0) {
    return ids.empty() && checked.verdict == CheckVerdict::kPass ? "" : "should pass: " + seen;
  }
  if (std::find(ids.begin(), ids.end(), item.rule) == ids.end()) {
    return fmt::format("{} should match: {}", item.rule, seen);
  }
  return checked.verdict == CheckVerdict::kBlocked ? "" : "should be blocked: " + seen;
}

}  // namespace

int main() {
  if (!fs::is_directory(kRules)) {
    fmt::print("skipped: no modsecurity-crs\n");
    return 77;
  }
  Diagnostics diagnostics;
  auto rules = waf::load_rules({.path = kRules}, diagnostics);
  for (const Diagnostic& problem : diagnostics.list()) fmt::print("{}\n", to_string(problem));
  if (rules == nullptr || rules->rule_count < kLeastRules) {
    fmt::print("the rules do not load whole\n");
    return 1;
  }
  fmt::print("{} rules\n", rules->rule_count);
  RequestChecker checker(std::move(rules));
  int passed = 0;
  int failed = 0;
  for (const Case& item : cases()) {
    const auto checked = checker.check(item.name, request_text(item), std::nullopt);
    const std::string problem = checked ? judge(item, *checked) : checked.error().message;
    if (problem.empty()) {
      ++passed;
    } else {
      ++failed;
      fmt::print("FAILED {}: {}\n", item.name, problem);
    }
  }
  fmt::print("{} passed, {} failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}
