#include "image/packages/rpm/manifest.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "image/model/problems.hpp"

namespace yagura::image {
namespace {

enum Field : std::size_t {
  kName,
  kVersionRelease,
  kInstallTime,
  kBuildTime,
  kVendor,
  kEpoch,
  kSize,
  kArchitecture,
  kEpochNumber,
  kSourceRpm,
  kFieldCount,
};

using Fields = std::array<std::string_view, kFieldCount>;

// "(none)" is what rpm prints for what a header does not have.
Fields split(std::string_view line) {
  Fields fields;
  for (std::string_view& field : fields) {
    const auto end = std::min(line.find('\t'), line.size());
    field = line.substr(0, end);
    if (field == "(none)") field = {};
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return fields;
}

std::uint64_t parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

std::optional<Package> parse_line(std::string_view line) {
  const Fields fields = split(line);
  if (fields[kName].empty() || fields[kVersionRelease].empty()) return std::nullopt;
  for (const std::string_view field : fields) {
    if (field.size() > RpmBudget::kMaxText) return std::nullopt;
  }
  Package package{.type = PackageType::kRpm,
                  .evidence = PackageEvidence::kInstalled,
                  .name = std::string(fields[kName]),
                  .architecture = std::string(fields[kArchitecture]),
                  .maintainer = std::string(fields[kVendor]),
                  .installed_size = parse_number(fields[kSize])};
  if (!fields[kEpoch].empty()) package.version = std::string(fields[kEpoch]) + ":";
  package.version += fields[kVersionRelease];
  set_rpm_source(fields[kSourceRpm], fields[kVersionRelease], package);
  return package;
}

}  // namespace

void read_rpm_manifest(std::string_view text, RpmBudget& budget, FileFacts& facts) {
  Problems problems(facts, "rpm manifest");
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    auto package = parse_line(line);
    if (!package) {
      problems.add("line " + std::to_string(number) + " names no package and version");
    } else if (budget.packages == 0) {
      problems.add("more packages than are kept; the rest was not read");
      return;
    } else {
      --budget.packages;
      facts.packages.push_back(*std::move(package));
    }
  }
}

}  // namespace yagura::image
