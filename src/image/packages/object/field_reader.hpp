#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace yagura::image {

// Numbers at offsets of hostile bytes: what lies behind the end reads as 0 and is remembered.
class FieldReader {
 public:
  FieldReader(std::string_view bytes, bool big_endian) : bytes_(bytes), big_endian_(big_endian) {}

  [[nodiscard]] std::uint64_t number(std::uint64_t offset, unsigned size) {
    if (offset > bytes_.size() || bytes_.size() - offset < size) {
      ok_ = false;
      return 0;
    }
    std::uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i) {
      const unsigned at = big_endian_ ? i : size - 1 - i;
      value = value << 8 | static_cast<unsigned char>(bytes_[offset + at]);
    }
    return value;
  }
  std::uint16_t u16(std::uint64_t offset) { return static_cast<std::uint16_t>(number(offset, 2)); }
  std::uint32_t u32(std::uint64_t offset) { return static_cast<std::uint32_t>(number(offset, 4)); }
  std::uint64_t u64(std::uint64_t offset) { return number(offset, 8); }
  // 8 bytes in 64-bit files, else 4.
  std::uint64_t word(std::uint64_t offset, bool is_64_bit) {
    return number(offset, is_64_bit ? 8 : 4);
  }
  [[nodiscard]] bool ok() const { return ok_; }

  // Up to the NUL; what is not in the file is cut off.
  [[nodiscard]] std::string_view text(std::uint64_t offset, std::size_t longest) const {
    const std::string_view part = slice(offset, longest);
    return part.substr(0, part.find('\0'));
  }
  [[nodiscard]] std::string_view slice(std::uint64_t offset, std::uint64_t size) const {
    if (offset >= bytes_.size()) return {};
    return bytes_.substr(offset, size);
  }

 private:
  std::string_view bytes_;
  bool big_endian_;
  bool ok_ = true;
};

}  // namespace yagura::image
