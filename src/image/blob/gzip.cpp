// gzip (RFC 1952): header, deflate data, CRC-32 and length, then perhaps another member. Headers
// and trailers are a few bytes each and are taken byte by byte, so that any cut of the input is
// alike; only deflate data is fast.

#include <array>
#include <cstdint>
#include <string>

#include "image/blob/decoder.hpp"
#include "image/blob/deflate.hpp"

namespace yagura::image {

namespace {

// Names and comments in headers have no length of their own.
constexpr std::size_t kMaxHeader = std::size_t{256} << 10;

enum Flag : std::uint8_t { kHeaderCrc = 2, kExtra = 4, kName = 8, kComment = 16, kReserved = 0xe0 };

std::unexpected<Error> damaged(const char* what) {
  return fail(ErrorCode::kInvalidInput, std::string("damaged gzip data: ") + what);
}

class GzipDecoder final : public StreamDecoder {
 public:
  explicit GzipDecoder(DeflateEngine engine) : deflate_(make_deflate(engine)) {}

  Result<State> decode(std::string_view& in, std::span<char>& out, bool last) override {
    for (;;) {
      if (part_ == Part::kData) {
        YAGURA_TRY(const bool more, data(in, out, last));
        if (more) return State::kMore;
        continue;
      }
      if (part_ == Part::kTrailing) return State::kTrailing;
      unsigned char byte = 0;
      if (!take(in, byte)) {
        if (!last) return State::kMore;
        if (part_ == Part::kBetween || part_ == Part::kPadding) return State::kEnd;
        return damaged("it ends early");
      }
      YAGURA_TRY_VOID(step(byte));
    }
  }

 private:
  enum class Part : std::uint8_t {
    kFixed,  // ten bytes: magic, method, flags, time, extra flags, system
    kExtraLength,
    kExtraBytes,
    kNameText,
    kCommentText,
    kHeaderCheck,
    kData,
    kTrailer,
    kBetween,   // a member is done: another, padding, or something else
    kPadding,   // zeros
    kTrailing,  // something else
  };

  bool take(std::string_view& in, unsigned char& byte) {
    if (!back_.empty()) {
      byte = static_cast<unsigned char>(back_.front());
      back_.erase(0, 1);
      return true;
    }
    if (in.empty()) return false;
    byte = static_cast<unsigned char>(in.front());
    in.remove_prefix(1);
    return true;
  }

  // True: waits for input or room.
  Result<bool> data(std::string_view& in, std::span<char>& out, bool last) {
    if (out.empty()) return true;
    const std::span<char> before = out;
    bool ended = false;
    std::size_t used = 0;
    if (!back_.empty()) {
      std::string_view rest = back_;
      YAGURA_TRY(ended, deflate_->run(rest, out));
      used = back_.size() - rest.size();
      back_.erase(0, used);
    } else {
      const std::size_t there = in.size();
      YAGURA_TRY(ended, deflate_->run(in, out));
      used = there - in.size();
    }
    const std::string_view made(before.data(), before.size() - out.size());
    crc_ = gzip_crc(crc_, made);
    length_ += static_cast<std::uint32_t>(made.size());
    if (ended) {
      back_.insert(0, deflate_->give_back());
      begin(Part::kTrailer);
      return false;
    }
    if (!made.empty() || used != 0) return out.empty() || (in.empty() && back_.empty() && !last);
    if (in.empty() && back_.empty()) {
      if (last) return damaged("it ends early");
      return true;
    }
    return damaged("no progress");
  }

  void begin(Part part) {
    part_ = part;
    count_ = 0;
    value_ = 0;
  }

  Result<void> step(unsigned char byte) {
    if (part_ < Part::kData && ++header_ > kMaxHeader) {
      return fail(ErrorCode::kLimitExceeded, "a gzip header is longer than 256 KiB");
    }
    switch (part_) {
      case Part::kFixed:
        return fixed(byte);
      case Part::kExtraLength:
        value_ |= std::uint64_t{byte} << (8 * count_);
        if (++count_ == 2) {
          extra_ = value_;
          begin(Part::kExtraBytes);
          if (extra_ == 0) after_header_part(kExtra);
        }
        return {};
      case Part::kExtraBytes:
        if (++count_ == extra_) after_header_part(kExtra);
        return {};
      case Part::kNameText:
        if (byte == 0) after_header_part(kName);
        return {};
      case Part::kCommentText:
        if (byte == 0) after_header_part(kComment);
        return {};
      case Part::kHeaderCheck:
        if (++count_ == 2) after_header_part(kHeaderCrc);
        return {};
      case Part::kTrailer:
        return trailer(byte);
      case Part::kBetween:
        if (byte == 0x1f) {
          begin(Part::kFixed);
          header_ = 1;
          count_ = 1;
        } else {
          begin(byte == 0 ? Part::kPadding : Part::kTrailing);
        }
        return {};
      case Part::kPadding:
        if (byte != 0) begin(Part::kTrailing);
        return {};
      case Part::kData:
      case Part::kTrailing:
        break;
    }
    return {};
  }

  Result<void> fixed(unsigned char byte) {
    switch (count_++) {
      case 0:
        if (byte != 0x1f) return damaged("no gzip header");
        break;
      case 1:
        if (byte == 0x8b) break;
        if (members_ == 0) return damaged("no gzip header");
        begin(Part::kTrailing);
        return {};
      case 2:
        if (byte != 8) return damaged("an unknown method");
        break;
      case 3:
        flags_ = byte;
        if ((byte & kReserved) != 0) return damaged("unknown flags");
        break;
      case 9:
        after_header_part(0);
        break;
      default:
        break;
    }
    return {};
  }

  // Goes to the next part that the flags announce, in the order of the RFC.
  void after_header_part(unsigned done) {
    if (done < kExtra && done != kHeaderCrc && (flags_ & kExtra) != 0) {
      return begin(Part::kExtraLength);
    }
    if (done < kName && done != kHeaderCrc && (flags_ & kName) != 0) return begin(Part::kNameText);
    if (done < kComment && done != kHeaderCrc && (flags_ & kComment) != 0) {
      return begin(Part::kCommentText);
    }
    if (done != kHeaderCrc && (flags_ & kHeaderCrc) != 0) return begin(Part::kHeaderCheck);
    if (members_++ > 0) deflate_->reset();
    header_ = 0;
    crc_ = 0;
    length_ = 0;
    begin(Part::kData);
  }

  Result<void> trailer(unsigned char byte) {
    value_ |= std::uint64_t{byte} << (8 * count_);
    if (++count_ < 8) return {};
    if (static_cast<std::uint32_t>(value_) != crc_) return damaged("the checksum is wrong");
    if (static_cast<std::uint32_t>(value_ >> 32) != length_) return damaged("the length is wrong");
    begin(Part::kBetween);
    return {};
  }

  std::unique_ptr<Deflate> deflate_;
  std::string back_;  // bytes that the engine took too many: at most eight
  Part part_ = Part::kFixed;
  std::uint64_t count_ = 0;  // bytes of the part
  std::uint64_t value_ = 0;  // a number that is being read, little endian
  std::uint64_t extra_ = 0;
  std::size_t header_ = 0;
  unsigned flags_ = 0;
  std::uint64_t members_ = 0;
  std::uint32_t crc_ = 0;
  std::uint32_t length_ = 0;
};

}  // namespace

std::unique_ptr<StreamDecoder> make_gzip_decoder(DeflateEngine engine) {
  return std::make_unique<GzipDecoder>(engine);
}

}  // namespace yagura::image
