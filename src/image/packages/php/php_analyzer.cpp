#include "image/packages/php/php_analyzer.hpp"

#include <string>
#include <unordered_set>

#include "image/packages/collect/package_collector.hpp"
#include "image/packages/collect/path.hpp"
#include "image/packages/tree/tree.hpp"

namespace yagura::image {
namespace {

bool is_installed_record(const FileEntry& file) {
  return file.name() == "installed.json" && base_name(directory_of(file.path)) == "composer";
}
bool is_lock(const FileEntry& file) {
  return file.name() == "composer.lock" && !is_below(file.path, "vendor");
}

// Platform packages ("php", "ext-json") have no vendor.
bool is_package_name(std::string_view name) {
  const auto slash = name.find('/');
  return slash != std::string_view::npos && slash > 0 && slash + 1 < name.size();
}

std::string_view commit_of(const kube::Node& entry) {
  for (const char* origin : {"source", "dist"}) {
    const kube::Node* place = entry.find(origin);
    if (place == nullptr) continue;
    if (const auto reference = text_member(*place, "reference"); !reference.empty()) {
      return reference.substr(0, 64);
    }
  }
  return {};
}

bool is_own_code(const kube::Node& entry) {
  const kube::Node* dist = entry.find("dist");
  return dist != nullptr && text_member(*dist, "type") == "path";
}

void add_entry(const kube::Node& entry, bool development, PackageCollector& packages) {
  const std::string name = ascii_lowered(text_member(entry, "name"));
  const std::string_view version = text_member(entry, "version");
  if (!is_package_name(name) || version.empty()) {
    return packages.problem("Composer: a package has no name or no version");
  }
  if (is_own_code(entry)) return;
  const auto added = packages.add(name, version, development);
  if (!added.is_new) return;
  Package& package = *added.package;
  const bool is_branch = version.starts_with("dev-") || version.ends_with("-dev");
  if (is_branch) package.revision = commit_of(entry);
  if (const kube::Node* license = entry.find("license")) {
    add_license(package, license->string_or());
    for (const kube::Node& item : items_of(license)) add_license(package, item.string_or());
  }
  for (const kube::Member& member : members_of(entry.find("require"))) {
    if (is_package_name(member.key)) package.depends.emplace_back(ascii_lowered(member.key));
  }
}

void read_installed(std::string_view bytes, FileFacts& facts) {
  PackageCollector packages(facts, PackageType::kComposer, PackageEvidence::kInstalled);
  const auto tree = read_json_tree(bytes);
  if (!tree) return packages.problem("installed.json: " + tree.error().message);
  const kube::Node& root = tree->root();
  std::unordered_set<std::string_view> development;
  for (const kube::Node& name : items_of(root.find("dev-package-names"))) {
    development.insert(name.string_or());
  }
  // Version 1 is the list itself.
  const kube::Node* list = root.is_list() ? &root : root.find("packages");
  for (const kube::Node& entry : items_of(list)) {
    add_entry(entry, development.contains(text_member(entry, "name")), packages);
  }
}

void read_lock(std::string_view bytes, FileFacts& facts) {
  PackageCollector packages(facts, PackageType::kComposer, PackageEvidence::kLocked);
  const auto tree = read_json_tree(bytes);
  if (!tree) return packages.problem("composer.lock: " + tree.error().message);
  const kube::Node& root = tree->root();
  for (const kube::Node& entry : items_of(root.find("packages"))) add_entry(entry, false, packages);
  for (const kube::Node& entry : items_of(root.find("packages-dev"))) {
    add_entry(entry, true, packages);
  }
}

}  // namespace

bool PhpAnalyzer::wants(const FileEntry& file, std::string_view /*head*/) const {
  return is_installed_record(file) || is_lock(file);
}

void PhpAnalyzer::analyze(const FileEntry& file, const FileContent& content,
                          FileFacts& facts) const {
  if (is_installed_record(file)) return read_installed(content.bytes(), facts);
  if (is_lock(file)) read_lock(content.bytes(), facts);
}

}  // namespace yagura::image
