#include "image/packages/java/jar.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>

#include "image/packages/collect/package_collector.hpp"
#include "image/packages/collect/path.hpp"
#include "image/packages/java/maven_name.hpp"
#include "image/packages/java/pom.hpp"
#include "image/packages/zip/zip_archive.hpp"

namespace yagura::image {
namespace {

constexpr std::string_view kMavenDirectory = "META-INF/maven/";
constexpr std::uint64_t kLargestText = std::uint64_t{4} << 20;
constexpr std::size_t kMostPoms = 5'000;  // of one archive

std::string sha1_of(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1) {
    return {};
  }
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "sha1:";
  for (unsigned i = 0; i < size; ++i) {
    out.push_back(kHex[digest[i] >> 4]);
    out.push_back(kHex[digest[i] & 15]);
  }
  return out;
}

bool is_maven_file(std::string_view name) {
  return name.starts_with(kMavenDirectory) &&
         (name.ends_with("/pom.properties") || name.ends_with("/pom.xml"));
}

bool is_wanted(std::string_view name) {
  return is_java_archive_name(name) || name == "META-INF/MANIFEST.MF" || is_maven_file(name);
}

class JarReader {
 public:
  JarReader(std::string_view path, FileFacts& facts, const JarLimits& limits)
      : path_(path),
        limits_(limits),
        budget_(limits.inflate),
        packages_(facts, PackageType::kMaven, PackageEvidence::kBinary) {}

  // `location`: empty for the file itself.
  void read(std::string_view bytes, const std::string& location, int depth) {
    if (++archives_ > limits_.max_archives) {
      if (archives_ == limits_.max_archives + 1) packages_.problem("too many archives in it");
      return;
    }
    const auto archive = ZipArchive::open(bytes, is_wanted);
    if (!archive) return problem(location, archive.error().message);
    add_packages(*archive, bytes, location);
    for (const ZipMember& member : archive->members()) {
      if (!is_java_archive_name(member.name)) continue;
      const std::string inner =
          location.empty() ? std::string(member.name) : location + "!/" + std::string(member.name);
      if (depth >= limits_.max_depth) {
        problem(inner, "archives are nested too deep");
        continue;
      }
      const auto content = archive->read(member, budget_);
      if (content) {
        read(content->view(), inner, depth + 1);
      } else {
        problem(location, content.error().message);
      }
    }
  }

 private:
  void problem(const std::string& location, std::string_view text) {
    packages_.problem(location.empty() ? std::string(text) : location + ": " + std::string(text));
  }

  // Poms by their directory: what properties say counts, the file helps out.
  std::vector<JarCoordinates> read_poms(const ZipArchive& archive, const std::string& location) {
    struct Files {
      const ZipMember* properties = nullptr;
      const ZipMember* xml = nullptr;
    };
    std::map<std::string_view, Files> directories;
    for (const ZipMember& member : archive.members()) {
      if (!is_maven_file(member.name) || directories.size() >= kMostPoms) continue;
      Files& files = directories[directory_of(member.name)];
      (member.name.ends_with(".xml") ? files.xml : files.properties) = &member;
    }
    std::vector<JarCoordinates> out;
    for (const auto& [directory, files] : directories) {
      std::optional<JarCoordinates> one;
      if (files.properties != nullptr) {
        one = read_pom_properties(text_of(archive, *files.properties, location));
      }
      if (files.xml != nullptr) add_pom(text_of(archive, *files.xml, location), one);
      if (one) out.push_back(*std::move(one));
    }
    return out;
  }

  static void add_pom(std::string_view text, std::optional<JarCoordinates>& one) {
    auto pom = read_pom(text);
    if (!pom) return;
    if (!one) {
      JarCoordinates own{
          .group = with_properties(*pom, pom->group.empty() ? pom->parent_group : pom->group),
          .artifact = with_properties(*pom, pom->artifact),
          .version =
              with_properties(*pom, pom->version.empty() ? pom->parent_version : pom->version)};
      if (!is_maven_id(own.group) || !is_maven_id(own.artifact) || own.version.empty()) return;
      one = std::move(own);
    }
    one->licenses = std::move(pom->licenses);
  }

  // Empty where it can't be read, which is a problem.
  std::string text_of(const ZipArchive& archive, const ZipMember& member,
                      const std::string& location) {
    if (member.size > kLargestText) {
      problem(location, std::string(base_name(member.name)) + " is too large");
      return {};
    }
    const auto content = archive.read(member, budget_);
    if (content) return std::string(content->view());
    problem(location, content.error().message);
    return {};
  }

  void add_packages(const ZipArchive& archive, std::string_view bytes,
                    const std::string& location) {
    const auto found = read_poms(archive, location);
    for (const JarCoordinates& one : found) add(one, location);
    const auto manifest =
        std::ranges::find(archive.members(), "META-INF/MANIFEST.MF", &ZipMember::name);
    const JarManifest read(manifest == archive.members().end()
                               ? std::string()
                               : text_of(archive, *manifest, location));
    const std::string_view path = location.empty() ? path_ : std::string_view(location);
    const JarCoordinates own = own_coordinates(path, read);
    if (names_itself(found, own, path)) return;
    if (Package* package = add(own, location)) package->digest = sha1_of(bytes);
  }

  Package* add(const JarCoordinates& one, const std::string& location) {
    const std::string name = one.group.empty() ? one.artifact : one.group + ":" + one.artifact;
    const auto added = packages_.add(name, one.version, location);
    if (!added.is_new) return nullptr;
    for (const std::string& license : one.licenses) add_license(*added.package, license);
    return added.package;
  }

  std::string_view path_;
  const JarLimits& limits_;
  InflateBudget budget_;
  PackageCollector packages_;
  std::size_t archives_ = 0;
};

}  // namespace

void read_jar(std::string_view path, std::string_view bytes, FileFacts& facts,
              const JarLimits& limits) {
  JarReader(path, facts, limits).read(bytes, {}, 0);
}

}  // namespace yagura::image
