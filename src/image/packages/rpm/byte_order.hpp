#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "core/result.hpp"

namespace yagura::image {

enum class ByteOrder : std::uint8_t { kLittle, kBig };

// Numbers in bytes that somebody else wrote. What lies outside of the bytes reads as zero, which no
// format has where it matters: callers check the structure's bounds first and use this to read it.
class ByteView {
 public:
  ByteView(std::string_view bytes, ByteOrder order) : bytes_(bytes), order_(order) {}

  [[nodiscard]] std::string_view bytes() const { return bytes_; }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] bool has(std::size_t at, std::size_t count) const {
    return at <= bytes_.size() && count <= bytes_.size() - at;
  }
  [[nodiscard]] std::uint8_t u8(std::size_t at) const {
    return static_cast<std::uint8_t>(number(at, 1));
  }
  [[nodiscard]] std::uint16_t u16(std::size_t at) const {
    return static_cast<std::uint16_t>(number(at, 2));
  }
  [[nodiscard]] std::uint32_t u32(std::size_t at) const {
    return static_cast<std::uint32_t>(number(at, 4));
  }
  [[nodiscard]] std::uint64_t u64(std::size_t at) const { return number(at, 8); }

 private:
  [[nodiscard]] std::uint64_t number(std::size_t at, std::size_t count) const {
    if (!has(at, count)) return 0;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t from = order_ == ByteOrder::kBig ? at + i : at + count - 1 - i;
      value = value << 8 | static_cast<unsigned char>(bytes_[from]);
    }
    return value;
  }

  std::string_view bytes_;
  ByteOrder order_;
};

// Called with each header blob of a database; the bytes live for the call.
using TakeBlob = std::function<void(std::string_view blob)>;

}  // namespace yagura::image
