#include "image/blob/deflate.hpp"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "core/check.hpp"

namespace yagura::image {

namespace {

template <class Size>
Size at_most(std::size_t size) {
  return static_cast<Size>(std::min<std::size_t>(size, std::numeric_limits<Size>::max()));
}

std::unexpected<Error> damaged(std::string_view what) {
  return fail(ErrorCode::kInvalidInput, "damaged gzip data: " + std::string(what));
}

// isa-l copies a match before it looks whether its distance reaches before the start. What it reads
// then, up to a window before its own buffer, must be memory of ours: a margin stands before the
// state. And what it wrote last before an error is worth nothing.
class IsalDeflate final : public Deflate {
 public:
  IsalDeflate() { reset(); }

  Result<bool> run(std::string_view& in, std::span<char>& out) override {
    const auto room = at_most<std::uint32_t>(out.size());
    const auto given = at_most<std::uint32_t>(in.size());
    state_->next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(in.data()));
    state_->avail_in = given;
    state_->next_out = reinterpret_cast<std::uint8_t*>(out.data());
    state_->avail_out = room;
    const int code = isal_inflate(state_);
    // After an error it may claim to have given back more input than it got.
    const std::uint32_t left = std::min(state_->avail_in, given);
    if (code >= 0 && left != state_->avail_in) return damaged("not readable");
    in.remove_prefix(given - left);
    std::uint32_t made = room - std::min(state_->avail_out, room);
    if (code < 0) made -= std::min<std::uint32_t>(made, ISAL_DEF_MAX_MATCH);
    out = out.subspan(made);
    if (code < 0) return damaged(name_of(code));
    return state_->block_state == ISAL_BLOCK_FINISH;
  }

  // Whole bytes that still lie in the bit buffer; the bits before them fill up the last byte.
  std::string give_back() override {
    std::string bytes;
    if (state_->read_in_length <= 0) return bytes;
    std::uint64_t bits = state_->read_in >> (state_->read_in_length % 8);
    for (int count = state_->read_in_length / 8; count > 0; --count, bits >>= 8) {
      bytes.push_back(static_cast<char>(bits & 0xff));
    }
    state_->read_in_length = 0;
    return bytes;
  }

  void reset() override {
    isal_inflate_init(state_);
    state_->crc_flag = ISAL_DEFLATE;
  }

 private:
  static std::string_view name_of(int code) {
    switch (code) {
      case ISAL_INVALID_BLOCK:
        return "invalid block";
      case ISAL_INVALID_SYMBOL:
        return "invalid symbol";
      case ISAL_INVALID_LOOKBACK:
        return "a distance that points before the start";
      default:
        return "not readable";
    }
  }
  struct Guarded {
    std::array<std::uint8_t, ISAL_DEF_HIST_SIZE + ISAL_DEF_MAX_MATCH> margin;
    inflate_state state;
  };
  std::unique_ptr<Guarded> memory_ = std::make_unique<Guarded>();
  inflate_state* state_ = &memory_->state;
};

class ZlibDeflate final : public Deflate {
 public:
  ZlibDeflate() {
    YAGURA_CHECK(inflateInit2(&stream_, -MAX_WBITS) == Z_OK, "zlib has memory for a window");
  }
  ~ZlibDeflate() override { inflateEnd(&stream_); }

  Result<bool> run(std::string_view& in, std::span<char>& out) override {
    const auto room = at_most<uInt>(out.size());
    const auto given = at_most<uInt>(in.size());
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
    stream_.avail_in = given;
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = room;
    const int code = inflate(&stream_, Z_NO_FLUSH);
    in.remove_prefix(given - stream_.avail_in);
    out = out.subspan(room - stream_.avail_out);
    if (code == Z_STREAM_END) return true;
    if (code != Z_OK && code != Z_BUF_ERROR) {
      return damaged(stream_.msg != nullptr ? stream_.msg : "not readable");
    }
    return false;
  }
  std::string give_back() override { return {}; }
  void reset() override { inflateReset(&stream_); }

 private:
  z_stream stream_{};
};

}  // namespace

std::unique_ptr<Deflate> make_deflate(DeflateEngine engine) {
  if (engine == DeflateEngine::kZlib) return std::make_unique<ZlibDeflate>();
  return std::make_unique<IsalDeflate>();
}

std::uint32_t gzip_crc(std::uint32_t crc, std::string_view bytes) {
  return crc32_gzip_refl(crc, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

}  // namespace yagura::image
