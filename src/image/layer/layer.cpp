#include "image/layer/layer.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "image/layer/analysis.hpp"
#include "image/layer/contents.hpp"
#include "image/layer/facts_builder.hpp"

namespace yagura::image {

namespace {

// What Analyzer::wants() is promised.
constexpr std::size_t kHead = 4096;

class ContentHash {
 public:
  void begin() { XXH3_64bits_reset(state_.get()); }
  void update(std::string_view bytes) {
    XXH3_64bits_update(state_.get(), bytes.data(), bytes.size());
  }
  [[nodiscard]] std::uint64_t value() const { return known(XXH3_64bits_digest(state_.get())); }
  static std::uint64_t of(std::string_view bytes) {
    return known(XXH3_64bits(bytes.data(), bytes.size()));
  }

 private:
  // 0 means unknown.
  static std::uint64_t known(std::uint64_t hash) { return hash == 0 ? 1 : hash; }
  struct Free {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };
  std::unique_ptr<XXH3_state_t, Free> state_{XXH3_createState()};
};

// Damage and bombs end a layer, and what was read of it counts; anything else ends the run.
bool is_of_the_data(const Error& error) {
  return error.code == ErrorCode::kInvalidInput || error.code == ErrorCode::kLimitExceeded ||
         error.code == ErrorCode::kUnsupported;
}

class LayerReader {
 public:
  LayerReader(BlobStream& stream, const Analyzers& analyzers, const InflateLimits& inflate,
              LayerContext& context)
      : analyzers_(analyzers),
        context_(context),
        blob_(stream, inflate, &context.bytes_read),
        tar_(blob_, context.limits.tar),
        group_(context.pool) {}

  Result<LayerFacts> read() {
    if (Result<void> result = read_all(); !result) {
      if (!is_of_the_data(result.error())) return std::unexpected(std::move(result).error());
      builder_.note(result.error().message + ": the rest was not read");
    }
    YAGURA_TRY(BlobSums sums, blob_.finish());
    group_.wait();
    for (std::string& note : tar_.take_notes()) builder_.note(std::move(note));
    for (const std::string& note : blob_.notes()) builder_.note(note);
    LayerFacts facts = builder_.finish();
    facts.digest = std::move(sums.digest);
    facts.diff_id = std::move(sums.diff_id);
    facts.compressed_size = sums.stored;
    facts.size = sums.inflated;
    return facts;
  }

 private:
  Result<void> read_all() {
    for (;;) {
      YAGURA_TRY(const FileEntry* entry, tar_.next());
      if (entry == nullptr) break;
      const FactsBuilder::Added added = builder_.add(*entry);
      if (added.has_content) YAGURA_TRY_VOID(read_file(added));
    }
    // The diff id is over all that is inflated, padding behind the archive's end included.
    for (;;) {
      YAGURA_TRY(const Chunk rest, blob_.next());
      if (rest.bytes.empty()) return {};
    }
  }

  Result<void> read_file(const FactsBuilder::Added& file) {
    YAGURA_TRY(Chunk first, tar_.content());
    if (first.bytes.size() == file.entry.size) return take_whole(file, std::move(first));
    // The file lies across chunks.
    std::string head;
    if (first.bytes.size() < kHead) {
      head = first.bytes;
      while (head.size() < kHead) {
        YAGURA_TRY(const Chunk piece, tar_.content());
        if (piece.bytes.empty()) break;
        head.append(piece.bytes);  // at most a chunk
      }
      first = {};
    }
    const std::string_view begin = head.empty() ? first.bytes : std::string_view(head);
    Wanting wanting;
    who_wants(analyzers_, file.entry, begin, wanting);
    if (wanting.empty()) return pass_over(file, begin);
    if (file.entry.size <= context_.limits.max_in_memory) {
      return gather_in_memory(file, begin, std::move(wanting));
    }
    if (file.entry.size <= context_.limits.max_file) {
      return gather_in_file(file, begin, std::move(wanting));
    }
    builder_.note(fmt::format("{} has {} bytes: too large to be looked at",
                              shown_path(file.entry.path), file.entry.size));
    return pass_over(file, begin);
  }

  Result<void> take_whole(const FactsBuilder::Added& file, Chunk content) {
    builder_.set_hash(file.position, ContentHash::of(content.bytes));
    Wanting wanting;
    who_wants(analyzers_, file.entry, content.bytes, wanting);
    if (wanting.empty()) return {};
    analyze(file, std::move(wanting), std::make_unique<LentContent>(std::move(content)));
    return {};
  }

  // Gives `begin` and then the rest of the content to `take`, and hashes all.
  template <class Take>
  Result<void> each_piece(const FactsBuilder::Added& file, std::string_view begin, Take take) {
    hash_.begin();
    hash_.update(begin);
    YAGURA_TRY_VOID(take(begin));
    for (;;) {
      YAGURA_TRY(const Chunk piece, tar_.content());
      if (piece.bytes.empty()) break;
      hash_.update(piece.bytes);
      YAGURA_TRY_VOID(take(piece.bytes));
    }
    if (tar_.content_complete()) builder_.set_hash(file.position, hash_.value());
    return {};
  }

  Result<void> pass_over(const FactsBuilder::Added& file, std::string_view begin) {
    return each_piece(file, begin, [](std::string_view) -> Result<void> { return {}; });
  }

  Result<void> gather_in_memory(const FactsBuilder::Added& file, std::string_view begin,
                                Wanting wanting) {
    auto content = std::make_unique<OwnedContent>(file.entry.size, context_.memory);
    YAGURA_TRY_VOID(each_piece(file, begin, [&](std::string_view piece) -> Result<void> {
      content->append(piece);
      return {};
    }));
    analyze(file, std::move(wanting), std::move(content));
    return {};
  }

  // One at a time, looked at in this thread: that bounds the memory that is mapped.
  Result<void> gather_in_file(const FactsBuilder::Added& file, std::string_view begin,
                              Wanting wanting) {
    const std::scoped_lock lock(context_.spilling);
    auto content = SpilledContent::open(context_.temporary);
    std::string problem;
    if (!content) problem = content.error().message;
    YAGURA_TRY_VOID(each_piece(file, begin, [&](std::string_view piece) -> Result<void> {
      if (!problem.empty()) return {};
      if (const Result<void> written = (*content)->append(piece); !written) {
        problem = written.error().message;
      }
      return {};
    }));
    if (problem.empty()) {
      if (const Result<void> mapped = (*content)->map(); !mapped) problem = mapped.error().message;
    }
    if (problem.empty()) {
      builder_.set_facts(file.position, analyze_file(wanting, file.entry, **content));
    } else {
      builder_.note(shown_path(file.entry.path) + " could not be looked at: " + problem);
    }
    return {};
  }

  void analyze(const FactsBuilder::Added& file, Wanting wanting,
               std::unique_ptr<FileContent> content) {
    group_.run([this, file, wanting = std::move(wanting), content = std::move(content)] {
      builder_.set_facts(file.position, analyze_file(wanting, file.entry, *content));
    });
  }

  const Analyzers& analyzers_;
  LayerContext& context_;
  ContentHash hash_;
  FactsBuilder builder_;
  InflatedBlob blob_;
  TarReader tar_;
  WorkGroup group_;  // the last: its tasks use the others
};

std::string layer_name(const LayerIdentity& identity) {
  if (!identity.digest.empty()) return "layer " + core::visible(identity.digest);
  if (!identity.diff_id.empty()) return "layer " + core::visible(identity.diff_id);
  return "layer";
}

// Another algorithm's digest can't be checked by what is computed here.
Result<void> check_algorithm(std::string_view digest) {
  if (digest.empty() || digest.starts_with("sha256:")) return {};
  return fail(ErrorCode::kUnsupported, "its digest is not by SHA-256");
}

}  // namespace

Result<void> check_identity(const LayerFacts& facts, const LayerIdentity& identity) {
  if (identity.stored_size && facts.compressed_size != *identity.stored_size) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("it has {} bytes where the manifest says {}", facts.compressed_size,
                            *identity.stored_size));
  }
  if (!identity.digest.empty() && facts.digest != identity.digest) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("its digest is {} where the manifest says {}", facts.digest,
                            core::visible(identity.digest)));
  }
  if (!identity.diff_id.empty() && !facts.diff_id.empty() && facts.diff_id != identity.diff_id) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("its inflated bytes have the digest {} where the configuration says {}",
                            facts.diff_id, core::visible(identity.diff_id)));
  }
  return {};
}

Result<LayerFacts> read_layer(BlobStream& stream, const Analyzers& analyzers,
                              const LayerIdentity& identity, LayerContext& context) {
  for (const std::string* digest : {&identity.digest, &identity.diff_id}) {
    if (Result<void> known = check_algorithm(*digest); !known) {
      return std::unexpected(std::move(known).error().with_context(layer_name(identity)));
    }
  }
  InflateLimits inflate = context.limits.inflate;
  if (identity.stored_size) {
    inflate.max_stored = std::min(inflate.max_stored, *identity.stored_size);
  }
  Result<LayerFacts> facts = LayerReader(stream, analyzers, inflate, context).read();
  if (facts) {
    if (Result<void> same = check_identity(*facts, identity); !same) {
      facts = std::unexpected(std::move(same).error());
    }
  }
  if (!facts) {
    facts = std::unexpected(std::move(facts).error().with_context(layer_name(identity)));
  }
  return facts;
}

Result<LayerFacts> read_layer(BlobStream& stream, const Analyzers& analyzers,
                              const LayerIdentity& identity, const LayerLimits& limits) {
  LayerContext context(std::thread::hardware_concurrency(), limits);
  return read_layer(stream, analyzers, identity, context);
}

}  // namespace yagura::image
