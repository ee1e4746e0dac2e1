#include "image/packages/npm/package_lock.hpp"

#include <string>
#include <vector>

#include "image/packages/collect/package_collector.hpp"
#include "image/packages/npm/npm_spec.hpp"
#include "image/packages/tree/tree.hpp"

namespace yagura::image {
namespace {

// "@s/a" of "x/node_modules/b/node_modules/@s/a"; empty for the project's own directories.
std::string_view name_of_path(std::string_view path) {
  constexpr std::string_view kDirectory = "node_modules/";
  const auto at = path.rfind(kDirectory);
  if (at == std::string_view::npos || (at > 0 && path[at - 1] != '/')) return {};
  return path.substr(at + kDirectory.size());
}

void add_depends(const kube::Node* map, Package& package) {
  for (const kube::Member& member : members_of(map)) {
    if (is_npm_name(member.key)) package.depends.emplace_back(member.key);
  }
}

void add_licenses(const kube::Node& entry, Package& package) {
  add_license(package, text_member(entry, "license"));
}

void read_entry(const kube::Member& member, PackageCollector& packages) {
  const kube::Node& entry = member.value;
  if (!entry.is_map() || true_member(entry, "link")) return;
  std::string_view name = name_of_path(member.key);
  if (name.empty()) return;  // the project itself, or a workspace of it
  if (const std::string_view real = text_member(entry, "name"); !real.empty()) name = real;
  const std::string_view resolved = text_member(entry, "resolved");
  std::string_view version = text_member(entry, "version");
  if (version.empty()) version = version_of_archive(resolved, name);
  if (!is_npm_name(name)) return packages.problem("no package name: " + std::string(name));
  const auto added = packages.add(name, version, true_member(entry, "dev"));
  if (!added.is_new) return;
  if (npm_origin(resolved) == NpmOrigin::kGit) added.package->revision = npm_commit(resolved);
  add_licenses(entry, *added.package);
  add_depends(entry.find("dependencies"), *added.package);
}

void read_version_1_entry(std::string_view name, const kube::Node& entry,
                          PackageCollector& packages) {
  std::string_view version = text_member(entry, "version");
  const bool development = true_member(entry, "dev");
  std::string_view revision;
  if (version.starts_with("npm:")) {
    const NpmSpec alias = split_npm_spec(version.substr(4));
    name = alias.name;
    version = alias.range;
  } else if (!is_semantic_version(version)) {
    switch (npm_origin(version)) {
      case NpmOrigin::kLocal:
        return;
      case NpmOrigin::kGit:
        revision = npm_commit(version);
        version = {};
        break;
      case NpmOrigin::kRegistry:
        version = version_of_archive(version, name);
        break;
    }
  }
  if (!is_npm_name(name)) return packages.problem("no package name: " + std::string(name));
  const auto added = packages.add(name, version, development);
  if (!added.is_new) return;
  added.package->revision = revision;
  add_depends(entry.find("requires"), *added.package);
}

// Entries hold the entries that lie below them; the reader bounds the depth, this keeps its own
// stack all the same.
void read_version_1(const kube::Node& root, PackageCollector& packages) {
  std::vector<const kube::Node*> open{root.find("dependencies")};
  while (!open.empty()) {
    const kube::Node* dependencies = open.back();
    open.pop_back();
    for (const kube::Member& member : members_of(dependencies)) {
      if (!member.value.is_map()) continue;
      read_version_1_entry(member.key, member.value, packages);
      if (const kube::Node* below = member.value.find("dependencies")) open.push_back(below);
    }
  }
}

}  // namespace

void read_package_lock(std::string_view bytes, FileFacts& facts) {
  PackageCollector packages(facts, PackageType::kNpm, PackageEvidence::kLocked);
  const auto tree = read_json_tree(bytes);
  if (!tree) return packages.problem("package-lock.json: " + tree.error().message);
  const kube::Node* entries = tree->root().find("packages");
  if (entries == nullptr) return read_version_1(tree->root(), packages);
  for (const kube::Member& member : members_of(entries)) read_entry(member, packages);
}

}  // namespace yagura::image
