// Parts as SPDX packages. What has no field becomes an annotation "yagura:name=" with the value as
// a JSON string, so that it is one line of harmless characters in either form.

#include <fmt/core.h>

#include <unordered_map>
#include <unordered_set>

#include "core/json_text.hpp"
#include "image/sbom/internal/spdx.hpp"
#include "image/sbom/internal/unique_names.hpp"

namespace yagura::image::sbom {
namespace {

constexpr std::string_view kRootId = "SPDXRef-Root";

// FNV-1a: names ids, nothing more.
std::string hash_of(std::string_view text) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return fmt::format("{:016x}", hash);
}

std::string annotation_of(std::string_view name, std::string_view value) {
  std::string quoted;
  core::append_json_string(quoted, value);
  std::string out;
  for (const char c : name) {
    const bool plain = static_cast<unsigned char>(c) > 0x20 && c != '=' && c != '%' && c != '<';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  out += '=';
  for (const char c : quoted) {
    if (c == '<') {
      out += "\\u003c";  // no "</text>" in a tag-value text
    } else {
      out += c;
    }
  }
  return out;
}

std::string_view purpose_of(Part::Kind kind) {
  if (kind == Part::Kind::kOperatingSystem) return "OPERATING-SYSTEM";
  return kind == Part::Kind::kContainer ? "CONTAINER" : "LIBRARY";
}

class Licenses {
 public:
  explicit Licenses(SpdxDocument& document) : document_(document) {}

  std::string expression_of(const std::vector<std::string>& licenses) {
    if (licenses.empty()) return "NOASSERTION";
    if (licenses.size() == 1 && is_known_expression(licenses[0]) && !has_and(licenses[0])) {
      return licenses[0];
    }
    std::string out;
    for (const std::string& license : licenses) {
      if (!out.empty()) out += " AND ";
      out += is_known_license(license) ? license : reference_to(license);
    }
    return out;
  }

 private:
  static bool has_and(std::string_view text) { return text.contains(" AND "); }

  const std::string& reference_to(const std::string& text) {
    const auto [entry, is_new] = references_.try_emplace(text);
    if (is_new) {
      std::string id = "LicenseRef-" + hash_of(text);
      while (!used_.insert(id).second) id += 'x';
      document_.licenses.emplace_back(id, text);
      entry->second = std::move(id);
    }
    return entry->second;
  }

  SpdxDocument& document_;
  std::unordered_map<std::string, std::string> references_;
  std::unordered_set<std::string> used_;
};

SpdxPackage package_of_part(const Part& part, std::string id, Licenses& licenses) {
  SpdxPackage package{.id = std::move(id), .name = part.name, .version = part.version};
  package.supplier = part.supplier.empty() ? "NOASSERTION" : "Organization: " + part.supplier;
  package.purpose = purpose_of(part.kind);
  package.license_declared = licenses.expression_of(part.licenses);
  package.license_concluded = "NOASSERTION";
  package.purl = part.purl;
  for (const auto& [algorithm, value] : part.hashes) {
    std::string word = algorithm;
    for (char& c : word) {
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    package.checksums.emplace_back(std::move(word), value);
  }
  if (part.excluded) package.annotations.emplace_back("yagura:excluded=\"true\"");
  for (const auto& [name, value] : part.properties) {
    package.annotations.push_back(annotation_of(name, value));
  }
  return package;
}

}  // namespace

SpdxDocument spdx_of(const Bom& bom, const SbomOptions& options) {
  SpdxDocument document;
  document.name = bom.root.name.empty() ? "inventory" : one_line(bom.root.name);
  document.created = options.created.empty() ? bom.created : options.created;
  if (document.created.empty()) document.created = "1970-01-01T00:00:00Z";
  document.creators.push_back(
      "Tool: yagura" + (options.tool_version.empty() ? "" : "-" + one_line(options.tool_version)));
  Licenses licenses(document);
  UniqueNames names("-");
  document.packages.push_back(package_of_part(bom.root, std::string(kRootId), licenses));
  for (const Part& part : bom.parts) {
    std::string id = "SPDXRef-Package-" + hash_of(part.purl + "\n" + part.path);
    if (part.kind == Part::Kind::kOperatingSystem) id = "SPDXRef-OperatingSystem";
    id = names.claim(std::move(id));
    document.relationships.push_back({std::string(kRootId), "CONTAINS", id});
    document.packages.push_back(package_of_part(part, std::move(id), licenses));
  }
  document.describes.emplace_back(kRootId);
  return document;
}

}  // namespace yagura::image::sbom
