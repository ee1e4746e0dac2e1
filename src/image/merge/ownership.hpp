#pragma once

// Which package of the distribution put a file where it is.

#include <cstdint>
#include <string_view>
#include <vector>

#include "image/merge/merged_image.hpp"

namespace yagura::image {

class Ownership {
 public:
  // Keeps `image` and its texts: it must outlive this. O(paths of all packages).
  explicit Ownership(const MergedImage& image);

  // The package's name; empty: nobody's. `file` is one of image.files().
  [[nodiscard]] std::string_view owner(const MergedFile& file) const {
    return names_[owner_[file.node]];
  }
  // False: no package told of any file (an image of scratch, a package database without lists), so
  // that "nobody's" means nothing.
  [[nodiscard]] bool known() const { return names_.size() > 1; }

 private:
  std::vector<std::string_view> names_{""};
  std::vector<std::uint32_t> owner_;  // by node; 0: nobody
};

}  // namespace yagura::image
