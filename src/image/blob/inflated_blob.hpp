#pragma once

// A blob's bytes inflated, with both digests on the way: the start of the one pass over a layer.

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "image/blob/blob_stream.hpp"
#include "image/blob/chunk.hpp"
#include "image/blob/decoder.hpp"
#include "image/blob/digest_thread.hpp"

namespace yagura::image {

// Against bombs. Reaching one is kLimitExceeded with a sentence that says which.
struct InflateLimits {
  std::uint64_t max_inflated = std::uint64_t{64} << 30;
  std::uint64_t max_stored = std::uint64_t{64} << 30;
  // Inflated for each stored byte, looked at once so much has come: files of zeros are usual, and
  // small ones harm nobody.
  std::uint64_t max_ratio = 400;
  std::uint64_t ratio_free = std::uint64_t{1} << 30;
};

struct BlobSums {
  std::string digest;  // of the stored bytes
  std::uint64_t stored = 0;
  std::string diff_id;  // of the inflated bytes; empty where they weren't read to their end
  std::uint64_t inflated = 0;
};

// Holds at most about 8 MiB of buffers, lent chunks included. Not thread-safe; has one thread of
// its own for the digests.
class InflatedBlob final : public ChunkSource {
 public:
  // `stream` and `progress` (bytes read are added to it) must outlive this.
  explicit InflatedBlob(BlobStream& stream, const InflateLimits& limits = {},
                        std::atomic<std::uint64_t>* progress = nullptr);

  // kInvalidInput: damaged data. kUnsupported: xz, bzip2. kLimitExceeded: a bomb. Others: the
  // stream's own. What was read before an error counts.
  [[nodiscard]] Result<Chunk> next() override;

  // Reads the stored bytes to their end without inflating them, and gives the digests. Once, at the
  // end or after an error of next() that is the data's (not the stream's).
  [[nodiscard]] Result<BlobSums> finish();

  [[nodiscard]] Compression compression() const {
    return compression_.value_or(Compression::kNone);
  }
  // Sentences about what was passed over: bytes behind the end of the compressed data.
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

 private:
  [[nodiscard]] Result<void> fill();
  [[nodiscard]] Result<void> begin();
  [[nodiscard]] Result<Chunk> next_inflated();
  [[nodiscard]] Result<void> check_limits() const;

  BlobStream& stream_;
  InflateLimits limits_;
  std::atomic<std::uint64_t>* progress_;
  BufferPool stored_pool_;
  BufferPool inflated_pool_;
  DigestThread digests_;
  std::optional<Compression> compression_;
  std::unique_ptr<StreamDecoder> decoder_;
  Chunk in_;  // what is left of the stored bytes that were read last
  bool stream_ended_ = false;
  bool ended_ = false;           // all inflated bytes were given
  bool failed_ = false;          // next() gave an error
  std::optional<Error> broken_;  // to be given after the bytes before it
  std::uint64_t stored_ = 0;
  std::uint64_t inflated_ = 0;
  std::vector<std::string> notes_;
};

}  // namespace yagura::image
