#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "image/packages/collect/package_collector.hpp"
#include "image/packages/python/python_locks.hpp"
#include "image/packages/python/python_name.hpp"
#include "image/packages/toml/toml.hpp"

namespace yagura::image {
namespace {

bool is_own_code(const TomlValue& entry) {
  const TomlValue* source = entry.find("source");
  return source != nullptr &&
         (source->find("editable") != nullptr || source->find("virtual") != nullptr ||
          source->find("directory") != nullptr);
}

// Names that the project's own packages lead to by what they need to run.
class Reached {
 public:
  explicit Reached(const std::vector<TomlValue>& entries) {
    for (const TomlValue& entry : entries)
      by_name_[std::string(entry.text("name"))].push_back(&entry);
    for (const TomlValue& entry : entries) {
      if (!is_own_code(entry)) continue;
      has_root_ = true;
      follow(entry);
    }
    while (!open_.empty()) {
      const std::string name = std::move(open_.back());
      open_.pop_back();
      const auto found = by_name_.find(name);
      if (found == by_name_.end()) continue;
      for (const TomlValue* entry : found->second) follow(*entry);
    }
  }
  // Without a project nothing can be said.
  [[nodiscard]] bool has(std::string_view name) const {
    return !has_root_ || names_.contains(std::string(name));
  }

 private:
  void follow(const TomlValue& entry) {
    follow_all(entry.items("dependencies"));
    const TomlValue* extras = entry.find("optional-dependencies");
    if (extras == nullptr) return;
    for (const auto& [extra, list] : extras->members()) follow_all(list.items());
  }
  void follow_all(const std::vector<TomlValue>& list) {
    for (const TomlValue& dependency : list) {
      std::string name(dependency.text("name"));
      if (names_.insert(name).second) open_.push_back(std::move(name));
    }
  }

  std::unordered_map<std::string, std::vector<const TomlValue*>> by_name_;
  std::unordered_set<std::string> names_;
  std::vector<std::string> open_;
  bool has_root_ = false;
};

// Of "https://host/a/b?rev=main#COMMIT".
std::string_view commit_of(const TomlValue& entry) {
  const TomlValue* source = entry.find("source");
  if (source == nullptr) return {};
  const std::string_view address = source->text("git");
  const auto hash = address.rfind('#');
  return hash == std::string_view::npos ? std::string_view() : address.substr(hash + 1);
}

}  // namespace

void read_uv_lock(std::string_view bytes, FileFacts& facts) {
  PackageCollector packages(facts, PackageType::kPypi, PackageEvidence::kLocked);
  const auto root = read_toml(bytes);
  if (!root) return packages.problem("uv.lock: " + root.error().message);
  const auto& entries = root->items("package");
  const Reached reached(entries);
  for (const TomlValue& entry : entries) {
    if (is_own_code(entry)) continue;
    const std::string_view name = entry.text("name");
    if (!is_python_name(name)) {
      packages.problem("uv.lock: a package has no name");
      continue;
    }
    const auto added =
        packages.add(normalized_python_name(name), entry.text("version"), !reached.has(name));
    if (!added.is_new) continue;
    added.package->revision = commit_of(entry);
    for (const TomlValue& dependency : entry.items("dependencies")) {
      if (const auto needed = dependency.text("name"); is_python_name(needed)) {
        added.package->depends.push_back(normalized_python_name(needed));
      }
    }
  }
}

}  // namespace yagura::image
