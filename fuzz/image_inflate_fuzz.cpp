// gzip and zstd: however input and output are cut the bytes are the same; isa-l and zlib agree.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "image/blob/decoder.hpp"

namespace {

using namespace yagura::image;  // NOLINT(google-build-using-namespace)

constexpr std::size_t kMost = std::size_t{4} << 20;

struct Outcome {
  std::string bytes;
  bool failed = false;
  bool trailing = false;
  bool cut = false;  // more than we want to see
};

Outcome decode(StreamDecoder& decoder, std::string_view input, std::size_t in_step,
               std::size_t out_step) {
  Outcome outcome;
  std::string room(out_step, '\0');
  std::string_view rest;
  int idle = 0;
  while (outcome.bytes.size() < kMost) {
    if (rest.empty()) {
      rest = input.substr(0, in_step);
      input.remove_prefix(rest.size());
    }
    std::span<char> out(room);
    const std::size_t before = rest.size();
    const auto state = decoder.decode(rest, out, input.empty());
    YAGURA_CHECK(rest.size() <= before && out.size() <= room.size(), "only what was given is used");
    outcome.bytes.append(room.data(), room.size() - out.size());
    outcome.failed = !state;
    if (!state) return outcome;
    if (*state != StreamDecoder::State::kMore) {
      outcome.trailing = *state == StreamDecoder::State::kTrailing;
      return outcome;
    }
    idle = rest.size() == before && out.size() == room.size() ? idle + 1 : 0;
    YAGURA_CHECK(idle < 8, "there is progress");
  }
  outcome.cut = true;
  return outcome;
}

// Whole or not, one is the beginning of the other; whole, they are the same.
void agree(const Outcome& a, const Outcome& b) {
  std::size_t both = std::min(a.bytes.size(), b.bytes.size());
  // isa-l's last match before damage may be of nothing; what it was is left out, mostly.
  if (a.failed || b.failed) both -= std::min<std::size_t>(both, 258);
  YAGURA_CHECK(
      std::string_view(a.bytes).substr(0, both) == std::string_view(b.bytes).substr(0, both),
      "the bytes are the same");
  if (a.cut || b.cut) return;
  YAGURA_CHECK(a.failed == b.failed, "both see damage, or none does");
  if (a.failed) return;
  YAGURA_CHECK(a.bytes.size() == b.bytes.size() && a.trailing == b.trailing, "both end alike");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t in_step = 1 + data[size - 1] % 61;
  switch (detect_compression(input)) {
    case Compression::kGzip: {
      const Outcome whole = decode(*make_gzip_decoder(), input, size, 1 << 16);
      agree(whole, decode(*make_gzip_decoder(), input, in_step, 1000));
      agree(whole, decode(*make_gzip_decoder(DeflateEngine::kZlib), input, size, 1 << 16));
      break;
    }
    case Compression::kZstd: {
      // What is damage to one cut may be trailing data to another, but the bytes are the same.
      const Outcome whole = decode(*make_zstd_decoder(), input, size, 1 << 16);
      const Outcome pieces = decode(*make_zstd_decoder(), input, in_step, 1000);
      if (!whole.failed && !pieces.failed) agree(whole, pieces);
      break;
    }
    case Compression::kNone:
    case Compression::kXz:
    case Compression::kBzip2:
      break;
  }
  return 0;
}
