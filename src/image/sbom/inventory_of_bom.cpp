// Parts back to an inventory: our own properties where they are, else what other tools left.

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <string_view>
#include <unordered_map>

#include "image/model/purl.hpp"
#include "image/sbom/internal/bom.hpp"

namespace yagura::image::sbom {
namespace {

constexpr std::size_t kMaxLayers = 4096;

// "yagura:layer:3:size" -> 3, "size".
struct LayerProperty {
  std::size_t index = 0;
  std::string_view what;
};
bool parse_layer(std::string_view name, LayerProperty& out) {
  constexpr std::string_view kPrefix = "yagura:layer:";
  if (!name.starts_with(kPrefix)) return false;
  name.remove_prefix(kPrefix.size());
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), out.index);
  if (error != std::errc{} || end == name.data() + name.size() || *end != ':') return false;
  out.what = name.substr(static_cast<std::size_t>(end - name.data()) + 1);
  return out.index < kMaxLayers;
}

void set_layer(const LayerProperty& property, std::string_view value, Inventory& inventory) {
  if (inventory.layers.size() <= property.index) inventory.layers.resize(property.index + 1);
  LayerInfo& layer = inventory.layers[property.index];
  if (property.what == "digest") layer.digest = value;
  if (property.what == "diffId") layer.diff_id = value;
  if (property.what == "createdBy") layer.created_by = value;
  if (property.what == "size")
    std::from_chars(value.data(), value.data() + value.size(), layer.size);
}

void apply_own_root(std::string_view name, std::string_view value, Inventory& inventory) {
  constexpr std::string_view kLabel = "yagura:label:";
  LayerProperty layer;
  if (name == "yagura:image:name") {
    inventory.name = value;
  } else if (name == "yagura:image:digest") {
    inventory.digest = value;
  } else if (name == "yagura:image:config") {
    inventory.config_digest = value;
  } else if (name == "yagura:image:architecture") {
    inventory.architecture = value;
  } else if (name == "yagura:image:os") {
    inventory.os = value;
  } else if (name == "yagura:image:created") {
    inventory.created = value;
  } else if (name == "yagura:incomplete") {
    inventory.incomplete.emplace_back(value);
  } else if (name.starts_with(kLabel)) {
    inventory.labels.emplace_back(name.substr(kLabel.size()), value);
  } else if (parse_layer(name, layer)) {
    set_layer(layer, value, inventory);
  }
}

void apply_other_root(std::string_view name, std::string_view value, Inventory& inventory) {
  constexpr std::string_view kTrivy = "aquasecurity:trivy:";
  constexpr std::string_view kTrivyLabel = "aquasecurity:trivy:Labels:";
  constexpr std::string_view kSyftLabel = "syft:image:labels:";
  if (name.starts_with(kTrivyLabel)) {
    inventory.labels.emplace_back(name.substr(kTrivyLabel.size()), value);
  } else if (name.starts_with(kSyftLabel)) {
    inventory.labels.emplace_back(name.substr(kSyftLabel.size()), value);
  } else if (name.starts_with(kTrivy)) {
    const std::string_view what = name.substr(kTrivy.size());
    if (what == "ImageID") inventory.config_digest = value;
    if (what == "DiffID" && inventory.layers.size() < kMaxLayers) {
      inventory.layers.push_back({.diff_id = std::string(value)});
    }
    if (what == "RepoDigest") {
      const auto at = value.rfind('@');
      if (at != std::string_view::npos) inventory.digest = value.substr(at + 1);
    }
  }
}

void apply_root(const Part& root, Inventory& inventory) {
  inventory.name = root.name;
  for (const auto& [name, value] : root.properties) {
    if (name.starts_with("yagura:")) {
      apply_own_root(name, value, inventory);
    } else {
      apply_other_root(name, value, inventory);
    }
  }
  if (inventory.digest.empty() && root.version.starts_with("sha256:")) {
    inventory.digest = root.version;
  }
}

Distro distro_of(const Part& part) {
  const Properties& properties = part.properties;
  Distro distro{.id = std::string(property(properties, "yagura:distro:id")),
                .version_id = std::string(property(properties, "yagura:distro:versionId")),
                .id_like = std::string(property(properties, "yagura:distro:like")),
                .codename = std::string(property(properties, "yagura:distro:codename")),
                .name = std::string(property(properties, "yagura:distro:name")),
                .version = std::string(property(properties, "yagura:distro:version"))};
  if (distro != Distro{}) return distro;
  distro = distro_of_qualifier(part.version.empty() ? part.name : part.name + "-" + part.version);
  if (const auto id = property(properties, "syft:distro:id"); !id.empty()) distro.id = id;
  distro.codename = property(properties, "syft:distro:versionCodename");
  distro.name = property(properties, "syft:distro:prettyName");
  distro.id_like = property(properties, "syft:distro:idLike:0");
  return distro;
}

// Where no operating system is listed: what most purls of distribution packages say.
Distro distro_by_purls(const std::vector<Part>& parts) {
  std::map<std::string, std::size_t, std::less<>> votes;
  std::map<std::string, std::size_t, std::less<>> namespaces;
  for (const Part& part : parts) {
    const auto purl = parse_purl(part.purl);
    if (!purl) continue;
    const auto type = package_type(purl->type);
    if (!type || !is_distribution_package(*type)) continue;
    if (const auto distro = purl->qualifier("distro"); !distro.empty()) {
      ++votes[std::string(distro)];
    } else if (const auto name = purl->qualifier("os_name"); !name.empty()) {
      // Docker's indexer.
      ++votes[std::string(name) + "-" + std::string(purl->qualifier("os_version"))];
    } else if (!purl->namespace_.empty()) {
      ++namespaces[purl->namespace_];
    }
  }
  const auto& chosen = votes.empty() ? namespaces : votes;
  const auto most =
      std::ranges::max_element(chosen, {}, [](const auto& vote) { return vote.second; });
  return most == chosen.end() ? Distro{} : distro_of_qualifier(most->first);
}

// Layers by either digest.
class Layers {
 public:
  explicit Layers(const std::vector<LayerInfo>& layers) {
    for (std::size_t i = 0; i < layers.size(); ++i) {
      places_.emplace(layers[i].diff_id, static_cast<std::int32_t>(i));
      places_.emplace(layers[i].digest, static_cast<std::int32_t>(i));
    }
  }
  [[nodiscard]] std::int32_t find(std::string_view digest) const {
    const auto found = digest.empty() ? places_.end() : places_.find(digest);
    return found == places_.end() ? -1 : found->second;
  }

 private:
  std::unordered_map<std::string_view, std::int32_t> places_;
};

std::string_view other_path(const Part& part) {
  for (const std::string_view name :
       {"aquasecurity:trivy:FilePath", "syft:location:0:path", "SrcFile", "cdx:npm:package:path"}) {
    if (const auto path = property(part.properties, name); !path.empty()) return path;
  }
  return part.path;
}

std::string_view other_layer(const Part& part) {
  for (const std::string_view name :
       {"aquasecurity:trivy:LayerDiffID", "aquasecurity:trivy:LayerDigest",
        "syft:location:0:layerID"}) {
    if (const auto layer = property(part.properties, name); !layer.empty()) return layer;
  }
  return {};
}

std::string normal_path(std::string_view path) {
  while (path.starts_with('/') || path.starts_with("./"))
    path.remove_prefix(path.front() == '/' ? 1 : 2);
  return std::string(path);
}

// Packages of one lock file: Trivy lists the file as an application that needs them.
class Holders {
 public:
  explicit Holders(const Bom& bom) {
    for (const Part& part : bom.parts) {
      if (part.kind == Part::Kind::kApplication && part.purl.empty() && !part.id.empty()) {
        applications_.emplace(part.id, part.name);
      }
    }
    if (applications_.empty()) return;
    for (const auto& [from, to] : bom.edges) {
      if (const auto found = applications_.find(from); found != applications_.end()) {
        holder_.emplace(to, found->second);
      }
    }
  }
  [[nodiscard]] std::string_view path_of(const std::string& id) const {
    const auto found = holder_.find(id);
    return found == holder_.end() ? std::string_view() : found->second;
  }

 private:
  std::unordered_map<std::string_view, std::string_view> applications_;
  std::unordered_map<std::string_view, std::string_view> holder_;
};

// Source packages are named by some texts beside what was built from them; they aren't installed.
bool is_source_package(const Package& package) {
  return is_distribution_package(package.type) &&
         (package.architecture == "src" || package.architecture == "source" ||
          package.architecture == "nosrc");
}

bool is_package(const Part& part) {
  if (property(part.properties, "yagura:type") != "" || !part.purl.empty()) return true;
  if (part.kind == Part::Kind::kLibrary) return !part.name.empty();
  return part.kind == Part::Kind::kApplication && !part.name.empty() && !part.version.empty();
}

Component component_of(const Part& part, const Holders& holders, const Layers& layers,
                       const Inventory& inventory) {
  Component component{.package = package_of(part, inventory.distro)};
  component.path = normal_path(other_path(part));
  if (component.path.empty()) component.path = normal_path(holders.path_of(part.id));
  component.layer = layers.find(other_layer(part));
  const auto purl = parse_purl(part.purl);
  component.purl = purl ? to_string(*purl) : part.purl;
  if (component.purl.empty()) {
    component.purl = to_string(purl_of(component.package, inventory.distro));
  }
  apply_own_properties(part.properties, component);
  return component;
}

void note(std::vector<std::string>& notes, std::size_t count, std::string_view what) {
  if (count > 0)
    notes.push_back(fmt::format("{} component{} {}", count, count == 1 ? "" : "s", what));
}

}  // namespace

Inventory inventory_of(const Bom& bom, std::vector<std::string>& notes) {
  Inventory inventory;
  apply_root(bom.root, inventory);
  for (const Part& part : bom.parts) {
    if (part.kind == Part::Kind::kOperatingSystem && inventory.distro == Distro{}) {
      inventory.distro = distro_of(part);
    }
  }
  if (inventory.distro == Distro{}) inventory.distro = distro_by_purls(bom.parts);
  const Holders holders(bom);
  const Layers layers(inventory.layers);
  std::size_t without_purl = 0;
  std::size_t sources = 0;
  std::size_t without_version = 0;
  for (const Part& part : bom.parts) {
    const bool is_other = part.kind == Part::Kind::kOperatingSystem ||
                          part.kind == Part::Kind::kContainer || part.kind == Part::Kind::kFile;
    if (is_other || !is_package(part)) continue;
    Component component = component_of(part, holders, layers, inventory);
    if (is_source_package(component.package)) {
      ++sources;
      continue;
    }
    if (component.package.version.empty()) ++without_version;
    if (part.purl.empty()) ++without_purl;
    inventory.components.push_back(std::move(component));
  }
  std::ranges::stable_sort(inventory.components, [](const Component& a, const Component& b) {
    return std::tie(a.purl, a.path) < std::tie(b.purl, b.path);
  });
  note(notes, without_purl, "without purl can't be told to an ecosystem");
  note(notes, without_version, "without version can't be compared");
  note(notes, sources, "of source packages left out: what was built from them counts");
  return inventory;
}

}  // namespace yagura::image::sbom
