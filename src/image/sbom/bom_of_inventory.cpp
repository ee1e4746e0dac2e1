// An inventory as parts with properties. Names of properties are documented in README.md.

#include <fmt/core.h>

#include "image/sbom/internal/bom.hpp"

namespace yagura::image::sbom {
namespace {

void add(Properties& properties, std::string_view name, std::string_view value) {
  if (!value.empty()) properties.emplace_back(name, valid_utf8(value));
}

void add_layers(const std::vector<LayerInfo>& layers, Properties& properties) {
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto name = [i](std::string_view what) {
      return fmt::format("yagura:layer:{}:{}", i, what);
    };
    // The digest is always there: it is what tells how many layers there are.
    properties.emplace_back(name("digest"), valid_utf8(layers[i].digest));
    add(properties, name("diffId"), layers[i].diff_id);
    if (layers[i].size != 0) add(properties, name("size"), fmt::format("{}", layers[i].size));
    add(properties, name("createdBy"), layers[i].created_by);
  }
}

Part root_of(const Inventory& inventory) {
  Part root{.kind = Part::Kind::kContainer};
  root.name = valid_utf8(inventory.name);
  root.version = valid_utf8(inventory.digest);
  Properties& properties = root.properties;
  if (root.name != one_line(root.name)) add(properties, "yagura:image:name", inventory.name);
  add(properties, "yagura:image:digest", inventory.digest);
  add(properties, "yagura:image:config", inventory.config_digest);
  add(properties, "yagura:image:architecture", inventory.architecture);
  add(properties, "yagura:image:os", inventory.os);
  add(properties, "yagura:image:created", inventory.created);
  for (const auto& [key, value] : inventory.labels) {
    properties.emplace_back("yagura:label:" + valid_utf8(key), valid_utf8(value));
  }
  add_layers(inventory.layers, properties);
  for (const std::string& sentence : inventory.incomplete) {
    add(properties, "yagura:incomplete", sentence);
  }
  return root;
}

Part operating_system_of(const Distro& distro) {
  Part part{.kind = Part::Kind::kOperatingSystem};
  part.name = valid_utf8(distro.id);
  part.version = valid_utf8(distro.version_id);
  add(part.properties, "yagura:distro:id", distro.id);
  add(part.properties, "yagura:distro:versionId", distro.version_id);
  add(part.properties, "yagura:distro:like", distro.id_like);
  add(part.properties, "yagura:distro:codename", distro.codename);
  add(part.properties, "yagura:distro:name", distro.name);
  add(part.properties, "yagura:distro:version", distro.version);
  return part;
}

// Only what both formats take as a hash.
void add_hash(std::string_view digest, Part& part) {
  constexpr std::pair<std::string_view, std::size_t> kLengths[] = {
      {"md5", 32}, {"sha1", 40}, {"sha256", 64}, {"sha384", 96}, {"sha512", 128}};
  const auto colon = digest.find(':');
  if (colon == std::string_view::npos) return;
  const std::string_view hex = digest.substr(colon + 1);
  if (hex.find_first_not_of("0123456789abcdef") != std::string_view::npos) return;
  for (const auto& [algorithm, length] : kLengths) {
    if (digest.substr(0, colon) == algorithm && hex.size() == length) {
      part.hashes.emplace_back(algorithm, hex);
    }
  }
}

Part part_of(const Component& component, const Distro& distro) {
  const Package& package = component.package;
  Part part{.kind = Part::Kind::kLibrary};
  part.purl = one_line(component.purl);
  part.name = one_line(package.name);
  part.version = one_line(package.version);
  part.supplier = one_line(package.maintainer);
  for (const std::string& license : package.licenses) part.licenses.push_back(one_line(license));
  add_hash(package.digest, part);
  part.excluded = package.development;
  part.path = one_line(component.path);
  add_own_properties(component, distro, part);
  return part;
}

// "2024-05-01T10:20:30.123Z" without its fraction, which SPDX doesn't take; other texts are none.
std::string instant(std::string_view text) {
  constexpr std::size_t kSeconds = 19;
  if (text.size() <= kSeconds || !text.ends_with('Z') || text[4] != '-' || text[10] != 'T')
    return {};
  std::string out = one_line(text.substr(0, kSeconds)) + "Z";
  return out.size() == kSeconds + 1 ? out : std::string();
}

}  // namespace

Bom bom_of(const Inventory& inventory) {
  Bom bom{.created = instant(inventory.created)};
  bom.root = root_of(inventory);
  if (inventory.distro != Distro{}) bom.parts.push_back(operating_system_of(inventory.distro));
  for (const Component& component : inventory.components) {
    bom.parts.push_back(part_of(component, inventory.distro));
  }
  return bom;
}

}  // namespace yagura::image::sbom
