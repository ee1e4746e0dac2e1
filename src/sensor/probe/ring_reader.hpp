#pragma once

// The consumer's side of a BPF ring buffer (BPF_MAP_TYPE_RINGBUF, Documentation/bpf/ringbuf.rst of
// the kernel): records are read where they lie, and the place is given back when the reader says
// so.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/result.hpp"

namespace yagura::sensor {

// One thread. Neither copied nor moved: it owns mappings.
class RingReader {
 public:
  RingReader() = default;
  ~RingReader();
  RingReader(const RingReader&) = delete;
  RingReader& operator=(const RingReader&) = delete;

  // Maps the ring. `bytes` is the map's max_entries: a power of two and a multiple of the page.
  // The descriptor must stay open. Precondition: not open yet.
  [[nodiscard]] Result<void> open(int map_fd, std::size_t bytes);

  // Everything up to here is there now, though the newest may still be in the making.
  [[nodiscard]] std::uint64_t produced() const;

  enum class State : std::uint8_t {
    kRecord,
    kEmpty,   // nothing before the limit
    kBusy,    // the next one is being written
    kBroken,  // lengths make no sense: the ring is of no use any more
  };
  // Looks at the first record that was not taken, if it begins before `limit`. What `record()`
  // gives is valid until give_back(). Discarded records are stepped over.
  [[nodiscard]] State look(std::uint64_t limit);
  [[nodiscard]] std::span<const std::byte> record() const { return record_; }
  // The record was dealt with; its place is given back by give_back(), all at once.
  void take();
  void give_back();
  // How many bytes were taken but not given back.
  [[nodiscard]] std::uint64_t held() const { return taken_ - given_; }
  // Whether anything lies in the ring that was not taken.
  [[nodiscard]] bool has_more() const { return produced() != taken_; }

 private:
  std::byte* consumer_page_ = nullptr;
  const std::byte* producer_page_ = nullptr;
  const std::byte* data_ = nullptr;
  std::size_t page_ = 0;
  std::size_t bytes_ = 0;
  std::size_t mapped_ = 0;  // of the producer's page and the data
  std::uint64_t taken_ = 0;
  std::uint64_t given_ = 0;
  std::uint64_t next_ = 0;
  std::span<const std::byte> record_;
};

}  // namespace yagura::sensor
