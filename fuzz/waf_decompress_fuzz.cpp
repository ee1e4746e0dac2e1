// Content encodings: pieces make no difference, bounds hold, and what we encode comes back.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "waf/body/body.hpp"
#include "waf/body/testing/compress.hpp"

namespace {

using yagura::ErrorCode;
using yagura::waf::Decompressor;

constexpr std::array<std::string_view, 6> kEncodings{"gzip",     "deflate",       "br",
                                                     "gzip, br", "deflate, gzip", "br,br,br"};
constexpr std::uint64_t kMaxOutput = 300'000;

struct Decoded {
  std::string text;
  bool ok = true;
  bool finished = false;
  ErrorCode code = ErrorCode::kInternal;
};

Decoded decode(std::string_view encoding, std::string_view bytes, std::size_t step) {
  Decoded out;
  auto decompressor =
      Decompressor::make(encoding, {.max_output = kMaxOutput, .max_ratio = 1 << 30});
  YAGURA_CHECK(decompressor.has_value(), "an encoding is refused");
  for (std::size_t at = 0; at < bytes.size() && out.ok; at += step) {
    const auto result = decompressor->feed(bytes.substr(at, step), out.text);
    out.ok = result.has_value();
    if (!out.ok) out.code = result.error().code;
  }
  out.finished = decompressor->finished();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view encoding = kEncodings[data[0] % kEncodings.size()];
  const std::size_t step = data[1] % 64 + std::size_t{1};
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);

  const Decoded whole = decode(encoding, bytes, bytes.size() + 1);
  const Decoded pieces = decode(encoding, bytes, step);
  YAGURA_CHECK(whole.ok == pieces.ok && whole.code == pieces.code, "pieces change the result");
  // Before the place where a stream is damaged, the libraries may give out more or less, by how it
  // came.
  const std::size_t common = std::min(whole.text.size(), pieces.text.size());
  YAGURA_CHECK(whole.text == pieces.text ||
                   (!whole.ok && whole.text.compare(0, common, pieces.text, 0, common) == 0),
               "pieces change the text");
  YAGURA_CHECK(!whole.ok || whole.finished == pieces.finished, "pieces change the end");
  YAGURA_CHECK(whole.text.size() <= kMaxOutput, "more output than allowed");
  YAGURA_CHECK(whole.code != ErrorCode::kLimitExceeded || whole.text.size() == kMaxOutput,
               "a limit was reached too early");

  const Decoded gzip = decode("gzip", yagura::waf::testing::gzip(bytes), step);
  YAGURA_CHECK(gzip.ok && gzip.finished && gzip.text == bytes, "gzip does not come back");
  const Decoded bare = decode("deflate", yagura::waf::testing::deflate_text(bytes, -15), step);
  YAGURA_CHECK(bare.ok && bare.finished && bare.text == bytes, "deflate does not come back");
  return 0;
}
