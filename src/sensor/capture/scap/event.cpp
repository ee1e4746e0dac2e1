#include "sensor/capture/scap/event.hpp"

#include <algorithm>
#include <cstring>

#include "sensor/capture/scap/bytes.hpp"

namespace yagura::sensor::scap {

namespace {

constexpr EventKind kKinds[] = {
#include "sensor/capture/scap/event_table.inc"
};

std::size_t words_in(std::string_view text) {
  return text.empty() ? 0 : 1 + static_cast<std::size_t>(std::ranges::count(text, ' '));
}

// Files of before 2022 do not say how many parameters an event has: as many as known whose lengths
// fill it exactly.
std::size_t count_by_size(std::string_view bytes, std::size_t most) {
  for (std::size_t count = most; count > 0; --count) {
    std::size_t size = count * sizeof(std::uint16_t);
    if (size > bytes.size()) continue;
    Bytes lengths(bytes);
    for (std::size_t i = 0; i < count; ++i) size += lengths.number<std::uint16_t>();
    if (size == bytes.size()) return count;
  }
  return 0;
}

}  // namespace

const EventKind* find_event_kind(std::uint16_t type) {
  const std::size_t at = type / 2;
  return at < std::size(kKinds) ? &kKinds[at] : nullptr;
}

bool read_event(std::string_view block, const EventLayout& layout, Event& event) {
  Bytes bytes(block);
  event.cpu = bytes.number<std::uint16_t>();
  if (layout.has_flags) bytes.number<std::uint32_t>();
  event.time_ns = bytes.number<std::uint64_t>();
  event.tid = bytes.number<std::uint64_t>();
  const auto length = bytes.number<std::uint32_t>();
  event.type = bytes.number<std::uint16_t>();
  const std::size_t header = layout.has_count ? 26 : 22;
  std::size_t count = layout.has_count ? bytes.number<std::uint32_t>() : 0;
  if (bytes.is_short() || length < header || length - header > bytes.left()) return false;
  const std::string_view body = bytes.take(length - header);

  event.parameters.clear();
  event.kind = find_event_kind(event.type);
  if (event.kind == nullptr) return true;
  std::string_view names = is_exit(event.type) ? event.kind->exit : event.kind->enter;
  if (!layout.has_count) count = count_by_size(body, words_in(names));
  if (count > Event::kMaxParameters) return false;

  const std::size_t width = layout.is_large ? 4 : 2;
  Bytes lengths(body);
  Bytes values(body);
  values.take(count * width);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t size =
        layout.is_large ? lengths.number<std::uint32_t>() : lengths.number<std::uint16_t>();
    const std::size_t end = names.find(' ');
    event.parameters.push_back({.name = names.substr(0, end), .bytes = values.take(size)});
    names = end == std::string_view::npos ? std::string_view() : names.substr(end + 1);
  }
  return !lengths.is_short() && !values.is_short();
}

std::optional<std::int64_t> as_number(std::string_view bytes) {
  Bytes reader(bytes);
  switch (bytes.size()) {
    case 1:
      return reader.number<std::uint8_t>();
    case 2:
      return reader.number<std::uint16_t>();
    case 4:
      return reader.number<std::int32_t>();
    case 8:
      return reader.number<std::int64_t>();
    default:
      return std::nullopt;
  }
}

std::string_view as_text(std::string_view bytes) {
  bytes = bytes.substr(0, bytes.find('\0'));
  return bytes == "<NA>" ? std::string_view() : bytes;
}

}  // namespace yagura::sensor::scap
