#pragma once

// Facts of layers on disk, so that a layer that was read once is not read again. Advisories are no
// part of it: new ones never need a new read.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "image/model/analyzer.hpp"
#include "image/model/facts.hpp"

namespace yagura::image {

// What the facts depend on besides the layer: each analyzer's name and version, and `more`
// (limits).
[[nodiscard]] std::string analysis_id(const Analyzers& analyzers, std::string_view more);

struct CacheOptions {
  std::filesystem::path directory;  // empty: default_cache_directory()
  std::uint64_t max_bytes = std::uint64_t{2} << 30;
};

// $XDG_CACHE_HOME/yagura, else $HOME/.cache/yagura; nothing where neither is an absolute path.
[[nodiscard]] std::optional<std::filesystem::path> default_cache_directory();

// A directory with a file an entry. Entries appear whole or not at all (renamed into place), and
// are only ever removed: processes and threads share one without locks, and an entry that is mapped
// stays readable when another process removes it. Entries are this user's own files, and no others
// are believed. Immutable; thread-safe.
class LayerCache {
 public:
  // Makes the directory, for this user alone, where it is missing. kIo, kNotFound.
  [[nodiscard]] static Result<LayerCache> open(const CacheOptions& options = {});

  // `layer` is a digest that was verified, `analysis` an analysis_id(). Nothing: not there, or
  // damaged, which removes it.
  [[nodiscard]] std::optional<LayerFacts> get(std::string_view layer,
                                              std::string_view analysis) const;
  // Replaces what is there; then removes what was used longest ago until the whole is within its
  // bound. An entry that is larger than the bound is not kept.
  [[nodiscard]] Result<void> put(std::string_view layer, std::string_view analysis,
                                 const LayerFacts& facts) const;
  // Removes all entries.
  void clear() const;

  struct Usage {
    std::uint64_t entries = 0;
    std::uint64_t bytes = 0;
  };
  [[nodiscard]] Usage usage() const;

 private:
  LayerCache(std::filesystem::path directory, std::uint64_t max_bytes)
      : directory_(std::move(directory)), max_bytes_(max_bytes) {}
  void trim() const;

  std::filesystem::path directory_;
  std::uint64_t max_bytes_;
};

}  // namespace yagura::image
