#include <string>

#include "image/packages/collect/package_collector.hpp"
#include "image/packages/python/python_locks.hpp"
#include "image/packages/python/python_name.hpp"
#include "image/packages/tree/tree.hpp"

namespace yagura::image {
namespace {

void read_section(const kube::Node* section, bool development, PackageCollector& packages) {
  for (const kube::Member& member : members_of(section)) {
    const kube::Node& entry = member.value;
    if (!is_python_name(member.key) || !entry.is_map()) continue;
    const bool is_git = entry.find("git") != nullptr;
    std::string_view version = text_member(entry, "version");
    while (version.starts_with('=')) version.remove_prefix(1);
    if (version.empty() && !is_git) continue;  // a directory
    const auto added = packages.add(normalized_python_name(member.key), version, development);
    if (added.is_new && is_git) added.package->revision = text_member(entry, "ref").substr(0, 64);
  }
}

}  // namespace

void read_pipfile_lock(std::string_view bytes, FileFacts& facts) {
  PackageCollector packages(facts, PackageType::kPypi, PackageEvidence::kLocked);
  const auto tree = read_json_tree(bytes);
  if (!tree) return packages.problem("Pipfile.lock: " + tree.error().message);
  for (const kube::Member& member : members_of(&tree->root())) {
    if (member.key != "_meta") read_section(&member.value, member.key != "default", packages);
  }
}

}  // namespace yagura::image
