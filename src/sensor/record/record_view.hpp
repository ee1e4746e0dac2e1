#pragma once

// Reads one record (record.h) without copying. Whose bytes: our kernel programs', or a capture
// file's, which may be anybody's: every size is checked before it is used.

#include <array>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

#include "core/result.hpp"
#include "sensor/record/record.h"

namespace yagura::sensor {

// Points into the record that it was made of and is valid as long as those bytes. Cheap to copy
// (about 190 bytes, no allocation). A section with an unknown id is stepped over.
class RecordView {
 public:
  RecordView() = default;

  // Errors: shorter than its header says, a section that reaches past the end, a section twice.
  // Precondition: none on the bytes; they need not be aligned. O(sections).
  [[nodiscard]] static Result<RecordView> read(std::span<const std::byte> bytes);

  [[nodiscard]] const ygr_header& header() const { return header_; }
  [[nodiscard]] ygr_kind kind() const { return static_cast<ygr_kind>(header_.kind); }
  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

  [[nodiscard]] bool has(ygr_section_id id) const { return sections_[id].at != 0; }
  // Empty where the record has no such section; has() tells the difference.
  [[nodiscard]] std::string_view text(ygr_section_id id) const {
    const Section& section = sections_[id];
    if (section.at == 0) return {};
    return {reinterpret_cast<const char*>(bytes_.data()) + section.at, section.size};
  }
  [[nodiscard]] bool is_truncated(ygr_section_id id) const {
    return ((truncated_ >> id) & 1U) != 0;
  }
  // A section that holds a structure. None where it is missing or too short; longer ones are those
  // of a newer program and read as far as we know them.
  template <typename T>
  [[nodiscard]] std::optional<T> get(ygr_section_id id) const {
    static_assert(std::is_trivially_copyable_v<T>);
    if (sections_[id].size < sizeof(T)) return std::nullopt;
    T value;
    std::memcpy(&value, bytes_.data() + sections_[id].at, sizeof(T));
    return value;
  }
  // How many structures an array section holds, and one of them. Precondition: index < count.
  template <typename T>
  [[nodiscard]] std::size_t count(ygr_section_id id) const {
    return sections_[id].size / sizeof(T);
  }
  template <typename T>
  [[nodiscard]] T at(ygr_section_id id, std::size_t index) const {
    static_assert(std::is_trivially_copyable_v<T>);
    T value;
    std::memcpy(&value, bytes_.data() + sections_[id].at + index * sizeof(T), sizeof(T));
    return value;
  }

 private:
  // Where a section's bytes begin in the record, 0: it has none. A record has at most 32 KiB.
  struct Section {
    std::uint16_t at = 0;
    std::uint16_t size = 0;
  };
  ygr_header header_{};
  std::span<const std::byte> bytes_;
  std::array<Section, YGR_SECTION_IDS> sections_{};
  std::uint32_t truncated_ = 0;
};

// The strings of YGR_S_ARGV and YGR_S_ENV: each ended by a zero, the last one perhaps cut.
// `next` is called with each of them.
template <typename Next>
void for_each_string(std::string_view text, Next next) {
  while (!text.empty()) {
    const std::size_t end = text.find('\0');
    next(text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

}  // namespace yagura::sensor
