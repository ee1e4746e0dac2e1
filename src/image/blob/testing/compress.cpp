#include "image/blob/testing/compress.hpp"

#include <zlib.h>
#include <zstd.h>

#include <cstdint>

#include "core/check.hpp"

namespace yagura::image::testing {

std::string gzip(std::string_view bytes, int level) {
  z_stream stream{};
  YAGURA_CHECK(
      deflateInit2(&stream, level, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK,
      "zlib has memory");
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  YAGURA_CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END, "the bound is enough");
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd(std::string_view bytes, int level) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  const std::size_t size = ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), level);
  YAGURA_CHECK(ZSTD_isError(size) == 0, "the bound is enough");
  out.resize(size);
  return out;
}

std::string sample_bytes(std::size_t size, std::uint64_t seed) {
  std::string out;
  out.reserve(size);
  std::uint64_t state = seed * 0x9e3779b97f4a7c15U + 1;
  while (out.size() < size) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    const std::uint64_t random = state >> 33;
    if ((random & 3) != 0 && out.size() > 64) {  // a repetition
      const std::size_t from =
          out.size() - 1 - (random >> 2) % (out.size() < 32768 ? out.size() : 32768);
      for (std::size_t i = 0; i < 4 + (random & 31) && out.size() < size; ++i) {
        out.push_back(out[from + i]);
      }
    } else {
      out.push_back(static_cast<char>(random >> 8));
    }
  }
  return out;
}

}  // namespace yagura::image::testing
