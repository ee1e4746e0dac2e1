#pragma once

// Maven's project files. Read by libxml2's streaming reader: no entities are put in, nothing is
// fetched, depth and size are bounded. https://maven.apache.org/pom.html

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "image/model/facts.hpp"

namespace yagura::image {

struct PomDependency {
  std::string group;
  std::string artifact;
  std::string version;
  std::string scope;
};

// As written: properties are not yet put in.
struct Pom {
  std::string group;
  std::string artifact;
  std::string version;
  std::string parent_group;
  std::string parent_version;
  std::vector<std::string> licenses;
  std::map<std::string, std::string, std::less<>> properties;
  std::vector<PomDependency> dependencies;
  std::vector<PomDependency> managed;  // dependencyManagement
};

inline constexpr std::size_t kMaxPomBytes = std::size_t{4} << 20;
inline constexpr std::size_t kMaxPomDependencies = 10'000;

[[nodiscard]] Result<Pom> read_pom(std::string_view bytes);

// `text` with "${name}" put in, by the project's own properties; empty where one is not known.
// Properties within properties are followed a few steps.
[[nodiscard]] std::string with_properties(const Pom& pom, std::string_view text);

// The dependencies that a project's pom.xml gives an exact version, by itself, its properties or
// its dependencyManagement. Those whose versions a parent or an import decides are left out: they
// are not told here. Scope "test" is development.
void read_project_pom(std::string_view bytes, FileFacts& facts);

}  // namespace yagura::image
