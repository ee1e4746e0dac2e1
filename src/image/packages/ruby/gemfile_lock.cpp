#include "image/packages/ruby/gemfile_lock.hpp"

#include <algorithm>
#include <string>

#include "image/packages/collect/package_collector.hpp"
#include "image/packages/collect/path.hpp"

// Read by indentation: sections at column 0, their fields at 2, gems at 4 ("rake (13.0.6)"), what
// these need at 6.

namespace yagura::image {
namespace {

constexpr std::size_t kLargest = std::size_t{16} << 20;

struct NamedGem {
  std::string_view name;
  std::string_view version;
  std::string_view platform;
};

// "nokogiri (1.13.0-x86_64-linux)"
NamedGem gem_of(std::string_view text) {
  const auto open = text.find(" (");
  if (open == std::string_view::npos || !text.ends_with(')')) return {.name = text};
  const std::string_view version = text.substr(open + 2, text.size() - open - 3);
  const auto dash = version.find('-');
  return {
      .name = text.substr(0, open),
      .version = version.substr(0, dash),
      .platform = dash == std::string_view::npos ? std::string_view() : version.substr(dash + 1)};
}

}  // namespace

void read_gemfile_lock(std::string_view bytes, FileFacts& facts) {
  PackageCollector packages(facts, PackageType::kGem, PackageEvidence::kLocked);
  if (bytes.size() > kLargest) return packages.problem("Gemfile.lock: too large");
  std::string_view section;
  std::string_view revision;
  Package* gem = nullptr;
  while (const auto line = next_line(bytes)) {
    const std::size_t indent = std::min(line->find_first_not_of(' '), line->size());
    const std::string_view text = line->substr(indent);
    if (text.empty()) continue;
    if (indent == 0) {
      section = text;
      revision = {};
    } else if (indent == 2 && text.starts_with("revision: ")) {
      revision = text.substr(10);
    }
    const bool has_gems = section == "GEM" || section == "GIT" || section == "PLUGIN SOURCE";
    if (!has_gems) continue;
    if (indent == 4) {
      const NamedGem named = gem_of(text);
      gem = nullptr;
      if (named.version.empty()) continue;
      // Builds for several platforms are one gem.
      const auto added = packages.add(named.name, named.version, false);
      if (!added.is_new) continue;
      gem = added.package;
      gem->architecture = named.platform;
      if (section == "GIT") gem->revision = revision.substr(0, 64);
    } else if (indent == 6 && gem != nullptr) {
      gem->depends.emplace_back(gem_of(text).name);
    }
  }
}

}  // namespace yagura::image
