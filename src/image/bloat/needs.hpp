#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "image/merge/merged_image.hpp"
#include "image/merge/ownership.hpp"
#include "image/model/inventory.hpp"
#include "image/source/image_config.hpp"

namespace yagura::image {

struct PackageWeight {
  std::string name;
  std::uint64_t bytes = 0;  // of its visible files
  std::uint64_t files = 0;
};

// What an image needs to run what it is for, as far as files tell: from its entry point and from
// every program that no package brought, along interpreters, needed libraries and packages'
// dependencies. Libraries that are loaded by name at run time (plug-ins, name service) are not
// seen: take the list as what to look at, not what to delete.
struct Needs {
  // False: neither an entry point nor a program of one's own was found, or no package owns files.
  bool known = false;
  std::vector<std::string> starts;      // paths that were begun with
  std::vector<PackageWeight> unneeded;  // of the distribution; heaviest first
  std::uint64_t unneeded_bytes = 0;
  std::size_t needed_packages = 0;
  bool needs_shell = false;          // a script is reached, or the entry point is one
  bool needs_libc = false;           // a program with a dynamic loader is reached
  std::vector<std::string> missing;  // libraries that nobody found; at most 20
};

// Needs what the `programs` analyzer wrote down. O(files + dependencies).
[[nodiscard]] Needs find_needs(const MergedImage& image, const Ownership& ownership,
                               const Inventory& inventory, const RunConfig& run);

// A smaller base, in words: "scratch", "distroless", "slim", with what would be lost. Empty: none
// that is clearly better.
[[nodiscard]] std::string smaller_base(const Needs& needs, const Inventory& inventory);

}  // namespace yagura::image
