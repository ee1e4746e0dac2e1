#pragma once

// What all worker processes of a server share: counters, hits by rule, the histogram of inspection
// times, persistent collections. One anonymous mapping, made before the workers fork, so that no
// name stays behind and no other process can reach it. Everything in it has a trivial layout; the
// counters are lock-free atomics.

#include <pthread.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "waf/compile/rule_set.hpp"
#include "waf/engine/transaction.hpp"

namespace yagura::waf {

using Counter = std::atomic<std::uint64_t>;
static_assert(Counter::is_always_lock_free);

// Upper bounds of the histogram's buckets, in microseconds; one more bucket has none.
inline constexpr std::array<std::uint32_t, 17> kLatencyBoundsUs = {
    5,     10,     20,     50,     100,     200,     500,     1'000,    2'000,
    5'000, 10'000, 20'000, 50'000, 100'000, 200'000, 500'000, 1'000'000};

struct Histogram {
  std::array<Counter, kLatencyBoundsUs.size() + 1> buckets;  // not cumulative
  Counter sum_ns;
  void record(std::chrono::nanoseconds time);
};

// How an exchange ended, for the counter of requests.
enum class Ending : std::uint8_t { kPassed, kDetected, kDenied, kDropped, kRedirected };
inline constexpr std::size_t kEndingCount = 5;

// Hits by rule id in a table of fixed size (open addressing); what finds no room is counted as
// such.
class RuleHits {
 public:
  static constexpr std::size_t kSlots = 4096;
  struct Hits {
    RuleId id = 0;
    std::uint64_t matched = 0, decided = 0, shadowed = 0;
  };
  enum class Kind : std::uint8_t { kMatched, kDecided, kShadowed };
  void record(RuleId id, Kind kind);
  template <typename Each>
  void for_each(Each each) const {
    for (const Slot& slot : slots_) {
      const RuleId id = slot.id.load(std::memory_order_relaxed);
      if (id == 0) continue;
      each(Hits{.id = id,
                .matched = slot.counts[0].load(std::memory_order_relaxed),
                .decided = slot.counts[1].load(std::memory_order_relaxed),
                .shadowed = slot.counts[2].load(std::memory_order_relaxed)});
    }
  }
  [[nodiscard]] std::uint64_t without_room() const {
    return without_room_.load(std::memory_order_relaxed);
  }

 private:
  struct Slot {
    std::atomic<RuleId> id;
    std::array<Counter, 3> counts;
  };
  std::array<Slot, kSlots> slots_;
  Counter without_room_;
};

// A mutex in shared memory that survives the death of its holder.
class SharedMutex {
 public:
  void initialise();
  // False: the holder died within; what the mutex guards must be put right before it is read.
  [[nodiscard]] bool lock();
  void unlock();

 private:
  pthread_mutex_t mutex_;
};

struct SharedCounters {
  EngineCounters engine;
  std::array<Counter, kEndingCount> requests;
  Counter request_bytes, response_bytes;
  Counter engine_failures;  // exceptions that ended here
  Counter failed_open, failed_closed;
  Counter lines_lost;  // of events, blocks and the audit log that could not be written
  Counter collection_evictions, collection_refusals;
  Histogram inspection;
  RuleHits rules;
  // The newest rule set that served a request.
  Counter generation;
  Counter generation_rules;
};

// The mapping: SharedCounters, then the memory of the collections.
class SharedMemory {
 public:
  // At least kMinSize are mapped. kIo: the system has no such memory.
  static constexpr std::size_t kMinSize = std::size_t{1} << 20;
  static constexpr std::size_t kMaxSize = std::size_t{1} << 30;
  [[nodiscard]] static Result<SharedMemory> map(std::size_t size);
  SharedMemory(SharedMemory&& other) noexcept;
  SharedMemory& operator=(SharedMemory&&) = delete;
  ~SharedMemory();

  [[nodiscard]] SharedCounters& counters() const { return *counters_; }
  // What is left behind the counters, aligned to 64 bytes and zero at first.
  [[nodiscard]] std::byte* collections() const;
  [[nodiscard]] std::size_t collections_size() const;

 private:
  SharedMemory(void* base, std::size_t size, SharedCounters* counters)
      : base_(base), size_(size), counters_(counters) {}
  void* base_ = nullptr;
  std::size_t size_ = 0;
  SharedCounters* counters_ = nullptr;
};

}  // namespace yagura::waf
