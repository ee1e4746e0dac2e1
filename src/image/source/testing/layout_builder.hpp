#pragma once

// OCI layouts written by hand, right or wrong.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "image/source/descriptor.hpp"

namespace yagura::image::testing {

class LayoutBuilder {
 public:
  explicit LayoutBuilder(std::filesystem::path directory);

  // Any bytes as a blob.
  Descriptor add_blob(std::string_view bytes, std::string_view media_type);
  // An image of uncompressed layers (each any bytes), with its configuration and manifest.
  Descriptor add_image(const std::vector<std::string>& layers,
                       const Platform& platform = {.os = "linux", .architecture = "amd64"});
  // An index of other manifests.
  Descriptor add_index(const std::vector<Descriptor>& manifests);
  // Names the manifest in index.json; the last call of all writes it.
  void tag(Descriptor manifest, std::string_view name);

  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }
  [[nodiscard]] std::filesystem::path blob(std::string_view digest) const;

 private:
  void write_index() const;
  std::filesystem::path directory_;
  std::vector<Descriptor> tagged_;
};

// `{"mediaType":…,"digest":…,"size":…}` with platform, annotations and artifact type.
[[nodiscard]] std::string descriptor_json(const Descriptor& descriptor);
// The document of an image manifest or index.
[[nodiscard]] std::string manifest_json(const Descriptor& config,
                                        const std::vector<Descriptor>& layers);
[[nodiscard]] std::string index_json(const std::vector<Descriptor>& manifests);
// A configuration with these diff ids.
[[nodiscard]] std::string config_json(const std::vector<std::string>& diff_ids,
                                      const Platform& platform);

}  // namespace yagura::image::testing
