#include "image/packages/npm/pnpm_lock.hpp"

#include <string>
#include <unordered_set>
#include <vector>

#include "image/packages/collect/package_collector.hpp"
#include "image/packages/npm/npm_spec.hpp"
#include "image/packages/tree/tree.hpp"

namespace yagura::image {
namespace {

// A package by its key: "/a/1.0.0_peer@1", "/@s/a/1.0.0" (5), "/a@1.0.0(peer@1)" (6), "a@1.0.0"
// (9).
struct PnpmKey {
  std::string_view name;
  std::string_view version;  // or where it comes from: "https://…", "file:…"
};

PnpmKey split_at_slash(std::string_view key) {
  const auto slash = key.find('/', key.starts_with('@') ? key.find('/') + 1 : 0);
  if (slash == std::string_view::npos) return {};
  std::string_view version = key.substr(slash + 1);
  return {.name = key.substr(0, slash), .version = version.substr(0, version.find('_'))};
}

PnpmKey split_key(std::string_view key) {
  key = key.substr(0, key.find('('));
  const bool has_slash = key.starts_with('/');
  if (has_slash) key.remove_prefix(1);
  const NpmSpec spec = split_npm_spec(key);
  // "a/1.0.0_b@2.0.0" of version 5 has an "@" too, but behind what is no name.
  if (is_npm_name(spec.name) && !spec.range.empty()) return {spec.name, spec.range};
  return split_at_slash(key);
}

bool is_directory(const kube::Node& entry) {
  const kube::Node* resolution = entry.find("resolution");
  return resolution != nullptr && (text_member(*resolution, "type") == "directory" ||
                                   !text_member(*resolution, "directory").empty());
}

std::string_view commit_of(const kube::Node& entry, std::string_view origin) {
  if (const kube::Node* resolution = entry.find("resolution")) {
    if (const auto commit = text_member(*resolution, "commit"); !commit.empty()) return commit;
    if (const auto archive = text_member(*resolution, "tarball"); !archive.empty()) {
      return npm_origin(archive) == NpmOrigin::kGit ? npm_commit(archive) : std::string_view();
    }
  }
  return npm_origin(origin) == NpmOrigin::kGit ? npm_commit(origin) : std::string_view();
}

// What runs, as keys of "snapshots": those that importers' dependencies lead to.
class Reached {
 public:
  explicit Reached(const kube::Node& root) : snapshots_(root.find("snapshots")) {
    for (const kube::Member& importer : members_of(root.find("importers"))) {
      follow(importer.value, "dependencies");
      follow(importer.value, "optionalDependencies");
    }
    while (!open_.empty()) {
      const std::string key = std::move(open_.back());
      open_.pop_back();
      const kube::Node* snapshot = snapshots_ == nullptr ? nullptr : snapshots_->find(key);
      if (snapshot == nullptr) continue;
      follow(*snapshot, "dependencies");
      follow(*snapshot, "optionalDependencies");
    }
  }
  // By the key without peers, as "packages" has it.
  [[nodiscard]] bool has(std::string_view key) const {
    return packages_.contains(std::string(key.substr(0, key.find('('))));
  }

 private:
  void follow(const kube::Node& node, std::string_view member) {
    for (const kube::Member& dependency : members_of(node.find(member))) {
      const kube::Node& value = dependency.value;
      const std::string_view version =
          value.is_map() ? text_member(value, "version") : value.string_or();
      // "1.0.0(peer@1)", or a whole key where the name is an alias.
      const std::string own = std::string(dependency.key) + "@" + std::string(version);
      const bool is_key = snapshots_ != nullptr && snapshots_->find(own) == nullptr &&
                          snapshots_->find(version) != nullptr;
      const std::string key = is_key ? std::string(version) : own;
      if (seen_.insert(key).second) {
        packages_.insert(key.substr(0, key.find('(')));
        open_.push_back(key);
      }
    }
  }

  const kube::Node* snapshots_;
  std::unordered_set<std::string> seen_;
  std::unordered_set<std::string> packages_;
  std::vector<std::string> open_;
};

void add_depends(const kube::Node& entry, Package& package) {
  for (const kube::Member& member : members_of(entry.find("dependencies"))) {
    if (is_npm_name(member.key)) package.depends.emplace_back(member.key);
  }
}

void read_entry(const kube::Member& member, bool development, PackageCollector& packages) {
  const kube::Node& entry = member.value;
  if (is_directory(entry)) return;
  PnpmKey key = split_key(member.key);
  const std::string_view origin = key.version.empty() ? member.key : key.version;
  if (npm_origin(origin) == NpmOrigin::kLocal) return;
  if (const auto name = text_member(entry, "name"); !name.empty()) key.name = name;
  if (const auto version = text_member(entry, "version"); !version.empty()) key.version = version;
  if (!is_npm_name(key.name)) {
    return packages.problem("pnpm-lock.yaml: no package: " + std::string(member.key));
  }
  if (!is_semantic_version(key.version)) key.version = {};
  const auto added = packages.add(key.name, key.version, development);
  if (!added.is_new) return;
  added.package->revision = commit_of(entry, origin);
  add_depends(entry, *added.package);
}

}  // namespace

void read_pnpm_lock(std::string_view bytes, FileFacts& facts) {
  PackageCollector packages(facts, PackageType::kNpm, PackageEvidence::kLocked);
  const auto tree = read_yaml_tree(bytes);
  if (!tree) return packages.problem("pnpm-lock.yaml: " + tree.error().message);
  const kube::Node& root = tree->root();
  const bool has_snapshots = root.find("snapshots") != nullptr;
  const Reached reached(root);
  for (const kube::Member& member : members_of(root.find("packages"))) {
    if (!member.value.is_map()) continue;
    const bool development =
        has_snapshots ? !reached.has(member.key) : true_member(member.value, "dev");
    read_entry(member, development, packages);
  }
}

}  // namespace yagura::image
