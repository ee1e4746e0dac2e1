#pragma once

// One content encoding, undone as bytes come.

#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace yagura::waf::internal {

class Decoder {
 public:
  virtual ~Decoder() = default;
  // Decodes from the front of `input`, which it shortens, until the input is used up, at least
  // `room` bytes were appended to `out`, or the stream has ended. Appends at most a buffer more.
  // kInvalidInput: no valid stream.
  [[nodiscard]] virtual Result<void> decode(std::string_view& input, std::size_t room,
                                            std::string& out) = 0;
  [[nodiscard]] virtual bool finished() const = 0;
  // Output waits inside although all input was taken.
  [[nodiscard]] virtual bool has_more() const = 0;
};

enum class ZlibKind { kGzip, kDeflate };
[[nodiscard]] std::unique_ptr<Decoder> make_zlib_decoder(ZlibKind kind);
[[nodiscard]] std::unique_ptr<Decoder> make_brotli_decoder();

}  // namespace yagura::waf::internal
