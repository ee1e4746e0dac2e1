#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/result.hpp"

namespace yagura::image {

// The bytes of one blob as they are stored or sent, pulled in order, once: a file, a member of an
// archive, the body of a registry's answer. Nothing is checked here: digests and sizes are the
// reader's work (layer/layer.hpp). One thread at a time uses a stream; it may be another than made
// it.
class BlobStream {
 public:
  BlobStream() = default;
  BlobStream(const BlobStream&) = delete;
  BlobStream& operator=(const BlobStream&) = delete;
  virtual ~BlobStream() = default;

  // Puts at least one byte and at most into.size() at the front of `into` and says how many; waits
  // for them. 0: the end, also on every later call. `into` is not empty. After an error nothing
  // more is read: kIo for what trying again may mend (a connection), else what the error is.
  [[nodiscard]] virtual Result<std::size_t> read(std::span<char> into) = 0;

  // Bytes in total, where that is known ahead (a file's size, Content-Length): for progress and
  // for scheduling, never believed.
  [[nodiscard]] virtual std::optional<std::uint64_t> size() const { return std::nullopt; }
};

}  // namespace yagura::image
