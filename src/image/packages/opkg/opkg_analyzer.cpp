#include "image/packages/opkg/opkg_analyzer.hpp"

#include <string>
#include <utility>

#include "image/packages/dpkg/file_list.hpp"
#include "image/packages/dpkg/paragraphs.hpp"
#include "image/packages/dpkg/status.hpp"

namespace yagura::image {
namespace {

constexpr std::size_t kMaxText = 1024;

// What stands behind the database's folder; empty: another place.
std::string_view in_database(std::string_view path) {
  for (const std::string_view folder :
       {std::string_view("usr/lib/opkg/"), std::string_view("var/lib/opkg/")}) {
    if (path.starts_with(folder)) return path.substr(folder.size());
  }
  return {};
}

bool take_info(std::string_view& rest, std::string_view suffix) {
  constexpr std::string_view kInfo = "info/";
  if (!rest.starts_with(kInfo) || !rest.ends_with(suffix)) return false;
  if (rest.size() <= kInfo.size() + suffix.size()) return false;
  rest = rest.substr(kInfo.size(), rest.size() - kInfo.size() - suffix.size());
  return rest.find('/') == std::string_view::npos;
}

void add_license(std::string_view control, FileFacts& facts) {
  ParagraphReader reader(control);
  if (!reader.next()) return;
  const std::string_view package = reader.find("Package");
  const std::string_view license = reader.find("License");
  if (package.empty() || license.empty() || package.size() > kMaxText ||
      license.size() > kMaxText) {
    return;
  }
  facts.notes.push_back({.type = PackageType::kOpkg,
                         .package = std::string(package),
                         .architecture = {},
                         .licenses = {std::string(license)},
                         .automatic = {}});
}

}  // namespace

bool OpkgAnalyzer::wants(const FileEntry& file, std::string_view /*head*/) const {
  std::string_view rest = in_database(file.path);
  return rest == "status" || take_info(rest, ".list") || take_info(rest, ".control");
}

void OpkgAnalyzer::analyze(const FileEntry& file, const FileContent& content,
                           FileFacts& facts) const {
  std::string_view rest = in_database(file.path);
  const std::string_view text = content.bytes();
  if (rest == "status") {
    read_status(text, PackageType::kOpkg, facts);
    read_automatic_marks(text, PackageType::kOpkg, facts);
  } else if (take_info(rest, ".list")) {
    PathList files = read_file_list(text);
    if (files.empty()) return;
    facts.owned.push_back(
        {.type = PackageType::kOpkg, .package = std::string(rest), .files = std::move(files)});
  } else if (take_info(rest, ".control")) {
    add_license(text, facts);
  }
}

}  // namespace yagura::image
