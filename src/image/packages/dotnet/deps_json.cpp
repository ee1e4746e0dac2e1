#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>

#include "image/packages/collect/package_collector.hpp"
#include "image/packages/dotnet/dotnet_files.hpp"
#include "image/packages/tree/tree.hpp"

namespace yagura::image {
namespace {

constexpr std::string_view kRuntimePack = "runtimepack.";

bool has_assets(const kube::Node& library) {
  constexpr std::array<std::string_view, 4> kAssets{"runtime", "native", "runtimeTargets",
                                                    "resources"};
  return std::ranges::any_of(
      kAssets, [&](std::string_view key) { return !members_of(library.find(key)).empty(); });
}

// What the targets say of each library: its last word counts for several targets.
std::unordered_map<std::string_view, const kube::Node*> listed_in_targets(const kube::Node& root) {
  std::unordered_map<std::string_view, const kube::Node*> out;
  for (const kube::Member& target : members_of(root.find("targets"))) {
    for (const kube::Member& library : members_of(&target.value)) {
      const kube::Node*& place = out[library.key];
      if (place == nullptr || has_assets(library.value)) place = &library.value;
    }
  }
  return out;
}

void add_library(std::string_view key, const kube::Node* listed, PackageCollector& packages) {
  const auto slash = key.rfind('/');
  if (slash == std::string_view::npos) return;
  std::string_view name = key.substr(0, slash);
  if (name.starts_with(kRuntimePack)) name.remove_prefix(kRuntimePack.size());
  const auto added = packages.add(name, key.substr(slash + 1));
  if (!added.is_new || listed == nullptr) return;
  for (const kube::Member& member : members_of(listed->find("dependencies"))) {
    added.package->depends.emplace_back(member.key);
  }
}

}  // namespace

void read_deps_json(std::string_view bytes, FileFacts& facts) {
  PackageCollector packages(facts, PackageType::kNuget, PackageEvidence::kInstalled);
  const auto tree = read_json_tree(bytes);
  if (!tree) return packages.problem("deps.json: " + tree.error().message);
  const kube::Node& root = tree->root();
  const auto listed = listed_in_targets(root);
  for (const kube::Member& library : members_of(root.find("libraries"))) {
    const std::string type(text_member(library.value, "type"));
    if (type != "package" && type != "runtimepack") continue;
    const auto place = listed.find(library.key);
    const kube::Node* target = place == listed.end() ? nullptr : place->second;
    if (target != nullptr && !has_assets(*target)) continue;
    add_library(library.key, target, packages);
  }
}

void read_project_assets(std::string_view bytes, FileFacts& facts) {
  PackageCollector packages(facts, PackageType::kNuget, PackageEvidence::kLocked);
  const auto tree = read_json_tree(bytes);
  if (!tree) return packages.problem("project.assets.json: " + tree.error().message);
  const auto listed = listed_in_targets(tree->root());
  for (const kube::Member& library : members_of(tree->root().find("libraries"))) {
    if (text_member(library.value, "type") != "package") continue;
    const auto place = listed.find(library.key);
    add_library(library.key, place == listed.end() ? nullptr : place->second, packages);
  }
}

}  // namespace yagura::image
