#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "image/source/image_config.hpp"

namespace yagura::imagescan {

// An image that others are built on.
struct BaseEntry {
  std::string name;                   // "registry/debian:12.5"
  std::vector<std::string> diff_ids;  // of its layers, from the bottom
  std::string created;                // RFC 3339; newer ones of the same repository are offered
};

// The user's own list of base images, a JSON file: {"bases": [{"name", "created", "diff_ids"}]}.
class BaseCatalogue {
 public:
  [[nodiscard]] static Result<BaseCatalogue> parse(std::string_view json);
  [[nodiscard]] std::string to_json() const;
  // Replaces an entry of the same name.
  void add(BaseEntry entry);
  [[nodiscard]] const std::vector<BaseEntry>& entries() const { return entries_; }

 private:
  std::vector<BaseEntry> entries_;
};

struct BaseMatch {
  std::string name;        // empty: layers alone are known
  std::size_t layers = 0;  // of the image that are the base's; 0: unknown
  std::string evidence;    // "layers", "annotation", "history"
  std::string newer;       // an entry of the same repository that was made later
};

// The entry whose layers are the longest beginning of the image's, all of them. Without one: what
// the image's annotations say (org.opencontainers.image.base.name), and the history: a CMD or
// ENTRYPOINT after which layers still come was the base's last word.
[[nodiscard]] BaseMatch find_base(const image::ImageConfig& config,
                                  const image::Annotations& annotations,
                                  const BaseCatalogue& catalogue);

}  // namespace yagura::imagescan
