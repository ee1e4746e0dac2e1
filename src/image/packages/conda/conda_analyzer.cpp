#include "image/packages/conda/conda_analyzer.hpp"

#include <string>

#include "image/packages/collect/package_collector.hpp"
#include "image/packages/collect/path.hpp"
#include "image/packages/tree/tree.hpp"

namespace yagura::image {

bool CondaAnalyzer::wants(const FileEntry& file, std::string_view /*head*/) const {
  return file.path.ends_with(".json") && base_name(directory_of(file.path)) == "conda-meta";
}

void CondaAnalyzer::analyze(const FileEntry& file, const FileContent& content,
                            FileFacts& facts) const {
  PackageCollector packages(facts, PackageType::kConda, PackageEvidence::kInstalled);
  const auto tree = read_json_tree(content.bytes());
  if (!tree) return packages.problem("conda-meta: " + tree.error().message);
  const kube::Node& root = tree->root();
  const std::string_view name = text_member(root, "name");
  const std::string_view version = text_member(root, "version");
  if (name.empty() || version.empty()) return;  // migrations and other notes
  Package* package = packages.add(name, version).package;
  if (package == nullptr) return;
  package->architecture = text_member(root, "subdir");
  add_license(*package, text_member(root, "license"));
  for (const kube::Node& item : items_of(root.find("depends"))) {
    // "python >=3.8,<3.9.0a0"
    const std::string_view depend = item.string_or();
    package->depends.emplace_back(depend.substr(0, depend.find(' ')));
  }
  const std::string_view prefix = directory_of(directory_of(file.path));
  for (const kube::Node& item : items_of(root.find("files"))) {
    if (const auto path = joined_path(prefix, item.string_or())) {
      package->files.push_back(*path);
    }
  }
}

}  // namespace yagura::image
