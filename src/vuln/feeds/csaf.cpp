#include "vuln/feeds/csaf.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "vuln/feeds/csaf_products.hpp"
#include "vuln/feeds/ecosystem.hpp"

namespace yagura::vuln {

namespace {

using json::Element;
using json::Object;

std::string source_of(const Object& document) {
  Object publisher;
  const std::string_view name = json::object(document, "publisher", publisher)
                                    ? json::text(publisher, "name")
                                    : std::string_view();
  if (name.find("Red Hat") != std::string_view::npos) return "redhat";
  return name.find("SUSE") != std::string_view::npos ? "suse" : "csaf";
}

FixState state_of(std::string_view category, std::string_view details) {
  const auto says = [details](std::string_view text) {
    return details.find(text) != std::string_view::npos;
  };
  if (category == "no_fix_planned") {
    return says("Out of support scope") ? FixState::kEndOfLife : FixState::kWontFix;
  }
  if (category == "none_available") {
    if (says("deferred") || says("Deferred")) return FixState::kDeferred;
    if (says("Will not fix")) return FixState::kWontFix;
    return FixState::kNotFixed;
  }
  return FixState::kUnknown;
}

// One vulnerability of the document.
class VulnerabilityReader {
 public:
  VulnerabilityReader(const CsafProducts& products, const Object& vulnerability, Record& record)
      : products_(products), vulnerability_(vulnerability), record_(record) {}

  void run() {
    read_states();
    read_impacts();
    Object status;
    if (!json::object(vulnerability_, "product_status", status)) return;
    each_product(status, "fixed", [this](std::string_view id) { add_fixed(id); });
    each_product(status, "first_fixed", [this](std::string_view id) { add_fixed(id); });
    each_product(status, "recommended", [this](std::string_view id) { add_fixed(id); });
    each_product(status, "known_affected", [this](std::string_view id) { add_affected(id); });
    each_product(status, "known_not_affected",
                 [this](std::string_view id) { add_not_affected(id); });
  }

 private:
  using Key = std::tuple<std::string, std::string, std::string, std::string>;

  template <class F>
  static void each_product(const Object& status, std::string_view key, const F& call) {
    json::each(status, key, [&](const Element& element) {
      if (const auto id = json::text(element); !id.empty()) call(id);
    });
  }

  void read_states() {
    json::each_object(vulnerability_, "remediations", [&](const Object& remedy) {
      const FixState state =
          state_of(json::text(remedy, "category"), json::text(remedy, "details"));
      if (state == FixState::kUnknown) return;
      each_product(remedy, "product_ids", [&](std::string_view id) { states_[id] = state; });
    });
  }
  void read_impacts() {
    json::each_object(vulnerability_, "threats", [&](const Object& threat) {
      if (json::text(threat, "category") != "impact") return;
      const std::string_view word = json::text(threat, "details");
      each_product(threat, "product_ids", [&](std::string_view id) { impacts_[id] = word; });
    });
  }

  // False: no package of a platform that we know, or it is there already.
  std::optional<Affected> start(std::string_view id, std::string_view version) {
    const auto product = products_.find(id);
    if (!product) return std::nullopt;
    Affected affected;
    affected.ecosystem = product->ecosystem;
    affected.package = product->name;
    affected.module_label = product->module_label;
    if (const auto impact = impacts_.find(id); impact != impacts_.end()) {
      affected.word = impact->second;
    }
    const Key key{affected.ecosystem, affected.package, affected.module_label,
                  std::string(version)};
    if (!seen_.insert(key).second) return std::nullopt;  // another architecture
    return affected;
  }

  void add_fixed(std::string_view id) {
    const auto product = products_.find(id);
    if (!product || product->version.empty()) return;
    auto affected = start(id, product->version);
    if (!affected) return;
    affected->ranges.push_back(
        {{{Event::Kind::kIntroduced, "0"}, {Event::Kind::kFixed, product->version}}});
    record_.affected.push_back(*std::move(affected));
  }
  void add_affected(std::string_view id) {
    auto affected = start(id, "affected");
    if (!affected) return;
    affected->all_versions = true;
    const auto state = states_.find(id);
    affected->unfixed = state == states_.end() ? FixState::kNotFixed : state->second;
    record_.affected.push_back(*std::move(affected));
  }
  void add_not_affected(std::string_view id) {
    // Said of a package that has a version, it is that build that is not affected.
    const auto product = products_.find(id);
    if (!product || !product->version.empty()) return;
    auto affected = start(id, "not affected");
    if (!affected) return;
    affected->not_affected = true;
    record_.affected.push_back(*std::move(affected));
  }

  const CsafProducts& products_;
  const Object& vulnerability_;
  Record& record_;
  std::unordered_map<std::string_view, FixState> states_;
  std::unordered_map<std::string_view, std::string_view> impacts_;
  std::set<Key> seen_;
};

void read_scores(const Object& vulnerability, const std::string& source, Record& record) {
  json::each_object(vulnerability, "scores", [&](const Object& score) {
    for (const std::string_view key : {"cvss_v4", "cvss_v3", "cvss_v2"}) {
      Object cvss;
      if (!json::object(score, key, cvss)) continue;
      const std::string vector(json::text(cvss, "vectorString"));
      const bool known = std::ranges::any_of(
          record.ratings, [&](const Rating& other) { return other.vector == vector; });
      if (vector.empty() || known) continue;
      record.ratings.push_back({.source = source, .vector = vector, .score = 0, .word = {}});
    }
  });
}

void read_texts(const Object& vulnerability, Record& record) {
  record.summary = json::text(vulnerability, "title");
  json::each_object(vulnerability, "notes", [&](const Object& note) {
    const std::string_view category = json::text(note, "category");
    if (category == "description" && record.details.empty()) {
      record.details = json::text(note, "text");
    }
    if (category == "summary" && record.summary.empty()) record.summary = json::text(note, "title");
  });
  json::each_object(vulnerability, "references", [&](const Object& reference) {
    if (const auto url = json::text(reference, "url"); !url.empty()) {
      record.references.emplace_back(url);
    }
  });
  Object cwe;
  if (json::object(vulnerability, "cwe", cwe)) {
    if (const auto id = json::text(cwe, "id"); !id.empty()) record.weaknesses.emplace_back(id);
  }
}

}  // namespace

void read_csaf(const Object& root, std::string_view file, Parsed& parsed) {
  Object document;
  Object tree;
  if (!json::object(root, "document", document) || !json::object(root, "product_tree", tree)) {
    add_problem(parsed, file, 0, "CSAF needs \"document\" and \"product_tree\"");
    return;
  }
  CsafProducts products;
  if (!products.read(tree)) {
    add_problem(parsed, file, 0, "the product tree is too deep or too large");
    return;
  }
  const std::string source = source_of(document);
  Object tracking;
  std::string id;
  std::string modified;
  std::string published;
  if (json::object(document, "tracking", tracking)) {
    id = json::text(tracking, "id");
    modified = json::text(tracking, "current_release_date");
    published = json::text(tracking, "initial_release_date");
  }
  parsed.data_time = std::max(parsed.data_time, modified);
  Object severity;
  const std::string word(json::object(document, "aggregate_severity", severity)
                             ? json::text(severity, "text")
                             : std::string_view());
  json::each_object(root, "vulnerabilities", [&](const Object& vulnerability) {
    Record record;
    const std::string cve(json::text(vulnerability, "cve"));
    if (!is_cve(cve)) {
      add_problem(parsed, file, 0, "a vulnerability without a CVE's name");
      return;
    }
    const bool is_vex = id == cve;
    // An advisory of several has a record for each, under a name of its own.
    record.id = is_vex || id.empty() ? cve : id + "/" + cve;
    if (!is_vex) record.upstream = {cve};
    record.source = source;
    record.authority = Authority::kDistribution;
    record.modified = modified;
    const std::string_view release = json::text(vulnerability, "release_date");
    record.published = release.empty() ? published : std::string(release);
    read_texts(vulnerability, record);
    read_scores(vulnerability, source, record);
    if (!word.empty()) {
      record.ratings.push_back({.source = source, .vector = {}, .score = 0, .word = word});
    }
    VulnerabilityReader(products, vulnerability, record).run();
    parsed.records.push_back(std::move(record));
  });
}

}  // namespace yagura::vuln
