#pragma once

// A compact binary form of plain structs that list their members in visit(): for caches that we
// write and read ourselves. A reader takes no bytes on trust: it stops at the first that does not
// fit, and never allocates more than the input could fill.

#include <concepts>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace yagura::image {

class Encoder {
 public:
  template <class... T>
  void operator()(const T&... values) {
    (put(values), ...);
  }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  // LEB128: most numbers are small.
  void number(std::uint64_t value) {
    while (value >= 0x80) {
      out_.push_back(static_cast<char>(value | 0x80));
      value >>= 7;
    }
    out_.push_back(static_cast<char>(value));
  }
  template <class T>
  void put(const T& value) {
    if constexpr (std::is_enum_v<T>) {
      number(static_cast<std::uint64_t>(value));
    } else if constexpr (std::signed_integral<T>) {
      const auto wide = static_cast<std::int64_t>(value);
      number((static_cast<std::uint64_t>(wide) << 1) ^ static_cast<std::uint64_t>(wide >> 63));
    } else if constexpr (std::integral<T>) {
      number(value);
    } else {
      const_cast<T&>(value).visit(*this);  // visit only reads here
    }
  }
  void put(const std::string& text) {
    number(text.size());
    out_.append(text);
  }
  template <class T>
  void put(const std::vector<T>& list) {
    number(list.size());
    for (const T& element : list) put(element);
  }
  template <class T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  template <class A, class B>
  void put(const std::pair<A, B>& pair) {
    put(pair.first);
    put(pair.second);
  }

  std::string out_;
};

class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : bytes_(bytes) {}

  template <class... T>
  void operator()(T&... values) {
    (get(values), ...);
  }
  // False as soon as something did not fit; what was read since is worth nothing.
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool done() const { return ok_ && bytes_.empty(); }

 private:
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (bytes_.empty()) break;
      const auto byte = static_cast<unsigned char>(bytes_.front());
      bytes_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    ok_ = false;
    bytes_ = {};
    return 0;
  }
  template <class T>
  void get(T& value) {
    if constexpr (std::is_enum_v<T>) {
      value = static_cast<T>(number());
    } else if constexpr (std::is_same_v<T, bool>) {
      value = number() != 0;
    } else if constexpr (std::signed_integral<T>) {
      const std::uint64_t raw = number();
      value =
          static_cast<T>(static_cast<std::int64_t>(raw >> 1) ^ -static_cast<std::int64_t>(raw & 1));
    } else if constexpr (std::integral<T>) {
      value = static_cast<T>(number());
    } else {
      value.visit(*this);
    }
  }
  void get(std::string& text) {
    const std::uint64_t size = number();
    if (size > bytes_.size()) {
      ok_ = false;
      bytes_ = {};
      return;
    }
    text.assign(bytes_.substr(0, size));
    bytes_.remove_prefix(size);
  }
  template <class T>
  void get(std::vector<T>& list) {
    list.clear();
    const std::uint64_t size = number();
    if (size > bytes_.size()) {  // an element has at least one byte
      ok_ = false;
      bytes_ = {};
      return;
    }
    for (std::uint64_t i = 0; i < size && ok_; ++i) get(list.emplace_back());
  }
  template <class T>
  void get(std::optional<T>& value) {
    value.reset();
    bool there = false;
    get(there);
    if (there && ok_) get(value.emplace());
  }
  template <class A, class B>
  void get(std::pair<A, B>& pair) {
    get(pair.first);
    get(pair.second);
  }

  std::string_view bytes_;
  bool ok_ = true;
};

}  // namespace yagura::image
