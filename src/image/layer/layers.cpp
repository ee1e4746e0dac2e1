#include "image/layer/layers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <thread>

#include "image/cache/layer_cache.hpp"

namespace yagura::image {

namespace {

unsigned processors() { return std::max(1U, std::thread::hardware_concurrency()); }

// Tells how much of the stream was read.
class WatchedStream final : public BlobStream {
 public:
  WatchedStream(std::unique_ptr<BlobStream> stream, const std::function<void(std::uint64_t)>& tell)
      : stream_(std::move(stream)), tell_(tell) {}
  Result<std::size_t> read(std::span<char> into) override {
    Result<std::size_t> got = stream_->read(into);
    if (got && *got != 0) tell_(*got);
    return got;
  }
  std::optional<std::uint64_t> size() const override { return stream_->size(); }

 private:
  std::unique_ptr<BlobStream> stream_;
  const std::function<void(std::uint64_t)>& tell_;
};

class Run {
 public:
  Run(std::span<const LayerInput> inputs, const Analyzers& analyzers,
      const ReadLayersOptions& options)
      : inputs_(inputs),
        analyzers_(analyzers),
        options_(options),
        context_(options.threads != 0 ? options.threads : processors(), options.limits,
                 options.temporary),
        results_(inputs.size()) {
    if (options.cache != nullptr) analysis_ = analysis_id(analyzers, limits_id(options.limits));
  }

  Result<ReadLayers> all() {
    unsigned parallel = options_.parallel != 0 ? options_.parallel : std::min(4U, processors());
    parallel = static_cast<unsigned>(std::min<std::size_t>(parallel, inputs_.size()));
    {
      std::vector<std::jthread> others;
      for (unsigned i = 1; i < parallel; ++i) others.emplace_back([this] { work(); });
      work();
    }
    ReadLayers read;
    read.from_cache = from_cache_;
    for (std::optional<Result<LayerFacts>>& result : results_) {
      if (result && !*result) return std::unexpected(std::move(*result).error());
    }
    read.layers.reserve(results_.size());
    for (std::optional<Result<LayerFacts>>& result : results_) {
      read.layers.push_back(std::move(**result));
    }
    return read;
  }

 private:
  void work() {
    for (;;) {
      const std::size_t next = next_.fetch_add(1);
      if (next >= inputs_.size() || failed_) return;
      results_[next].emplace(one(inputs_[next]));
      if (!*results_[next]) failed_ = true;
    }
  }

  // The name that the cache knows it by: a digest that reading verifies.
  static const std::string& cache_name(const LayerIdentity& identity) {
    return identity.digest.empty() ? identity.diff_id : identity.digest;
  }

  Result<LayerFacts> one(const LayerInput& input) {
    const std::string& name = cache_name(input.identity);
    const LayerCache* cache = name.empty() ? nullptr : options_.cache;
    if (cache != nullptr) {
      std::optional<LayerFacts> kept = cache->get(name, analysis_);
      if (kept && check_identity(*kept, input.identity)) {
        ++from_cache_;
        return std::move(*kept);
      }
    }
    YAGURA_TRY(std::unique_ptr<BlobStream> stream, input.open());
    if (options_.progress) {
      stream = std::make_unique<WatchedStream>(std::move(stream), options_.progress);
    }
    Result<LayerFacts> facts = read_layer(*stream, analyzers_, input.identity, context_);
    // By its diff id alone only a layer is known whose bytes were all read.
    if (facts && cache != nullptr && (facts->digest == name || facts->diff_id == name)) {
      (void)cache->put(name, analysis_, *facts);
    }
    return facts;
  }

  std::span<const LayerInput> inputs_;
  const Analyzers& analyzers_;
  const ReadLayersOptions& options_;
  LayerContext context_;
  std::string analysis_;
  std::vector<std::optional<Result<LayerFacts>>> results_;
  std::atomic<std::size_t> next_{0};
  std::atomic<std::size_t> from_cache_{0};
  std::atomic<bool> failed_{false};
};

}  // namespace

Result<ReadLayers> read_layers(std::span<const LayerInput> inputs, const Analyzers& analyzers,
                               const ReadLayersOptions& options) {
  return Run(inputs, analyzers, options).all();
}

std::string limits_id(const LayerLimits& limits) {
  return fmt::format("limits={},{},{},{},{},{},{},{},{},{},{}", limits.inflate.max_inflated,
                     limits.inflate.max_stored, limits.inflate.max_ratio, limits.inflate.ratio_free,
                     limits.tar.max_entries, limits.tar.path.max_bytes, limits.tar.path.max_depth,
                     limits.tar.max_extended, limits.tar.max_sparse_parts, limits.tar.max_holes,
                     limits.max_file);
}

}  // namespace yagura::image
