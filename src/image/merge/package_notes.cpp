#include "image/merge/package_notes.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace yagura::image {
namespace {

constexpr std::string_view kAnyArchitecture = "*";

std::string key(PackageType type, std::string_view name, std::string_view architecture = {}) {
  std::string out(1, static_cast<char>('a' + static_cast<int>(type)));
  out.append(name).push_back('\0');
  out.append(architecture);
  return out;
}

}  // namespace

PackageNotes::PackageNotes(const MergedImage& image) : image_(image) {
  for (const MergedFile& file : image.files()) {
    const FileFacts* facts = image.facts(file);
    if (facts == nullptr) continue;
    for (const PackageNote& note : facts->notes) gather(note);
  }
}

void PackageNotes::gather(const PackageNote& note) {
  if (!note.licenses.empty()) licenses_.emplace(key(note.type, note.package), &note.licenses);
  if (!note.automatic) return;
  auto marks = std::ranges::find(marks_, note.type, &Marks::type);
  if (marks == marks_.end()) {
    marks = marks_.insert(marks, {.type = note.type, .listed = *note.automatic});
  }
  if (*note.automatic != marks->listed) return;
  marked_.insert(key(note.type, note.package, note.architecture));
  // apt names the machine's architecture for packages of all.
  marked_.insert(key(note.type, note.package, kAnyArchitecture));
}

void PackageNotes::apply(Package& package) const {
  if (package.licenses.empty()) add_licenses(package);
  if (!package.automatic) add_mark(package);
}

void PackageNotes::add_licenses(Package& package) const {
  const auto found = licenses_.find(key(package.type, package.name));
  const auto* licenses = found == licenses_.end() ? licenses_by_link(package) : found->second;
  if (licenses != nullptr) package.licenses = *licenses;
}

// Packages of one source often have one documentation folder, and links to it.
const std::vector<std::string>* PackageNotes::licenses_by_link(const Package& package) const {
  if (package.type != PackageType::kDeb) return nullptr;
  const MergedFile* file = image_.resolve("usr/share/doc/" + package.name + "/copyright");
  if (file == nullptr) return nullptr;
  const FileFacts* facts = image_.facts(*file);
  // A copyright file has one note; a link may lead to a file that has many.
  if (facts == nullptr || facts->notes.size() != 1) return nullptr;
  const PackageNote& note = facts->notes.front();
  return note.type == package.type && !note.licenses.empty() ? &note.licenses : nullptr;
}

bool PackageNotes::is_marked(const Package& package) const {
  return marked_.contains(key(package.type, package.name)) ||
         marked_.contains(
             key(package.type, package.name,
                 package.architecture == "all" ? kAnyArchitecture : package.architecture));
}

void PackageNotes::add_mark(Package& package) const {
  const auto marks = std::ranges::find(marks_, package.type, &Marks::type);
  if (marks == marks_.end()) return;
  package.automatic = is_marked(package) == marks->listed;
}

}  // namespace yagura::image
