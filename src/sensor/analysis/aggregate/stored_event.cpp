#include "sensor/analysis/aggregate/stored_event.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "sensor/record/record_writer.hpp"

namespace yagura::sensor {

namespace {

constexpr std::size_t kMinBytes = 4096;

// All sections, each at most `limit` bytes. Structures are far smaller than any limit used here.
std::vector<std::byte> cut_record(const RecordView& record, std::size_t limit) {
  RecordWriter writer;
  writer.begin(record.header());
  for (unsigned id = 1; id < YGR_SECTION_IDS; ++id) {
    const auto section = static_cast<ygr_section_id>(id);
    if (!record.has(section)) continue;
    const std::string_view text = record.text(section);
    writer.add(section, text.substr(0, limit), record.is_truncated(section) || text.size() > limit);
  }
  const auto bytes = writer.finish();
  return {bytes.begin(), bytes.end()};
}

std::vector<std::byte> copy_record(const RecordView& record, std::size_t max_bytes) {
  max_bytes = std::max(max_bytes, kMinBytes);
  if (record.bytes().size() <= max_bytes) return {record.bytes().begin(), record.bytes().end()};
  for (std::size_t limit = max_bytes / 2; limit > 256; limit /= 2) {
    auto bytes = cut_record(record, limit);
    if (bytes.size() <= max_bytes) return bytes;
  }
  return cut_record(record, 256);
}

}  // namespace

StoredEvent::StoredEvent(const SensorEvent& event, std::size_t max_bytes)
    : bytes_(copy_record(*event.record, max_bytes)),
      process_(*event.process),
      thread_comm_(event.thread_comm),
      event_(event) {
  auto record = RecordView::read(bytes_);
  YAGURA_CHECK(record.has_value(), "a copy of a record is one");
  record_ = *record;
  event_.record = &record_;
  event_.process = &process_;
  event_.created_by = nullptr;  // it may be gone by then
  event_.thread_comm = thread_comm_;
}

}  // namespace yagura::sensor
