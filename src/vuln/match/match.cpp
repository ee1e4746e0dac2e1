#include "vuln/match/match.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "vuln/feeds/ecosystem.hpp"
#include "vuln/match/cvss.hpp"
#include "vuln/match/distro_ecosystem.hpp"
#include "vuln/match/queries.hpp"
#include "vuln/match/severity.hpp"
#include "vuln/match/verdict.hpp"

namespace yagura::vuln {

namespace {

using image::Component;
using image::Inventory;
using image::Package;
using image::PackageType;

bool is_kernel_headers(const Package& package) {
  const std::string_view name = package.name;
  const std::string_view source = package.source();
  const bool of_kernel = source == "linux" || source == "kernel" || source == "kernel-default" ||
                         source == "linux-headers" || source.starts_with("linux-");
  if (name == "linux-libc-dev" || name == "kernel-headers" || name == "linux-glibc-devel") {
    return true;
  }
  return of_kernel && (name.starts_with("linux-headers-") || name == "linux-headers" ||
                       name.starts_with("linux-doc") || name.starts_with("linux-source") ||
                       name.starts_with("kernel-devel") || name.starts_with("kernel-doc"));
}

Rating to_rating(const RatingView& view, std::string_view otherwise) {
  Rating rating{.source = std::string(view.source.empty() ? otherwise : view.source),
                .vector = std::string(view.vector),
                .score = 0,
                .word = std::string(view.word)};
  if (!rating.vector.empty()) rating.score = cvss_score(rating.vector).value_or(0);
  return rating;
}

// "ghsa" for GitHub's records, else the feed.
std::string_view publisher(const RecordHead& head) {
  if (head.id.starts_with("GHSA-")) return "ghsa";
  if (head.id.starts_with("PYSEC-")) return "pypa";
  if (head.id.starts_with("GO-")) return "go";
  if (head.id.starts_with("RUSTSEC-")) return "rustsec";
  return head.source;
}

// "RHSA-2024:1" of "RHSA-2024:1/CVE-2024-1", the record of one vulnerability of an advisory.
std::string_view advisory_id(std::string_view id) { return id.substr(0, id.find("/CVE-")); }

// Gathers what is known of a vulnerability; keeps those that several components have.
class Catalogue {
 public:
  Catalogue(const Index& index, const MatchOptions& options) : index_(index), options_(options) {}

  // Nothing: rejected by the one who numbers them.
  std::shared_ptr<const Vulnerability> find(const Verdict& verdict) {
    const Claim& first = *verdict.deciding.front();
    const Key key{verdict.id, first.shard, first.record, std::string(first.word)};
    const auto [known, is_new] = known_.try_emplace(key);
    if (is_new) known->second = make(verdict);
    return known->second;
  }
  [[nodiscard]] bool damaged() const { return damaged_; }

 private:
  struct Key {
    std::string id;
    const Shard* shard;
    std::uint32_t record;
    std::string word;
    auto operator<=>(const Key&) const = default;
  };

  std::shared_ptr<const Vulnerability> make(const Verdict& verdict) {
    auto out = std::make_shared<Vulnerability>();
    out->id = verdict.id;
    std::set<std::pair<const Shard*, std::uint32_t>> seen;
    for (const Claim* claim : verdict.deciding) {
      add_claim_ratings(*claim, *out);
      if (seen.emplace(claim->shard, claim->record).second) {
        add_record(*claim->shard, claim->head, *out);
      }
    }
    const auto decided = severity_of_ratings(out->ratings);
    for (const Claim* claim : verdict.others) {
      if (seen.emplace(claim->shard, claim->record).second) {
        add_record(*claim->shard, claim->head, *out);
      }
    }
    // What other ecosystems' records say of the same CVE: ratings and texts, no verdicts. An
    // advisory about several says nothing of one.
    for (const auto& [shard, position] : index_.records_of(verdict.id)) {
      if (!seen.emplace(shard, position).second) continue;
      const auto head = shard->record(position);
      if (head && !head->withdrawn && head->upstream.empty()) add_record(*shard, *head, *out);
    }
    if (is_rejected(*out)) return nullptr;
    finish(decided, *out);
    return out;
  }

  static void add_claim_ratings(const Claim& claim, Vulnerability& out) {
    if (!claim.word.empty()) {
      add_rating({.source = std::string(claim.head.source),
                  .vector = {},
                  .score = 0,
                  .word = std::string(claim.word)},
                 out);
    }
    for (const RatingView& view : claim.ratings) {
      add_rating(to_rating(view, publisher(claim.head)), out);
    }
  }
  static void add_rating(Rating rating, Vulnerability& out) {
    const bool known = std::ranges::any_of(out.ratings, [&rating](const Rating& other) {
      return other.source == rating.source && other.vector == rating.vector &&
             other.word == rating.word;
    });
    if (!known) out.ratings.push_back(std::move(rating));
  }
  static void add_unique(std::string_view text, std::vector<std::string>& list) {
    if (std::ranges::find(list, text) == list.end()) list.emplace_back(text);
  }
  void add_record(const Shard& shard, const RecordHead& head, Vulnerability& out) {
    for (const RatingView& view : head.ratings) add_rating(to_rating(view, publisher(head)), out);
    // An advisory about several vulnerabilities has the others' names too.
    if (head.id != out.id) add_unique(advisory_id(head.id), out.aliases);
    if (head.upstream.empty()) {
      for (const std::string_view alias : head.aliases) {
        if (alias != out.id) add_unique(alias, out.aliases);
      }
    }
    for (const std::string_view weakness : head.weaknesses) add_unique(weakness, out.weaknesses);
    if (out.summary.empty()) out.summary = head.summary;
    if (out.published.empty() || (!head.published.empty() && head.published < out.published)) {
      if (!head.published.starts_with("0001")) out.published = head.published;
    }
    if (head.modified > out.modified) out.modified = head.modified;
    if (!options_.details) return;
    auto text = shard.text(head);
    if (!text) {
      damaged_ = true;
      return;
    }
    if (out.details.empty()) out.details = std::move(text->details);
    for (const std::string& reference : text->references) add_unique(reference, out.references);
  }
  static bool is_rejected(const Vulnerability& out) {
    for (const std::string_view mark : {"** REJECT", "Rejected reason:", "REJECTED"}) {
      if (out.details.starts_with(mark) || out.summary.starts_with(mark)) return true;
    }
    return false;
  }
  static std::string first_line(std::string_view details) {
    constexpr std::size_t kMost = 160;
    std::string_view line = details.substr(0, details.find('\n'));
    if (line.size() <= kMost) return std::string(line);
    std::size_t end = line.rfind(' ', kMost);
    if (end == std::string_view::npos || end == 0) end = kMost;
    while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80) --end;
    return std::string(line.substr(0, end)) + "…";
  }
  void finish(std::optional<model::Severity> decided, Vulnerability& out) {
    if (!decided) decided = severity_of_ratings(out.ratings);
    const auto is_malware = [](std::string_view id) { return id.starts_with("MAL-"); };
    if (is_malware(out.id) || std::ranges::any_of(out.aliases, is_malware)) {
      decided = model::Severity::kCritical;
    }
    out.severity_known = decided.has_value();
    out.severity = decided.value_or(model::Severity::kMedium);
    if (out.summary.empty()) out.summary = first_line(out.details);
    std::ranges::sort(out.aliases);
    if (const auto score = index_.score(out.id)) {
      if (score->epss >= 0) out.epss = score->epss;
      if (score->percentile >= 0) out.epss_percentile = score->percentile;
      out.known_exploited = !score->exploited_since.empty();
      out.exploited_since = score->exploited_since;
    }
  }

  const Index& index_;
  const MatchOptions& options_;
  std::map<Key, std::shared_ptr<const Vulnerability>> known_;
  bool damaged_ = false;
};

// The advisory that brought the fix says more than the vulnerability's own name.
std::string advisory_of(const Verdict& verdict) {
  const Claim& first = *verdict.deciding.front();
  if (first.head.id != verdict.id) return std::string(advisory_id(first.head.id));
  for (const auto* list : {&verdict.deciding, &verdict.others}) {
    for (const Claim* claim : *list) {
      const bool same_fix = claim->affected && claim->scheme == first.scheme &&
                            compare(claim->scheme, claim->fixed, first.fixed) == 0;
      if (same_fix && claim->head.id != verdict.id && !claim->head.upstream.empty()) {
        return std::string(advisory_id(claim->head.id));
      }
    }
  }
  return std::string(first.head.id);
}

Finding to_finding(std::size_t component, const Verdict& verdict) {
  const Claim& first = *verdict.deciding.front();
  Finding finding;
  finding.component = component;
  if (!first.fixed.empty()) {
    finding.fix_state = FixState::kFixed;
    finding.fixed_version = first.fixed;
  } else {
    finding.fix_state = first.unfixed;
  }
  std::vector<std::string_view> fixes;
  for (const Claim* claim : verdict.deciding) {
    for (const std::string_view fix : claim->fixes) fixes.push_back(fix);
  }
  const auto less = [&first](std::string_view a, std::string_view b) {
    const auto order = compare(first.scheme, a, b);
    return order != 0 ? order < 0 : a < b;
  };
  std::ranges::stable_sort(fixes, less);
  const auto same = std::ranges::unique(fixes);
  fixes.erase(same.begin(), same.end());
  finding.fixed_versions.assign(fixes.begin(), fixes.end());
  finding.advisory = advisory_of(verdict);
  finding.source = first.head.source == "osv"
                       ? "osv:" + std::string(ecosystem_base(first.ecosystem))
                       : std::string(first.head.source);
  return finding;
}

class Matcher {
 public:
  Matcher(const Inventory& inventory, const Index& index, const MatchOptions& options)
      : inventory_(inventory),
        index_(index),
        options_(options),
        catalogue_(index, options),
        distro_is_covered_(is_distro_covered()) {}

  MatchResult run() {
    for (std::size_t i = 0; i < inventory_.components.size(); ++i) component(i);
    sort();
    add_notes();
    return std::move(result_);
  }

 private:
  bool is_distro_covered() const {
    const auto ecosystems = ecosystems_of(inventory_.distro, {});
    return !ecosystems.empty() && index_.covers(ecosystems.front());
  }

  void component(std::size_t position) {
    const Component& component = inventory_.components[position];
    const Package& package = component.package;
    if (package.development && !options_.development) return;
    const bool of_distribution = image::is_distribution_package(package.type);
    if (of_distribution) {
      ++distribution_packages_;
      if (!distro_is_covered_) return;
    } else if (!component.owner.empty() && distro_is_covered_) {
      ++result_.covered_by_distribution;
      return;
    }
    if (!has_version(package)) {
      ++without_version_;
      return;
    }
    const auto queries = queries_of(inventory_.distro, package);
    if (queries.empty()) return;
    ++result_.components;
    Judge judge(index_);
    for (const Query& query : queries) {
      if (!query.is_distribution && !index_.covers(query.ecosystem)) {
        missing_.insert(query.ecosystem);
      }
      judge.ask(query);
    }
    damaged_ = damaged_ || judge.damaged();
    for (const Verdict& verdict : judge.verdicts()) add(position, verdict);
  }

  void add(std::size_t position, const Verdict& verdict) {
    Finding finding = to_finding(position, verdict);
    if (options_.kernel_headers != KernelHeaders::kAll &&
        is_kernel_headers(inventory_.components[position].package) &&
        (options_.kernel_headers == KernelHeaders::kNone ||
         finding.fix_state != FixState::kFixed)) {
      ++result_.headers_left_out;
      return;
    }
    finding.vulnerability = catalogue_.find(verdict);
    if (finding.vulnerability) result_.findings.push_back(std::move(finding));
  }

  void sort() {
    std::ranges::stable_sort(result_.findings, [](const Finding& a, const Finding& b) {
      if (a.component != b.component) return a.component < b.component;
      if (a.vulnerability->severity != b.vulnerability->severity) {
        return a.vulnerability->severity > b.vulnerability->severity;
      }
      return a.vulnerability->id < b.vulnerability->id;
    });
  }

  void add_notes() {
    const auto note = [this](std::string text) { result_.notes.push_back(std::move(text)); };
    const std::string name =
        inventory_.distro.name.empty() ? inventory_.distro.id : inventory_.distro.name;
    if (distribution_packages_ > 0 && !distro_is_covered_) {
      note(std::to_string(distribution_packages_) + " packages of " +
           (name.empty() ? "an unknown distribution" : name) +
           " were not judged: the index has no advisories of it");
    }
    for (const std::string& ecosystem : missing_) {
      note("packages of " + ecosystem + " were not judged: the index has no advisories of it");
    }
    if (without_version_ > 0) {
      note(std::to_string(without_version_) + " packages without a version were not judged");
    }
    if (result_.headers_left_out > 0) {
      note(std::to_string(result_.headers_left_out) +
           " vulnerabilities of the kernel were left out that packages of its headers have: they "
           "bring no kernel");
    }
    add_end_of_life_note(name);
    if (damaged_ || catalogue_.damaged()) {
      note("part of the vulnerability index is damaged: findings may be missing");
    }
  }

  void add_end_of_life_note(const std::string& name) {
    if (options_.today.empty()) return;
    const auto end = image::end_of_life(inventory_.distro);
    if (!end || end->standard.empty() || options_.today <= end->standard) return;
    std::string text = name + " is out of its support since " + end->standard;
    if (!end->extended.empty() && options_.today <= end->extended) {
      text += "; extended support lasts until " + end->extended;
    } else {
      text += ": new vulnerabilities get no fixes and are often not recorded";
    }
    result_.notes.push_back(std::move(text));
  }

  const Inventory& inventory_;
  const Index& index_;
  const MatchOptions& options_;
  Catalogue catalogue_;
  bool distro_is_covered_;
  MatchResult result_;
  std::uint64_t distribution_packages_ = 0;
  std::uint64_t without_version_ = 0;
  std::set<std::string> missing_;
  bool damaged_ = false;
};

}  // namespace

MatchResult match(const Inventory& inventory, const Index& index, const MatchOptions& options) {
  return Matcher(inventory, index, options).run();
}

}  // namespace yagura::vuln
