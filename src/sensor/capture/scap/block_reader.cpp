#include "sensor/capture/scap/block_reader.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "sensor/capture/scap/bytes.hpp"
#include "sensor/capture/scap/format.hpp"

namespace yagura::sensor::scap {

namespace {

constexpr std::size_t kFrame = 8;       // type, total length
constexpr std::size_t kTrailer = 4;     // total length again
constexpr std::size_t kStep = 1 << 20;  // a buffer grows with what is there, not with what is said

class Unpacker {
 public:
  explicit Unpacker(ByteSource source) : source_(std::move(source)) {}
  ~Unpacker() {
    if (is_gzip_) inflateEnd(&stream_);
  }
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;

  Result<std::size_t> read(std::span<std::byte> to) {
    if (!is_started_) YAGURA_TRY_VOID(start());
    if (!is_gzip_) return read_plain(to);
    stream_.next_out = reinterpret_cast<Bytef*>(to.data());
    stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(to.size(), kStep));
    const uInt wanted = stream_.avail_out;
    while (!is_done_ && stream_.avail_out == wanted) YAGURA_TRY_VOID(inflate_some());
    return wanted - stream_.avail_out;
  }

 private:
  Result<void> start() {
    is_started_ = true;
    while (filled_ < 2) {
      YAGURA_TRY(const std::size_t got, source_(std::span(input_).subspan(filled_)));
      if (got == 0) break;
      filled_ += got;
    }
    is_gzip_ = filled_ >= 2 && input_[0] == std::byte{0x1f} && input_[1] == std::byte{0x8b};
    if (!is_gzip_) return {};
    stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
    stream_.avail_in = static_cast<uInt>(filled_);
    constexpr int kGzip = 15 + 16;
    if (inflateInit2(&stream_, kGzip) != Z_OK) {
      is_gzip_ = false;
      return fail(ErrorCode::kInternal, "zlib does not start");
    }
    return {};
  }

  Result<std::size_t> read_plain(std::span<std::byte> to) {
    if (used_ == filled_) return source_(to);
    const std::size_t size = std::min(to.size(), filled_ - used_);
    std::memcpy(to.data(), input_.data() + used_, size);
    used_ += size;
    return size;
  }

  Result<void> inflate_some() {
    if (stream_.avail_in == 0) {
      YAGURA_TRY(const std::size_t got, source_(input_));
      if (got == 0) {
        is_done_ = true;
        return {};
      }
      stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
      stream_.avail_in = static_cast<uInt>(got);
    }
    const int status = inflate(&stream_, Z_NO_FLUSH);
    if (status == Z_STREAM_END) {
      // gzip files may be joined: another member may follow.
      if (stream_.avail_in > 0 && inflateReset(&stream_) == Z_OK) return {};
      is_done_ = stream_.avail_in > 0 || !has_more();
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      is_done_ = true;
    }
    return {};
  }

  bool has_more() {
    const auto got = source_(input_);
    if (!got || *got == 0) return false;
    stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
    stream_.avail_in = static_cast<uInt>(*got);
    return inflateReset(&stream_) == Z_OK;
  }

  ByteSource source_;
  z_stream stream_{};
  std::array<std::byte, 65'536> input_{};
  std::size_t filled_ = 0;
  std::size_t used_ = 0;
  bool is_started_ = false;
  bool is_gzip_ = false;
  bool is_done_ = false;
};

}  // namespace

ByteSource unpacked(ByteSource source) {
  auto unpacker = std::make_shared<Unpacker>(std::move(source));
  return [unpacker](std::span<std::byte> to) { return unpacker->read(to); };
}

// True: buffer_ holds `size` bytes.
Result<bool> BlockReader::read(std::size_t size) {
  buffer_.clear();
  while (buffer_.size() < size) {
    const std::size_t have = buffer_.size();
    buffer_.resize(have + std::min(size - have, kStep));
    YAGURA_TRY(const std::size_t got, source_(std::span(buffer_).subspan(have)));
    buffer_.resize(have + got);
    if (got == 0) return false;
  }
  return true;
}

Result<BlockReader> BlockReader::open(ByteSource source) {
  BlockReader reader(unpacked(std::move(source)));
  std::uint32_t type = 0;
  std::string_view bytes;
  // The magic comes before any length is believed.
  YAGURA_TRY(const bool has_header, reader.next(type, bytes));
  if (!has_header || type != kSectionHeader) {
    return fail(ErrorCode::kInvalidInput, "not a capture of Falco's (.scap)");
  }
  Bytes header(bytes);
  const auto magic = header.number<std::uint32_t>();
  if (magic == __builtin_bswap32(kByteOrderMagic)) {
    return fail(ErrorCode::kUnsupported,
                "the capture is of a machine with another byte order: read it on one like that");
  }
  if (magic != kByteOrderMagic) {
    return fail(ErrorCode::kInvalidInput, "not a capture of Falco's (.scap)");
  }
  if (const auto major = header.number<std::uint16_t>(); major > kMajorVersion) {
    return fail(ErrorCode::kUnsupported,
                ".scap of version " + std::to_string(major) + ", this program reads version 1");
  }
  return reader;
}

Result<bool> BlockReader::next(std::uint32_t& type, std::string_view& bytes) {
  if (is_cut_) return false;
  YAGURA_TRY(const bool has_frame, read(kFrame));
  if (!has_frame) {
    is_cut_ = !buffer_.empty();
    return false;
  }
  Bytes frame({reinterpret_cast<const char*>(buffer_.data()), kFrame});
  type = frame.number<std::uint32_t>();
  const auto total = frame.number<std::uint32_t>();
  if (total < kFrame + kTrailer || total > kMaxBlock) {
    is_cut_ = true;
    return false;
  }
  YAGURA_TRY(const bool has_rest, read(total - kFrame));
  if (!has_rest) {
    is_cut_ = true;
    return false;
  }
  bytes = {reinterpret_cast<const char*>(buffer_.data()), buffer_.size() - kTrailer};
  return true;
}

}  // namespace yagura::sensor::scap
