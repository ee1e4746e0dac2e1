#pragma once

// What visible files say of packages that others list: licences, and which were installed because
// another package needed them.

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "image/merge/merged_image.hpp"
#include "image/model/package.hpp"

namespace yagura::image {

class PackageNotes {
 public:
  // Keeps `image`: it must outlive this.
  explicit PackageNotes(const MergedImage& image);

  // Fills in licences where the package has none, and `automatic` where it is told: a list of it is
  // whole (PackageNote), so that a package that it does not name is the opposite.
  void apply(Package& package) const;

 private:
  struct Marks {
    PackageType type;
    bool listed = false;  // what a listed package is
  };

  void gather(const PackageNote& note);
  void add_licenses(Package& package) const;
  void add_mark(Package& package) const;
  [[nodiscard]] bool is_marked(const Package& package) const;
  [[nodiscard]] const std::vector<std::string>* licenses_by_link(const Package& package) const;

  const MergedImage& image_;
  // Of a name that comes again the first counts: looking up takes the same time whatever is told.
  std::unordered_map<std::string, const std::vector<std::string>*> licenses_;  // by type and name
  std::unordered_set<std::string> marked_;  // type, name, architecture
  std::vector<Marks> marks_;                // of those types that have a list
};

}  // namespace yagura::image
