#pragma once

// All that a scan of one image found, in the parts that its writers show. Plain data.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "image/model/inventory.hpp"
#include "image/model/secret.hpp"
#include "image/model/suspicion.hpp"
#include "model/finding.hpp"
#include "vuln/model/finding.hpp"

namespace yagura::imagescan {

// A secret and where it stands.
struct LocatedSecret {
  enum class Origin : std::uint8_t { kFile, kEnvironment, kHistory, kLabel, kConfiguration };
  image::Secret secret;
  Origin origin = Origin::kFile;
  std::string path;         // kFile: the file's; else the variable, step or label
  std::int32_t layer = -1;  // position in the inventory's layers
  bool removed = false;     // not in the merged image, but whoever pulls it can read it
};

struct LocatedSuspicion {
  image::Suspicion suspicion;
  std::string path;
  std::int32_t layer = -1;
  std::string owner;  // the distribution's package that brought the file; empty: none
};

// One thing about where the image comes from, and what came of looking at it.
struct ProvenanceCheck {
  enum class Outcome : std::uint8_t { kVerified, kFailed, kNotChecked };
  std::string id;  // "digest-chain", "signature", "trusted-registry", "slsa-provenance"
  Outcome outcome = Outcome::kNotChecked;
  std::string title;   // "signed by https://accounts.example/…"
  std::string detail;  // what was compared with what, or why it was not
};

// A step that clears findings.
struct PlanStep {
  std::string command;              // to be run, or the line of the Dockerfile
  std::string explanation;          // "openssl 3.0.11 -> 3.0.14"
  std::vector<std::size_t> clears;  // positions in ImageReport::vulnerabilities
};

// The image that this one was built from, as far as its layers tell.
struct BaseImage {
  std::string name;        // of the catalogue; empty: none of the catalogue's
  std::size_t layers = 0;  // how many of the layers are the base's; 0: unknown
  // How it was found: "layers", "history", "annotation".
  std::string evidence;
  std::string newer;  // what the catalogue offers instead; may be empty
};

// Where bytes go.
struct SizeItem {
  std::string group;  // "layer", "package", "kind", "duplicate"
  std::string name;   // "documentation", "openssl"
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;
  std::string advice;  // how to be without them; may be empty
};

enum class Section : std::uint8_t {
  kVulnerabilities = 1,
  kSecrets = 2,
  kMalware = 4,
  kConfiguration = 8,
  kProvenance = 16,
  kSize = 32,
};

struct ImageReport {
  image::Inventory inventory;
  std::uint32_t sections = 0;  // Section bits: what was looked for at all

  std::vector<vuln::Finding> vulnerabilities;  // of inventory.components; suppressed ones as well
  std::vector<LocatedSecret> secrets;
  std::vector<LocatedSuspicion> suspicions;
  std::vector<model::Finding> configuration;
  std::vector<ProvenanceCheck> provenance;
  std::vector<PlanStep> plan;
  BaseImage base;
  std::vector<SizeItem> sizes;
  std::vector<std::string> notes;  // end of life, old data, expired exceptions: sentences

  std::string database;  // "advisories of 2026-11-24 (debian, osv)"; empty: none was used
  std::string tool_version;
  std::chrono::system_clock::time_point time;
  std::chrono::milliseconds duration{0};

  [[nodiscard]] bool looked_for(Section section) const {
    return (sections & static_cast<std::uint32_t>(section)) != 0;
  }
  [[nodiscard]] const image::Component& component_of(const vuln::Finding& finding) const {
    return inventory.components[finding.component];
  }
};

struct SeverityCounts {
  std::uint64_t by_severity[5] = {};
  [[nodiscard]] std::uint64_t total() const;
  [[nodiscard]] std::uint64_t of(model::Severity severity) const {
    return by_severity[static_cast<std::size_t>(severity)];
  }
  // "2 critical, 5 high", worst first; "none".
  [[nodiscard]] std::string text() const;
};

// Those that count: suppressed ones are left out.
[[nodiscard]] SeverityCounts count_vulnerabilities(const ImageReport& report);
[[nodiscard]] SeverityCounts count_secrets(const ImageReport& report);
[[nodiscard]] SeverityCounts count_suspicions(const ImageReport& report);
[[nodiscard]] SeverityCounts count_configuration(const ImageReport& report);

// "file", "environment variable", "history", "label", "configuration".
[[nodiscard]] std::string origin_text(LocatedSecret::Origin origin);

}  // namespace yagura::imagescan
