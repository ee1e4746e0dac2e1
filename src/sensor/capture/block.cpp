// Every size is checked against kMaxBlockSize before anything is allocated; a block that is damaged
// costs that block alone, since its frame says where the next one begins.

#include "sensor/capture/block.hpp"

#include <zlib.h>
#include <zstd.h>

#include <cstring>
#include <utility>

#include "core/check.hpp"

namespace yagura::sensor {

namespace {

constexpr int kCompressionLevel = 1;  // records are repetitive: higher levels gain little

std::uint32_t checksum_of(const void* bytes, std::size_t size) {
  return static_cast<std::uint32_t>(
      crc32_z(0, static_cast<const Bytef*>(bytes), static_cast<z_size_t>(size)));
}

template <typename T>
void append_raw(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

}  // namespace

void append_capture_header(std::string& out) {
  out.append(kCaptureMagic.data(), kCaptureMagic.size());
  append_raw(out, kCaptureVersion);
  append_raw(out, kByteOrderMark);
}

void append_block(std::string& out, BlockType type, std::string_view bytes) {
  YAGURA_CHECK(bytes.size() <= kMaxBlockSize, "whoever fills blocks knows their limit");
  std::string stored(ZSTD_compressBound(bytes.size()), '\0');
  const std::size_t size =
      ZSTD_compress(stored.data(), stored.size(), bytes.data(), bytes.size(), kCompressionLevel);
  CaptureBlock block{.type = static_cast<std::uint32_t>(type),
                     .size = static_cast<std::uint32_t>(bytes.size())};
  if (ZSTD_isError(size) == 0 && size < bytes.size()) {
    block.flags = kBlockZstd;
    stored.resize(size);
  } else {
    stored.assign(bytes);
  }
  block.stored_size = static_cast<std::uint32_t>(stored.size());
  block.checksum = checksum_of(stored.data(), stored.size());
  append_raw(out, block);
  out += stored;
}

Result<BlockReader> BlockReader::open(ByteSource source) {
  BlockReader reader(std::move(source));
  std::array<std::byte, kCaptureHeaderSize> header{};
  YAGURA_TRY(const std::size_t got, reader.read(header));
  if (got < header.size() ||
      std::memcmp(header.data(), kCaptureMagic.data(), kCaptureMagic.size()) != 0) {
    return fail(ErrorCode::kInvalidInput, "not a capture of Yagura's");
  }
  std::uint32_t version = 0;
  std::uint32_t order = 0;
  std::memcpy(&version, header.data() + 8, sizeof(version));
  std::memcpy(&order, header.data() + 12, sizeof(order));
  if (order != kByteOrderMark) {
    return fail(ErrorCode::kUnsupported,
                "the capture is of a machine with another byte order: read it on one like that");
  }
  if (version != kCaptureVersion) {
    return fail(ErrorCode::kUnsupported, "the capture has version " + std::to_string(version) +
                                             ", this program reads version " +
                                             std::to_string(kCaptureVersion));
  }
  return reader;
}

Result<std::size_t> BlockReader::read(std::span<std::byte> to) {
  std::size_t got = 0;
  while (got < to.size()) {
    YAGURA_TRY(const std::size_t more, source_(to.subspan(got)));
    if (more == 0) break;
    got += more;
  }
  return got;
}

bool BlockReader::decode(const CaptureBlock& block, std::string_view& bytes) {
  if (checksum_of(stored_.data(), stored_.size()) != block.checksum) return false;
  if ((block.flags & kBlockZstd) == 0) {
    bytes = {reinterpret_cast<const char*>(stored_.data()), stored_.size()};
    return block.size == block.stored_size;
  }
  plain_.resize(block.size);
  const std::size_t size =
      ZSTD_decompress(plain_.data(), plain_.size(), stored_.data(), stored_.size());
  if (ZSTD_isError(size) != 0 || size != block.size) return false;
  bytes = {plain_.data(), plain_.size()};
  return true;
}

Result<bool> BlockReader::next(BlockType& type, std::string_view& bytes) {
  while (!counts_.is_cut) {
    CaptureBlock block;
    YAGURA_TRY(const std::size_t got, read(std::as_writable_bytes(std::span(&block, 1))));
    if (got == 0) return false;
    if (got < sizeof(block) || block.magic != kBlockMagic || block.stored_size > kMaxBlockSize ||
        block.size > kMaxBlockSize) {
      counts_.is_cut = true;
      return false;
    }
    stored_.resize(block.stored_size);
    YAGURA_TRY(const std::size_t stored, read(stored_));
    if (stored < stored_.size()) {
      counts_.is_cut = true;
      return false;
    }
    ++counts_.blocks;
    if (!decode(block, bytes)) {
      ++counts_.damaged;
      continue;
    }
    type = static_cast<BlockType>(block.type);
    if (type == BlockType::kFacts || type == BlockType::kRecords) return true;
    ++counts_.unknown;
  }
  return false;
}

}  // namespace yagura::sensor
