#pragma once

// All layers of an image, several at once, from the cache where it has them.

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "image/blob/blob_stream.hpp"
#include "image/layer/layer.hpp"
#include "image/model/analyzer.hpp"
#include "image/model/facts.hpp"

namespace yagura::image {

class LayerCache;

struct LayerInput {
  LayerIdentity identity;
  // Called at most once, in any thread, and not at all where the cache has the layer.
  std::function<Result<std::unique_ptr<BlobStream>>()> open;
};

struct ReadLayersOptions {
  LayerLimits limits;
  std::filesystem::path temporary;    // empty: TMPDIR, or /tmp
  const LayerCache* cache = nullptr;  // none: nothing is kept
  unsigned threads = 0;               // that analyze; 0: as many as the machine has processors
  unsigned parallel = 0;              // layers at once; 0: as many as processors, at most 4
  // Called from any thread, with the stored bytes that were read since the call before.
  std::function<void(std::uint64_t bytes)> progress;
};

struct ReadLayers {
  std::vector<LayerFacts> layers;  // in the order of the inputs
  std::size_t from_cache = 0;
};

// The first error (in the order of the inputs) of a layer that can't be opened, breaks off, or is
// not what it should be; layers that have not begun by then are not read. A cache that can't be
// written to is no error: the next run reads again.
[[nodiscard]] Result<ReadLayers> read_layers(std::span<const LayerInput> inputs,
                                             const Analyzers& analyzers,
                                             const ReadLayersOptions& options = {});

// Part of the cache's key: where limits ended a layer, others see more or less of it.
[[nodiscard]] std::string limits_id(const LayerLimits& limits);

}  // namespace yagura::image
