#include "image/blob/inflated_blob.hpp"

#include <fmt/format.h>

#include <utility>

namespace yagura::image {

namespace {

constexpr std::size_t kStoredBuffer = std::size_t{256} << 10;
constexpr std::size_t kStoredBuffers = 8;
constexpr std::size_t kInflatedBuffer = std::size_t{512} << 10;
constexpr std::size_t kInflatedBuffers = 12;

}  // namespace

InflatedBlob::InflatedBlob(BlobStream& stream, const InflateLimits& limits,
                           std::atomic<std::uint64_t>* progress)
    : stream_(stream),
      limits_(limits),
      progress_(progress),
      stored_pool_(kStoredBuffer, kStoredBuffers),
      inflated_pool_(kInflatedBuffer, kInflatedBuffers) {}

// Reads until a buffer is full: streams of a network give small pieces, and each costs a hand-over.
Result<void> InflatedBlob::fill() {
  const std::shared_ptr<BufferPool::Buffer> buffer = stored_pool_.take();
  std::size_t size = 0;
  while (size < buffer->size && !stream_ended_) {
    YAGURA_TRY(const std::size_t got,
               stream_.read(std::span(buffer->data.get() + size, buffer->size - size)));
    stream_ended_ = got == 0;
    size += got;
    if (progress_ != nullptr) progress_->fetch_add(got, std::memory_order_relaxed);
  }
  in_ = {{buffer->data.get(), size}, buffer};
  stored_ += size;
  if (stored_ > limits_.max_stored) {
    return fail(ErrorCode::kLimitExceeded,
                fmt::format("it is larger than {} bytes", limits_.max_stored));
  }
  if (size != 0) digests_.add(DigestThread::Of::kStored, in_);
  return {};
}

Result<void> InflatedBlob::begin() {
  YAGURA_TRY_VOID(fill());
  compression_ = detect_compression(in_.bytes);
  switch (*compression_) {
    case Compression::kNone:
      return {};
    case Compression::kGzip:
      decoder_ = make_gzip_decoder();
      return {};
    case Compression::kZstd:
      decoder_ = make_zstd_decoder();
      return {};
    case Compression::kXz:
    case Compression::kBzip2:
      break;
  }
  return fail(ErrorCode::kUnsupported, fmt::format("it is compressed with {}, which layers are not",
                                                   to_string(*compression_)));
}

Result<Chunk> InflatedBlob::next() {
  if (ended_ || failed_) return Chunk{};
  Result<Chunk> chunk = next_inflated();
  if (!chunk) failed_ = true;
  return chunk;
}

Result<Chunk> InflatedBlob::next_inflated() {
  if (broken_) return std::unexpected(*std::move(broken_));
  if (!compression_) YAGURA_TRY_VOID(begin());
  if (*compression_ == Compression::kNone) {
    if (in_.bytes.empty() && !stream_ended_) YAGURA_TRY_VOID(fill());
    Chunk chunk = std::exchange(in_, {});
    inflated_ += chunk.bytes.size();
    ended_ = chunk.bytes.empty();
    YAGURA_TRY_VOID(check_limits());
    return chunk;
  }
  const std::shared_ptr<BufferPool::Buffer> buffer = inflated_pool_.take();
  std::span<char> room(buffer->data.get(), buffer->size);
  while (!room.empty()) {
    if (in_.bytes.empty() && !stream_ended_) YAGURA_TRY_VOID(fill());
    const auto state = decoder_->decode(in_.bytes, room, stream_ended_);
    if (!state) {
      // What was inflated before the damage counts.
      if (room.size() == buffer->size) return std::unexpected(state.error());
      broken_ = state.error();
      break;
    }
    if (*state == StreamDecoder::State::kMore) continue;
    if (*state == StreamDecoder::State::kTrailing) {
      notes_.push_back(
          fmt::format("other data stands behind the end of its {} data", to_string(*compression_)));
    }
    ended_ = true;
    break;
  }
  const Chunk chunk{{buffer->data.get(), buffer->size - room.size()}, buffer};
  inflated_ += chunk.bytes.size();
  YAGURA_TRY_VOID(check_limits());
  if (!chunk.bytes.empty()) digests_.add(DigestThread::Of::kInflated, chunk);
  return chunk;
}

Result<void> InflatedBlob::check_limits() const {
  if (inflated_ > limits_.max_inflated) {
    return fail(ErrorCode::kLimitExceeded,
                fmt::format("it inflates to more than {} bytes", limits_.max_inflated));
  }
  if (inflated_ > limits_.ratio_free &&
      inflated_ / limits_.max_ratio > stored_ - in_.bytes.size()) {
    return fail(ErrorCode::kLimitExceeded,
                fmt::format("it inflates to more than {} times its size", limits_.max_ratio));
  }
  return {};
}

Result<BlobSums> InflatedBlob::finish() {
  in_ = {};
  while (!stream_ended_) {
    // Within its limit: a second pass over it would end at once.
    YAGURA_TRY_VOID(fill());
    in_ = {};
  }
  DigestThread::Digests digests = digests_.finish();
  BlobSums sums{.digest = std::move(digests.stored), .stored = stored_, .inflated = inflated_};
  if (ended_ && !failed_) {
    sums.diff_id = *compression_ == Compression::kNone ? sums.digest : std::move(digests.inflated);
  }
  return sums;
}

}  // namespace yagura::image
