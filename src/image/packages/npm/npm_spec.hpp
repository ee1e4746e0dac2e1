#pragma once

#include <string_view>

namespace yagura::image {

// "name@rest" in its two parts: the first "@" that does not begin a scope divides. Without one all
// is the name.
struct NpmSpec {
  std::string_view name;
  std::string_view range;
};
[[nodiscard]] NpmSpec split_npm_spec(std::string_view text);

// Whether it may be a package's name: "a", "@scope/a". Not what npm allows to publish, but what can
// stand in a registry: no blanks, no further slashes.
[[nodiscard]] bool is_npm_name(std::string_view name);
// Whether it begins like a semantic version: "1.2.3", "1.0.0-rc.1+build".
[[nodiscard]] bool is_semantic_version(std::string_view text);

// Where a package comes from, by the beginning of its specifier or resolution.
enum class NpmOrigin : unsigned char {
  kRegistry,  // a range, a version, a tag; an archive by URL
  kGit,       // fetched from a repository
  kLocal,     // a directory of the same project: its own code, whatever name it has
};
[[nodiscard]] NpmOrigin npm_origin(std::string_view specifier);

// The commit behind "#" or "#commit=" of a git address, or behind the last slash of a code host's
// archive ("https://codeload.github.com/a/b/tar.gz/SHA"); empty where there is none.
[[nodiscard]] std::string_view npm_commit(std::string_view address);
// "1.2.3" of "https://host/a/-/a-1.2.3.tgz" for the name "a" or "@s/a"; else empty.
[[nodiscard]] std::string_view version_of_archive(std::string_view address, std::string_view name);

}  // namespace yagura::image
