// Rules by id, so that a finding is tried against few; the first rule that fits counts.

#include "vuln/ignore/ignore.hpp"

#include <fmt/core.h>
#include <re2/re2.h>

#include <algorithm>
#include <deque>
#include <unordered_map>

#include "kube/reader.hpp"
#include "kube/sources/gitignore.hpp"
#include "vuln/ignore/internal/readers.hpp"
#include "vuln/vex/purl_match.hpp"

namespace yagura::vuln {
namespace {

struct Compiled {
  IgnoreRule rule;
  bool own = false;  // of our format
  std::unique_ptr<re2::RE2> name;
};

bool is_pattern(std::string_view id) { return id.contains('*'); }

bool matches_name(const Compiled& compiled, const image::Package& package) {
  if (compiled.name == nullptr) return true;
  return re2::RE2::FullMatch(package.name, *compiled.name) ||
         re2::RE2::FullMatch(package.source(), *compiled.name);
}

bool matches_package(const IgnoreRule& rule, const image::Component& component) {
  if (rule.purls.empty() && rule.packages.empty()) return true;
  for (const image::Purl& purl : rule.purls) {
    if (purl_matches(purl, component)) return true;
  }
  return std::ranges::any_of(rule.packages, [&component](const std::string& pattern) {
    return ignore::matches_stars(pattern, component.package.name) ||
           ignore::matches_stars(pattern, component.package.source());
  });
}

bool matches_path(const IgnoreRule& rule, const image::Component& component) {
  if (rule.paths.empty()) return true;
  const std::string inside = component.package.location.empty()
                                 ? component.path
                                 : component.path + "/" + component.package.location;
  return std::ranges::any_of(rule.paths, [&](const std::string& pattern) {
    return kube::matches_path_glob(pattern, component.path) ||
           kube::matches_path_glob(pattern, inside) ||
           std::ranges::any_of(component.package.files, [&pattern](std::string_view file) {
             return kube::matches_path_glob(pattern, file);
           });
  });
}

bool matches(const Compiled& compiled, const Finding& finding, const image::Component& component) {
  const IgnoreRule& rule = compiled.rule;
  if (rule.type && *rule.type != component.package.type) return false;
  if (!rule.version.empty() && rule.version != component.package.version) return false;
  const bool state_fits =
      rule.fix_states.empty() ||
      std::ranges::find(rule.fix_states, finding.fix_state) != rule.fix_states.end();
  return state_fits && matches_name(compiled, component.package) &&
         matches_package(rule, component) && matches_path(rule, component);
}

std::string text_of(Day day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

}  // namespace

struct IgnoreRules::Set {
  std::deque<Compiled> rules;
  std::unordered_map<std::string, std::vector<std::size_t>> by_id;
  std::vector<std::size_t> others;  // with patterns for ids, or none

  void add(IgnoreRule rule, bool own, Diagnostics& diagnostics) {
    Compiled compiled{.own = own};
    if (!rule.name_pattern.empty()) {
      re2::RE2::Options options;
      options.set_log_errors(false);
      options.set_max_mem(1 << 20);
      compiled.name = std::make_unique<re2::RE2>(rule.name_pattern, options);
      if (!compiled.name->ok()) {
        diagnostics.error(rule.source, 0, 0,
                          "\"" + rule.name_pattern +
                              "\" is no regular expression: the rule is "
                              "left out");
        return;
      }
    }
    const std::size_t place = rules.size();
    const bool plain = !rule.ids.empty() && std::ranges::none_of(rule.ids, is_pattern);
    if (plain) {
      for (const std::string& id : rule.ids) by_id[id].push_back(place);
    } else {
      others.push_back(place);
    }
    compiled.rule = std::move(rule);
    rules.push_back(std::move(compiled));
  }

  // Places of rules that may speak of the finding, in the order of files.
  [[nodiscard]] std::vector<std::size_t> about(const Finding& finding) const {
    std::vector<std::string_view> names{finding.vulnerability->id, finding.advisory};
    for (const std::string& alias : finding.vulnerability->aliases) names.emplace_back(alias);
    std::vector<std::size_t> places;
    for (const std::string_view name : names) {
      const auto found = by_id.find(std::string(name));
      if (found != by_id.end()) {
        places.insert(places.end(), found->second.begin(), found->second.end());
      }
    }
    for (const std::size_t place : others) {
      const auto& ids = rules[place].rule.ids;
      const bool fits = ids.empty() || std::ranges::any_of(ids, [&names](const std::string& id) {
                          return std::ranges::any_of(names, [&id](std::string_view name) {
                            return ignore::matches_stars(id, name);
                          });
                        });
      if (fits) places.push_back(place);
    }
    std::ranges::sort(places);
    const auto repeated = std::ranges::unique(places);
    places.erase(repeated.begin(), repeated.end());
    return places;
  }
};

IgnoreRules::IgnoreRules() : set_(std::make_unique<Set>()) {}
IgnoreRules::~IgnoreRules() = default;
IgnoreRules::IgnoreRules(IgnoreRules&&) noexcept = default;
IgnoreRules& IgnoreRules::operator=(IgnoreRules&&) noexcept = default;

std::size_t IgnoreRules::size() const { return set_->rules.size(); }
const IgnoreRule& IgnoreRules::rule(std::size_t i) const { return set_->rules[i].rule; }

namespace {

// A list of ids has no "key:" line; YAML has one before anything else.
bool is_yaml(std::string_view text) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    while (!line.empty() && std::string_view(" \t\r").contains(line.back())) line.remove_suffix(1);
    if (line.empty() || line.front() == '#' || line == "---") continue;
    return line.front() == '{' || line.ends_with(':') || line.contains(": ");
  }
  return false;
}

}  // namespace

void IgnoreRules::add(std::string name, std::string_view text, Diagnostics& diagnostics,
                      const IgnoreLimits& limits) {
  if (text.size() > limits.max_size) {
    diagnostics.error(std::move(name), 0, 0,
                      fmt::format("larger than {} bytes: no rule of it is read", limits.max_size));
    return;
  }
  ignore::RuleReader reader(name, diagnostics, limits.max_rules);
  bool own = false;
  if (is_yaml(text)) {
    const auto source =
        std::make_shared<kube::Source>(name, std::string(text), kube::SourceFormat::kYaml);
    for (const kube::Document& document :
         kube::read_documents(source, diagnostics, {.max_document_size = limits.max_size})) {
      own = own || !document.root().list("ignore").empty();
      reader.read_document(document);
    }
  } else {
    reader.read_lines(text);
  }
  for (IgnoreRule& rule : reader.take()) {
    const bool is_own =
        own && !rule.reason.empty() && rule.name_pattern.empty() && rule.fix_states.empty();
    set_->add(std::move(rule), is_own, diagnostics);
  }
}

std::vector<std::string> IgnoreRules::apply(const image::Inventory& inventory, Day today,
                                            std::vector<Finding>& findings) const {
  const auto& rules = set_->rules;
  std::vector<std::size_t> used(rules.size());
  std::vector<std::size_t> again(rules.size());
  for (Finding& finding : findings) {
    if (!finding.counts() || finding.component >= inventory.components.size()) continue;
    const image::Component& component = inventory.components[finding.component];
    std::vector<std::size_t> ended;
    for (const std::size_t place : set_->about(finding)) {
      const Compiled& compiled = rules[place];
      if (!matches(compiled, finding, component)) continue;
      ++used[place];
      if (compiled.rule.last_day && today > *compiled.rule.last_day) {
        ended.push_back(place);
        continue;
      }
      finding.suppression = {
          .kind = Suppression::Kind::kIgnoreRule,
          .reason = compiled.rule.reason.empty() ? "no reason given" : compiled.rule.reason,
          .source = compiled.rule.source};
      break;
    }
    if (!finding.counts()) continue;
    for (const std::size_t place : ended) ++again[place];
  }
  std::vector<std::string> notes;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const IgnoreRule& rule = rules[i].rule;
    if (again[i] > 0) {
      notes.push_back(fmt::format("{}: the rule ended on {}: {} finding{} again", rule.source,
                                  text_of(*rule.last_day), again[i],
                                  again[i] == 1 ? " counts" : "s count"));
    } else if (used[i] == 0 && rules[i].own) {
      notes.push_back(fmt::format("{}: the rule fits nothing", rule.source));
    }
  }
  return notes;
}

}  // namespace yagura::vuln
