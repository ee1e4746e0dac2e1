#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "image/model/facts.hpp"

namespace yagura::image {

// Gathers the packages that one file tells of: each (name, version, location) once, texts and
// counts bounded, problems counted rather than repeated for ever.
class PackageCollector {
 public:
  static constexpr std::size_t kMaxPackages = 200'000;  // of one file
  static constexpr std::size_t kMaxText = 1024;         // bytes of a name, of a version
  static constexpr std::size_t kMaxProblems = 20;       // of one file

  // `facts` outlives the collector.
  PackageCollector(FileFacts& facts, PackageType type, PackageEvidence evidence)
      : facts_(facts), type_(type), evidence_(evidence) {}
  PackageCollector(const PackageCollector&) = delete;  // one list, one owner
  PackageCollector& operator=(const PackageCollector&) = delete;

  struct Added {
    Package* package = nullptr;  // null: refused (no name, too long, too many), which is a problem
    bool is_new = false;
  };
  // The package, new or as it was added before; valid until the next add(). The version may be
  // empty: then the package is known to be there and nothing more.
  Added add(std::string_view name, std::string_view version, std::string_view location = {});
  // add() for lock files: a package that is needed by anything but development is no development
  // package, however often it is named.
  Added add(std::string_view name, std::string_view version, bool development);

  // One visible line: "package-lock.json: no JSON: …".
  void problem(std::string text);

 private:
  FileFacts& facts_;
  PackageType type_;
  PackageEvidence evidence_;
  std::unordered_map<std::string, std::size_t> places_;
  std::size_t problems_ = 0;
  bool is_full_ = false;
};

// Appends a licence as declared, once; trims it, leaves out "UNKNOWN" and texts that are whole
// licences rather than names.
void add_license(Package& package, std::string_view text);

}  // namespace yagura::image
