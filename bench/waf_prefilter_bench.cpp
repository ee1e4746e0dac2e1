// What the first stage costs: making it (compile time, databases), and a scan of the values of some
// requests. Rules: the folder YAGURA_CORPORA/crs/rules; requests: the files of the command line,
// else bench/waf beside the corpora. `--level N` scans for rules up to that paranoia level (1),
// `--hits` names the rules that each request hits.

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "figure.hpp"
#include "waf/match/pattern.hpp"
#include "waf/match/phrase_set.hpp"
#include "waf/match/prefilter.hpp"
#include "waf/match/testing/rule_patterns.hpp"

namespace {

namespace fs = std::filesystem;
using namespace yagura::waf;
using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

enum Class : unsigned {
  kArgs,
  kArgNames,
  kCookies,
  kCookieNames,
  kHeaders,
  kUserAgent,
  kReferer,
  kUri,
  kBody,
  kOther,
};

constexpr ClassMask bit(Class c) { return ClassMask{1} << c; }

// The targets of a rule, roughly.
ClassMask classes_of(const std::string& targets) {
  static const std::map<std::string, ClassMask> kKnown = {
      {"ARGS", bit(kArgs)},
      {"ARGS_GET", bit(kArgs)},
      {"ARGS_NAMES", bit(kArgNames)},
      {"ARGS_GET_NAMES", bit(kArgNames)},
      {"REQUEST_COOKIES", bit(kCookies)},
      {"REQUEST_COOKIES_NAMES", bit(kCookieNames)},
      {"REQUEST_HEADERS", bit(kHeaders) | bit(kUserAgent) | bit(kReferer)},
      {"REQUEST_HEADERS:User-Agent", bit(kUserAgent)},
      {"REQUEST_HEADERS:Referer", bit(kReferer)},
      {"REQUEST_URI", bit(kUri)},
      {"REQUEST_URI_RAW", bit(kUri)},
      {"REQUEST_FILENAME", bit(kUri)},
      {"REQUEST_BASENAME", bit(kUri)},
      {"REQUEST_LINE", bit(kUri)},
      {"QUERY_STRING", bit(kUri)},
      {"REQUEST_BODY", bit(kBody)},
  };
  ClassMask classes = 0;
  std::istringstream in(targets);
  for (std::string target; std::getline(in, target, '|');) {
    const auto known = kKnown.find(target);
    if (known != kKnown.end()) classes |= known->second;
  }
  return classes == 0 ? bit(kOther) : classes;
}

struct Value {
  std::string text;
  ClassMask classes;
};

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] == '%' && i + 2 < text.size()) {
      out +=
          static_cast<char>(std::strtol(std::string(text.substr(i + 1, 2)).c_str(), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

void add_form(std::string_view text, std::vector<Value>& values) {
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    const auto equals = std::min(pair.find('='), pair.size());
    values.push_back({decoded(pair.substr(0, equals)), bit(kArgNames)});
    values.push_back({decoded(pair.substr(std::min(equals + 1, pair.size()))), bit(kArgs)});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

// Strings and other scalars of a JSON text, with the key before each as its name.
void add_json(std::string_view text, std::vector<Value>& values) {
  std::string key = "json";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (std::string_view("{}[],: \n").contains(text[i])) continue;
    std::string token;
    if (text[i] == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i) token += text[i];
      ++i;
    } else {
      while (i < text.size() && !std::string_view("{}[],: \n").contains(text[i]))
        token += text[i++];
    }
    if (i < text.size() && text[i] == ':') {
      key = "json.items.0." + token;
    } else {
      values.push_back({key, bit(kArgNames)});
      values.push_back({token, bit(kArgs)});
    }
  }
}

std::vector<Value> values_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::vector<Value> values;
  std::string line;
  std::getline(in, line);
  while (line.ends_with('\r')) line.pop_back();
  std::istringstream first(line);
  std::string method, uri;
  first >> method >> uri;
  values.push_back({line, bit(kUri)});
  values.push_back({uri, bit(kUri)});
  const auto question = uri.find('?');
  if (question != std::string::npos) add_form(std::string_view(uri).substr(question + 1), values);
  bool json = false;
  while (std::getline(in, line)) {
    while (line.ends_with('\r')) line.pop_back();
    if (line.empty()) break;
    const auto colon = std::min(line.find(": "), line.size() - 2);
    const std::string name = line.substr(0, colon), value = line.substr(colon + 2);
    if (name == "Cookie") {
      std::istringstream cookies(value);
      for (std::string pair; std::getline(cookies, pair, ';');) {
        const auto start = std::min(pair.find_first_not_of(' '), pair.size());
        const auto equals = std::min(pair.find('='), pair.size());
        values.push_back({pair.substr(start, equals - start), bit(kCookieNames)});
        values.push_back({pair.substr(std::min(equals + 1, pair.size())), bit(kCookies)});
      }
    }
    json = json || value.contains("json");
    values.push_back({value, name == "User-Agent" ? bit(kUserAgent)
                             : name == "Referer"  ? bit(kReferer)
                                                  : bit(kHeaders)});
  }
  std::ostringstream rest;
  rest << in.rdbuf();
  const std::string body = rest.str();
  if (json) add_json(body, values);
  if (!json && !body.empty()) add_form(body, values);
  return values;
}

struct Rules {
  std::vector<PrefilterItem> items;
  std::vector<std::string> names;
  std::vector<std::optional<Pattern>> patterns;  // of @rx
  ChainMask chains = 0, lower_chains = 0;
};

Rules rules_of(const fs::path& folder, int phase) {
  Rules rules;
  std::map<std::vector<std::string>, std::uint8_t> chains;
  for (const auto& rule : testing::rule_patterns(folder)) {
    if (rule.phase != phase || rule.negated) continue;
    const auto chain = chains.emplace(rule.transforms, chains.size() & 63U).first->second;
    PrefilterItem item{.has_pattern = true, .classes = classes_of(rule.targets), .chain = chain};
    item.pattern = {.regex = rule.regex, .caseless = rule.regex.empty(), .phrases = rule.phrases};
    std::optional<Pattern> exact;
    if (rule.regex.empty()) {
      item.condition = PhraseSet(rule.phrases).condition();
    } else if (auto pattern = Pattern::compile(rule.regex)) {
      item.condition = pattern->condition();
      exact.emplace(std::move(*pattern));
    } else {
      continue;
    }
    item.part = static_cast<std::uint8_t>(rule.level - 1);
    rules.items.push_back(std::move(item));
    rules.names.push_back(rule.where);
    rules.patterns.push_back(std::move(exact));
    rules.chains |= ChainMask{1} << chain;
    for (const std::string& name : rule.transforms) {
      if (name == "lowercase") rules.lower_chains |= ChainMask{1} << chain;
    }
  }
  return rules;
}

struct FormText {
  std::string text;
  ClassMask classes;
  ChainMask chains;
};

std::vector<FormText> forms_of(const std::vector<Value>& values, const Rules& rules) {
  std::vector<FormText> forms;
  for (const Value& value : values) {
    std::string lower = value.text;
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    const bool differs = lower != value.text;
    forms.push_back(
        {value.text, value.classes, differs ? rules.chains & ~rules.lower_chains : rules.chains});
    if (differs) forms.push_back({lower, value.classes, rules.lower_chains});
  }
  return forms;
}

void scan_request(const Prefilter& prefilter, const Rules& rules, const fs::path& file, int phase,
                  bool name_hits, PartMask parts) {
  const std::vector<Value> values = values_of(file);
  const std::vector<FormText> forms = forms_of(values, rules);
  std::size_t bytes = 0;
  for (const FormText& form : forms) bytes += form.text.size();
  PrefilterScratch scratch;
  std::vector<PrefilterHit> hits;
  const auto once = [&] {
    hits.clear();
    PrefilterScan scan(prefilter, scratch);
    for (const FormText& form : forms) {
      scan.add(form.text, bytes_in(form.text), form.classes, form.chains);
    }
    if (!scan.run(hits, parts)) std::exit(1);
  };
  const auto confirm = [&] {
    std::size_t matches = 0;
    for (const PrefilterHit& hit : hits) {
      const std::optional<Pattern>& pattern = rules.patterns[hit.item];
      if (!pattern) continue;
      matches += pattern->match(forms[hit.form].text, nullptr) == OperatorResult::kMatch ? 1 : 0;
    }
    return matches;
  };
  const auto best_of = [](const auto& what) {  // in nanoseconds
    double best = 1e9;
    for (int round = 0; round < 200; ++round) {
      const auto start = Clock::now();
      for (int i = 0; i < 10; ++i) what();
      best = std::min(best, milliseconds_since(start) * 1e5);
    }
    return best;
  };
  const double best = best_of(once);
  const std::string label =
      "first stage, phase " + std::to_string(phase) + ", " + file.stem().string();
  yagura::bench::print_figure(label, "us", best / 1e3);
  yagura::bench::print_figure(label + ", per value", "ns",
                              best / static_cast<double>(values.size()));
  yagura::bench::print_figure(label + ", values", "1", double(values.size()));
  yagura::bench::print_figure(label + ", forms", "1", double(forms.size()));
  yagura::bench::print_figure(label + ", bytes", "B", double(bytes));
  yagura::bench::print_figure(label + ", hits", "1", double(hits.size()));
  yagura::bench::print_figure(label + ", hits that @rx confirms", "1", double(confirm()));
  yagura::bench::print_figure(label + ", confirming by @rx", "us", best_of(confirm) / 1e3);
  if (!name_hits) return;
  const std::vector<PrefilterHit> all = hits;
  std::map<std::uint32_t, std::vector<PrefilterHit>> by_item;
  for (const PrefilterHit& hit : all) by_item[hit.item].push_back(hit);
  for (const auto& [item, own] : by_item) {
    hits = own;
    std::printf("  %s: %zu hits, %.2f us to confirm\n", rules.names[item].c_str(), own.size(),
                best_of(confirm) / 1e3);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto corpora = testing::corpora_folder();
  if (!corpora) {
    std::puts("skipped: no corpora");
    return 0;
  }
  bool name_hits = false;
  PartMask parts = 1;
  std::vector<fs::path> requests;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--level" && i + 1 < argc) {
      const int level = std::clamp(std::atoi(argv[++i]), 1, 4);
      parts = static_cast<PartMask>((1U << level) - 1);
    } else if (argument == "--hits") {
      name_hits = true;
    } else {
      requests.emplace_back(argument);
    }
  }
  if (requests.empty()) {
    for (const char* name : {"get", "json2k", "form10k", "attack"}) {
      requests.push_back(*corpora / "../bench/waf" / (std::string(name) + ".http"));
    }
  }
  for (const int phase : {1, 2}) {
    const Rules rules = rules_of(*corpora / "crs/rules", phase);
    const fs::path cache = fs::temp_directory_path() / ("yagura-bench-" + std::to_string(getpid()));
    const std::string label = "first stage, phase " + std::to_string(phase);
    for (const char* which : {", compiled", ", from the cache"}) {
      const auto start = Clock::now();
      const auto prefilter = Prefilter::build(rules.items, {.cache_folder = cache});
      if (!prefilter) return 1;
      yagura::bench::print_figure(label + which, "ms", milliseconds_since(start));
      if (which[2] == 'c') continue;
      const PrefilterFigures& figures = prefilter->figures();
      if (!figures.library_problem.empty()) std::puts(figures.library_problem.c_str());
      yagura::bench::print_figure(label + ", items", "1", double(figures.items));
      yagura::bench::print_figure(label + ", groups", "1", double(figures.groups));
      yagura::bench::print_figure(label + ", unscannable", "1", double(figures.unscannable));
      yagura::bench::print_figure(label + ", databases", "B", double(figures.database_bytes));
      for (const fs::path& request : requests) {
        scan_request(*prefilter, rules, request, phase, name_hits, parts);
      }
    }
    std::error_code error;
    fs::remove_all(cache, error);
  }
}
