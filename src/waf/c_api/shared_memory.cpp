#include "waf/c_api/shared_memory.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include "core/check.hpp"

namespace yagura::waf {
namespace {

constexpr std::size_t aligned(std::size_t size) { return (size + 63) & ~std::size_t{63}; }
constexpr std::size_t kProbes = 16;

}  // namespace

void Histogram::record(std::chrono::nanoseconds time) {
  const auto nanoseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0));
  const auto* bound =
      std::find_if(kLatencyBoundsUs.begin(), kLatencyBoundsUs.end(),
                   [&](std::uint32_t us) { return nanoseconds <= std::uint64_t{us} * 1000; });
  buckets[static_cast<std::size_t>(bound - kLatencyBoundsUs.begin())].fetch_add(
      1, std::memory_order_relaxed);
  sum_ns.fetch_add(nanoseconds, std::memory_order_relaxed);
}

void RuleHits::record(RuleId id, Kind kind) {
  if (id == 0) return;
  // Fibonacci hashing: neighbouring ids spread.
  const std::uint64_t start = (id * 0x9e37'79b9'7f4a'7c15ULL) >> 52;
  for (std::size_t probe = 0; probe < kProbes; ++probe) {
    Slot& slot = slots_[(start + probe) % kSlots];
    RuleId held = slot.id.load(std::memory_order_relaxed);
    if (held == 0 && slot.id.compare_exchange_strong(held, id, std::memory_order_relaxed))
      held = id;
    if (held != id) continue;
    slot.counts[static_cast<std::size_t>(kind)].fetch_add(1, std::memory_order_relaxed);
    return;
  }
  without_room_.fetch_add(1, std::memory_order_relaxed);
}

void SharedMutex::initialise() {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&mutex_, &attributes);
  pthread_mutexattr_destroy(&attributes);
}

bool SharedMutex::lock() {
  const int result = pthread_mutex_lock(&mutex_);
  if (result != EOWNERDEAD) return true;
  pthread_mutex_consistent(&mutex_);
  return false;
}

void SharedMutex::unlock() { pthread_mutex_unlock(&mutex_); }

Result<SharedMemory> SharedMemory::map(std::size_t size) {
  size = std::clamp(size, kMinSize, kMaxSize);
  static_assert(sizeof(SharedCounters) + 64 < kMinSize / 2);
  void* base = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) {
    return fail(ErrorCode::kIo, std::string("cannot map shared memory: ") + std::strerror(errno));
  }
  return SharedMemory(base, size, new (base) SharedCounters{});
}

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : base_(std::exchange(other.base_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      counters_(std::exchange(other.counters_, nullptr)) {}

SharedMemory::~SharedMemory() {
  if (base_ != nullptr) ::munmap(base_, size_);
}

std::byte* SharedMemory::collections() const {
  return static_cast<std::byte*>(base_) + aligned(sizeof(SharedCounters));
}

std::size_t SharedMemory::collections_size() const {
  return size_ - aligned(sizeof(SharedCounters));
}

}  // namespace yagura::waf
