// gzip (RFC 1952, also several members one after the other) and deflate (RFC 9110 means the zlib
// format of RFC 1950; many servers send the bare RFC 1951 stream, and browsers take both).

#include <fmt/format.h>
#include <zlib.h>

#include <array>

#include "waf/body/internal/decoder.hpp"

namespace yagura::waf::internal {
namespace {

constexpr int kMaxWindow = 15;
constexpr int kGzipOnly = 16;

class ZlibDecoder final : public Decoder {
 public:
  explicit ZlibDecoder(ZlibKind kind) : kind_(kind) {}
  ZlibDecoder(const ZlibDecoder&) = delete;
  ZlibDecoder& operator=(const ZlibDecoder&) = delete;
  ~ZlibDecoder() override {
    if (started_) inflateEnd(&stream_);
  }

  Result<void> decode(std::string_view& input, std::size_t room, std::string& out) override {
    if (!started_) {
      YAGURA_TRY_VOID(start(input));
      if (!started_) return {};
    }
    if (between_members_) skip_padding(input);
    const std::size_t enough = out.size() + room;
    while ((!input.empty() || has_more_) && out.size() < enough && !ended_) {
      YAGURA_TRY_VOID(step(input, out));
    }
    if (ended_ && kind_ == ZlibKind::kDeflate) input = {};  // what follows belongs to no one
    return {};
  }

  [[nodiscard]] bool finished() const override { return ended_ || (between_members_ && started_); }
  [[nodiscard]] bool has_more() const override { return has_more_; }

 private:
  // Leaves started_ false where the bytes are too few to tell zlib from a bare stream.
  Result<void> start(std::string_view& input) {
    int window = kMaxWindow + kGzipOnly;
    if (kind_ == ZlibKind::kDeflate) {
      while (head_.size() < 2 && !input.empty()) {
        head_ += input.front();
        input.remove_prefix(1);
      }
      if (head_.size() < 2) return {};
      window = has_zlib_header() ? kMaxWindow : -kMaxWindow;
      has_more_ = true;
    }
    if (inflateInit2(&stream_, window) != Z_OK) {
      return fail(ErrorCode::kInternal, "no memory for a zlib decoder");
    }
    started_ = true;
    return {};
  }

  // RFC 1950, section 2.2: method 8, and both bytes together a multiple of 31.
  [[nodiscard]] bool has_zlib_header() const {
    const auto first = static_cast<unsigned char>(head_[0]);
    const auto second = static_cast<unsigned char>(head_[1]);
    return (first & 0x0f) == 8 && (first * 256 + second) % 31 == 0;
  }

  Result<void> step(std::string_view& input, std::string& out) {
    std::string_view source = head_.empty() ? input : std::string_view(head_);
    std::array<char, 16 << 10> buffer;
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(source.data()));
    stream_.avail_in = static_cast<uInt>(std::min<std::size_t>(source.size(), 1U << 30));
    const std::size_t offered = stream_.avail_in;
    stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream_.avail_out = static_cast<uInt>(buffer.size());
    const int code = inflate(&stream_, Z_NO_FLUSH);
    const std::size_t taken = offered - stream_.avail_in;
    if (head_.empty()) {
      input.remove_prefix(taken);
    } else {
      head_.erase(0, taken);
    }
    if (taken != 0) between_members_ = false;
    out.append(buffer.data(), buffer.size() - stream_.avail_out);
    has_more_ = stream_.avail_out == 0 || !head_.empty();
    if (code == Z_STREAM_END) {
      has_more_ = false;
      end_member(input);
      return {};
    }
    if (code == Z_OK) return {};
    if (code == Z_BUF_ERROR && taken == 0 && stream_.avail_out != 0) {
      has_more_ = false;
      return {};
    }
    return fail(ErrorCode::kInvalidInput,
                fmt::format("not a {} stream: {}", kind_ == ZlibKind::kGzip ? "gzip" : "deflate",
                            stream_.msg == nullptr ? "damaged" : stream_.msg));
  }

  void end_member(std::string_view& input) {
    if (kind_ == ZlibKind::kDeflate) {
      ended_ = true;
      return;
    }
    between_members_ = true;
    inflateReset(&stream_);
    skip_padding(input);
  }

  // Zeros after a member.
  static void skip_padding(std::string_view& input) {
    while (!input.empty() && input.front() == '\0') input.remove_prefix(1);
  }

  const ZlibKind kind_;
  z_stream stream_{};
  std::string head_;  // first bytes of a deflate stream that wait to be judged
  bool started_ = false, ended_ = false, between_members_ = false, has_more_ = false;
};

}  // namespace

std::unique_ptr<Decoder> make_zlib_decoder(ZlibKind kind) {
  return std::make_unique<ZlibDecoder>(kind);
}

}  // namespace yagura::waf::internal
