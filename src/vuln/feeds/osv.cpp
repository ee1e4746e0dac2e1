#include "vuln/feeds/osv.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <utility>

#include "vuln/feeds/ecosystem.hpp"

// Besides the schema's own members, four habits of publishers are read: GitHub's word and CWE list
// in database_specific, Go's review status, Debian's urgency, and the module ("nodejs:18") that
// rebuilds of RHEL name in the summary alone.

namespace yagura::vuln {

namespace {

using json::Element;
using json::Object;

constexpr std::size_t kMaxEvents = 100'000;

void strings(const Object& object, std::string_view key, std::vector<std::string>& out) {
  json::each(object, key, [&](const Element& element) {
    if (const auto text = json::text(element); !text.empty()) out.emplace_back(text);
  });
}

// "CVSS_V3" with a vector, "Ubuntu" with a word.
void read_severity(const Object& object, std::vector<Rating>& ratings) {
  json::each_object(object, "severity", [&](const Object& severity) {
    const std::string_view type = json::text(severity, "type");
    const std::string_view score = json::text(severity, "score");
    if (score.empty()) return;
    Rating rating;
    rating.source = json::text(severity, "source");
    if (type.starts_with("CVSS")) {
      rating.vector = score;
    } else {
      rating.word = score;
      if (rating.source.empty()) rating.source = type == "Ubuntu" ? "ubuntu" : std::string(type);
    }
    ratings.push_back(std::move(rating));
  });
}

void read_event(const Object& event, Range& range) {
  static constexpr std::array<std::pair<std::string_view, Event::Kind>, 4> kKinds = {
      {{"introduced", Event::Kind::kIntroduced},
       {"fixed", Event::Kind::kFixed},
       {"last_affected", Event::Kind::kLastAffected},
       {"limit", Event::Kind::kLimit}}};
  for (const auto& [name, kind] : kKinds) {
    const std::string_view version = json::text(event, name);
    if (!version.empty()) range.events.push_back({kind, std::string(version)});
  }
}

void read_ranges(const Object& affected, Affected& out) {
  std::size_t events = 0;
  json::each_object(affected, "ranges", [&](const Object& object) {
    if (json::text(object, "type") == "GIT") return;
    Range range;
    json::each_object(object, "events", [&](const Object& event) {
      if (++events <= kMaxEvents) read_event(event, range);
    });
    if (!range.events.empty()) out.ranges.push_back(std::move(range));
  });
}

// The rating of the package, where the record has it: Debian's, Ubuntu's.
std::string_view urgency(const Object& affected) {
  for (const std::string_view where : {"ecosystem_specific", "database_specific"}) {
    Object specific;
    if (!json::object(affected, where, specific)) continue;
    for (const std::string_view key : {"urgency", "ubuntu_priority"}) {
      if (const auto word = json::text(specific, key); !word.empty()) return word;
    }
    // RustSec's advisories that a crate is unmaintained, or has a quirk, name no vulnerability.
    const std::string_view kind = json::text(specific, "informational");
    if (kind == "unmaintained" || kind == "notice") return "none";
  }
  return {};
}

// "Important: nodejs:18 security update" -> "nodejs:18"; several modules with blanks between.
// Names of advisories ("ALSA-2022:5468") have the same form.
std::string modules_of(std::string_view summary) {
  const auto usable = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.';
  };
  std::string out;
  for (std::size_t at = 1; at + 1 < summary.size(); ++at) {
    if (summary[at] != ':' || !usable(summary[at - 1]) || !usable(summary[at + 1])) continue;
    std::size_t begin = at;
    std::size_t end = at + 1;
    while (begin > 0 && usable(summary[begin - 1])) --begin;
    while (end < summary.size() && usable(summary[end])) ++end;
    const std::string_view name = summary.substr(begin, at - begin);
    const bool is_advisory = name.size() == 9 && name[4] == '-' && name.substr(5, 2) == "20";
    if (!is_advisory) {
      if (!out.empty()) out += ' ';
      out += summary.substr(begin, end - begin);
    }
    at = end;
  }
  return out;
}

// "Moderate: bind security update": the rating of rebuilds of RHEL.
void read_summary_rating(Record& record) {
  for (const std::string_view word : {"Critical", "Important", "Moderate", "Low"}) {
    if (!std::string_view(record.summary).starts_with(word) ||
        record.summary.substr(word.size(), 2) != ": ") {
      continue;
    }
    record.ratings.push_back({.source = record.id.substr(0, record.id.find('-')),
                              .vector = {},
                              .score = 0,
                              .word = std::string(word)});
  }
}

bool has_modular_version(const Affected& affected) {
  return std::ranges::any_of(affected.ranges, [](const Range& range) {
    return std::ranges::any_of(range.events, [](const Event& event) {
      return event.version.find(".module") != std::string::npos;
    });
  });
}

void read_affected(const Object& object, Record& record) {
  Object package;
  if (!json::object(object, "package", package)) return;  // commits alone
  Affected affected;
  affected.ecosystem = json::text(package, "ecosystem");
  affected.package = json::text(package, "name");
  if (affected.ecosystem.empty() || affected.package.empty()) return;
  read_ranges(object, affected);
  strings(object, "versions", affected.versions);
  read_severity(object, affected.ratings);
  affected.word = urgency(object);
  if (affected.word == "end-of-life") affected.unfixed = FixState::kEndOfLife;
  if (is_rpm_ecosystem(affected.ecosystem) && has_modular_version(affected)) {
    affected.module_label = modules_of(record.summary);
  }
  record.affected.push_back(std::move(affected));
}

void read_database_specific(const Object& root, Record& record) {
  Object specific;
  if (!json::object(root, "database_specific", specific)) return;
  if (const auto word = json::text(specific, "severity"); !word.empty()) {
    record.ratings.push_back({.source = record.id.starts_with("GHSA-") ? "ghsa" : "",
                              .vector = {},
                              .score = 0,
                              .word = std::string(word)});
  }
  strings(specific, "cwe_ids", record.weaknesses);
  json::each_object(specific, "cwes", [&](const Object& cwe) {
    if (const auto id = json::text(cwe, "cweId"); !id.empty()) record.weaknesses.emplace_back(id);
  });
  if (json::text(specific, "review_status") == "UNREVIEWED") {
    record.authority = Authority::kReported;
  }
  if (const auto url = json::text(specific, "url"); url.starts_with("https://")) {
    record.references.emplace_back(url);
  }
}

// Distributions whose records name the vulnerabilities that they are about as "related" ones, from
// before the schema had "upstream". For others related is what the word says.
void read_related(const Object& root, Record& record) {
  bool of_distribution = false;
  json::each_object(root, "affected", [&](const Object& affected) {
    Object package;
    if (of_distribution || !json::object(affected, "package", package)) return;
    const std::string_view ecosystem = json::text(package, "ecosystem");
    const std::string_view base = ecosystem_base(ecosystem);
    of_distribution = is_rpm_ecosystem(ecosystem) || base == "Debian" || base == "Ubuntu" ||
                      base == "Alpine" || base == "Chainguard" || base == "Wolfi";
  });
  if (!of_distribution) return;
  read_summary_rating(record);
  const auto has_cve = [](const std::vector<std::string>& ids) {
    return std::ranges::any_of(ids, [](const std::string& id) { return is_cve(id); });
  };
  if (is_cve(record.id) || has_cve(record.upstream) || has_cve(record.aliases)) return;
  std::vector<std::string> related;
  strings(root, "related", related);
  std::ranges::copy_if(related, std::back_inserter(record.upstream),
                       [](const std::string& id) { return is_cve(id); });
}

}  // namespace

Result<Record> read_osv(const Element& document) {
  Object root;
  if (document.get(root) != simdjson::SUCCESS) {
    return fail(ErrorCode::kInvalidInput, "an OSV record is an object");
  }
  Record record;
  record.id = json::text(root, "id");
  if (record.id.empty()) return fail(ErrorCode::kInvalidInput, "an OSV record needs an \"id\"");
  record.source = "osv";
  if (record.id.starts_with("GO-") || record.id.starts_with("RUSTSEC-")) {
    record.authority = Authority::kEcosystem;
  }
  record.summary = json::text(root, "summary");
  record.details = json::text(root, "details");
  record.published = json::text(root, "published");
  record.modified = json::text(root, "modified");
  record.withdrawn = json::text(root, "withdrawn");
  strings(root, "aliases", record.aliases);
  strings(root, "upstream", record.upstream);
  read_related(root, record);
  read_severity(root, record.ratings);
  json::each_object(root, "references", [&](const Object& reference) {
    if (const auto url = json::text(reference, "url"); !url.empty()) {
      record.references.emplace_back(url);
    }
  });
  read_database_specific(root, record);
  json::each_object(root, "affected",
                    [&](const Object& affected) { read_affected(affected, record); });
  return record;
}

Result<Record> read_osv(std::string_view bytes, json::Reader& reader) {
  YAGURA_TRY(const Element root, reader.parse(bytes));
  return read_osv(root);
}

}  // namespace yagura::vuln
