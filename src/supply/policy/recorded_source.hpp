#pragma once

// For tests: a repository as testdata/recorded.json has it, as an image source whose bytes can be
// changed.

#include <map>
#include <memory>
#include <string>

#include "image/source/image_source.hpp"

namespace yagura::supply {

class RecordedSource : public image::ImageSource {
 public:
  // `reference` is what the image is called: "registry.example/app@sha256:…".
  RecordedSource(const std::string& repository, const std::string& reference);

  image::SourceKind kind() const override { return image::SourceKind::kRegistry; }
  Result<std::unique_ptr<image::BlobStream>> open_blob(
      const image::Descriptor& descriptor) const override;
  Result<std::vector<image::Descriptor>> referrers(std::string_view subject,
                                                   std::string_view artifact_type) const override;
  Result<image::RawManifest> fetch_manifest(std::string_view reference) const override;

  [[nodiscard]] const std::string& digest() const { return image_.raw_manifest.digest; }

  struct Stored {
    std::string type;
    std::string bytes;
  };
  std::map<std::string, Stored, std::less<>> manifests;  // by tag and by digest
  std::map<std::string, std::string, std::less<>> blobs;
};

}  // namespace yagura::supply
