#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/diagnostics.hpp"
#include "core/result.hpp"
#include "image/source/image_source.hpp"
#include "imagescan/base/base_catalogue.hpp"
#include "imagescan/report/image_report.hpp"
#include "supply/policy/image_policy.hpp"
#include "vuln/ignore/ignore.hpp"
#include "vuln/index/index.hpp"
#include "vuln/match/match.hpp"
#include "vuln/vex/vex.hpp"

namespace yagura::imagescan {

struct ScanRequest {
  // A reference of image/source, an SBOM ("sbom:FILE", or a file that is one), a Dockerfile
  // ("dockerfile:FILE"), a directory of a project ("dir:DIR").
  std::string reference;
  image::SourceOptions source;
  std::uint32_t sections = 0;  // Section bits

  const vuln::Index* index = nullptr;  // null: vulnerabilities are not looked for
  std::string database;                // what the report says of it
  vuln::MatchOptions match;
  std::vector<vuln::VexDocument> vex;
  const vuln::IgnoreRules* ignore = nullptr;
  std::string baseline_name;
  std::optional<std::string> baseline;  // its text

  std::filesystem::path yara;       // empty: none
  std::filesystem::path hash_list;  // empty: none
  std::vector<supply::ImagePolicy> policies;
  BaseCatalogue bases;

  bool use_cache = true;
  std::filesystem::path cache_directory;  // empty: the usual one
  std::filesystem::path temporary;
  std::uint32_t threads = 0;  // 0: as many as the machine has processors

  std::chrono::system_clock::time_point now;
  std::string tool_version;
  // Bytes of layers that were read, of how many (0: not known).
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;
};

// Whether the reference is a Dockerfile, by prefix or by the name of a file that is there: nothing
// but its configuration is judged.
[[nodiscard]] bool is_dockerfile(const std::string& reference);

// The steps of src/imagescan/README.md. Problems of what the user gave (rules, lists) go to
// `diagnostics`; an error is an image that can't be had or is not what it should be.
[[nodiscard]] Result<ImageReport> scan_image(const ScanRequest& request, Diagnostics& diagnostics);

}  // namespace yagura::imagescan
