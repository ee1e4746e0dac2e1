#pragma once

// Manifests and indexes: OCI image-spec 1.1 (manifest.md, image-index.md) and Docker's image
// manifest version 2, schema 2 with its manifest list. Schema 1 is refused.
//
// The bytes are a stranger's. A document that two readers could understand differently is refused:
// a key that comes twice or in another case (which Go's reader takes for the same), a manifest that
// is an index as well, a media type inside that is not the one outside.

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/result.hpp"
#include "image/source/descriptor.hpp"

namespace yagura::image {

inline constexpr std::string_view kOciManifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view kOciIndex = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view kOciConfig = "application/vnd.oci.image.config.v1+json";
inline constexpr std::string_view kDockerManifest =
    "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr std::string_view kDockerIndex =
    "application/vnd.docker.distribution.manifest.list.v2+json";
inline constexpr std::string_view kDockerConfig = "application/vnd.docker.container.image.v1+json";
inline constexpr std::string_view kDockerPlainLayer =
    "application/vnd.docker.image.rootfs.diff.tar";
inline constexpr std::string_view kDockerGzipLayer =
    "application/vnd.docker.image.rootfs.diff.tar.gzip";

struct ManifestLimits {
  std::size_t max_size = std::size_t{4} << 20;  // bytes, of a manifest or an index
  std::size_t max_layers = 2000;
  std::size_t max_manifests = 10'000;  // of one index
};

struct Manifest {
  std::string media_type;
  std::string artifact_type;
  Descriptor config;
  std::vector<Descriptor> layers;  // from the base up
  std::optional<Descriptor> subject;
  Annotations annotations;
};

struct Index {
  std::string media_type;
  std::string artifact_type;
  std::vector<Descriptor> manifests;
  std::optional<Descriptor> subject;
  Annotations annotations;
};

// A manifest or an index as it was received, digest checked.
struct RawManifest {
  std::string media_type;  // what the document is; never empty
  std::string digest;      // empty: made up from an archive that has none
  std::string bytes;
};

[[nodiscard]] bool is_index_type(std::string_view media_type);
[[nodiscard]] bool is_manifest_type(std::string_view media_type);

// `media_type`: what came with it (Content-Type, the descriptor); empty or a general one
// ("application/json"): the document alone tells. kInvalidInput with the place in the document,
// kUnsupported for schema 1, kLimitExceeded.
[[nodiscard]] Result<std::variant<Manifest, Index>> parse_manifest(
    std::string_view bytes, std::string_view media_type, const ManifestLimits& limits = {});

// Attestations that a builder put beside its images into an index: no images to choose.
[[nodiscard]] bool is_attestation(const Descriptor& descriptor);

}  // namespace yagura::image
