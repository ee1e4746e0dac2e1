#pragma once

// One pass over a layer: stored bytes -> digests -> inflated bytes -> tar -> analyzers -> facts.
//
// Nothing of the image is written by its own name; large files lie in temporary files without a
// name while analyzers look at them. Memory: about 8 MiB of buffers a layer, 24 MiB of files being
// looked at in all, and the facts.

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "image/blob/blob_stream.hpp"
#include "image/blob/inflated_blob.hpp"
#include "image/layer/work_pool.hpp"
#include "image/model/analyzer.hpp"
#include "image/model/facts.hpp"
#include "image/tar/tar_reader.hpp"

namespace yagura::image {

// What is reached ends in a sentence in LayerFacts::incomplete, never in silence.
struct LayerLimits {
  InflateLimits inflate;
  TarLimits tar;
  std::uint64_t max_file = std::uint64_t{1} << 30;       // larger ones are not shown to analyzers
  std::uint64_t max_in_memory = std::uint64_t{4} << 20;  // larger ones go to a temporary file
  std::size_t memory = std::size_t{24} << 20;  // of files that are put together, in all layers
};

// What the manifest and the configuration say of the layer. What is empty is not checked. A layer
// that is something else is an error (kInvalidInput), which names both.
struct LayerIdentity {
  std::string digest;  // "sha256:…" of the stored bytes
  std::optional<std::uint64_t> stored_size;
  std::string diff_id;  // "sha256:…" of the inflated bytes; checked where they were read whole
};

// Whether facts that were read are of the told layer; the error says what is otherwise.
[[nodiscard]] Result<void> check_identity(const LayerFacts& facts, const LayerIdentity& identity);

// What serves all layers of a run, and must outlive it.
struct LayerContext {
  explicit LayerContext(unsigned threads, const LayerLimits& bounds = {},
                        std::filesystem::path temporary_directory = {})
      : limits(bounds),
        temporary(std::move(temporary_directory)),
        memory(bounds.memory),
        pool(threads) {}

  LayerLimits limits;
  std::filesystem::path temporary;           // empty: TMPDIR, or /tmp
  std::atomic<std::uint64_t> bytes_read{0};  // stored bytes, for progress
  MemoryBudget memory;
  std::mutex spilling;  // one large file at a time
  WorkPool pool;        // analyzers; 0 threads: in the thread that reads
};

// Errors: the stream's own (kIo and others); a digest or size that is not the told one. Damage and
// limits are in LayerFacts::incomplete, and what was read before counts. Thread-safe for different
// streams.
[[nodiscard]] Result<LayerFacts> read_layer(BlobStream& stream, const Analyzers& analyzers,
                                            const LayerIdentity& identity, LayerContext& context);
// For one layer alone.
[[nodiscard]] Result<LayerFacts> read_layer(BlobStream& stream, const Analyzers& analyzers,
                                            const LayerIdentity& identity = {},
                                            const LayerLimits& limits = {});

}  // namespace yagura::image
