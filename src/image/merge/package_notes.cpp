#include "image/merge/package_notes.hpp"

#include <algorithm>
#include <string>

namespace yagura::image {
namespace {

// apt names the machine's architecture for packages of all.
bool is_of(const PackageNote& note, const Package& package) {
  return note.type == package.type &&
         (note.architecture.empty() || note.architecture == package.architecture ||
          package.architecture == "all");
}

}  // namespace

PackageNotes::PackageNotes(const MergedImage& image) : image_(image) {
  for (const MergedFile& file : image.files()) {
    const FileFacts* facts = image.facts(file);
    if (facts == nullptr) continue;
    for (const PackageNote& note : facts->notes) {
      by_name_.emplace(note.package, &note);
      if (!note.automatic || std::ranges::find(marks_, note.type, &Marks::type) != marks_.end()) {
        continue;
      }
      marks_.push_back({.type = note.type, .listed = *note.automatic});
    }
  }
}

void PackageNotes::apply(Package& package) const {
  if (package.licenses.empty()) add_licenses(package);
  if (!package.automatic) add_mark(package);
}

void PackageNotes::add_licenses(Package& package) const {
  const auto [begin, end] = by_name_.equal_range(package.name);
  for (auto note = begin; note != end; ++note) {
    if (note->second->licenses.empty() || !is_of(*note->second, package)) continue;
    package.licenses = note->second->licenses;
    return;
  }
  if (const auto* licenses = licenses_by_link(package)) package.licenses = *licenses;
}

// Packages of one source often have one documentation folder, and links to it.
const std::vector<std::string>* PackageNotes::licenses_by_link(const Package& package) const {
  if (package.type != PackageType::kDeb) return nullptr;
  const MergedFile* file = image_.resolve("usr/share/doc/" + package.name + "/copyright");
  if (file == nullptr) return nullptr;
  const FileFacts* facts = image_.facts(*file);
  if (facts == nullptr) return nullptr;
  for (const PackageNote& note : facts->notes) {
    if (note.type == package.type && !note.licenses.empty()) return &note.licenses;
  }
  return nullptr;
}

void PackageNotes::add_mark(Package& package) const {
  const auto marks = std::ranges::find(marks_, package.type, &Marks::type);
  if (marks == marks_.end()) return;
  const auto [begin, end] = by_name_.equal_range(package.name);
  const bool is_listed = std::any_of(begin, end, [&](const auto& entry) {
    return entry.second->automatic == marks->listed && is_of(*entry.second, package);
  });
  package.automatic = is_listed == marks->listed;
}

}  // namespace yagura::image
