#include "image/packages/npm/package_json.hpp"

#include <string>

#include "image/packages/collect/package_collector.hpp"
#include "image/packages/collect/path.hpp"
#include "image/packages/npm/npm_spec.hpp"
#include "image/packages/tree/tree.hpp"

namespace yagura::image {
namespace {

// "MIT", {"type": "MIT"}, and lists of both, as the years have written it.
void add_licenses(const kube::Node* node, Package& package) {
  if (node == nullptr) return;
  add_license(package, node->string_or());
  if (node->is_map()) add_license(package, text_member(*node, "type"));
  for (const kube::Node& item : items_of(node)) {
    add_license(package, item.string_or());
    if (item.is_map()) add_license(package, text_member(item, "type"));
  }
}

// "Ann <ann@example.org> (https://…)" or {"name": "Ann", "email": …}.
std::string author_of(const kube::Node& root) {
  const kube::Node* author = root.find("author");
  if (author == nullptr) return {};
  std::string_view text = author->string_or();
  if (author->is_map()) text = text_member(*author, "name");
  constexpr std::size_t kLongest = 300;
  return std::string(trimmed(text.substr(0, text.find('(')))).substr(0, kLongest);
}

}  // namespace

bool is_installed_package_json(std::string_view path) {
  if (base_name(path) != "package.json") return false;
  const std::string_view package = directory_of(path);
  std::string_view above = directory_of(package);
  if (base_name(above).starts_with('@')) above = directory_of(above);
  return base_name(above) == "node_modules" && !base_name(package).starts_with('.');
}

void read_package_json(std::string_view bytes, FileFacts& facts) {
  PackageCollector packages(facts, PackageType::kNpm, PackageEvidence::kInstalled);
  const auto tree = read_json_tree(bytes);
  if (!tree) return packages.problem("package.json: " + tree.error().message);
  const kube::Node& root = tree->root();
  const std::string_view name = text_member(root, "name");
  std::string_view version = trimmed(text_member(root, "version"));
  if (version.starts_with('v') || version.starts_with('=')) version.remove_prefix(1);
  if (!is_npm_name(name) || version.empty()) return;
  Package* package = packages.add(name, version).package;
  if (package == nullptr) return;
  add_licenses(root.find("license"), *package);
  add_licenses(root.find("licenses"), *package);
  package->maintainer = author_of(root);
  for (const kube::Member& member : members_of(root.find("dependencies"))) {
    if (is_npm_name(member.key)) package->depends.emplace_back(member.key);
  }
}

}  // namespace yagura::image
