// Positions are looked at in the order vital, events, vital. What the first look saw in the vital
// ring was made before the second look, so that every event that its CPU made before it lies within
// the second look's limit: after the last event they can all be handed on. What only the third look
// saw goes on only before a younger event.

#include "sensor/probe/merge.hpp"

#include <cstddef>
#include <cstring>

namespace yagura::sensor {

namespace {

constexpr std::uint64_t kGiveBackBytes = 65536;
constexpr int kBusySpins = 200;

std::uint64_t time_of(std::span<const std::byte> record) {
  std::uint64_t time = 0;
  if (record.size() >= sizeof(ygr_header)) {
    std::memcpy(&time, record.data() + offsetof(ygr_header, time_ns), sizeof(time));
  }
  return time;
}

// Another CPU is in the middle of writing: it will be done in less than a microsecond, unless the
// hypervisor took the CPU away.
RingReader::State look_patiently(RingReader& ring, std::uint64_t limit) {
  RingReader::State state = ring.look(limit);
  for (int i = 0; state == RingReader::State::kBusy && i < kBusySpins; ++i)
    state = ring.look(limit);
  return state;
}

class Merge {
 public:
  Merge(RingReader& events, RingReader& vital, const RecordHandler& handler,
        std::uint64_t& malformed)
      : events_(events), vital_(vital), handler_(handler), malformed_(malformed) {}

  Result<std::size_t> run() {
    using enum RingReader::State;
    const std::uint64_t early_vital = vital_.produced();
    const std::uint64_t events_limit = events_.produced();
    const std::uint64_t late_vital = vital_.produced();
    RingReader::State vital = look_patiently(vital_, late_vital);
    while (true) {
      const RingReader::State event = look_patiently(events_, events_limit);
      if (event == kBroken || vital == kBroken) return broken();
      if (event == kBusy || vital == kBusy) return done();
      if (event == kEmpty) break;
      const std::uint64_t time = time_of(events_.record());
      while (vital == kRecord && time_of(vital_.record()) <= time) {
        hand_on(vital_, 1);
        vital = look_patiently(vital_, late_vital);
      }
      if (vital == kBusy || vital == kBroken) continue;
      hand_on(events_, 0);
    }
    while (look_patiently(vital_, early_vital) == kRecord) hand_on(vital_, 1);
    return done();
  }

 private:
  void hand_on(RingReader& ring, unsigned number) {
    if (auto view = RecordView::read(ring.record())) {
      handler_(*view, number);
    } else {
      ++malformed_;
    }
    ++count_;
    ring.take();
    if (ring.held() >= kGiveBackBytes) ring.give_back();
  }

  Result<std::size_t> done() {
    events_.give_back();
    vital_.give_back();
    return count_;
  }

  Result<std::size_t> broken() {
    static_cast<void>(done());
    return fail(ErrorCode::kInternal, "a ring of the kernel programs holds impossible lengths");
  }

  RingReader& events_;
  RingReader& vital_;
  const RecordHandler& handler_;
  std::uint64_t& malformed_;
  std::size_t count_ = 0;
};

}  // namespace

Result<std::size_t> merge_rings(RingReader& events, RingReader& vital, const RecordHandler& handler,
                                std::uint64_t& malformed) {
  return Merge(events, vital, handler, malformed).run();
}

}  // namespace yagura::sensor
