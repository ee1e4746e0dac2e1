#include "vuln/feeds/debian.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "vuln/feeds/ecosystem.hpp"

namespace yagura::vuln {

namespace {

using json::Element;
using json::Object;

std::string ecosystem_of(std::string_view codename) {
  return "Debian:" + std::string(debian_release(codename));
}

FixState unfixed_state(const Object& release, std::string_view urgency) {
  if (urgency == "end-of-life") return FixState::kEndOfLife;
  Element nodsa;
  if (release["nodsa"].get(nodsa) != simdjson::SUCCESS) return FixState::kNotFixed;
  const std::string_view reason = json::text(release, "nodsa_reason");
  return reason == "ignored" ? FixState::kWontFix : FixState::kDeferred;
}

// False: nothing is said of the release.
bool read_release(const Object& release, Affected& affected) {
  const std::string_view status = json::text(release, "status");
  std::string_view urgency = json::text(release, "urgency");
  if (urgency.ends_with("**")) urgency.remove_suffix(2);  // set by NVD's score, not by a person
  affected.word = urgency == "not yet assigned" ? std::string_view() : urgency;
  if (status == "open") {
    affected.all_versions = true;
    affected.unfixed = unfixed_state(release, urgency);
    return true;
  }
  if (status != "resolved") return false;
  const std::string_view fixed = json::text(release, "fixed_version");
  if (fixed.empty()) return false;
  if (fixed == "0") {
    affected.not_affected = true;
  } else {
    affected.ranges.push_back(
        {{{Event::Kind::kIntroduced, "0"}, {Event::Kind::kFixed, std::string(fixed)}}});
  }
  return true;
}

class Tracker {
 public:
  explicit Tracker(Parsed& parsed) : parsed_(parsed) {}

  void package(std::string_view name, const Object& issues) {
    for (const auto issue : issues) {
      Object fields;
      if (issue.value.get(fields) == simdjson::SUCCESS) add(name, issue.key, fields);
    }
  }

 private:
  void add(std::string_view package, std::string_view id, const Object& fields) {
    Record& record = find(id, fields);
    json::each_member(fields, "releases", [&](std::string_view codename, const Element& element) {
      Object release;
      if (element.get(release) != simdjson::SUCCESS) return;
      Affected affected{.ecosystem = ecosystem_of(codename), .package = std::string(package)};
      if (read_release(release, affected)) record.affected.push_back(std::move(affected));
    });
  }
  Record& find(std::string_view id, const Object& fields) {
    const auto [known, is_new] = positions_.try_emplace(std::string(id), parsed_.records.size());
    if (!is_new) return parsed_.records[known->second];
    Record& record = parsed_.records.emplace_back();
    record.id = id;
    record.source = "debian";
    record.authority = Authority::kDistribution;
    record.details = json::text(fields, "description");
    record.references.push_back("https://security-tracker.debian.org/tracker/" + record.id);
    return record;
  }

  Parsed& parsed_;
  std::unordered_map<std::string, std::size_t> positions_;
};

// "04 Nov 2023" -> "2023-11-04".
std::string iso_date(std::string_view text) {
  static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != 11 || text[2] != ' ' || text[6] != ' ') return {};
  const auto month = kMonths.find(text.substr(3, 3));
  if (month == std::string_view::npos || month % 3 != 0) return {};
  const auto number = month / 3 + 1;
  std::string out(text.substr(7));
  out += number < 10 ? "-0" : "-";
  out += std::to_string(number);
  out += '-';
  out += text.substr(0, 2);
  return out;
}

std::string_view next_word(std::string_view& text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  const auto end = std::min(text.find_first_of(" \t"), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

// "[04 Nov 2023] DSA-5546-1 chromium - security update"
std::optional<Record> read_head(std::string_view line) {
  const auto close = line.find(']');
  if (!line.starts_with('[') || close == std::string_view::npos) return std::nullopt;
  Record record;
  record.published = iso_date(line.substr(1, close - 1));
  record.modified = record.published;
  std::string_view rest = line.substr(close + 1);
  record.id = next_word(rest);
  if (!record.id.starts_with("DSA-") && !record.id.starts_with("DLA-")) return std::nullopt;
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  record.summary = rest;
  record.source = "debian";
  record.references.push_back("https://security-tracker.debian.org/tracker/" + record.id);
  return record;
}

// "[bookworm] - chromium 119.0.6045.105-1~deb12u1". False: not such a line, or badly made.
bool read_fix(std::string_view line, Record& record) {
  const auto close = line.find(']');
  if (!line.starts_with('[') || close == std::string_view::npos) return false;
  std::string_view rest = line.substr(close + 1);
  if (next_word(rest) != "-") return false;
  Affected affected{.ecosystem = ecosystem_of(line.substr(1, close - 1))};
  affected.package = next_word(rest);
  const std::string_view version = next_word(rest);
  if (affected.package.empty() || version.empty()) return false;
  if (version == "<not-affected>") {
    affected.not_affected = true;
  } else if (version.starts_with('<')) {
    affected.all_versions = true;
    affected.unfixed = version == "<end-of-life>" ? FixState::kEndOfLife
                       : version == "<ignored>"   ? FixState::kWontFix
                                                  : FixState::kNotFixed;
  } else {
    affected.ranges.push_back(
        {{{Event::Kind::kIntroduced, "0"}, {Event::Kind::kFixed, std::string(version)}}});
  }
  record.affected.push_back(std::move(affected));
  return true;
}

void read_ids(std::string_view line, Record& record) {
  line.remove_prefix(1);
  line = line.substr(0, line.find('}'));
  for (auto word = next_word(line); !word.empty(); word = next_word(line)) {
    record.upstream.emplace_back(word);
  }
}

}  // namespace

void read_debian_tracker(const Object& root, std::string_view file, Parsed& parsed) {
  Tracker tracker(parsed);
  for (const auto package : root) {
    Object issues;
    if (package.value.get(issues) == simdjson::SUCCESS) {
      tracker.package(package.key, issues);
    } else {
      add_problem(parsed, file, 0, "package " + std::string(package.key) + " is no object");
    }
  }
}

bool is_debian_list(std::string_view bytes) {
  const std::string_view line = bytes.substr(0, bytes.find('\n'));
  return read_head(line).has_value();
}

void read_debian_list(std::string_view bytes, std::string_view file, Parsed& parsed) {
  std::uint64_t number = 0;
  bool open = false;
  while (!bytes.empty()) {
    const auto end = std::min(bytes.find('\n'), bytes.size());
    std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    ++number;
    while (line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
    if (line.empty()) continue;
    if (line.front() != '\t' && line.front() != ' ') {
      auto record = read_head(line);
      open = record.has_value();
      if (open) {
        parsed.records.push_back(*std::move(record));
      } else {
        add_problem(parsed, file, number, "neither an advisory's first line nor part of one");
      }
      continue;
    }
    if (!open) continue;
    while (!line.empty() && (line.front() == '\t' || line.front() == ' ')) line.remove_prefix(1);
    if (line.starts_with('{')) {
      read_ids(line, parsed.records.back());
    } else if (line.starts_with('[') && !read_fix(line, parsed.records.back())) {
      add_problem(parsed, file, number, "a release's line needs \"[release] - package version\"");
    }  // NOTE: and other remarks are for people
  }
}

}  // namespace yagura::vuln
