// A flood that the rings cannot hold: what is lost is counted to the record, and none of it is of
// the vital ring.

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <thread>

#include "sensor/probe/probe_fixture.hpp"

namespace yagura::sensor {
namespace {

constexpr int kOpens = 200'000;
constexpr int kForks = 200;

void open_much() {
  for (int i = 0; i < kOpens; ++i) close(open("/dev/null", O_RDONLY));
}

void fork_now_and_then() {
  for (int i = 0; i < kForks; ++i) {
    const pid_t child = fork();
    if (child == 0) _exit(0);
    waitpid(child, nullptr, 0);
  }
}

struct Tally {
  std::uint64_t received[2] = {};
  std::uint64_t gaps[2] = {};
  std::uint64_t exits = 0;
  std::map<std::pair<unsigned, unsigned>, std::uint64_t> last;  // by ring and CPU

  void add(const RecordView& record, unsigned ring) {
    const ygr_header& header = record.header();
    std::uint64_t& sequence = last[{ring, header.cpu}];
    gaps[ring] += header.sequence - sequence - 1;
    sequence = header.sequence;
    ++received[ring];
    // Of processes: ThreadSanitizer gives each one a thread more.
    exits += record.kind() == YGR_EXIT && header.tid == header.pid;
  }
};

using Loss = ProbeFixture;

TEST_F(Loss, OfAFloodIsCountedExactlyAndSparesTheVitalRing) {
  ASSERT_NO_FATAL_FAILURE(watch({"openat"}, {.events_ring_bytes = std::size_t{1} << 20,
                                             .vital_ring_bytes = std::size_t{4} << 20}));
  Tally tally;
  const auto add = [&](const RecordView& record, unsigned ring) { tally.add(record, ring); };
  // Two producers fill the ring while nobody reads it.
  in_child([] {
    const pid_t other = fork();
    open_much();
    if (other == 0) _exit(0);
    fork_now_and_then();
    waitpid(other, nullptr, 0);
  });
  for (const KeptRecord& kept : records_) tally.add(kept.view(), kept.ring);
  // One more of each CPU, now that there is room again: only what comes after a gap shows it.
  for (unsigned cpu = 0; cpu < std::thread::hardware_concurrency(); ++cpu) {
    records_.clear();
    in_child([cpu] {
      cpu_set_t one;
      CPU_ZERO(&one);
      CPU_SET(cpu, &one);
      sched_setaffinity(0, sizeof(one), &one);
      close(open("/dev/null", O_RDONLY));
    });
    for (const KeptRecord& kept : records_) add(kept.view(), kept.ring);
  }
  const ProbeCounts counts = probe_->counts();
  const std::uint64_t cpus = std::thread::hardware_concurrency();
  EXPECT_EQ(counts.made[0], 2U * kOpens + cpus);
  EXPECT_GT(counts.ring_full[0], 0U);
  EXPECT_EQ(tally.received[0] + counts.ring_full[0], counts.made[0]);
  EXPECT_EQ(tally.gaps[0], counts.ring_full[0]);
  EXPECT_EQ(counts.ring_full[1], 0U);
  EXPECT_EQ(tally.gaps[1], 0U);
  EXPECT_EQ(tally.received[1], counts.made[1]);
  EXPECT_EQ(tally.exits, 1U + 1U + kForks + cpus);
}

}  // namespace
}  // namespace yagura::sensor
