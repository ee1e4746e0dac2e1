#include "image/packages/dpkg/dpkg_analyzer.hpp"

#include <cstdint>
#include <utility>

#include "image/packages/dpkg/copyright.hpp"
#include "image/packages/dpkg/file_list.hpp"
#include "image/packages/dpkg/status.hpp"

namespace yagura::image {
namespace {

enum class Role : std::uint8_t {
  kNone,
  kStatus,
  kStatusPart,
  kStatusPartFiles,
  kFileList,
  kAutomaticMarks,
  kCopyright,
};

// What the file is, and the package that its name tells of.
struct Place {
  Role role = Role::kNone;
  std::string_view package;
};

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool take_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix) || text.size() == suffix.size()) return false;
  text.remove_suffix(suffix.size());
  return true;
}

Place place_in_dpkg(std::string_view rest) {
  if (rest == "status") return {.role = Role::kStatus, .package = {}};
  if (take_prefix(rest, "info/")) {
    if (!take_suffix(rest, ".list")) return {};
    return {.role = Role::kFileList, .package = rest.substr(0, rest.find(':'))};
  }
  if (take_prefix(rest, "status.d/")) {
    if (rest.find('/') != std::string_view::npos) return {};
    if (take_suffix(rest, ".md5sums")) return {.role = Role::kStatusPartFiles, .package = rest};
    return {.role = Role::kStatusPart, .package = rest};
  }
  return {};
}

Place place_of(std::string_view path) {
  std::string_view rest = path;
  if (take_prefix(rest, "var/lib/dpkg/")) return place_in_dpkg(rest);
  if (take_prefix(rest, "usr/share/doc/")) {
    if (!take_suffix(rest, "/copyright") || rest.find('/') != std::string_view::npos) return {};
    return {.role = Role::kCopyright, .package = rest};
  }
  if (path == "var/lib/apt/extended_states") return {.role = Role::kAutomaticMarks, .package = {}};
  return {};
}

void add_owned(std::string_view package, PathList files, FileFacts& facts) {
  if (files.empty()) return;
  facts.owned.push_back(
      {.type = PackageType::kDeb, .package = std::string(package), .files = std::move(files)});
}

void add_licenses(std::string_view package, std::string_view text, FileFacts& facts) {
  auto licenses = read_copyright(text);
  if (licenses.empty()) return;
  facts.notes.push_back({.type = PackageType::kDeb,
                         .package = std::string(package),
                         .architecture = {},
                         .licenses = std::move(licenses),
                         .automatic = {}});
}

}  // namespace

bool DpkgAnalyzer::wants(const FileEntry& file, std::string_view /*head*/) const {
  return place_of(file.path).role != Role::kNone;
}

void DpkgAnalyzer::analyze(const FileEntry& file, const FileContent& content,
                           FileFacts& facts) const {
  const Place place = place_of(file.path);
  const std::string_view text = content.bytes();
  switch (place.role) {
    case Role::kNone:
      return;
    case Role::kStatus:
    case Role::kStatusPart:
      return read_status(text, PackageType::kDeb, facts);
    case Role::kStatusPartFiles:
      return add_owned(place.package, read_checksum_list(text), facts);
    case Role::kFileList:
      return add_owned(place.package, read_file_list(text), facts);
    case Role::kAutomaticMarks:
      return read_automatic_marks(text, PackageType::kDeb, facts);
    case Role::kCopyright:
      return add_licenses(place.package, text, facts);
  }
}

}  // namespace yagura::image
