#include "sensor/incident/event_id.hpp"

#include <algorithm>
#include <random>

namespace yagura::sensor {

namespace {

constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t kTimeDigits = 10;
constexpr std::uint32_t kFifteenBits = 0x7fff;

void append_digits(std::string& out, std::uint64_t value, std::size_t digits) {
  for (std::size_t i = digits; i > 0; --i) out += kDigits[value >> (5 * (i - 1)) & 31];
}

}  // namespace

EventIds::EventIds(std::uint32_t seed) : seed_(seed & kFifteenBits) {}

EventIds EventIds::random() { return EventIds(std::random_device{}()); }

std::string EventIds::next(std::int64_t wall_ns) {
  const auto now = static_cast<std::uint64_t>(std::max<std::int64_t>(wall_ns, 0) / 1'000'000);
  // A clock that was set back must not make ids twice, nor out of order.
  if (now > last_ms_) {
    last_ms_ = now;
    count_ = 0;
  } else if (++count_ > kFifteenBits) {
    ++last_ms_;
    count_ = 0;
  }
  std::string id;
  append_digits(id, last_ms_, kTimeDigits);
  // The counter first: ids of one millisecond stay in order.
  append_digits(id, std::uint64_t{count_} << 15 | seed_, kEventIdSize - kTimeDigits);
  return id;
}

bool is_event_id_prefix(std::string_view text) {
  return !text.empty() && text.size() <= kEventIdSize && std::ranges::all_of(text, [](char c) {
    return kDigits.find(c) != std::string_view::npos;
  });
}

}  // namespace yagura::sensor
