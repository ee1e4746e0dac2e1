#include <algorithm>
#include <optional>
#include <string>

#include "image/packages/collect/package_collector.hpp"
#include "image/packages/python/python_locks.hpp"
#include "image/packages/python/python_name.hpp"
#include "image/packages/toml/toml.hpp"

namespace yagura::image {
namespace {

// Whether groups are named, and `main` is none of them.
bool lacks_group(const TomlValue& package, std::string_view main) {
  const auto& groups = package.items("groups");
  return !groups.empty() &&
         std::ranges::none_of(groups, [main](const TomlValue& g) { return g.text() == main; });
}

// Adds one entry; null where its name is none.
Package* add_entry(const TomlValue& entry, bool development, PackageCollector& packages) {
  const std::string_view name = entry.text("name");
  if (!is_python_name(name)) {
    packages.problem("lock file: a package has no name");
    return nullptr;
  }
  const auto added = packages.add(normalized_python_name(name), entry.text("version"), development);
  return added.is_new ? added.package : nullptr;
}

void read_poetry_entry(const TomlValue& entry, PackageCollector& packages) {
  const TomlValue* source = entry.find("source");
  if (source != nullptr && source->text("type") == "directory") return;
  const bool development = entry.text("category") == "dev" || lacks_group(entry, "main");
  Package* package = add_entry(entry, development, packages);
  if (package == nullptr) return;
  if (source != nullptr && source->text("type") == "git") {
    package->revision = source->text("resolved_reference");
  }
  if (const TomlValue* depends = entry.find("dependencies")) {
    for (const auto& [name, value] : depends->members()) {
      if (is_python_name(name)) package->depends.push_back(normalized_python_name(name));
    }
  }
}

void read_pdm_entry(const TomlValue& entry, PackageCollector& packages) {
  const std::string_view path = entry.text("path");
  const bool is_archive = path.ends_with(".whl") || path.ends_with(".gz") || path.ends_with(".zip");
  if (!path.empty() && !is_archive) return;
  Package* package = add_entry(entry, lacks_group(entry, "default"), packages);
  if (package == nullptr) return;
  package->revision = entry.text("revision");
  for (const TomlValue& depend : entry.items("dependencies")) {
    const std::string_view name = leading_python_name(depend.text());
    if (!name.empty()) package->depends.push_back(normalized_python_name(name));
  }
}

void read_pylock_entry(const TomlValue& entry, PackageCollector& packages) {
  if (entry.find("directory") != nullptr) return;
  Package* package = add_entry(entry, false, packages);
  if (package == nullptr) return;
  if (const TomlValue* repository = entry.find("vcs")) {
    package->revision = repository->text("commit-id");
  }
}

using EntryReader = void (*)(const TomlValue&, PackageCollector&);

void read_lock(std::string_view file, std::string_view list, std::string_view bytes,
               EntryReader read_entry, FileFacts& facts) {
  PackageCollector packages(facts, PackageType::kPypi, PackageEvidence::kLocked);
  const auto root = read_toml(bytes);
  if (!root) return packages.problem(std::string(file) + ": " + root.error().message);
  for (const TomlValue& entry : root->items(list)) read_entry(entry, packages);
}

}  // namespace

void read_poetry_lock(std::string_view bytes, FileFacts& facts) {
  read_lock("poetry.lock", "package", bytes, read_poetry_entry, facts);
}

void read_pdm_lock(std::string_view bytes, FileFacts& facts) {
  read_lock("pdm.lock", "package", bytes, read_pdm_entry, facts);
}

void read_pylock(std::string_view bytes, FileFacts& facts) {
  read_lock("pylock.toml", "packages", bytes, read_pylock_entry, facts);
}

}  // namespace yagura::image
