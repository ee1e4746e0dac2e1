#pragma once

// Headers and databases as rpm writes them, made in memory: what tests break on purpose.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "image/packages/rpm/byte_order.hpp"
#include "image/packages/rpm/header.hpp"

namespace yagura::image::testing_rpm {

void append_number(std::string& out, std::uint64_t value, std::size_t size, ByteOrder order);

class HeaderBuilder {
 public:
  HeaderBuilder& text(RpmTag tag, std::string_view value);
  HeaderBuilder& texts(RpmTag tag, const std::vector<std::string>& values);
  HeaderBuilder& int16s(RpmTag tag, const std::vector<std::uint16_t>& values);
  HeaderBuilder& int32s(RpmTag tag, const std::vector<std::uint32_t>& values);
  HeaderBuilder& int64(RpmTag tag, std::uint64_t value);
  HeaderBuilder& bytes(RpmTag tag, const std::vector<std::uint8_t>& values);
  // An entry that says what the caller wants it to say.
  HeaderBuilder& raw(std::uint32_t tag, std::uint32_t type, std::uint32_t offset,
                     std::uint32_t count);
  [[nodiscard]] std::string build() const;

 private:
  void align(std::size_t to);
  void entry(RpmTag tag, std::uint32_t type, std::size_t count);

  std::string index_;
  std::string data_;
};

// A package of that name, version 1.0-1, with `files` files in two directories.
[[nodiscard]] std::string simple_header(std::string_view name, int files = 0);

[[nodiscard]] std::string build_ndb(const std::vector<std::string>& blobs);
// Values longer than a quarter of a page go to overflow pages.
[[nodiscard]] std::string build_berkeley(const std::vector<std::string>& blobs, ByteOrder order,
                                         std::size_t page_size = 4096);
[[nodiscard]] std::string build_sqlite(const std::vector<std::string>& blobs,
                                       std::size_t page_size = 4096);

}  // namespace yagura::image::testing_rpm
