#include <zstd.h>

#include "core/check.hpp"
#include "image/blob/decoder.hpp"

namespace yagura::image {

namespace {

// 128 MiB, zstd's own default for what may be decoded; usual layers need 8 MiB or less, and memory
// is only taken for what a frame asks.
constexpr int kMaxWindowLog = 27;

class ZstdDecoder final : public StreamDecoder {
 public:
  ZstdDecoder() : context_(ZSTD_createDCtx()) {
    YAGURA_CHECK(context_ != nullptr, "zstd has memory for a context");
    YAGURA_CHECK(
        ZSTD_isError(ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, kMaxWindowLog)) == 0,
        "the window is one that zstd knows");
  }
  ~ZstdDecoder() override { ZSTD_freeDCtx(context_); }

  Result<State> decode(std::string_view& in, std::span<char>& out, bool last) override {
    for (;;) {
      if (trailing_) return State::kTrailing;
      ZSTD_inBuffer input{in.data(), in.size(), 0};
      ZSTD_outBuffer output{out.data(), out.size(), 0};
      const std::size_t code = ZSTD_decompressStream(context_, &output, &input);
      in.remove_prefix(input.pos);
      out = out.subspan(output.pos);
      if (ZSTD_isError(code) != 0) {
        if (frames_ == 0 || !between_) {
          return fail(ErrorCode::kInvalidInput,
                      std::string("damaged zstd data: ") + ZSTD_getErrorName(code));
        }
        trailing_ = true;
        continue;
      }
      if (code == 0) {
        ++frames_;
        between_ = true;
      } else if (input.pos != 0 && between_) {
        // A frame's first bytes: at least its magic must come before it counts as begun.
        begun_ += input.pos;
        if (output.pos != 0 || begun_ >= 6) between_ = false;
      }
      if (code == 0) begun_ = 0;
      if (out.empty()) return State::kMore;
      if (!in.empty()) {
        if (input.pos == 0 && output.pos == 0) {
          return fail(ErrorCode::kInvalidInput, "damaged zstd data: no progress");
        }
        continue;
      }
      if (output.pos != 0 && code != 0) continue;  // there may be more inside
      if (!last) return State::kMore;
      if (between_ && begun_ == 0) return State::kEnd;
      return fail(ErrorCode::kInvalidInput, "damaged zstd data: it ends early");
    }
  }

 private:
  ZSTD_DCtx* context_;
  std::uint64_t frames_ = 0;
  std::size_t begun_ = 0;  // bytes of a frame that may not be one
  bool between_ = true;
  bool trailing_ = false;
};

}  // namespace

std::unique_ptr<StreamDecoder> make_zstd_decoder() { return std::make_unique<ZstdDecoder>(); }

}  // namespace yagura::image
