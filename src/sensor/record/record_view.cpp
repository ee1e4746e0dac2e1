#include "sensor/record/record_view.hpp"

#include <fmt/format.h>

namespace yagura::sensor {

Result<RecordView> RecordView::read(std::span<const std::byte> bytes) {
  if (bytes.size() < sizeof(ygr_header)) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("a record of {} bytes is shorter than a header", bytes.size()));
  }
  RecordView view;
  std::memcpy(&view.header_, bytes.data(), sizeof(ygr_header));
  const std::size_t size = view.header_.size;
  if (size < sizeof(ygr_header) || size > bytes.size() || size > YGR_MAX_RECORD || size % 8 != 0) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("a record says that it has {} bytes, of which {} are there", size,
                            bytes.size()));
  }
  if (view.header_.kind >= YGR_KINDS) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("unknown kind of record {}", view.header_.kind));
  }
  view.bytes_ = bytes.first(size);
  std::size_t at = sizeof(ygr_header);
  for (unsigned i = 0; i < view.header_.sections; ++i) {
    if (size - at < sizeof(ygr_section)) {
      return fail(ErrorCode::kInvalidInput, "a record ends before its last section");
    }
    ygr_section section;
    std::memcpy(&section, bytes.data() + at, sizeof(section));
    at += sizeof(section);
    if (size - at < section.size) {
      return fail(ErrorCode::kInvalidInput,
                  fmt::format("section {} of a record reaches past its end", section.id));
    }
    if (section.id != YGR_S_NONE && section.id < YGR_SECTION_IDS) {
      Section& place = view.sections_[section.id];
      if (place.at != 0) {
        return fail(ErrorCode::kInvalidInput,
                    fmt::format("section {} stands twice in a record", section.id));
      }
      place = {.at = static_cast<std::uint16_t>(at), .size = section.size};
      if ((section.flags & YGR_TRUNCATED) != 0) view.truncated_ |= 1U << section.id;
    }
    at = (at + section.size + 7) / 8 * 8;
    if (at > size) {
      return fail(ErrorCode::kInvalidInput, "the padding of a record's section is cut");
    }
  }
  return view;
}

}  // namespace yagura::sensor
