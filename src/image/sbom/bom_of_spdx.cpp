// SPDX packages as parts: fields, our annotations, and what Trivy and Syft write into free texts.

#include <array>
#include <charconv>
#include <unordered_map>
#include <unordered_set>

#include "image/sbom/internal/json_string.hpp"
#include "image/sbom/internal/spdx.hpp"

namespace yagura::image::sbom {
namespace {

bool is_nothing(std::string_view text) {
  return text.empty() || text == "NOASSERTION" || text == "NONE";
}

std::string without_role(std::string_view text) {
  for (const std::string_view role : {"Organization: ", "Person: ", "Tool: "}) {
    if (text.starts_with(role)) return std::string(text.substr(role.size()));
  }
  return is_nothing(text) ? std::string() : std::string(text);
}

std::string decoded_name(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    unsigned char byte = 0;
    const bool escaped =
        text.size() > 2 && text.front() == '%' &&
        std::from_chars(text.data() + 1, text.data() + 3, byte, 16).ptr == text.data() + 3;
    out.push_back(escaped ? static_cast<char>(byte) : text.front());
    text.remove_prefix(escaped ? 3 : 1);
  }
  return out;
}

// "yagura:name=\"value\"" of ours, "LayerDiffID: sha256:…" of Trivy.
void add_annotation(std::string_view text, Part& part) {
  if (text.starts_with("yagura:")) {
    const auto equals = text.find('=');
    std::string value;
    if (equals == std::string_view::npos || !parse_json_string(text.substr(equals + 1), value)) {
      return;
    }
    std::string name = decoded_name(text.substr(0, equals));
    if (name == "yagura:excluded") {
      part.excluded = true;
    } else {
      part.properties.emplace_back(std::move(name), std::move(value));
    }
    return;
  }
  constexpr std::array<std::string_view, 11> kTrivy{
      "LayerDiffID", "LayerDigest", "PkgID",    "PkgType", "DiffID",         "ImageID",
      "RepoDigest",  "Class",       "FilePath", "Type",    "Modularitylabel"};
  const auto colon = text.find(": ");
  if (colon == std::string_view::npos) return;
  for (const std::string_view name : kTrivy) {
    if (text.substr(0, colon) == name) {
      part.properties.emplace_back(std::string("aquasecurity:trivy:").append(name),
                                   text.substr(colon + 2));
    }
  }
}

// Trivy: "built package from: openssl 3.0.11-1~deb12u2". Syft: "acquired package info from …:
// /path, /other".
void add_source_info(std::string_view text, Part& part) {
  constexpr std::string_view kBuilt = "built package from: ";
  constexpr std::string_view kAcquired = "acquired package info from";
  if (text.starts_with(kBuilt)) {
    text.remove_prefix(kBuilt.size());
    const auto blank = text.find(' ');
    part.source_name = text.substr(0, blank);
    if (blank != std::string_view::npos) part.source_version = text.substr(blank + 1);
  } else if (text.starts_with(kAcquired)) {
    const auto colon = text.rfind(": ");
    if (colon == std::string_view::npos) return;
    text.remove_prefix(colon + 2);
    part.path = text.substr(0, text.find(", "));
  }
}

Part::Kind kind_of(const SpdxPackage& package) {
  if (package.purpose == "CONTAINER") return Part::Kind::kContainer;
  if (package.purpose.starts_with("OPERATING")) return Part::Kind::kOperatingSystem;
  if (package.purpose == "FILE") return Part::Kind::kFile;
  if (package.purpose == "APPLICATION") return Part::Kind::kApplication;
  // Trivy before it wrote purposes.
  if (package.id.starts_with("SPDXRef-OperatingSystem")) return Part::Kind::kOperatingSystem;
  if (package.id.starts_with("SPDXRef-Application")) return Part::Kind::kApplication;
  return Part::Kind::kLibrary;
}

using Names = std::unordered_map<std::string_view, std::string_view>;

// A plain list comes apart, references get their names; anything else stays as it is.
std::vector<std::string> licenses_of(std::string_view expression, const Names& names) {
  std::vector<std::string> out;
  if (is_nothing(expression)) return out;
  constexpr std::string_view kAnd = " AND ";
  const bool is_list = !expression.contains('(');
  for (;;) {
    const auto at = is_list ? expression.find(kAnd) : std::string_view::npos;
    const std::string_view license = expression.substr(0, at);
    const auto name = names.find(license);
    out.emplace_back(name == names.end() ? license : name->second);
    if (at == std::string_view::npos) return out;
    expression.remove_prefix(at + kAnd.size());
  }
}

Part part_of(const SpdxPackage& package, const Names& names) {
  Part part{.kind = kind_of(package), .id = package.id, .purl = package.purl};
  part.name = package.name;
  part.version = is_nothing(package.version) ? std::string() : package.version;
  part.supplier = without_role(package.supplier);
  if (part.supplier.empty()) part.supplier = without_role(package.originator);
  part.licenses = licenses_of(
      is_nothing(package.license_declared) ? package.license_concluded : package.license_declared,
      names);
  for (const auto& [algorithm, value] : package.checksums) {
    std::string word = algorithm;
    for (char& c : word) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    part.hashes.emplace_back(std::move(word), value);
  }
  add_source_info(package.source_info, part);
  // npm: the folder that it is in; others: the archive that it came as.
  if (part.path.empty() && package.file_name.contains('/')) part.path = package.file_name;
  for (const std::string& text : package.annotations) add_annotation(text, part);
  for (const std::string& text : package.attributions) add_annotation(text, part);
  return part;
}

std::string tool_of(const std::vector<std::string>& creators) {
  constexpr std::string_view kTool = "Tool: ";
  for (const std::string& creator : creators) {
    if (creator.starts_with(kTool)) return creator.substr(kTool.size());
  }
  return {};
}

}  // namespace

Bom bom_of_spdx(const SpdxDocument& document) {
  Bom bom{.tool = tool_of(document.creators), .created = document.created};
  Names names;
  for (const auto& [id, name] : document.licenses) names.emplace(id, name);
  std::unordered_set<std::string_view> described(document.describes.begin(),
                                                 document.describes.end());
  for (const SpdxRelationship& relationship : document.relationships) {
    if (relationship.type == "DESCRIBES" && relationship.from == "SPDXRef-DOCUMENT") {
      described.insert(relationship.to);
    }
    if (relationship.type == "DESCRIBED_BY") described.insert(relationship.from);
    if (relationship.type == "CONTAINS" || relationship.type == "DEPENDS_ON") {
      bom.edges.emplace_back(relationship.from, relationship.to);
    }
  }
  // A document may describe each of its packages: then there is no root, only its name.
  const bool has_root = described.size() == 1;
  bom.root.name = document.name;
  for (const SpdxPackage& package : document.packages) {
    Part part = part_of(package, names);
    const bool is_root = has_root && described.contains(package.id) && document.packages.size() > 1;
    if (is_root || (part.kind == Part::Kind::kContainer && part.purl.empty())) {
      bom.root = std::move(part);
    } else {
      bom.parts.push_back(std::move(part));
    }
  }
  return bom;
}

}  // namespace yagura::image::sbom
