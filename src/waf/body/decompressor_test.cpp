#include <gtest/gtest.h>

#include <string>

#include "waf/body/body.hpp"
#include "waf/body/testing/compress.hpp"

namespace yagura::waf {
namespace {

using testing::brotli;
using testing::deflate_text;
using testing::gzip;

struct Decoded {
  std::string text;
  std::string error;
  ErrorCode code = ErrorCode::kInternal;
  bool finished = false;
};

Decoded decode(std::string_view encoding, std::string_view bytes,
               const Decompressor::Limits& limits = {}, std::size_t step = 1 << 30) {
  Decoded out;
  auto decompressor = Decompressor::make(encoding, limits);
  if (!decompressor)
    return {.error = decompressor.error().message, .code = decompressor.error().code};
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    const auto result = decompressor->feed(bytes.substr(at, step), out.text);
    if (result) continue;
    out.error = result.error().message;
    out.code = result.error().code;
    break;
  }
  out.finished = decompressor->finished();
  return out;
}

std::string sample() {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "line " + std::to_string(i * i % 977) + "\n";
  return text;
}

TEST(Decompressor, UndoesEachEncodingInAnyPieces) {
  const std::string text = sample();
  struct Case {
    std::string_view encoding;
    std::string bytes;
  };
  for (const Case& c :
       {Case{"gzip", gzip(text)}, Case{"x-gzip", gzip(text)},
        Case{"deflate", deflate_text(text, 15)}, Case{"deflate", deflate_text(text, -15)},
        Case{"br", brotli(text)}, Case{"identity", text}, Case{"", text},
        Case{" GZip ", gzip(text)}, Case{"gzip, br", brotli(gzip(text))},
        Case{"br,identity,gzip", gzip(brotli(text))},
        Case{"deflate, gzip, br", brotli(gzip(deflate_text(text, 15)))}}) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{1} << 30}) {
      const Decoded decoded = decode(c.encoding, c.bytes, {}, step);
      EXPECT_EQ(decoded.error, "") << c.encoding;
      EXPECT_TRUE(decoded.text == text) << c.encoding << " " << step;
      EXPECT_TRUE(decoded.finished) << c.encoding << " " << step;
    }
  }
}

TEST(Decompressor, ReadsEveryMemberOfAGzipStream) {
  const std::string bytes = gzip("one ") + gzip("two ") + std::string(3, '\0');
  for (const std::size_t step : {1, 3, 1000}) {
    const Decoded decoded = decode("gzip", bytes, {}, step);
    EXPECT_EQ(decoded.error, "");
    EXPECT_EQ(decoded.text, "one two ");
    EXPECT_TRUE(decoded.finished);
  }
  EXPECT_NE(decode("gzip", gzip("one") + "garbage").error, "");
}

TEST(Decompressor, KnowsWhenAStreamIsCut) {
  for (const auto& [encoding, bytes] :
       {std::pair{"gzip", gzip(sample())}, std::pair{"deflate", deflate_text(sample(), -15)},
        std::pair{"br", brotli(sample())}}) {
    const Decoded decoded = decode(encoding, bytes.substr(0, bytes.size() - 9));
    EXPECT_EQ(decoded.error, "");
    EXPECT_FALSE(decoded.finished) << encoding;
  }
  EXPECT_FALSE(decode("gzip", "").finished);
  EXPECT_TRUE(decode("deflate", std::string("\x03\0", 2)).finished) << "the shortest bare stream";
}

TEST(Decompressor, RefusesWhatIsNoStream) {
  for (const std::string_view encoding : {"gzip", "deflate", "br"}) {
    const Decoded decoded = decode(encoding, "\xff\xff\xff\xff this is plain text, not a stream");
    EXPECT_EQ(decoded.code, ErrorCode::kInvalidInput) << encoding;
    EXPECT_NE(decoded.error, "") << encoding;
  }
  std::string damaged = gzip(sample());
  damaged[damaged.size() - 6] = static_cast<char>(damaged[damaged.size() - 6] ^ 1);
  EXPECT_EQ(decode("gzip", damaged).code, ErrorCode::kInvalidInput);
}

TEST(Decompressor, FailsAgainAfterAFailure) {
  auto decompressor = Decompressor::make("gzip", {});
  std::string out;
  EXPECT_FALSE(decompressor->feed("no stream at all", out));
  EXPECT_FALSE(decompressor->feed(gzip("x"), out));
}

TEST(Decompressor, NamesUnsupportedEncodings) {
  const Decoded decoded = decode("gzip, zstd", "x");
  EXPECT_EQ(decoded.code, ErrorCode::kUnsupported);
  EXPECT_EQ(decoded.error, "content encoding \"zstd\" is not supported");
}

TEST(DecompressorLimits, BoundTheLayers) {
  EXPECT_EQ(decode("gzip,gzip,gzip", gzip(gzip(gzip("x")))).text, "x");
  EXPECT_EQ(decode("gzip,gzip,gzip,gzip", "").code, ErrorCode::kLimitExceeded);
}

TEST(DecompressorLimits, StopBombsAtTheOutputLimit) {
  const std::string zeros(20 << 20, '\0');
  for (const auto& [encoding, bytes] :
       {std::pair{"gzip", gzip(zeros)}, std::pair{"deflate", deflate_text(zeros, -15)},
        std::pair{"br", brotli(zeros)}, std::pair{"gzip, gzip", gzip(gzip(zeros))},
        std::pair{"br, br", brotli(brotli(zeros))}}) {
    const Decoded decoded = decode(encoding, bytes, {.max_output = 100'000, .max_ratio = 1 << 30});
    EXPECT_EQ(decoded.code, ErrorCode::kLimitExceeded) << encoding;
    EXPECT_EQ(decoded.text.size(), 100'000U) << "what came before the limit is there";
    EXPECT_EQ(decoded.error, "the body decodes to more than 100000 bytes");
    EXPECT_LT(decoded.text.capacity(), 1U << 20);
  }
}

TEST(DecompressorLimits, StopBombsByTheirRatio) {
  const std::string zeros(10 << 20, '\0');
  const Decoded decoded = decode("gzip", gzip(zeros), {.max_output = 1 << 30, .max_ratio = 100});
  EXPECT_EQ(decoded.code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(decoded.error, "the body decodes to more than 100 times its size");
  EXPECT_LE(decoded.text.size(), gzip(zeros).size() * 100 + (16 << 10));
  const std::string small(60'000, '\0');
  EXPECT_EQ(decode("gzip", gzip(small), {.max_ratio = 100}).text, small)
      << "small bodies may shrink as much as they like";
}

}  // namespace
}  // namespace yagura::waf
