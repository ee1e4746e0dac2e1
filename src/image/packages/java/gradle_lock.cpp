#include "image/packages/java/gradle_lock.hpp"

#include <string>

#include "image/packages/collect/package_collector.hpp"
#include "image/packages/collect/path.hpp"
#include "image/packages/java/maven_name.hpp"

namespace yagura::image {
namespace {

bool is_for_tests(std::string_view configurations) {
  while (!configurations.empty()) {
    const auto comma = configurations.find(',');
    const std::string_view one = trimmed(configurations.substr(0, comma));
    configurations =
        comma == std::string_view::npos ? std::string_view() : configurations.substr(comma + 1);
    if (!one.starts_with("test") && !one.starts_with("androidTest")) return false;
  }
  return true;
}

}  // namespace

void read_gradle_lock(std::string_view bytes, FileFacts& facts) {
  PackageCollector packages(facts, PackageType::kMaven, PackageEvidence::kLocked);
  while (const auto line = next_line(bytes)) {
    if (line->starts_with('#') || line->starts_with("empty=")) continue;
    const auto equals = line->find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view coordinates = line->substr(0, equals);
    const auto version = coordinates.rfind(':');
    const auto artifact = version == std::string_view::npos ? version : coordinates.find(':');
    if (artifact == std::string_view::npos || artifact == version) continue;
    if (!is_maven_id(coordinates.substr(0, artifact)) ||
        !is_maven_id(coordinates.substr(artifact + 1, version - artifact - 1))) {
      continue;
    }
    packages.add(coordinates.substr(0, version), coordinates.substr(version + 1),
                 is_for_tests(line->substr(equals + 1)));
  }
}

}  // namespace yagura::image
