#include "vuln/feeds/secdb.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

namespace yagura::vuln {

namespace {

using json::Element;
using json::Object;

struct Origin {
  std::string ecosystem;
  std::string source;
};

Origin origin_of(const Object& root, std::string_view file) {
  const std::string_view prefix = json::text(root, "urlprefix");
  for (const std::string_view text : {prefix, file}) {
    if (text.find("wolfi") != std::string_view::npos) return {"Wolfi", "wolfi"};
    if (text.find("chainguard") != std::string_view::npos) return {"Chainguard", "chainguard"};
  }
  const std::string_view version = json::text(root, "distroversion");
  if (version.empty()) return {};
  // "v3.19"; edge has a name instead of a number.
  return {"Alpine:" + std::string(version), "alpine"};
}

class Secdb {
 public:
  Secdb(Origin origin, Parsed& parsed) : origin_(std::move(origin)), parsed_(parsed) {}

  void fix(std::string_view package, std::string_view version, std::string_view ids) {
    Record* record = nullptr;
    while (!ids.empty()) {
      const auto end = std::min(ids.find(' '), ids.size());
      const std::string_view id = ids.substr(0, end);
      ids.remove_prefix(std::min(end + 1, ids.size()));
      if (id.empty()) continue;
      if (record == nullptr) {
        record = &find(id);
      } else if (record->aliases.size() < kMaxAliases) {
        record->aliases.emplace_back(id);
      }
    }
    if (record == nullptr) return;
    Affected affected{.ecosystem = origin_.ecosystem, .package = std::string(package)};
    if (version == "0") {
      affected.not_affected = true;
    } else {
      affected.ranges.push_back(
          {{{Event::Kind::kIntroduced, "0"}, {Event::Kind::kFixed, std::string(version)}}});
    }
    record->affected.push_back(std::move(affected));
  }

 private:
  static constexpr std::size_t kMaxAliases = 16;

  Record& find(std::string_view id) {
    const auto [known, is_new] = positions_.try_emplace(std::string(id), parsed_.records.size());
    if (!is_new) return parsed_.records[known->second];
    Record& record = parsed_.records.emplace_back();
    record.id = id;
    record.source = origin_.source;
    record.authority = Authority::kDistribution;
    if (origin_.source == "alpine" && is_cve(id)) {
      record.references.push_back("https://security.alpinelinux.org/vuln/" + record.id);
    }
    return record;
  }

  Origin origin_;
  Parsed& parsed_;
  std::unordered_map<std::string, std::size_t> positions_;
};

}  // namespace

void read_secdb(const Object& root, std::string_view file, Parsed& parsed) {
  Origin origin = origin_of(root, file);
  if (origin.ecosystem.empty()) {
    add_problem(parsed, file, 0, "secdb without \"distroversion\": whose packages are these?");
    return;
  }
  Secdb secdb(std::move(origin), parsed);
  json::each_object(root, "packages", [&](const Object& entry) {
    Object package;
    if (!json::object(entry, "pkg", package)) return;
    const std::string_view name = json::text(package, "name");
    if (name.empty()) {
      add_problem(parsed, file, 0, "a package without a name");
      return;
    }
    json::each_member(package, "secfixes", [&](std::string_view version, const Element& fixes) {
      json::Array list;
      if (version.empty() || fixes.get(list) != simdjson::SUCCESS) return;
      for (const Element ids : list) secdb.fix(name, version, json::text(ids));
    });
  });
}

}  // namespace yagura::vuln
