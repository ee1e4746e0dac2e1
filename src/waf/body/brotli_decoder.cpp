#include <brotli/decode.h>
#include <fmt/format.h>

#include <array>

#include "waf/body/internal/decoder.hpp"

namespace yagura::waf::internal {
namespace {

struct FreeState {
  void operator()(BrotliDecoderState* state) const { BrotliDecoderDestroyInstance(state); }
};

// RFC 7932.
class BrotliDecoder final : public Decoder {
 public:
  Result<void> decode(std::string_view& input, std::size_t room, std::string& out) override {
    if (state_ == nullptr) state_.reset(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr));
    if (state_ == nullptr) return fail(ErrorCode::kInternal, "no memory for a brotli decoder");
    const std::size_t enough = out.size() + room;
    while ((!input.empty() || has_more_) && out.size() < enough && !finished_) {
      YAGURA_TRY_VOID(step(input, out));
    }
    if (finished_ && !input.empty()) {
      return fail(ErrorCode::kInvalidInput, "bytes follow a brotli stream");
    }
    return {};
  }

  [[nodiscard]] bool finished() const override { return finished_; }
  [[nodiscard]] bool has_more() const override { return has_more_; }

 private:
  Result<void> step(std::string_view& input, std::string& out) {
    std::array<std::uint8_t, 16 << 10> buffer;
    std::size_t available_in = input.size();
    auto next_in = reinterpret_cast<const std::uint8_t*>(input.data());
    std::size_t available_out = buffer.size();
    std::uint8_t* next_out = buffer.data();
    const BrotliDecoderResult result = BrotliDecoderDecompressStream(
        state_.get(), &available_in, &next_in, &available_out, &next_out, nullptr);
    input.remove_prefix(input.size() - available_in);
    out.append(reinterpret_cast<const char*>(buffer.data()), buffer.size() - available_out);
    has_more_ = result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
    finished_ = result == BROTLI_DECODER_RESULT_SUCCESS;
    if (result != BROTLI_DECODER_RESULT_ERROR) return {};
    return fail(ErrorCode::kInvalidInput,
                fmt::format("not a brotli stream: {}",
                            BrotliDecoderErrorString(BrotliDecoderGetErrorCode(state_.get()))));
  }

  std::unique_ptr<BrotliDecoderState, FreeState> state_;
  bool finished_ = false, has_more_ = false;
};

}  // namespace

std::unique_ptr<Decoder> make_brotli_decoder() { return std::make_unique<BrotliDecoder>(); }

}  // namespace yagura::waf::internal
