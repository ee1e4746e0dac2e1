// Three formats to rules. Whatever a format can say and we can't do makes its rule an error: a rule
// that is read by half would hide too much.

#include "vuln/ignore/internal/readers.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

namespace yagura::vuln::ignore {
namespace {

constexpr std::size_t kMaxText = 4096;

bool take_digits(std::string_view& text, std::size_t count, int& out) {
  if (text.size() < count) return false;
  out = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    out = out * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return true;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

void add_package(std::string_view text, IgnoreRule& rule) {
  if (auto purl = image::parse_purl(text)) {
    rule.purls.push_back(std::move(*purl));
  } else {
    rule.packages.emplace_back(text);
  }
}

std::string without_slash(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  return std::string(path);
}

// Grype's words for kinds of packages.
constexpr std::array<std::pair<std::string_view, image::PackageType>, 16> kGrypeTypes{{
    {"deb", image::PackageType::kDeb},
    {"apk", image::PackageType::kApk},
    {"rpm", image::PackageType::kRpm},
    {"npm", image::PackageType::kNpm},
    {"python", image::PackageType::kPypi},
    {"go-module", image::PackageType::kGo},
    {"java-archive", image::PackageType::kMaven},
    {"jenkins-plugin", image::PackageType::kMaven},
    {"gem", image::PackageType::kGem},
    {"php-composer", image::PackageType::kComposer},
    {"rust-crate", image::PackageType::kCargo},
    {"dotnet", image::PackageType::kNuget},
    {"nuget", image::PackageType::kNuget},
    {"conda", image::PackageType::kConda},
    {"opkg", image::PackageType::kOpkg},
    {"binary", image::PackageType::kGeneric},
}};

constexpr std::array<std::pair<std::string_view, FixState>, 6> kFixStates{{
    {"fixed", FixState::kFixed},
    {"not-fixed", FixState::kNotFixed},
    {"wont-fix", FixState::kWontFix},
    {"will-not-fix", FixState::kWontFix},
    {"unknown", FixState::kUnknown},
    {"deferred", FixState::kDeferred},
}};

}  // namespace

std::optional<Day> day_of(std::string_view text) {
  int year = 0;
  int month = 0;
  int day = 0;
  if (!take_digits(text, 4, year) || !text.starts_with('-')) return std::nullopt;
  text.remove_prefix(1);
  if (!take_digits(text, 2, month) || !text.starts_with('-')) return std::nullopt;
  text.remove_prefix(1);
  if (!take_digits(text, 2, day)) return std::nullopt;
  if (!text.empty() && !std::string_view("T ").contains(text.front())) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return Day(date);
}

// Greedy: after each star the next piece is looked for from the left, which is enough, since a star
// takes anything.
bool matches_stars(std::string_view pattern, std::string_view text) {
  const auto first = pattern.find('*');
  if (first == std::string_view::npos) return pattern == text;
  if (!text.starts_with(pattern.substr(0, first))) return false;
  text.remove_prefix(first);
  pattern.remove_prefix(first + 1);
  for (;;) {
    const auto star = pattern.find('*');
    if (star == std::string_view::npos) return text.ends_with(pattern);
    const auto at = text.find(pattern.substr(0, star));
    if (at == std::string_view::npos) return false;
    text.remove_prefix(at + star);
    pattern.remove_prefix(star + 1);
  }
}

struct RuleReader::Entry {
  const kube::Document& document;
  const kube::Node& node;

  [[nodiscard]] std::string source() const {
    const kube::Place place = document.position_of(node);
    return fmt::format("{}:{}", place.file, place.position.line);
  }
};

bool RuleReader::wrong(const Entry& entry, const kube::Node& at, std::string message,
                       std::string hint) {
  const kube::Position position = entry.document.position_of(at).position;
  diagnostics_.error(std::string(file_), position.line, position.column, std::move(message),
                     std::move(hint));
  return false;
}

void RuleReader::keep(IgnoreRule rule) {
  if (rules_.size() < max_rules_) {
    rules_.push_back(std::move(rule));
  } else if (rules_.size() == max_rules_) {
    diagnostics_.error(std::string(file_), 0, 0,
                       fmt::format("more than {} rules: the rest is not read", max_rules_));
    max_rules_ = 0;  // said once
  }
}

bool RuleReader::texts(const Entry& entry, std::string_view key, std::vector<std::string>& out) {
  const kube::Node* const found = entry.node.find(key);
  if (found == nullptr || found->is_null()) return true;
  const auto add = [&](const kube::Node& node) {
    if (!node.is_string() || node.as_string().empty() || node.as_string().size() > kMaxText) {
      return wrong(entry, node, fmt::format("\"{}\" is no text of up to {} bytes", key, kMaxText));
    }
    out.emplace_back(node.as_string());
    return true;
  };
  if (!found->is_list()) return add(*found);
  for (const kube::Node& node : found->items()) {
    if (!add(node)) return false;
  }
  return true;
}

bool RuleReader::only_has(const Entry& entry, const kube::Node& node,
                          std::initializer_list<std::string_view> keys) {
  if (!node.is_map()) return wrong(entry, node, "this is no rule: keys with values are");
  for (const kube::Member& member : node.members()) {
    if (std::ranges::find(keys, member.key) == keys.end()) {
      return wrong(entry, member.value,
                   fmt::format("unknown key \"{}\": the rule is left out", member.key),
                   "a rule that is read by half would ignore too much");
    }
  }
  return true;
}

bool RuleReader::read_day(const Entry& entry, std::string_view key, int shift, IgnoreRule& rule) {
  const kube::Node* const found = entry.node.find(key);
  if (found == nullptr || found->is_null()) return true;
  const auto day = day_of(found->string_or());
  if (!day) return wrong(entry, *found, fmt::format("\"{}\" is no date", key), "write 2025-12-31");
  rule.last_day = *day + std::chrono::days(shift);
  return true;
}

void RuleReader::read_own(const Entry& entry) {
  IgnoreRule rule{.source = entry.source()};
  std::vector<std::string> packages;
  std::vector<std::string> reasons;
  if (!only_has(entry, entry.node, {"id", "package", "path", "until", "reason"}) ||
      !texts(entry, "id", rule.ids) || !texts(entry, "package", packages) ||
      !texts(entry, "path", rule.paths) || !texts(entry, "reason", reasons) ||
      !read_day(entry, "until", 0, rule)) {
    return;
  }
  if (reasons.size() != 1) {
    wrong(entry, entry.node, "the rule has no reason", "say why: reason: not reachable, …");
    return;
  }
  for (const std::string& package : packages) add_package(package, rule);
  for (std::string& path : rule.paths) path = without_slash(path);
  if (rule.ids.empty() && packages.empty() && rule.paths.empty()) {
    wrong(entry, entry.node, "the rule would ignore everything", "give id, package or path");
    return;
  }
  rule.reason = std::move(reasons.front());
  keep(std::move(rule));
}

void RuleReader::read_trivy(const Entry& entry) {
  IgnoreRule rule{.source = entry.source()};
  std::vector<std::string> purls;
  std::vector<std::string> statements;
  // Trivy's rule ends with the beginning of its day.
  if (!only_has(entry, entry.node, {"id", "paths", "purls", "expired_at", "statement"}) ||
      !texts(entry, "id", rule.ids) || !texts(entry, "paths", rule.paths) ||
      !texts(entry, "purls", purls) || !texts(entry, "statement", statements) ||
      !read_day(entry, "expired_at", -1, rule)) {
    return;
  }
  if (rule.ids.empty()) {
    wrong(entry, entry.node, "the rule has no id");
    return;
  }
  for (const std::string& text : purls) {
    auto purl = image::parse_purl(text);
    if (!purl) {
      wrong(entry, entry.node, "\"" + text + "\" is no purl");
      return;
    }
    rule.purls.push_back(std::move(*purl));
  }
  for (std::string& path : rule.paths) path = without_slash(path);
  if (!statements.empty()) rule.reason = std::move(statements.front());
  keep(std::move(rule));
}

bool RuleReader::read_grype_package(const Entry& entry, const kube::Node& package,
                                    IgnoreRule& rule) {
  const Entry inner{.document = entry.document, .node = package};
  std::vector<std::string> names;
  std::vector<std::string> upstreams;
  std::vector<std::string> versions;
  std::vector<std::string> types;
  if (!only_has(inner, package, {"name", "version", "type", "location", "upstream-name"}) ||
      !texts(inner, "name", names) || !texts(inner, "upstream-name", upstreams) ||
      !texts(inner, "version", versions) || !texts(inner, "type", types) ||
      !texts(inner, "location", rule.paths)) {
    return false;
  }
  if (!names.empty() && !upstreams.empty()) {
    return wrong(entry, package, "name and upstream-name in one rule can't be read");
  }
  if (!names.empty()) rule.name_pattern = names.front();
  if (!upstreams.empty()) rule.name_pattern = upstreams.front();
  if (!versions.empty()) rule.version = versions.front();
  for (std::string& path : rule.paths) path = without_slash(path);
  if (types.empty()) return true;
  for (const auto& [word, type] : kGrypeTypes) {
    if (word == types.front()) rule.type = type;
  }
  return rule.type ? true : wrong(entry, package, "unknown type \"" + types.front() + "\"");
}

void RuleReader::read_grype(const Entry& entry) {
  IgnoreRule rule{.source = entry.source()};
  std::vector<std::string> reasons;
  std::vector<std::string> states;
  if (!only_has(entry, entry.node,
                {"vulnerability", "fix-state", "package", "reason", "include-aliases"}) ||
      !texts(entry, "vulnerability", rule.ids) || !texts(entry, "reason", reasons) ||
      !texts(entry, "fix-state", states)) {
    return;
  }
  for (const std::string& state : states) {
    const auto* const found =
        std::ranges::find(kFixStates, state, &std::pair<std::string_view, FixState>::first);
    if (found == kFixStates.end()) {
      wrong(entry, entry.node, "unknown fix-state \"" + state + "\"");
      return;
    }
    rule.fix_states.push_back(found->second);
  }
  if (const kube::Node* const package = entry.node.find("package"); package != nullptr) {
    if (!read_grype_package(entry, *package, rule)) return;
  }
  const bool says_nothing = rule.ids.empty() && states.empty() && rule.name_pattern.empty() &&
                            rule.version.empty() && !rule.type && rule.paths.empty();
  if (says_nothing) {
    wrong(entry, entry.node, "the rule would ignore everything");
    return;
  }
  if (!reasons.empty()) rule.reason = std::move(reasons.front());
  keep(std::move(rule));
}

void RuleReader::read_document(const kube::Document& document) {
  const kube::Node& root = document.root();
  if (root.find("vulnerabilities") == nullptr && root.find("ignore") == nullptr) {
    diagnostics_.warning(std::string(file_), 0, 0, "no ignore rules in it",
                         "a list under the key \"ignore\"");
  }
  for (const kube::Node& node : root.list("vulnerabilities")) {
    read_trivy({.document = document, .node = node});
  }
  for (const kube::Node& node : root.list("ignore")) {
    const Entry entry{.document = document, .node = node};
    const kube::Node* const package = node.find("package");
    const bool is_grype = node.find("vulnerability") != nullptr ||
                          node.find("fix-state") != nullptr ||
                          (package != nullptr && package->is_map());
    if (is_grype) {
      read_grype(entry);
    } else {
      read_own(entry);
    }
  }
}

// Lines of ids, each perhaps with "exp:DATE"; the comment before a line is its reason.
void RuleReader::read_lines(std::string_view text) {
  std::string comment;
  for (std::uint32_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    std::string_view line = trimmed(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (line.starts_with('#')) {
      comment = trimmed(line.substr(1));
      continue;
    }
    if (line.empty()) {
      comment.clear();
      continue;
    }
    if (const auto hash = line.find(" #"); hash != std::string_view::npos) {
      comment = trimmed(line.substr(hash + 2));
      line = trimmed(line.substr(0, hash));
    }
    const auto blank = line.find_first_of(" \t");
    IgnoreRule rule{.source = fmt::format("{}:{}", file_, number)};
    rule.ids.emplace_back(line.substr(0, blank));
    rule.reason = comment;
    std::string_view rest =
        blank == std::string_view::npos ? std::string_view() : trimmed(line.substr(blank));
    if (rest.starts_with("exp:")) {
      const auto day = day_of(rest.substr(4));
      if (!day) {
        diagnostics_.error(std::string(file_), number, 0,
                           "\"" + std::string(rest) + "\" is no date", "write exp:2025-12-31");
        continue;
      }
      rule.last_day = *day - std::chrono::days(1);
    } else if (!rest.empty()) {
      diagnostics_.error(std::string(file_), number, 0,
                         "\"" + std::string(rest) + "\" is not understood: the rule is left out");
      continue;
    }
    keep(std::move(rule));
  }
}

}  // namespace yagura::vuln::ignore
