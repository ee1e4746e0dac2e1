#pragma once

// An index as one thing to carry: a directory, a tar file, an OCI artifact. Air-gapped clusters get
// theirs this way.

#include <filesystem>
#include <string>

#include "core/result.hpp"
#include "image/source/image_source.hpp"
#include "vuln/update/install.hpp"

namespace yagura::vuln {

inline constexpr std::string_view kArtifactType = "application/vnd.yagura.vulndb.v1";
inline constexpr std::string_view kManifestLayer = "application/vnd.yagura.vulndb.manifest.v1+json";
inline constexpr std::string_view kShardLayer = "application/vnd.yagura.vulndb.shard.v1";

// From a directory or a tar file (with any compression), as export_index() writes them; anything
// else is a reference to an OCI artifact ("oci:DIR", "oci-archive:FILE", "registry/name:tag").
[[nodiscard]] Result<InstallResult> import_index(const std::string& from,
                                                 const std::filesystem::path& directory,
                                                 const TrustOptions& trust,
                                                 image::SourceOptions source = {});

enum class ExportForm { kDirectory, kTar, kOciLayout };

// Writes the index, verified first. kTar: a file, manifest first, not compressed (the content is);
// the same index gives the same bytes. kOciLayout: a directory that registry clients push as it is,
// tagged "latest". A directory that is there must be empty.
[[nodiscard]] Result<void> export_index(const std::filesystem::path& directory,
                                        const std::filesystem::path& to, ExportForm form);

}  // namespace yagura::vuln
