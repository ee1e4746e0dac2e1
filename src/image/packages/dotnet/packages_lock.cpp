#include <string>

#include "image/packages/collect/package_collector.hpp"
#include "image/packages/dotnet/dotnet_files.hpp"
#include "image/packages/tree/tree.hpp"

namespace yagura::image {

void read_packages_lock(std::string_view bytes, FileFacts& facts) {
  PackageCollector packages(facts, PackageType::kNuget, PackageEvidence::kLocked);
  const auto tree = read_json_tree(bytes);
  if (!tree) return packages.problem("packages.lock.json: " + tree.error().message);
  for (const kube::Member& framework : members_of(tree->root().find("dependencies"))) {
    for (const kube::Member& entry : members_of(&framework.value)) {
      const std::string_view version = text_member(entry.value, "resolved");
      if (text_member(entry.value, "type") == "Project" || version.empty()) continue;
      const auto added = packages.add(entry.key, version);
      if (!added.is_new) continue;
      for (const kube::Member& member : members_of(entry.value.find("dependencies"))) {
        added.package->depends.emplace_back(member.key);
      }
    }
  }
}

}  // namespace yagura::image
