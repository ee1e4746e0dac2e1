#pragma once

// What CycloneDX and SPDX have in common: between the formats and the inventory.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "image/model/inventory.hpp"

namespace yagura::image::sbom {

using Properties = std::vector<std::pair<std::string, std::string>>;

struct Part {
  enum class Kind : unsigned char {
    kLibrary,
    kApplication,
    kOperatingSystem,
    kContainer,
    kFile,
    kOther
  };
  Kind kind = Kind::kLibrary;
  std::string id;  // bom-ref, SPDXID: of texts that are read
  std::string purl;
  std::string name;  // with its group: "@angular/core", "group:artifact"
  std::string version;
  std::string supplier;
  std::vector<std::string> licenses;
  Properties hashes;      // "sha1" -> hex
  Properties properties;  // by name; names may come more than once
  std::string path;       // evidence
  std::string source_name;
  std::string source_version;
  bool excluded = false;  // CycloneDX scope
};

struct Bom {
  Part root;
  std::vector<Part> parts;  // the operating system among them
  std::string format;
  std::string tool;
  std::string created;
  // id -> id: "needs" or "contains".
  std::vector<std::pair<std::string, std::string>> edges;
};

[[nodiscard]] std::string_view property(const Properties& properties, std::string_view name);

[[nodiscard]] Bom bom_of(const Inventory& inventory);
[[nodiscard]] Inventory inventory_of(const Bom& bom, std::vector<std::string>& notes);

// The package that a part tells of by what the formats have a place for and by other tools'
// properties; "yagura:" properties left out. `distro` is the whole text's.
[[nodiscard]] Package package_of(const Part& part, const Distro& distro);
// Properties of ours: what of `component` package_of(part) does not tell; and the way back.
void add_own_properties(const Component& component, const Distro& distro, Part& part);
void apply_own_properties(const Properties& properties, Component& component);

// "id-version" of a purl's distro qualifier, with the names of other tools mended ("redhat-9").
[[nodiscard]] Distro distro_of_qualifier(std::string_view qualifier);
// Trivy's and Syft's words for families: "redhat" is "rhel".
[[nodiscard]] std::string distro_id(std::string_view word);

// Text as JSON can carry it.
[[nodiscard]] std::string valid_utf8(std::string_view text);
// And on one line: control characters become blanks.
[[nodiscard]] std::string one_line(std::string_view text);

// Whether the text is an id of the SPDX licence list that we know.
[[nodiscard]] bool is_known_license(std::string_view id);
// Whether it is an expression of such ids.
[[nodiscard]] bool is_known_expression(std::string_view text);

// "urn:uuid:…" from the SHA-256 of the text.
[[nodiscard]] std::string uuid_of(std::string_view text);

}  // namespace yagura::image::sbom
