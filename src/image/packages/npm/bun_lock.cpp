#include "image/packages/npm/bun_lock.hpp"

#include <string>

#include "image/packages/collect/package_collector.hpp"
#include "image/packages/npm/npm_spec.hpp"
#include "image/packages/tree/tree.hpp"

namespace yagura::image {
namespace {

void add_depends(std::span<const kube::Node> items, Package& package) {
  for (const kube::Node& item : items) {
    for (const kube::Member& member : members_of(item.find("dependencies"))) {
      if (is_npm_name(member.key)) package.depends.emplace_back(member.key);
    }
  }
}

void read_entry(const kube::Member& member, PackageCollector& packages) {
  const auto items = items_of(&member.value);
  if (items.empty()) return;
  const NpmSpec spec = split_npm_spec(items.front().string_or());
  const NpmOrigin origin = npm_origin(spec.range);
  if (origin == NpmOrigin::kLocal) return;
  if (!is_npm_name(spec.name)) {
    return packages.problem("bun.lock: no package: " + std::string(member.key));
  }
  const bool is_version = is_semantic_version(spec.range);
  const std::string_view version =
      is_version ? spec.range : version_of_archive(spec.range, spec.name);
  const auto added = packages.add(spec.name, version, false);
  if (!added.is_new) return;
  if (origin == NpmOrigin::kGit) {
    const auto hash = spec.range.rfind('#');
    // bun shortens commits of code hosts.
    if (hash != std::string_view::npos) added.package->revision = spec.range.substr(hash + 1);
  }
  add_depends(items.subspan(1), *added.package);
}

}  // namespace

void read_bun_lock(std::string_view bytes, FileFacts& facts) {
  PackageCollector packages(facts, PackageType::kNpm, PackageEvidence::kLocked);
  const auto tree = read_relaxed_json_tree(bytes);
  if (!tree) return packages.problem("bun.lock: " + tree.error().message);
  for (const kube::Member& member : members_of(tree->root().find("packages"))) {
    read_entry(member, packages);
  }
}

}  // namespace yagura::image
