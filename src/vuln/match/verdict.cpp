#include "vuln/match/verdict.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "vuln/feeds/ecosystem.hpp"

namespace yagura::vuln {

namespace {

// Modular packages are compared within their module and stream alone: nodejs 16 of "nodejs:16" is
// not what an advisory of "nodejs:18" fixes.
bool same_module(const Query& query, const Statement& statement) {
  const auto is_modular = [](std::string_view version) {
    return version.find(".module") != std::string_view::npos;
  };
  std::string_view wanted = statement.module_label;
  if (wanted.empty()) {
    const bool modular_fix = std::ranges::any_of(
        statement.intervals, [&](const Interval& interval) { return is_modular(interval.end); });
    if (modular_fix) return is_modular(query.version) || !query.module_label.empty();
    // An open one says nothing of modules; a fix of the plain package is none of a module's.
    const bool has_fix = std::ranges::any_of(statement.intervals, [](const Interval& interval) {
      return interval.end_kind == Interval::End::kFixed;
    });
    return !has_fix || (query.module_label.empty() && !is_modular(query.version));
  }
  if (!query.module_label.empty()) {
    const std::string_view label = query.module_label;
    while (!wanted.empty()) {
      const auto end = std::min(wanted.find(' '), wanted.size());
      const std::string_view one = wanted.substr(0, end);
      wanted.remove_prefix(std::min(end + 1, wanted.size()));
      if (label.starts_with(one) && (label.size() == one.size() || label[one.size()] == ':')) {
        return true;
      }
    }
    return false;
  }
  return is_modular(query.version);  // an inventory without labels
}

void read_fixes(const Query& query, Scheme scheme, const Statement& statement, Claim& claim) {
  for (const Interval& interval : statement.intervals) {
    if (interval.end_kind != Interval::End::kFixed) continue;
    claim.fixes.push_back(interval.end);
    const bool above = compare(scheme, interval.end, query.version) > 0;
    const bool lower = claim.fixed.empty() || compare(scheme, interval.end, claim.fixed) < 0;
    if (above && lower) claim.fixed = interval.end;
  }
}

// The names that people know a record's vulnerabilities by.
std::vector<std::string_view> cves_of(const RecordHead& head) {
  std::vector<std::string_view> out;
  const auto add = [&out](std::string_view id) {
    if (is_cve(id) && std::ranges::find(out, id) == out.end()) out.push_back(id);
  };
  add(head.id);
  for (const std::string_view id : head.upstream) add(id);
  if (head.upstream.empty()) {
    for (const std::string_view id : head.aliases) add(id);
  }
  return out;
}

int preference(std::string_view id) {
  static constexpr std::array<std::string_view, 6> kPrefixes = {"GHSA-",  "MAL-",     "GO-",
                                                                "PYSEC-", "RUSTSEC-", "DSA-"};
  const auto* found = std::ranges::find_if(
      kPrefixes, [id](std::string_view prefix) { return id.starts_with(prefix); });
  return static_cast<int>(found - kPrefixes.begin());
}

// Bug fixes and enhancements that come in the form of advisories, without any vulnerability.
bool is_no_vulnerability(const RecordHead& head) {
  static constexpr std::array<std::string_view, 8> kPrefixes = {
      "ALBA-", "ALEA-", "RLBA-", "RLEA-", "RHBA-", "RHEA-", "SUSE-RU-", "openSUSE-RU-"};
  if (std::ranges::any_of(
          kPrefixes, [&head](std::string_view prefix) { return head.id.starts_with(prefix); })) {
    return true;
  }
  const bool debian = head.id.starts_with("DSA-") || head.id.starts_with("DLA-");
  return debian && head.summary.find("regression") != std::string_view::npos;
}

// Names of one vulnerability that has no CVE: the same for all records that name each other.
std::string_view name_without_cve(const RecordHead& head) {
  std::string_view best = head.upstream.size() == 1 ? head.upstream.front() : head.id;
  for (const std::string_view alias : head.aliases) {
    const auto key = std::pair(preference(alias), alias);
    if (key < std::pair(preference(best), best)) best = alias;
  }
  return best;
}

// What stands before: claims are compared where several decide.
bool better(const Claim& a, const Claim& b) {
  if (a.fixed.empty() != b.fixed.empty()) return b.fixed.empty();
  if (!a.fixed.empty() && a.scheme == b.scheme) {
    if (const auto order = compare(a.scheme, a.fixed, b.fixed); order != 0) return order > 0;
  }
  const auto names = [](const Claim& claim) {
    return std::pair(preference(claim.head.id), claim.head.id);
  };
  return names(a) < names(b);
}

}  // namespace

void Judge::ask(const Query& query) {
  const Scheme scheme = scheme_of_ecosystem(query.ecosystem).value_or(Scheme::kGeneric);
  Statements statements = index_.find(query.ecosystem, query.name);
  Statement statement;
  while (statements.next(statement)) {
    if (!same_module(query, statement)) continue;
    auto head = statement.shard->record(statement.record);
    if (!head) {
      damaged_ = true;
      continue;
    }
    if (head->withdrawn) continue;
    Claim& claim = claims_.emplace_back();
    claim.shard = statement.shard;
    claim.record = statement.record;
    claim.head = *std::move(head);
    claim.affected = affects(scheme, statement, query.version);
    claim.ecosystem = query.ecosystem;
    claim.scheme = scheme;
    if (!claim.affected) continue;
    claim.unfixed = statement.unfixed;
    if (claim.unfixed == FixState::kUnknown && query.is_distribution) {
      claim.unfixed = FixState::kNotFixed;
    }
    claim.word = statement.word;
    claim.ratings = statement.ratings;
    read_fixes(query, scheme, statement, claim);
  }
  damaged_ = damaged_ || statements.damaged();
}

std::vector<Verdict> Judge::verdicts() const {
  const bool any = std::ranges::any_of(claims_, &Claim::affected);
  if (!any) return {};
  // A record without a CVE may be the alias of one that has it.
  std::map<std::string_view, std::string_view> cve_of_alias;
  for (const Claim& claim : claims_) {
    if (!claim.head.upstream.empty()) continue;
    const auto cves = cves_of(claim.head);
    if (cves.empty()) continue;
    cve_of_alias.try_emplace(claim.head.id, cves.front());
    for (const std::string_view alias : claim.head.aliases) {
      cve_of_alias.try_emplace(alias, cves.front());
    }
  }
  std::map<std::string_view, std::vector<const Claim*>> groups;
  for (const Claim& claim : claims_) {
    const auto cves = cves_of(claim.head);
    for (const std::string_view cve : cves) groups[cve].push_back(&claim);
    if (!cves.empty() || is_no_vulnerability(claim.head)) continue;
    const std::string_view name = name_without_cve(claim.head);
    const auto own = cve_of_alias.find(claim.head.id);
    const auto alias = own != cve_of_alias.end() ? own : cve_of_alias.find(name);
    groups[alias != cve_of_alias.end() ? alias->second : name].push_back(&claim);
  }
  std::vector<Verdict> out;
  for (const auto& [id, claims] : groups) {
    Authority highest = Authority::kReported;
    for (const Claim* claim : claims) highest = std::max(highest, claim->head.authority);
    Verdict verdict;
    verdict.id = id;
    for (const Claim* claim : claims) {
      const bool decides = claim->affected && claim->head.authority == highest;
      (decides ? verdict.deciding : verdict.others).push_back(claim);
    }
    if (verdict.deciding.empty()) continue;
    std::ranges::stable_sort(verdict.deciding,
                             [](const Claim* a, const Claim* b) { return better(*a, *b); });
    out.push_back(std::move(verdict));
  }
  return out;
}

}  // namespace yagura::vuln
