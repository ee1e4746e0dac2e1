#pragma once

// Decompression of one stream, by pieces.
//
// gzip: RFC 1952 with several members and padding of zeros, deflate by isa-l (or by zlib, the
// second opinion of tests and the choice where isa-l isn't made for the processor). zstd: RFC 8878,
// several and skippable frames.

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "core/result.hpp"

namespace yagura::image {

enum class Compression : std::uint8_t { kNone, kGzip, kZstd, kXz, kBzip2 };

// By the first bytes (6 are enough); media types lie.
[[nodiscard]] Compression detect_compression(std::string_view head);
[[nodiscard]] std::string_view to_string(Compression compression);

class StreamDecoder {
 public:
  StreamDecoder() = default;
  StreamDecoder(const StreamDecoder&) = delete;
  StreamDecoder& operator=(const StreamDecoder&) = delete;
  virtual ~StreamDecoder() = default;

  enum class State : std::uint8_t {
    kMore,      // needs more input or more room
    kEnd,       // all that was given is used up
    kTrailing,  // the stream is whole; what stands behind it is none of it
  };
  // Takes from the front of `in` and fills the front of `out`, making both smaller by what was
  // used. `last`: nothing follows behind `in`. kInvalidInput: damaged, or `last` and the stream is
  // not at its end. After an error nothing more can be read.
  [[nodiscard]] virtual Result<State> decode(std::string_view& in, std::span<char>& out,
                                             bool last) = 0;
};

enum class DeflateEngine : std::uint8_t { kFast, kZlib };

[[nodiscard]] std::unique_ptr<StreamDecoder> make_gzip_decoder(
    DeflateEngine engine = DeflateEngine::kFast);
[[nodiscard]] std::unique_ptr<StreamDecoder> make_zstd_decoder();

}  // namespace yagura::image
