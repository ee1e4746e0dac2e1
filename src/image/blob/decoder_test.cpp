#include "image/blob/decoder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "image/blob/testing/compress.hpp"

namespace yagura::image {
namespace {

using namespace std::string_literals;
using testing::gzip;
using testing::sample_bytes;
using testing::zstd;

struct Outcome {
  std::string bytes;
  std::string error;
  bool trailing = false;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

// Gives the input in pieces of `in_step` bytes and takes the output in pieces of `out_step`.
Outcome decode(StreamDecoder& decoder, std::string_view input, std::size_t in_step,
               std::size_t out_step) {
  Outcome outcome;
  std::string room(out_step, '\0');
  std::string_view rest;
  for (int idle = 0; idle < 4; ++idle) {
    if (rest.empty()) {
      rest = input.substr(0, in_step);
      input.remove_prefix(rest.size());
    }
    std::span<char> out(room);
    const std::size_t before = rest.size();
    const auto state = decoder.decode(rest, out, input.empty());
    outcome.bytes.append(room.data(), room.size() - out.size());
    if (!state) {
      outcome.error = state.error().message;
      return outcome;
    }
    if (*state != StreamDecoder::State::kMore) {
      outcome.trailing = *state == StreamDecoder::State::kTrailing;
      return outcome;
    }
    if (rest.size() != before || out.size() != room.size()) idle = 0;
  }
  outcome.error = "no progress";
  return outcome;
}

Outcome decode_gzip(std::string_view input, std::size_t in_step = 1 << 20,
                    std::size_t out_step = 1 << 14, DeflateEngine engine = DeflateEngine::kFast) {
  return decode(*make_gzip_decoder(engine), input, in_step, out_step);
}
Outcome decode_zstd(std::string_view input, std::size_t in_step = 1 << 20,
                    std::size_t out_step = 1 << 14) {
  return decode(*make_zstd_decoder(), input, in_step, out_step);
}

TEST(Detection, GoesByTheFirstBytes) {
  EXPECT_EQ(detect_compression(gzip("x")), Compression::kGzip);
  EXPECT_EQ(detect_compression(zstd("x")), Compression::kZstd);
  EXPECT_EQ(detect_compression("\x5a\x2a\x4d\x18\0\0\0\0"s), Compression::kZstd);
  EXPECT_EQ(detect_compression("BZh91AY"), Compression::kBzip2);
  EXPECT_EQ(detect_compression("\xfd\x37zXZ\0"s), Compression::kXz);
  EXPECT_EQ(detect_compression("etc/passwd"), Compression::kNone);
  EXPECT_EQ(detect_compression(""), Compression::kNone);
}

TEST(Gzip, AnyCutOfInputAndOutputGivesTheSame) {
  const std::string bytes = sample_bytes(300'000);
  for (const int level : {0, 1, 6, 9}) {
    const std::string packed = gzip(bytes, level);
    for (const std::size_t in_step : {1U, 7U, 4096U, 1U << 20}) {
      for (const std::size_t out_step : {5U, 512U, 65536U, 1U << 20}) {
        EXPECT_EQ(decode_gzip(packed, in_step, out_step), (Outcome{bytes, "", false}))
            << level << " " << in_step << " " << out_step;
      }
    }
  }
}

TEST(Gzip, ReadsAllMembers) {
  std::string packed;
  std::string bytes;
  for (std::size_t i = 0; i < 40; ++i) {
    const std::string part = sample_bytes(i * i * 10, i + 1);
    packed += gzip(part, static_cast<int>(i % 10));
    bytes += part;
  }
  for (const std::size_t in_step : {1U, 3U, 13U, 1000U, 1U << 20}) {
    EXPECT_EQ(decode_gzip(packed, in_step), (Outcome{bytes, "", false})) << in_step;
    EXPECT_EQ(decode_gzip(packed, in_step, 11), (Outcome{bytes, "", false})) << in_step;
  }
}

TEST(Gzip, ReadsEveryPartOfAHeader) {
  const std::string plain = gzip("hello");
  for (unsigned flags = 0; flags < 32; ++flags) {
    std::string packed = plain.substr(0, 10);
    packed[3] = static_cast<char>(flags);
    if ((flags & 4) != 0) packed += "\x03\0abc"s;
    if ((flags & 8) != 0) packed += "name\0"s;
    if ((flags & 16) != 0) packed += "comment\0"s;
    if ((flags & 2) != 0) packed += "\x12\x34";
    packed += plain.substr(10);
    EXPECT_EQ(decode_gzip(packed), (Outcome{"hello", "", false})) << flags;
    EXPECT_EQ(decode_gzip(packed, 1), (Outcome{"hello", "", false})) << flags;
  }
}

TEST(Gzip, PassesOverPaddingAndNamesOtherBytes) {
  EXPECT_EQ(decode_gzip(gzip("a") + std::string(1000, '\0')), (Outcome{"a", "", false}));
  EXPECT_EQ(decode_gzip(gzip("a") + "garbage"), (Outcome{"a", "", true}));
  EXPECT_EQ(decode_gzip(gzip("a") + "\x1f\x20"), (Outcome{"a", "", true}));
  EXPECT_EQ(decode_gzip(gzip("a") + std::string(10, '\0') + "x"), (Outcome{"a", "", true}));
}

TEST(Gzip, EveryCutIsSeen) {
  const std::string packed = gzip(sample_bytes(2000)) + gzip("b");
  const std::size_t first = gzip(sample_bytes(2000)).size();
  for (std::size_t size = 0; size < packed.size(); ++size) {
    if (size == first) continue;
    for (const DeflateEngine engine : {DeflateEngine::kFast, DeflateEngine::kZlib}) {
      EXPECT_THAT(decode_gzip(packed.substr(0, size), 1 << 20, 1 << 14, engine).error,
                  ::testing::HasSubstr("ends early"))
          << size;
    }
  }
}

TEST(Gzip, EveryFlippedBitIsSeenByBothEnginesAlike) {
  const std::string bytes = sample_bytes(700);
  const std::string packed = gzip(bytes);
  std::size_t refused = 0;
  for (std::size_t at = 10; at < packed.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = packed;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
      const Outcome fast = decode_gzip(damaged);
      const Outcome other = decode_gzip(damaged, 1 << 20, 1 << 14, DeflateEngine::kZlib);
      // Some bits don't matter: padding, a distance to the same bytes.
      EXPECT_EQ(fast.error.empty(), other.error.empty()) << at << " " << bit;
      if (fast.error.empty()) {
        EXPECT_EQ(fast.bytes, bytes) << at << " " << bit;
      } else {
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, 8 * (packed.size() - 10) * 9 / 10);
}

TEST(Gzip, SeesDamageRightBehindAMember) {
  // A member whose first distance points before its start: isa-l then says that it left more input
  // than it was given.
  const std::string damaged = gzip("abc") + gzip("x").substr(0, 10) + "\x02\x06\x24";
  EXPECT_NE(decode_gzip(damaged).error, "");
  EXPECT_NE(decode_gzip(damaged, 1).error, "");
}

TEST(Gzip, BoundsHeaders) {
  std::string packed = gzip("x").substr(0, 10);
  packed[3] = 8;
  packed.append(300'000, 'n');
  EXPECT_THAT(decode_gzip(packed).error, ::testing::HasSubstr("longer than 256 KiB"));
}

TEST(Zstd, AnyCutOfInputAndOutputGivesTheSame) {
  const std::string bytes = sample_bytes(300'000);
  const std::string packed = zstd(bytes.substr(0, 1000)) + "\x50\x2a\x4d\x18\x05\0\0\0skip!"s +
                             zstd(bytes.substr(1000), 19);
  for (const std::size_t in_step : {1U, 7U, 4096U, 1U << 20}) {
    for (const std::size_t out_step : {5U, 512U, 65536U, 1U << 20}) {
      EXPECT_EQ(decode_zstd(packed, in_step, out_step), (Outcome{bytes, "", false}))
          << in_step << " " << out_step;
    }
  }
}

TEST(Zstd, EveryCutIsSeenAndWhatFollowsNamed) {
  const std::string packed = zstd(sample_bytes(2000));
  for (std::size_t size = 1; size < packed.size(); ++size) {
    EXPECT_THAT(decode_zstd(packed.substr(0, size)).error, ::testing::HasSubstr("ends early"))
        << size;
  }
  EXPECT_EQ(decode_zstd(packed + "other bytes"), (Outcome{sample_bytes(2000), "", true}));
  EXPECT_EQ(decode_zstd(packed + "other bytes", 1), (Outcome{sample_bytes(2000), "", true}));
  std::string damaged = packed;
  damaged[packed.size() / 2] = static_cast<char>(damaged[packed.size() / 2] ^ 0x55);
  damaged[6] = static_cast<char>(damaged[6] ^ 0x55);
  EXPECT_NE(decode_zstd(damaged), (Outcome{sample_bytes(2000), "", false}));
}

}  // namespace
}  // namespace yagura::image
