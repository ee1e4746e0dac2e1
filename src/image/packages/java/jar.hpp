#pragma once

// What a Java archive says of itself and of what is in it.
//
// 1. Each META-INF/maven/GROUP/ARTIFACT/pom.properties (pom.xml where that is missing) is a
// package:
//    several stand in archives that were put together of others.
// 2. Where none of them is the archive itself, it is named by its file name (artifact-1.2.3.jar),
// the
//    manifest, the directories of a Maven repository, and well-known artifacts' groups. Such a
//    package carries the SHA-1 of the archive (Package::digest), by which Maven Central knows it;
//    without a group its name is the artifact's alone.
// 3. Archives in it are looked at in the same way; Package::location says where they are.
//
// JAR File Specification; https://maven.apache.org/shared/maven-archiver.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "image/model/facts.hpp"
#include "image/packages/java/manifest.hpp"
#include "image/packages/zip/zip_bytes.hpp"

namespace yagura::image {

struct JarLimits {
  int max_depth = 6;                  // archives within archives
  std::size_t max_archives = 20'000;  // of one file
  InflateBudget::Limits inflate;
};

// `path`: of the file, as FileEntry has it.
void read_jar(std::string_view path, std::string_view bytes, FileFacts& facts,
              const JarLimits& limits = {});

// Coordinates as one file in the archive has them.
struct JarCoordinates {
  std::string group;
  std::string artifact;
  std::string version;
  std::vector<std::string> licenses;
};
// "groupId=…", "artifactId=…", "version=…".
[[nodiscard]] std::optional<JarCoordinates> read_pom_properties(std::string_view text);

// What the archive calls itself, of name and manifest; see above, 2.
[[nodiscard]] JarCoordinates own_coordinates(std::string_view path, const JarManifest& manifest);
// Whether one of them is the archive itself.
[[nodiscard]] bool names_itself(const std::vector<JarCoordinates>& found, const JarCoordinates& own,
                                std::string_view path);

}  // namespace yagura::image
