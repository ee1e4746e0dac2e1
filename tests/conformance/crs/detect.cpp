// Our detectors against the peer's (libinjection, as Debian's libmodsecurity exports it) on every
// value that the CRS regression tests send: names and values of arguments, cookies, headers, file
// names, XML, paths; each as it is and as rules 942100 and 941100 transform it. What the peer
// calls an attack we must call one too, in every stage that expects a detection. (The others are
// mostly the suite's own examples of ordinary text; there the peer's hits are counted only.)

#include <fmt/format.h>

#include <set>
#include <string>

#include "crs_corpus.hpp"
#include "waf/detect/sqli.hpp"
#include "waf/detect/xss.hpp"
#include "waf/load/load.hpp"
#include "waf/transform/transform.hpp"
#include "wafcheck/exchange.hpp"
#include "wafcheck/ftw_request.hpp"

// C functions that libmodsecurity exports and declares nowhere.
extern "C" {
int libinjection_sqli(const char* text, std::size_t size, char fingerprint[]);
int libinjection_xss(const char* text, std::size_t size);
}

namespace {

using namespace yagura;
using namespace yagura::waf;

constexpr Variable kLooked[] = {
    Variable::kArgs,           Variable::kArgsNames,           Variable::kRequestCookies,
    Variable::kRequestHeaders, Variable::kRequestCookiesNames, Variable::kRequestHeadersNames,
    Variable::kFiles,          Variable::kFilesNames,          Variable::kMultipartFileName,
};
constexpr Variable kSingle[] = {Variable::kRequestFilename, Variable::kRequestBasename};

// Bodies are read where a rule looks into them.
constexpr const char* kReadBodies =
    "\nSecRuleEngine DetectionOnly\nSecRule ARGS|FILES|XML:/* \"@unconditionalMatch\" "
    "\"id:1,phase:2,pass,nolog\"\n";

constexpr Transform kSqlChain[] = {Transform::kUtf8ToUnicode, Transform::kUrlDecodeUni,
                                   Transform::kRemoveNulls};
constexpr Transform kScriptChain[] = {Transform::kUtf8ToUnicode,    Transform::kUrlDecodeUni,
                                      Transform::kHtmlEntityDecode, Transform::kJsDecode,
                                      Transform::kCssDecode,        Transform::kRemoveNulls};

std::string transformed(std::string_view value, std::span<const Transform> chain) {
  std::string text(value);
  for (const Transform transform : chain) {
    std::string buffer;
    text = std::string(apply(transform, text, buffer));
  }
  return text;
}

struct Tally {
  int peer = 0, missed = 0, extra = 0;
};

class Comparison {
 public:
  void add(std::string_view value, const wafcheck::FtwTest& test, bool expects) {
    for (std::string text :
         {std::string(value), transformed(value, kSqlChain), transformed(value, kScriptChain)}) {
      const auto [place, fresh] = seen_.insert({std::move(text), expects});
      if (fresh) compare(place->first, test, expects);
    }
  }
  [[nodiscard]] int report() const {
    for (const auto& [name, tally] :
         {std::pair("SQL", sql_), std::pair("scripts", script_),
          std::pair("SQL where no detection is expected", other_sql_),
          std::pair("scripts where no detection is expected", other_script_)}) {
      fmt::print("{}: the peer finds {}, {} of them found, {} found besides\n", name, tally.peer,
                 tally.peer - tally.missed, tally.extra);
    }
    const int failed = sql_.missed + script_.missed;
    const int found = sql_.peer + script_.peer;
    constexpr int kLeastFound = 200;  // fewer: the corpus was not read as a whole
    if (found < kLeastFound) fmt::print("too few values\n");
    fmt::print("{} passed, {} failed\n", found - failed, failed);
    return failed == 0 && found >= kLeastFound ? 0 : 1;
  }

 private:
  void compare(const std::string& text, const wafcheck::FtwTest& test, bool expects) {
    char fingerprint[16] = {};
    SqliResult result;
    const bool sql = detect_sqli(text, result);
    const bool script = detect_xss(text);
    const bool peer_sql = libinjection_sqli(text.data(), text.size(), fingerprint) != 0;
    const bool peer_script = libinjection_xss(text.data(), text.size()) != 0;
    // A text of markup that the peer reads as SQL too is found where it is a script to us.
    const bool excused = script && test.rule_id / 1000 != 942;
    count(expects ? sql_ : other_sql_, peer_sql, sql || (peer_sql && excused));
    count(expects ? script_ : other_script_, peer_script, script);
    if (!expects) return;
    if (peer_sql && !sql && !excused) print("SQL", test, text);
    if (peer_script && !script) print("script", test, text);
  }
  static void count(Tally& tally, bool peer, bool ours) {
    tally.peer += peer ? 1 : 0;
    tally.missed += peer && !ours ? 1 : 0;
    tally.extra += ours && !peer ? 1 : 0;
  }
  static void print(const char* kind, const wafcheck::FtwTest& test, std::string_view text) {
    fmt::print("FAILED {}: {} not found: {:?}\n", test.title(), kind, text.substr(0, 200));
  }

  std::set<std::pair<std::string, bool>> seen_;
  Tally sql_, script_, other_sql_, other_script_;
};

void add_stage(const std::shared_ptr<const RuleSet>& rules, const wafcheck::FtwTest& test,
               const wafcheck::Stage& stage, Comparison& comparison) {
  const std::string bytes = wafcheck::build_request(stage.input);
  const auto request = wafcheck::read_http_request(bytes);
  if (!request) return;
  Transaction transaction(rules, {}, {.time_budget = std::chrono::microseconds(0)});
  wafcheck::exchange(transaction, *request, wafcheck::served_fields(*request));
  const bool expects = !stage.output.expect_ids.empty();
  for (const Variable variable : kLooked) {
    transaction.for_each(variable, [&](const ValueView& view) {
      const bool whole_cookies = variable == Variable::kRequestHeaders && view.name == "Cookie";
      if (!whole_cookies) comparison.add(view.value, test, expects);  // they come one by one
    });
  }
  for (const Variable variable : kSingle) {
    comparison.add(transaction.single(variable), test, expects);
  }
}

}  // namespace

int main() {
  if (conformance::crs4_folder().empty()) {
    fmt::print("skipped: no corpora\n");
    return conformance::kSkipped;
  }
  Diagnostics diagnostics;
  const auto rules =
      load_rules({.directives = std::string(base_directives()) + kReadBodies}, diagnostics);
  conformance::print(diagnostics);
  if (rules == nullptr) return 1;
  Comparison comparison;
  for (const wafcheck::FtwTest& test : conformance::crs4_tests()) {
    for (const wafcheck::Stage& stage : test.stages) add_stage(rules, test, stage, comparison);
  }
  return comparison.report();
}
