#include <string>

#include "image/packages/collect/package_collector.hpp"
#include "image/packages/java/maven_name.hpp"
#include "image/packages/java/pom.hpp"

namespace yagura::image {
namespace {

constexpr std::size_t kLongest = 1024;

std::string_view either(const std::string& own, const std::string& other) {
  return own.empty() ? other : own;
}

// Nothing where the name is not known.
std::optional<std::string_view> property(const Pom& pom, std::string_view name) {
  for (const std::string_view prefix : {"project.", "pom."}) {
    if (!name.starts_with(prefix)) continue;
    const std::string_view rest = name.substr(prefix.size());
    if (rest == "version") return either(pom.version, pom.parent_version);
    if (rest == "groupId") return either(pom.group, pom.parent_group);
    if (rest == "artifactId") return pom.artifact;
    if (rest == "parent.version") return pom.parent_version;
    if (rest == "parent.groupId") return pom.parent_group;
  }
  const auto found = pom.properties.find(name);
  if (found == pom.properties.end()) return std::nullopt;
  return found->second;
}

// One step: all "${…}" of the text. Empty where one is not known.
std::string replaced_once(const Pom& pom, std::string_view text) {
  std::string out;
  while (!text.empty() && out.size() < kLongest) {
    const auto begin = text.find("${");
    out += text.substr(0, begin);
    if (begin == std::string_view::npos) break;
    const auto end = text.find('}', begin);
    if (end == std::string_view::npos) return {};
    const auto value = property(pom, text.substr(begin + 2, end - begin - 2));
    if (!value || value->empty()) return {};
    out += *value;
    text = text.substr(end + 1);
  }
  return out;
}

// A version that leaves no choice: no range, no "LATEST".
bool is_exact(std::string_view version) {
  return !version.empty() && version.find_first_of("[](),$ ") == std::string_view::npos &&
         version != "LATEST" && version != "RELEASE";
}

// "1.0" of "[1.0]".
std::string exact_version(const Pom& pom, std::string_view text) {
  std::string version = with_properties(pom, text);
  if (version.size() > 2 && version.front() == '[' && version.back() == ']') {
    version = version.substr(1, version.size() - 2);
  }
  return is_exact(version) ? version : std::string();
}

}  // namespace

std::string with_properties(const Pom& pom, std::string_view text) {
  constexpr int kMostSteps = 8;
  std::string out(text);
  for (int step = 0; step < kMostSteps && out.find("${") != std::string::npos; ++step) {
    out = replaced_once(pom, out);
  }
  return out.find("${") == std::string::npos ? out : std::string();
}

void read_project_pom(std::string_view bytes, FileFacts& facts) {
  PackageCollector packages(facts, PackageType::kMaven, PackageEvidence::kDeclared);
  const auto pom = read_pom(bytes);
  if (!pom) return packages.problem(pom.error().message);
  std::map<std::string, const PomDependency*> managed;
  for (const PomDependency& dependency : pom->managed) {
    managed.emplace(
        with_properties(*pom, dependency.group) + ":" + with_properties(*pom, dependency.artifact),
        &dependency);
  }
  for (const PomDependency& dependency : pom->dependencies) {
    const std::string group = with_properties(*pom, dependency.group);
    const std::string artifact = with_properties(*pom, dependency.artifact);
    if (!is_maven_id(group) || !is_maven_id(artifact)) continue;
    const std::string name = group + ":" + artifact;
    const auto decided = managed.find(name);
    const bool is_managed = decided != managed.end();
    const std::string version =
        exact_version(*pom, dependency.version.empty() && is_managed ? decided->second->version
                                                                     : dependency.version);
    const std::string& scope =
        dependency.scope.empty() && is_managed ? decided->second->scope : dependency.scope;
    if (!version.empty()) packages.add(name, version, scope == "test");
  }
}

}  // namespace yagura::image
