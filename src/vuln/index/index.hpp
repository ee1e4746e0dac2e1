#pragma once

// The index as a directory: manifest.json and the shards that it names. Files are written once
// under names that have their hash in them, manifest.json is replaced in one step: readers see the
// old index or the new one, and one that has it open goes on with what it has.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/diagnostics.hpp"
#include "core/result.hpp"
#include "vuln/feeds/load.hpp"
#include "vuln/index/manifest.hpp"
#include "vuln/index/shard.hpp"

namespace yagura::vuln {

// Cheap to copy; thread-safe. What look-ups return points into the mapped files: keep the index.
class Index {
 public:
  // No index at all.
  Index() = default;
  // Maps all shards. Well under a millisecond: headers alone are read (verify() reads all).
  // Signatures are checked where an index is taken in (update/), not at each opening.
  [[nodiscard]] static Result<Index> open(const std::filesystem::path& directory);
  // Of shards that are open already; `names` as in ShardInfo. For tests.
  [[nodiscard]] static Index of(std::vector<std::pair<std::string, std::shared_ptr<const Shard>>>);

  // What is said of the package, in all shards' own order. Names as feeds or inventories have them.
  [[nodiscard]] Statements find(std::string_view ecosystem, std::string_view package) const;
  // Whether there is a shard for the ecosystem ("Debian:12": whether there is "Debian").
  [[nodiscard]] bool covers(std::string_view ecosystem) const;
  // Records that have the id as their own, an alias, or as upstream.
  [[nodiscard]] std::vector<std::pair<const Shard*, std::uint32_t>> records_of(
      std::string_view id) const;
  // EPSS and KEV.
  [[nodiscard]] std::optional<Score> score(std::string_view cve) const;

  [[nodiscard]] const Manifest& manifest() const { return manifest_; }
  // Every file's size and SHA-256 against the manifest, then every byte of it. Linear.
  [[nodiscard]] Result<void> verify() const;

 private:
  [[nodiscard]] const Shard* shard(std::string_view name) const;

  Manifest manifest_;
  std::vector<std::pair<std::string, std::shared_ptr<const Shard>>> shards_;  // by name
};

struct BuildOptions {
  FeedLimits limits;
  std::string created;  // RFC 3339; what the manifest will say
};

// Builds an index of feeds. What can't be used of a feed is told in `diagnostics`; a feed that
// can't be read at all fails the building, and `directory` stays as it was. Files of older
// generations are removed. Memory: about the size of the result, and twice the largest document.
[[nodiscard]] Result<Manifest> build_index(const std::vector<std::filesystem::path>& feeds,
                                           const std::filesystem::path& directory,
                                           const BuildOptions& options, Diagnostics& diagnostics);

// Puts files and manifest in place, in an order that leaves a usable index at any moment.
// `files`: name and bytes of those shards that are not there yet.
[[nodiscard]] Result<void> write_index(
    const std::filesystem::path& directory, const Envelope& envelope, const Manifest& manifest,
    const std::vector<std::pair<std::string, std::string>>& files);

}  // namespace yagura::vuln
