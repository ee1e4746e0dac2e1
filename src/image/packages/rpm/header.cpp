#include "image/packages/rpm/header.hpp"

#include <algorithm>

namespace yagura::image {
namespace {

constexpr std::size_t kCountsSize = 8;
constexpr std::size_t kEntrySize = 16;

// Types of data (rpmtag.h, rpmTagType_e).
constexpr std::uint32_t kInt8 = 2;
constexpr std::uint32_t kInt16 = 3;
constexpr std::uint32_t kInt32 = 4;
constexpr std::uint32_t kInt64 = 5;
constexpr std::uint32_t kString = 6;
constexpr std::uint32_t kStringArray = 8;
constexpr std::uint32_t kI18nString = 9;
constexpr std::uint32_t kChar = 1;

std::uint32_t width_of(std::uint32_t type) {
  switch (type) {
    case kChar:
    case kInt8:
      return 1;
    case kInt16:
      return 2;
    case kInt32:
      return 4;
    case kInt64:
      return 8;
    default:
      return 0;
  }
}

}  // namespace

std::optional<std::string_view> RpmStrings::next() {
  if (left_ == 0) return std::nullopt;
  --left_;
  const auto end = rest_.find('\0');
  if (end == std::string_view::npos) {
    left_ = 0;
    return std::nullopt;
  }
  const std::string_view text = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  return text;
}

std::uint64_t RpmNumbers::at(std::uint32_t index) const {
  if (index >= count_) return 0;
  const std::size_t at = std::size_t{index} * width_;
  switch (width_) {
    case 1:
      return data_.u8(at);
    case 2:
      return data_.u16(at);
    case 4:
      return data_.u32(at);
    default:
      return data_.u64(at);
  }
}

Result<RpmHeader> RpmHeader::parse(std::string_view blob) {
  const ByteView view(blob, ByteOrder::kBig);
  if (!view.has(0, kCountsSize)) return fail(ErrorCode::kInvalidInput, "header is too short");
  const std::uint64_t index_size = std::uint64_t{view.u32(0)} * kEntrySize;
  const std::uint64_t data_size = view.u32(4);
  if (index_size + data_size > blob.size() - kCountsSize) {
    return fail(ErrorCode::kInvalidInput, "header is longer than its record");
  }
  return RpmHeader(blob.substr(kCountsSize, index_size),
                   blob.substr(kCountsSize + index_size, data_size));
}

std::optional<RpmHeader::Entry> RpmHeader::find(RpmTag tag) const {
  std::optional<Entry> found;
  for (std::size_t at = 0; at + kEntrySize <= index_.size(); at += kEntrySize) {
    if (index_.u32(at) != static_cast<std::uint32_t>(tag)) continue;
    const std::uint32_t offset = index_.u32(at + 8);
    if (offset >= data_.size()) continue;
    found = Entry{
        .type = index_.u32(at + 4), .count = index_.u32(at + 12), .data = data_.substr(offset)};
  }
  return found;
}

RpmStrings RpmHeader::texts(RpmTag tag) const {
  const auto entry = find(tag);
  if (!entry) return {};
  if (entry->type == kString) return {entry->data, 1};
  if (entry->type == kStringArray || entry->type == kI18nString) return {entry->data, entry->count};
  return {};
}

std::string_view RpmHeader::text(RpmTag tag) const {
  return texts(tag).next().value_or(std::string_view{});
}

RpmNumbers RpmHeader::numbers(RpmTag tag) const {
  const auto entry = find(tag);
  if (!entry) return {};
  const std::uint32_t width = width_of(entry->type);
  if (width == 0) return {};
  const auto there =
      static_cast<std::uint32_t>(std::min<std::size_t>(entry->data.size() / width, entry->count));
  return {entry->data, there, width};
}

std::optional<std::uint64_t> RpmHeader::number(RpmTag tag) const {
  const RpmNumbers list = numbers(tag);
  if (list.size() == 0) return std::nullopt;
  return list.at(0);
}

}  // namespace yagura::image
