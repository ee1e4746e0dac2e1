// CycloneDX JSON of any tool. Components may stand inside components; both are read.

#include <algorithm>

#include "image/sbom/internal/formats.hpp"

namespace yagura::image::sbom {
namespace {

std::string text(const kube::Node& node, std::string_view key) {
  const kube::Node* const found = node.find(key);
  return found == nullptr ? std::string() : std::string(found->string_or());
}

Part::Kind kind_of(std::string_view word) {
  if (word == "library" || word == "framework" || word.empty()) return Part::Kind::kLibrary;
  if (word == "application" || word == "platform") return Part::Kind::kApplication;
  if (word == "operating-system") return Part::Kind::kOperatingSystem;
  if (word == "container") return Part::Kind::kContainer;
  if (word == "file") return Part::Kind::kFile;
  return Part::Kind::kOther;
}

std::string algorithm_of(std::string_view word) {
  std::string out;
  for (const char c : word) {
    if (c == '-' || c == '_') continue;
    out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return out;
}

void read_licenses(const kube::Node& node, Part& part) {
  for (const kube::Node& choice : node.list("licenses")) {
    std::string license = text(choice, "expression");
    if (const kube::Node* const object = choice.find("license"); object != nullptr) {
      license = text(*object, "id");
      if (license.empty()) license = text(*object, "name");
    }
    if (!license.empty()) part.licenses.push_back(std::move(license));
  }
}

// Trivy and Syft write a deb's maintainer as the supplier, others as publisher or author.
std::string supplier_of(const kube::Node& node) {
  std::string supplier = text(node, "publisher");
  if (const kube::Node* const object = node.find("supplier");
      object != nullptr && supplier.empty()) {
    supplier = text(*object, "name");
  }
  return supplier.empty() ? text(node, "author") : supplier;
}

// Syft and cdxgen keep a group apart from the name; without a purl it is part of it.
std::string name_of(const kube::Node& node) {
  const std::string group = text(node, "group");
  return group.empty() ? text(node, "name") : group + "/" + text(node, "name");
}

Part part_of(const kube::Node& node) {
  Part part{.kind = kind_of(text(node, "type"))};
  part.id = text(node, "bom-ref");
  part.purl = text(node, "purl");
  part.name = name_of(node);
  part.version = text(node, "version");
  part.supplier = supplier_of(node);
  part.excluded = text(node, "scope") == "excluded";
  read_licenses(node, part);
  for (const kube::Node& hash : node.list("hashes")) {
    part.hashes.emplace_back(algorithm_of(text(hash, "alg")), text(hash, "content"));
  }
  for (const kube::Node& one : node.list("properties")) {
    part.properties.emplace_back(text(one, "name"), text(one, "value"));
  }
  if (const kube::Node* const evidence = node.find("evidence"); evidence != nullptr) {
    const auto occurrences = evidence->list("occurrences");
    if (!occurrences.empty()) part.path = text(occurrences.front(), "location");
  }
  return part;
}

std::string tool_of(const kube::Node& metadata) {
  const kube::Node* const tools = metadata.find("tools");
  if (tools == nullptr) return {};
  const auto list = tools->is_list() ? tools->items() : tools->list("components");
  if (list.empty()) return {};
  const std::string name = text(list.front(), "name");
  const std::string version = text(list.front(), "version");
  return version.empty() ? name : name + " " + version;
}

// Depth first, parents before children; no recursion.
Result<void> read_components(const kube::Node& root, const SbomLimits& limits, Bom& bom) {
  std::vector<std::span<const kube::Node>> open{root.list("components")};
  while (!open.empty()) {
    if (open.back().empty()) {
      open.pop_back();
      continue;
    }
    const kube::Node& node = open.back().front();
    open.back() = open.back().subspan(1);
    if (bom.parts.size() >= limits.max_components) {
      return fail(ErrorCode::kLimitExceeded,
                  "more than " + std::to_string(limits.max_components) + " components");
    }
    bom.parts.push_back(part_of(node));
    if (const auto inside = node.list("components"); !inside.empty()) open.push_back(inside);
  }
  return {};
}

void read_edges(const kube::Node& root, Bom& bom) {
  for (const kube::Node& dependency : root.list("dependencies")) {
    const std::string from = text(dependency, "ref");
    for (const kube::Node& to : dependency.list("dependsOn")) {
      bom.edges.emplace_back(from, to.string_or());
    }
  }
}

}  // namespace

Result<Bom> read_cyclonedx(const kube::Node& root, const SbomLimits& limits) {
  Bom bom;
  const std::string version = text(root, "specVersion");
  if (!version.starts_with("1.")) {
    return fail(ErrorCode::kUnsupported, "CycloneDX version " + version);
  }
  bom.format = "CycloneDX " + version;
  if (const kube::Node* const metadata = root.find("metadata"); metadata != nullptr) {
    bom.tool = tool_of(*metadata);
    bom.created = text(*metadata, "timestamp");
    if (const kube::Node* const component = metadata->find("component"); component != nullptr) {
      bom.root = part_of(*component);
    }
    for (const kube::Node& one : metadata->list("properties")) {
      bom.root.properties.emplace_back(text(one, "name"), text(one, "value"));
    }
  }
  if (auto read = read_components(root, limits, bom); !read) {
    return std::unexpected(std::move(read).error());
  }
  read_edges(root, bom);
  return bom;
}

}  // namespace yagura::image::sbom
