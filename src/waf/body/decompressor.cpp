// Encodings laid one upon the other. Each layer hands at most a step of output to the next before
// the next takes it, so that memory between layers is bounded whatever they expand to.

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "waf/body/body.hpp"
#include "waf/body/internal/decoder.hpp"

namespace yagura::waf {
namespace {

constexpr std::size_t kStep = 16 << 10;
constexpr std::uint64_t kRatioIsCountedPast = 64 << 10;

std::string normalize(std::string_view coding) {
  const auto is_blank = [](char byte) { return byte == ' ' || byte == '\t'; };
  while (!coding.empty() && is_blank(coding.front())) coding.remove_prefix(1);
  while (!coding.empty() && is_blank(coding.back())) coding.remove_suffix(1);
  std::string text(coding);
  for (char& byte : text) {
    if (byte >= 'A' && byte <= 'Z') byte = static_cast<char>(byte | 0x20);
  }
  return text;
}

// Null: unsupported.
std::unique_ptr<internal::Decoder> make_decoder(std::string_view coding) {
  if (coding == "gzip" || coding == "x-gzip") {
    return internal::make_zlib_decoder(internal::ZlibKind::kGzip);
  }
  if (coding == "deflate") return internal::make_zlib_decoder(internal::ZlibKind::kDeflate);
  if (coding == "br") return internal::make_brotli_decoder();
  return nullptr;
}

}  // namespace

struct Decompressor::State {
  struct Layer {
    std::unique_ptr<internal::Decoder> decoder;
    std::string output;  // towards the next layer
  };
  Limits limits;
  std::vector<Layer> layers;  // the first takes what came over the wire
  std::uint64_t bytes_in = 0, bytes_out = 0;
  bool failed = false;

  [[nodiscard]] Result<void> run(std::size_t index, std::string_view input, std::string& out);
  [[nodiscard]] Result<void> give_out(std::string_view bytes, std::string& out);
};

// Depth of recursion: the number of layers, at most limits.max_layers.
Result<void> Decompressor::State::run(std::size_t index, std::string_view input, std::string& out) {
  if (index == layers.size()) return give_out(input, out);
  Layer& layer = layers[index];
  do {
    layer.output.clear();
    const auto decoded = layer.decoder->decode(input, kStep, layer.output);
    YAGURA_TRY_VOID(run(index + 1, layer.output, out));
    if (!decoded) return decoded;
  } while (!input.empty() || layer.decoder->has_more());
  return {};
}

Result<void> Decompressor::State::give_out(std::string_view bytes, std::string& out) {
  const std::uint64_t room = limits.max_output - bytes_out;
  out.append(bytes.substr(0, room));
  bytes_out += std::min<std::uint64_t>(bytes.size(), room);
  if (bytes.size() > room) {
    return fail(ErrorCode::kLimitExceeded,
                fmt::format("the body decodes to more than {} bytes", limits.max_output));
  }
  if (bytes_out > kRatioIsCountedPast && bytes_out / limits.max_ratio > bytes_in) {
    return fail(ErrorCode::kLimitExceeded,
                fmt::format("the body decodes to more than {} times its size", limits.max_ratio));
  }
  return {};
}

Decompressor::Decompressor(std::unique_ptr<State> state) : state_(std::move(state)) {}
Decompressor::Decompressor(Decompressor&&) noexcept = default;
Decompressor& Decompressor::operator=(Decompressor&&) noexcept = default;
Decompressor::~Decompressor() = default;

Result<Decompressor> Decompressor::make(std::string_view encoding, const Limits& limits) {
  auto state = std::make_unique<State>();
  state->limits = limits;
  state->limits.max_ratio = std::max(limits.max_ratio, 1U);
  for (std::size_t begin = 0; begin <= encoding.size();) {
    const std::size_t end = std::min(encoding.find(',', begin), encoding.size());
    const std::string coding = normalize(encoding.substr(begin, end - begin));
    begin = end + 1;
    if (coding.empty() || coding == "identity") continue;
    auto decoder = make_decoder(coding);
    if (decoder == nullptr) {
      return fail(ErrorCode::kUnsupported,
                  fmt::format("content encoding \"{}\" is not supported", coding.substr(0, 64)));
    }
    if (state->layers.size() == limits.max_layers) {
      return fail(ErrorCode::kLimitExceeded,
                  fmt::format("more than {} content encodings", limits.max_layers));
    }
    state->layers.push_back({.decoder = std::move(decoder), .output = {}});
  }
  // RFC 9110, section 8.4: listed in the order in which they were applied.
  std::reverse(state->layers.begin(), state->layers.end());
  return Decompressor(std::move(state));
}

Result<void> Decompressor::feed(std::string_view chunk, std::string& out) {
  if (state_->failed) return fail(ErrorCode::kInvalidInput, "the body could not be decoded before");
  state_->bytes_in += chunk.size();
  auto result = state_->run(0, chunk, out);
  state_->failed = !result;
  return result;
}

bool Decompressor::finished() const {
  return std::all_of(state_->layers.begin(), state_->layers.end(),
                     [](const State::Layer& layer) { return layer.decoder->finished(); });
}

}  // namespace yagura::waf
