#include <algorithm>
#include <array>
#include <string>

#include "image/packages/collect/path.hpp"
#include "image/packages/java/jar.hpp"
#include "image/packages/java/known_groups.hpp"
#include "image/packages/java/maven_name.hpp"

namespace yagura::image {
namespace {

std::string_view first_of(const JarManifest& manifest,
                          std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (const auto value = manifest.get(name); !value.empty()) return value;
  }
  return {};
}

bool is_version(std::string_view text) {
  return !text.empty() && text.size() < 100 && text.front() >= '0' && text.front() <= '9' &&
         text.find_first_of(" \t/\\:${}") == std::string_view::npos;
}

// "a.b.c" and "c" (or, with dots for dashes, "b-c"): "a.b" (or "a"). Else all of it.
std::string group_of_module(std::string_view module, std::string_view artifact) {
  module = trimmed(module.substr(0, module.find(';')));
  if (!is_maven_id(module) || module.find('.') == std::string_view::npos) return {};
  std::string dotted(artifact);
  std::ranges::replace(dotted, '-', '.');
  for (const std::string_view tail : {artifact, std::string_view(dotted)}) {
    if (module.size() > tail.size() + 1 && module.ends_with(tail) &&
        module[module.size() - tail.size() - 1] == '.') {
      return std::string(module.substr(0, module.size() - tail.size() - 1));
    }
  }
  return std::string(module);
}

std::string group_of(std::string_view artifact, const JarManifest& manifest) {
  if (const auto group = known_group(artifact); !group.empty()) return std::string(group);
  const std::string_view vendor = manifest.get("implementation-vendor-id");
  if (is_maven_id(vendor) && (vendor.find('.') != std::string_view::npos || vendor == artifact)) {
    return std::string(vendor);
  }
  for (const std::string_view key : {"bundle-symbolicname", "automatic-module-name"}) {
    if (std::string group = group_of_module(manifest.get(key), artifact); !group.empty()) {
      return group;
    }
  }
  return {};
}

std::string_view extension_title(const JarManifest& manifest) {
  for (const std::string_view key : {"implementation-title", "extension-name", "bundle-name"}) {
    if (const auto value = manifest.get(key); is_maven_id(value)) return value;
  }
  return {};
}

}  // namespace

std::optional<JarCoordinates> read_pom_properties(std::string_view text) {
  JarCoordinates out;
  while (const auto line = next_line(text)) {
    const std::string_view entry = trimmed(*line);
    const auto separator = entry.find_first_of("=:");
    if (entry.starts_with('#') || separator == std::string_view::npos) continue;
    const std::string_view key = trimmed(entry.substr(0, separator));
    const std::string_view value = trimmed(entry.substr(separator + 1)).substr(0, 512);
    if (key == "groupId") out.group = value;
    if (key == "artifactId") out.artifact = value;
    if (key == "version") out.version = value;
  }
  if (!is_maven_id(out.group) || !is_maven_id(out.artifact) || out.version.empty() ||
      out.version.find("${") != std::string::npos) {
    return std::nullopt;
  }
  return out;
}

JarCoordinates own_coordinates(std::string_view path, const JarManifest& manifest) {
  const ArtifactName name = split_artifact_name(stem_of(path));
  JarCoordinates out{.artifact = std::string(name.artifact), .version = std::string(name.version)};
  if (const auto place = repository_place(path)) {
    out.group = place->group;
    out.artifact = place->artifact;
    // Debian's repository has "debian" where a version is.
    out.version = is_version(place->version) ? place->version : std::string_view();
  }
  if (out.version.empty()) {
    // Nothing of the name was chosen by Maven: a title that may be an artifact's is better.
    const std::string_view version =
        first_of(manifest, {"implementation-version", "bundle-version", "specification-version"});
    if (is_version(version)) out.version = version;
    const std::string_view title = extension_title(manifest);
    if (out.group.empty() && !title.empty() && !out.version.empty() &&
        title.find('.') == std::string_view::npos) {
      out.artifact = title;
    }
  }
  if (out.group.empty()) out.group = group_of(out.artifact, manifest);
  const std::string_view license = manifest.get("bundle-license");
  if (!license.empty() && license.find("://") == std::string_view::npos) {
    out.licenses.emplace_back(license.substr(0, license.find(';')));
  }
  return out;
}

bool names_itself(const std::vector<JarCoordinates>& found, const JarCoordinates& own,
                  std::string_view path) {
  const std::string_view stem = stem_of(path);
  return std::ranges::any_of(found, [&](const JarCoordinates& one) {
    if (one.artifact == own.artifact || one.artifact == stem) return true;
    if (stem.starts_with(one.artifact) && stem.size() > one.artifact.size() &&
        stem[one.artifact.size()] == '-') {
      return true;
    }
    // Renamed: "app.jar" of one project.
    return found.size() == 1 && (own.version.empty() || one.version == own.version);
  });
}

}  // namespace yagura::image
