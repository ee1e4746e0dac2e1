#include "sensor/probe/ring_reader.hpp"

#include <fmt/format.h>
#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "sensor/record/record.h"

namespace yagura::sensor {

namespace {

constexpr std::size_t kRecordHeader = BPF_RINGBUF_HDR_SZ;
// No program of ours makes a longer one.
constexpr std::size_t kLongest = YGR_MAX_RECORD;
constexpr std::uint32_t kFlags = BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT;

template <typename T>
T load(const std::byte* place) {
  return __atomic_load_n(reinterpret_cast<const T*>(place), __ATOMIC_ACQUIRE);
}

}  // namespace

RingReader::~RingReader() {
  if (consumer_page_ != nullptr) munmap(consumer_page_, page_);
  if (producer_page_ != nullptr) {
    munmap(const_cast<std::byte*>(producer_page_), mapped_);
  }
}

Result<void> RingReader::open(int map_fd, std::size_t bytes) {
  page_ = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  bytes_ = bytes;
  void* consumer = mmap(nullptr, page_, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
  if (consumer == MAP_FAILED) {
    return fail(ErrorCode::kIo, fmt::format("mapping a ring: {}", std::strerror(errno)));
  }
  consumer_page_ = static_cast<std::byte*>(consumer);
  // The kernel offers the data twice, one behind the other, so that a record at the end is in one
  // piece. Of the second time no more than a record is wanted: each page counts as ours.
  const std::size_t behind = (kLongest + kRecordHeader + page_ - 1) / page_ * page_;
  mapped_ = page_ + bytes + std::min(bytes, behind);
  void* producer = mmap(nullptr, mapped_, PROT_READ, MAP_SHARED, map_fd, static_cast<off_t>(page_));
  if (producer == MAP_FAILED) {
    return fail(ErrorCode::kIo, fmt::format("mapping a ring: {}", std::strerror(errno)));
  }
  producer_page_ = static_cast<const std::byte*>(producer);
  data_ = producer_page_ + page_;
  taken_ = given_ = load<std::uint64_t>(consumer_page_);
  return {};
}

std::uint64_t RingReader::produced() const { return load<std::uint64_t>(producer_page_); }

RingReader::State RingReader::look(std::uint64_t limit) {
  while (taken_ < limit) {
    const std::byte* place = data_ + (taken_ & (bytes_ - 1));
    const auto word = load<std::uint32_t>(place);
    if ((word & BPF_RINGBUF_BUSY_BIT) != 0) return State::kBusy;
    const std::size_t length = word & ~kFlags;
    const std::uint64_t whole = (length + kRecordHeader + 7) / 8 * 8;
    if (whole > limit - taken_ || whole > bytes_ || length > kLongest) return State::kBroken;
    next_ = taken_ + whole;
    if ((word & BPF_RINGBUF_DISCARD_BIT) == 0) {
      record_ = {place + kRecordHeader, length};
      return State::kRecord;
    }
    taken_ = next_;
  }
  return State::kEmpty;
}

void RingReader::take() { taken_ = next_; }

void RingReader::give_back() {
  if (given_ == taken_) return;
  given_ = taken_;
  __atomic_store_n(reinterpret_cast<std::uint64_t*>(consumer_page_), given_, __ATOMIC_RELEASE);
}

}  // namespace yagura::sensor
