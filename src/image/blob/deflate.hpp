#pragma once

// Raw deflate (RFC 1951) behind one face, for the gzip decoder alone.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "image/blob/decoder.hpp"

namespace yagura::image {

class Deflate {
 public:
  Deflate() = default;
  Deflate(const Deflate&) = delete;
  Deflate& operator=(const Deflate&) = delete;
  virtual ~Deflate() = default;

  // True: the stream is at its end. An engine may have taken a few bytes too many then: give_back()
  // has them, in order.
  [[nodiscard]] virtual Result<bool> run(std::string_view& in, std::span<char>& out) = 0;
  [[nodiscard]] virtual std::string give_back() = 0;
  // Ready for another stream.
  virtual void reset() = 0;
};

[[nodiscard]] std::unique_ptr<Deflate> make_deflate(DeflateEngine engine);
// CRC-32 as gzip has it; begin with 0.
[[nodiscard]] std::uint32_t gzip_crc(std::uint32_t crc, std::string_view bytes);

}  // namespace yagura::image
