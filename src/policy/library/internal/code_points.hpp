#pragma once

// Strings by code points: CEL's indexes count them, memory has bytes.

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/utf8.hpp"
#include "policy/program/value.hpp"

namespace yagura::policy {

class CodePoints {
 public:
  explicit CodePoints(const Value& string)
      : text_(string.as_string()),
        size_(string.is_known_ascii() ? text_.size() : core::utf8_length(text_)) {}

  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(size_); }
  [[nodiscard]] bool ascii() const { return size_ == text_.size(); }

  // The byte where the code point begins. Precondition: 0 <= index <= size(). Linear unless ASCII.
  [[nodiscard]] std::size_t byte_of(std::int64_t index) const {
    if (ascii()) return static_cast<std::size_t>(index);
    std::size_t at = 0;
    for (; index > 0 && at < text_.size(); --index) at += length_at(at);
    return at;
  }
  // The code point that begins at the byte.
  [[nodiscard]] std::int64_t index_of(std::size_t byte) const {
    return static_cast<std::int64_t>(ascii() ? byte : core::utf8_length(text_.substr(0, byte)));
  }
  // Bytes of the code point at a byte.
  [[nodiscard]] std::size_t length_at(std::size_t byte) const {
    const std::size_t length = core::utf8_sequence_length(text_, byte);
    return length == 0 ? 1 : length;
  }

 private:
  std::string_view text_;
  std::size_t size_;
};

}  // namespace yagura::policy
