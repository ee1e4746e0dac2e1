#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/result.hpp"
#include "image/packages/rpm/byte_order.hpp"

namespace yagura::image {

// Tags of a header (rpm, include/rpm/rpmtag.h).
enum class RpmTag : std::uint32_t {
  kName = 1000,
  kVersion = 1001,
  kRelease = 1002,
  kEpoch = 1003,
  kSize = 1009,
  kVendor = 1011,
  kLicense = 1014,
  kArch = 1022,
  kOldFileNames = 1027,
  kFileStates = 1029,
  kFileModes = 1030,
  kSourceRpm = 1044,
  kProvideName = 1047,
  kRequireFlags = 1048,
  kRequireName = 1049,
  kDirIndexes = 1116,
  kBaseNames = 1117,
  kDirNames = 1118,
  kLongSize = 5009,
  kModularityLabel = 5096,
};

// The strings of a tag one after the other; linear in their bytes.
class RpmStrings {
 public:
  RpmStrings() = default;
  RpmStrings(std::string_view data, std::uint32_t count) : rest_(data), left_(count) {}

  // Nothing when there are no more, or the bytes ended early.
  [[nodiscard]] std::optional<std::string_view> next();

 private:
  std::string_view rest_;
  std::uint32_t left_ = 0;
};

// The integers of a tag.
class RpmNumbers {
 public:
  RpmNumbers() = default;
  RpmNumbers(std::string_view data, std::uint32_t count, std::uint32_t width)
      : data_(data, ByteOrder::kBig), count_(count), width_(width) {}

  [[nodiscard]] std::uint32_t size() const { return count_; }
  // Zero outside of the list.
  [[nodiscard]] std::uint64_t at(std::uint32_t index) const;

 private:
  ByteView data_{{}, ByteOrder::kBig};
  std::uint32_t count_ = 0;
  std::uint32_t width_ = 0;
};

// A header as databases hold it (rpm, docs/manual/format.md "Header Structure"; without the magic
// that package files have before it): two counts, index entries of 16 bytes, the data that they
// point into; all big-endian. Views the bytes of the caller.
//
// Nothing is copied or unpacked: finding a tag is linear in the entries, of which real headers have
// fewer than a hundred. Of a tag that comes twice the last counts: entries behind the signed region
// replace those in it.
class RpmHeader {
 public:
  // Fails where the counts don't fit the bytes.
  [[nodiscard]] static Result<RpmHeader> parse(std::string_view blob);

  // The first string of the tag; empty where it has none.
  [[nodiscard]] std::string_view text(RpmTag tag) const;
  [[nodiscard]] RpmStrings texts(RpmTag tag) const;
  [[nodiscard]] RpmNumbers numbers(RpmTag tag) const;
  // The first number of the tag.
  [[nodiscard]] std::optional<std::uint64_t> number(RpmTag tag) const;

 private:
  struct Entry {
    std::uint32_t type = 0;
    std::uint32_t count = 0;
    std::string_view data;  // from where the entry points to the end
  };
  RpmHeader(std::string_view index, std::string_view data)
      : index_(index, ByteOrder::kBig), data_(data) {}
  [[nodiscard]] std::optional<Entry> find(RpmTag tag) const;

  ByteView index_;
  std::string_view data_;
};

}  // namespace yagura::image
