#pragma once

// From a manifest or index to the one image that is asked for: nested indexes, platforms, the
// configuration, and every check that can be made before a layer is read.

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "image/source/image_source.hpp"

namespace yagura::image {

// A manifest as it was received, with its digest: `expected` where that is not empty (checked),
// else computed. `media_type` is what came with it.
[[nodiscard]] Result<RawManifest> checked_manifest(std::string bytes, std::string_view media_type,
                                                   std::string_view expected,
                                                   const ManifestLimits& limits);

// Follows `root` with source.fetch_manifest() and open_blob().
[[nodiscard]] Result<ResolvedImage> resolve_image(const ImageSource& source, RawManifest root,
                                                  const SourceOptions& options);

// What every image must be: as many layers as diff ids, the platform that was asked for, no
// encrypted layers.
[[nodiscard]] Result<void> check_image(const ResolvedImage& image, const SourceOptions& options);

}  // namespace yagura::image
