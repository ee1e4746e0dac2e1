#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace yagura::image {

// What a file's name says by Maven's custom "artifact-version[-classifier].jar". Without a version
// all is the artifact.
struct ArtifactName {
  std::string_view artifact;
  std::string_view version;
};
// `stem`: the name without its extension. "log4j-1.2-api-2.17.1" is "log4j-1.2-api" of "2.17.1",
// "netty-4.1.68.Final-linux-x86_64" is "netty" of "4.1.68.Final". Linear.
[[nodiscard]] ArtifactName split_artifact_name(std::string_view stem);

// What the directories of a Maven repository ("…/repository/org/a/b/1.0/b-1.0.jar", "maven-repo/…")
// or of Gradle's cache ("files-2.1/org.a/b/1.0/HASH/b-1.0.jar") say, where the file's name agrees.
struct RepositoryPlace {
  std::string group;
  std::string_view artifact;
  std::string_view version;
};
[[nodiscard]] std::optional<RepositoryPlace> repository_place(std::string_view path);

// Whether it can be a group or artifact id: letters, digits, ".", "-", "_".
[[nodiscard]] bool is_maven_id(std::string_view text);
// The name without its extension: "a-1.0" of "lib/a-1.0.jar".
[[nodiscard]] std::string_view stem_of(std::string_view path);
// ".jar", ".war", ".ear" and their like, in any case.
[[nodiscard]] bool is_java_archive_name(std::string_view path);

}  // namespace yagura::image
