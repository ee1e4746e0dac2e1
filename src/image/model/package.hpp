#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "image/model/path_list.hpp"

namespace yagura::image {

// The values are written into caches: add at the end, never reorder.
enum class PackageType : std::uint8_t {
  kDeb,
  kApk,
  kRpm,
  kOpkg,
  kNpm,
  kPypi,
  kGo,  // modules; the standard library is the package "stdlib"
  kMaven,
  kGem,
  kComposer,
  kCargo,
  kNuget,
  kConda,
  kGeneric,  // known to be there, of no ecosystem
};

// How sure we are that the package is there.
enum class PackageEvidence : std::uint8_t {
  kInstalled,  // an installer's own record: dpkg status, dist-info, node_modules/x/package.json
  kBinary,     // told by the binary that it was built into: Go build info, cargo-auditable, a jar
  kLocked,     // named by a lock file: would be installed
  kDeclared,   // named with an exact version by a manifest (requirements.txt)
};

// One package as one file tells of it. Strings are as the ecosystem writes them; all are a
// stranger's.
struct Package {
  PackageType type = PackageType::kGeneric;
  PackageEvidence evidence = PackageEvidence::kInstalled;
  // The ecosystem's full name: "openssl", "@angular/core", "github.com/a/b", "group:artifact"
  // (Maven), PEP 503 normalised (PyPI).
  std::string name;
  // As the ecosystem compares it: Debian's with epoch and revision, RPM's
  // [epoch:]version-release (no "0:" where none was written), Go's with its "v".
  std::string version;
  // Of distributions: what advisories speak of. Empty: the same as name and version.
  std::string source_name;
  std::string source_version;
  std::string architecture;           // "amd64", "noarch"; empty: unknown
  std::vector<std::string> licenses;  // as declared; SPDX ids where the ecosystem has them
  std::string maintainer;             // deb maintainer, rpm vendor, npm author
  std::string module_label;           // RPM modularity: "nodejs:18:…"
  bool development = false;           // lock files: only needed to build or test
  std::string digest;  // "sha1:…" of a file that names itself by nothing else (jars); else empty
  // The commit of its source that it was built or fetched from, where that is told and the version
  // does not say it (Go programs built from a checkout, git dependencies of lock files). `version`
  // is empty or "(devel)" where it alone is known.
  std::string revision;
  std::string location;  // inside the file that tells of it: "lib/a.jar!/b.jar"; mostly empty
  std::uint64_t installed_size = 0;  // bytes; 0: not told
  // Paths as FileEntry::path has them, where the installer records them: dpkg's lists come apart
  // (OwnedFiles).
  PathList files;
  // Names of what it needs, versions left out; of alternatives ("a | b") each, for any one will do.
  std::vector<std::string> depends;
  std::vector<std::string> provides;  // further names that others may need it by
  bool essential = false;             // dpkg: Essential or Priority: required
  // dpkg, rpm: another package needed it (auto-installed) rather than a person asking for it.
  std::optional<bool> automatic;

  template <class V>
  void visit(V& v) {
    v(type, evidence, name, version, source_name, source_version, architecture, licenses,
      maintainer, module_label, development, digest, revision, location, installed_size, files,
      depends, provides, essential, automatic);
  }
  friend bool operator==(const Package&, const Package&) = default;

  [[nodiscard]] const std::string& source() const {
    return source_name.empty() ? name : source_name;
  }
  [[nodiscard]] const std::string& source_or_own_version() const {
    return source_version.empty() ? version : source_version;
  }
};

// The files that a package owns, where they are told apart from the package itself
// (var/lib/dpkg/info/NAME.list, NAME.md5sums).
struct OwnedFiles {
  PackageType type = PackageType::kDeb;
  std::string package;  // name, ":arch" left out
  PathList files;

  template <class V>
  void visit(V& v) {
    v(type, package, files);
  }
  friend bool operator==(const OwnedFiles&, const OwnedFiles&) = default;
};

// What another file says of a package: apt's list of what it installed by itself, a copyright file.
struct PackageNote {
  PackageType type = PackageType::kDeb;
  std::string package;                // name
  std::string architecture;           // empty: of each architecture
  std::vector<std::string> licenses;  // as Package::licenses has them; empty: not told
  // As Package::automatic. A list of it is whole: packages of the type that no note tells of are
  // the opposite (var/lib/apt/extended_states names the automatic ones, etc/apk/world the others).
  std::optional<bool> automatic;

  template <class V>
  void visit(V& v) {
    v(type, package, architecture, licenses, automatic);
  }
  friend bool operator==(const PackageNote&, const PackageNote&) = default;
};

// "deb", "npm", …: the purl type (github.com/package-url/purl-spec), which is also our word for it.
[[nodiscard]] std::string_view to_string(PackageType type);
[[nodiscard]] std::optional<PackageType> package_type(std::string_view purl_type);
// deb, apk, rpm, opkg: matched by the distribution's own advisories.
[[nodiscard]] bool is_distribution_package(PackageType type);

}  // namespace yagura::image
