#include "image/packages/java/java_analyzer.hpp"

#include "image/packages/collect/package_collector.hpp"
#include "image/packages/collect/path.hpp"
#include "image/packages/java/gradle_lock.hpp"
#include "image/packages/java/jar.hpp"
#include "image/packages/java/maven_name.hpp"
#include "image/packages/java/pom.hpp"

namespace yagura::image {
namespace {

enum class Kind { kNone, kArchive, kPomProperties, kGradleLock, kPom };

Kind kind_of(const FileEntry& file) {
  const std::string_view path = file.path;
  switch (path.empty() ? '\0' : path.back()) {
    case 'r':
    case 'R':
    case 'i':
    case 'I':
      return is_java_archive_name(path) ? Kind::kArchive : Kind::kNone;
    case 's':
      return file.name() == "pom.properties" && is_below(path, "META-INF/maven")
                 ? Kind::kPomProperties
                 : Kind::kNone;
    case 'e':
      return file.name() == "gradle.lockfile" || file.name() == "buildscript-gradle.lockfile"
                 ? Kind::kGradleLock
                 : Kind::kNone;
    case 'l':
      return file.name() == "pom.xml" && !is_below(path, "META-INF") ? Kind::kPom : Kind::kNone;
    default:
      return Kind::kNone;
  }
}

void read_unpacked_properties(std::string_view bytes, FileFacts& facts) {
  PackageCollector packages(facts, PackageType::kMaven, PackageEvidence::kBinary);
  constexpr std::size_t kLargest = std::size_t{1} << 20;
  if (const auto one = read_pom_properties(bytes.substr(0, kLargest))) {
    packages.add(one->group + ":" + one->artifact, one->version);
  }
}

}  // namespace

bool JavaAnalyzer::wants(const FileEntry& file, std::string_view /*head*/) const {
  return file.size > 0 && kind_of(file) != Kind::kNone;
}

void JavaAnalyzer::analyze(const FileEntry& file, const FileContent& content,
                           FileFacts& facts) const {
  switch (kind_of(file)) {
    case Kind::kArchive:
      return read_jar(file.path, content.bytes(), facts);
    case Kind::kPomProperties:
      return read_unpacked_properties(content.bytes(), facts);
    case Kind::kGradleLock:
      return read_gradle_lock(content.bytes(), facts);
    case Kind::kPom:
      return read_project_pom(content.bytes(), facts);
    case Kind::kNone:
      return;
  }
}

}  // namespace yagura::image
