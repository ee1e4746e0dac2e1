#include "image/merge/inventory_maker.hpp"

#include <xxhash.h>

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "core/visible_text.hpp"
#include "image/distro/choose.hpp"
#include "image/merge/package_notes.hpp"
#include "image/model/purl.hpp"
#include "image/tar/notes.hpp"

namespace yagura::image {

namespace {

Distro find_distro(const MergedImage& image) {
  std::vector<DistroClaim> claims;
  for (const MergedFile& file : image.files()) {
    const FileFacts* facts = image.facts(file);
    if (facts != nullptr && facts->distro) claims.push_back({file.path, &*facts->distro});
  }
  return choose_distro(claims).value_or(Distro{});
}

// ---- layers of packages

std::uint64_t identity(const Package& package) {
  std::uint64_t hash = static_cast<std::uint64_t>(package.type);
  for (const std::string* part :
       {&package.name, &package.version, &package.architecture, &package.location}) {
    hash = XXH3_64bits_withSeed(part->data(), part->size(), hash);
  }
  return hash;
}

// What earlier versions of a file told, from the newest back.
struct EarlierVersion {
  std::uint32_t layer = 0;
  std::unordered_set<std::uint64_t> packages;
};
using History = std::unordered_map<std::string_view, std::vector<EarlierVersion>>;

History earlier_versions(const MergedImage& image) {
  History history;
  const auto removed = image.removed();
  for (auto item = removed.rbegin(); item != removed.rend(); ++item) {
    const FileFacts* facts = image.own_facts(item->file);
    if (facts == nullptr || facts->packages.empty()) continue;
    // A file that was deleted and written again later begins anew.
    std::vector<EarlierVersion>& versions = history[item->file.path];
    if (!item->replaced) versions.push_back({.layer = item->by, .packages = {}});
    EarlierVersion version{.layer = item->file.layer, .packages = {}};
    for (const Package& package : facts->packages) version.packages.insert(identity(package));
    versions.push_back(std::move(version));
  }
  return history;
}

std::uint32_t first_layer(const History& history, const MergedFile& file, const Package& package) {
  std::uint32_t layer = file.layer;
  const auto found = history.find(file.path);
  if (found == history.end()) return layer;
  const std::uint64_t wanted = identity(package);
  for (const EarlierVersion& version : found->second) {
    if (!version.packages.contains(wanted)) break;
    layer = version.layer;
  }
  return layer;
}

// ---- components

auto order(const Component& component) {
  return std::tie(component.purl, component.path, component.package.location);
}

// The same package told twice by one file: what is surer counts.
void join(Component& kept, const Component& other) {
  kept.package.development = kept.package.development && other.package.development;
  kept.package.evidence = std::min(kept.package.evidence, other.package.evidence);
  kept.layer = kept.layer < 0 ? other.layer : std::min(kept.layer, other.layer);
}

void sort_and_join(std::vector<Component>& components) {
  std::stable_sort(components.begin(), components.end(),
                   [](const Component& a, const Component& b) { return order(a) < order(b); });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < components.size(); ++i) {
    if (kept > 0 && order(components[kept - 1]) == order(components[i])) {
      join(components[kept - 1], components[i]);
    } else {
      if (kept != i) components[kept] = std::move(components[i]);
      ++kept;
    }
  }
  components.resize(kept);
}

// A directory is one layer without a digest: nothing that a component could name.
bool has_layers(const MergedImage& image) {
  return image.layers().size() != 1 || !image.layers().front().digest.empty() ||
         !image.layers().front().diff_id.empty();
}

void tell_layers(const MergedImage& image, std::vector<LayerInfo>& layers) {
  if (!layers.empty() || !has_layers(image)) return;
  for (const LayerFacts& layer : image.layers()) {
    layers.push_back(
        {.digest = layer.digest, .diff_id = layer.diff_id, .size = layer.compressed_size});
  }
}

std::string layer_name(const LayerFacts& layer, std::size_t position) {
  if (!layer.digest.empty()) return "layer " + layer.digest;
  return "layer " + std::to_string(position + 1);
}

}  // namespace

void attach_history(std::vector<LayerInfo>& layers, const std::vector<HistoryStep>& history) {
  const auto with_layer = std::count_if(history.begin(), history.end(),
                                        [](const HistoryStep& step) { return !step.empty_layer; });
  if (static_cast<std::size_t>(with_layer) != layers.size()) return;
  auto layer = layers.begin();
  for (const HistoryStep& step : history) {
    if (!step.empty_layer) (layer++)->created_by = step.created_by;
  }
}

void fill_inventory(const MergedImage& image, const Ownership& ownership, Inventory& inventory) {
  inventory.distro = find_distro(image);
  tell_layers(image, inventory.layers);
  const bool layered = has_layers(image);
  const History history = earlier_versions(image);
  const PackageNotes notes(image);
  Notes problems;
  for (const MergedFile& file : image.files()) {
    const FileFacts* facts = image.facts(file);
    if (facts == nullptr) continue;
    // A program of the distribution's that tells nothing of its parts is no gap: the package that
    // owns it is known, and its advisories speak for it.
    const bool explained =
        (file.file->mode & 0111) != 0 && facts->packages.empty() && !ownership.owner(file).empty();
    for (const std::string& problem : facts->problems) {
      if (explained) break;
      problems.add(shown_path(file.path) + ": " + core::visible(problem));
    }
    for (const Package& package : facts->packages) {
      Component component{.package = package, .path = std::string(file.path)};
      notes.apply(component.package);
      component.purl = to_string(purl_of(package, inventory.distro));
      if (layered) component.layer = static_cast<std::int32_t>(first_layer(history, file, package));
      if (!is_distribution_package(package.type)) component.owner = ownership.owner(file);
      inventory.components.push_back(std::move(component));
    }
  }
  sort_and_join(inventory.components);
  for (std::size_t i = 0; i < image.layers().size(); ++i) {
    const LayerFacts& layer = image.layers()[i];
    for (const std::string& sentence : layer.incomplete) {
      inventory.incomplete.push_back(layered ? layer_name(layer, i) + ": " + sentence : sentence);
    }
  }
  for (std::string& problem : problems.take()) inventory.incomplete.push_back(std::move(problem));
}

}  // namespace yagura::image
