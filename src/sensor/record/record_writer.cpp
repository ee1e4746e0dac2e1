#include "sensor/record/record_writer.hpp"

#include <algorithm>
#include <cstring>

namespace yagura::sensor {

void RecordWriter::begin(const ygr_header& header) {
  header_ = header;
  header_.sections = 0;
  bytes_.assign(sizeof(ygr_header), std::byte{0});
}

void RecordWriter::add(ygr_section_id id, std::string_view bytes, bool is_truncated) {
  const std::size_t at = bytes_.size();
  const std::size_t room = YGR_MAX_RECORD - at;
  if (room <= sizeof(ygr_section)) {
    header_.flags |= YGR_SECTION_LOST;
    return;
  }
  const std::size_t size = std::min(bytes.size(), room - sizeof(ygr_section));
  const bool is_cut = is_truncated || size < bytes.size();
  const ygr_section section{.id = static_cast<ygr_u8>(id),
                            .flags = static_cast<ygr_u8>(is_cut ? YGR_TRUNCATED : 0),
                            .size = static_cast<ygr_u16>(size)};
  bytes_.resize((at + sizeof(section) + size + 7) / 8 * 8);
  std::memcpy(bytes_.data() + at, &section, sizeof(section));
  if (size > 0) std::memcpy(bytes_.data() + at + sizeof(section), bytes.data(), size);
  ++header_.sections;
}

std::span<const std::byte> RecordWriter::finish() {
  header_.size = static_cast<ygr_u32>(bytes_.size());
  std::memcpy(bytes_.data(), &header_, sizeof(header_));
  return bytes_;
}

}  // namespace yagura::sensor
