#include "image/packages/rust/cargo_lock.hpp"

#include <string>

#include "image/packages/collect/package_collector.hpp"
#include "image/packages/toml/toml.hpp"

namespace yagura::image {

void read_cargo_lock(std::string_view bytes, FileFacts& facts) {
  PackageCollector packages(facts, PackageType::kCargo, PackageEvidence::kLocked);
  const auto root = read_toml(bytes);
  if (!root) return packages.problem("Cargo.lock: " + root.error().message);
  for (const TomlValue& entry : root->items("package")) {
    const std::string_view source = entry.text("source");
    if (source.empty()) continue;
    const auto added = packages.add(entry.text("name"), entry.text("version"), false);
    if (!added.is_new) continue;
    if (source.starts_with("git+")) {
      const auto hash = source.rfind('#');
      if (hash != std::string_view::npos) added.package->revision = source.substr(hash + 1);
    }
    // "name", "name version", "name version (source)"
    for (const TomlValue& dependency : entry.items("dependencies")) {
      const std::string_view text = dependency.text();
      if (!text.empty()) added.package->depends.emplace_back(text.substr(0, text.find(' ')));
    }
  }
}

}  // namespace yagura::image
