#pragma once

// Readers and writers of one format each.

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "image/sbom/internal/bom.hpp"
#include "image/sbom/sbom.hpp"
#include "kube/node.hpp"

namespace yagura::image::sbom {

// `version` is "1.4" to "1.6".
[[nodiscard]] std::string write_cyclonedx(const Bom& bom, std::string_view version,
                                          const SbomOptions& options);
[[nodiscard]] std::string write_spdx_json(const Bom& bom, const SbomOptions& options);
[[nodiscard]] std::string write_spdx_tag_value(const Bom& bom, const SbomOptions& options);

[[nodiscard]] Result<Bom> read_cyclonedx(const kube::Node& root, const SbomLimits& limits);
// At most 2 GiB, which SbomLimits keeps it well under.
[[nodiscard]] Result<Bom> read_cyclonedx_xml(std::string_view text, const SbomLimits& limits);
[[nodiscard]] Result<Bom> read_spdx_json(const kube::Node& root, const SbomLimits& limits);
[[nodiscard]] Result<Bom> read_spdx_tag_value(std::string_view text, const SbomLimits& limits);

}  // namespace yagura::image::sbom
