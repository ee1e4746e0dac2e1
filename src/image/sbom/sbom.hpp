#pragma once

// Bills of materials: an Inventory as CycloneDX or SPDX, and back. What is read back from a text of
// ours is the inventory again, in everything that matching looks at: what the formats have no place
// for stands in "yagura:" properties (CycloneDX) or annotations (SPDX). Texts of others (Trivy,
// Syft, cdxgen, BuildKit, sbom-tool, …) are read by their purls and those tools' own properties.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "image/model/inventory.hpp"

namespace yagura::image {

enum class SbomFormat : std::uint8_t {
  kCyclonedx14,  // JSON
  kCyclonedx15,
  kCyclonedx16,
  kSpdx23Json,
  kSpdx23TagValue,
};

// "cyclonedx-1.6", "cyclonedx" (1.6), "spdx-json", "spdx" (JSON), "spdx-tag-value", …
[[nodiscard]] std::optional<SbomFormat> sbom_format(std::string_view name);

struct SbomOptions {
  // RFC 3339, UTC. Empty: the inventory's own, or (SPDX must have one) the beginning of 1970, so
  // that the same inventory always gives the same bytes.
  std::string created;
  std::string tool_version;
};

// Deterministic: sorted, its serial number made from its content. What is not carried: the files,
// needs and provisions of packages. Bytes that are not UTF-8 become U+FFFD, since JSON has no way
// to say them.
[[nodiscard]] std::string write_sbom(const Inventory& inventory, SbomFormat format,
                                     const SbomOptions& options = {});

struct SbomLimits {
  std::uint32_t max_size = std::uint32_t{256} << 20;  // bytes of the text
  std::size_t max_components = 1'000'000;
  std::uint32_t max_depth = 64;  // nested JSON; components inside components
};

struct Sbom {
  Inventory inventory;
  std::string format;  // "CycloneDX 1.5", "SPDX-2.3 (tag-value)"
  std::string tool;    // "trivy 0.50.1", as the text says; may be empty
  // Sentences: "3 components without purl can't be matched". Also in inventory.incomplete where
  // something may be missing.
  std::vector<std::string> notes;
};

// CycloneDX 1.2 to 1.6 as JSON or XML, SPDX 2.2 and 2.3 JSON or tag-value; JSON also inside an
// in-toto statement or its DSSE envelope (signatures are not looked at). kUnsupported for what is
// another format, kLimitExceeded for what is too large, kInvalidInput for what is damaged.
[[nodiscard]] Result<Sbom> read_sbom(std::string_view text, const SbomLimits& limits = {});

// Whether the text looks like one of these: for telling an SBOM from other files. Looks at the
// first 4 KiB.
[[nodiscard]] bool looks_like_sbom(std::string_view text);

}  // namespace yagura::image
