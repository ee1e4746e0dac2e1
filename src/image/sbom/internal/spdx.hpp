#pragma once

// An SPDX 2 document's parts that we write and read, the same for JSON and tag-value.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "image/sbom/internal/bom.hpp"
#include "image/sbom/sbom.hpp"

namespace yagura::image::sbom {

struct SpdxPackage {
  std::string id;
  std::string name;
  std::string version;
  std::string supplier;  // "Organization: …"
  std::string originator;
  std::string purpose;  // "LIBRARY", "CONTAINER", "OPERATING-SYSTEM"
  std::string license_declared;
  std::string license_concluded;
  std::string source_info;
  std::string comment;
  std::string file_name;
  std::string purl;
  std::vector<std::pair<std::string, std::string>> checksums;  // "SHA1" -> hex
  std::vector<std::string> annotations;                        // comments
  std::vector<std::string> attributions;
};

struct SpdxRelationship {
  std::string from;
  std::string type;
  std::string to;
};

struct SpdxDocument {
  std::string spdx_version = "SPDX-2.3";
  std::string name;
  std::string name_space;
  std::string created;
  std::vector<std::string> creators;  // "Tool: yagura-1.0"
  std::vector<SpdxPackage> packages;
  std::vector<SpdxRelationship> relationships;
  std::vector<std::pair<std::string, std::string>> licenses;  // LicenseRef -> name or text
  std::vector<std::string> describes;
};

[[nodiscard]] SpdxDocument spdx_of(const Bom& bom, const SbomOptions& options);
[[nodiscard]] Bom bom_of_spdx(const SpdxDocument& document);

}  // namespace yagura::image::sbom
