#include "image/merge/ownership.hpp"

namespace yagura::image {

Ownership::Ownership(const MergedImage& image) : owner_(image.node_count(), 0) {
  MergedImage::Locator locator(image);
  const auto claim = [&](std::string_view package, const PathList& paths) {
    const auto name = static_cast<std::uint32_t>(names_.size());
    names_.push_back(package);
    for (const std::string_view path : paths) {
      const MergedFile* file = locator.locate(path);
      if (file == nullptr || file->file->kind == FileKind::kDirectory) continue;
      if (owner_[file->node] == 0) owner_[file->node] = name;
    }
  };
  for (const MergedFile& file : image.files()) {
    const FileFacts* facts = image.facts(file);
    if (facts == nullptr) continue;
    for (const OwnedFiles& owned : facts->owned) {
      if (is_distribution_package(owned.type)) claim(owned.package, owned.files);
    }
    for (const Package& package : facts->packages) {
      if (is_distribution_package(package.type) && !package.files.empty()) {
        claim(package.name, package.files);
      }
    }
  }
}

}  // namespace yagura::image
