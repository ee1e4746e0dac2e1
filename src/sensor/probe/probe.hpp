#pragma once

// Loads the watching kernel programs (bpf/), reads their two rings and hands the records on in the
// order of time. Needs a kernel from 5.8 on with BTF, and CAP_BPF, CAP_PERFMON (or root) while it
// opens. README.md tells which sections each event's record carries.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/result.hpp"
#include "rules/event_type.hpp"
#include "sensor/probe/call_plans.hpp"
#include "sensor/record/record_view.hpp"

namespace yagura::sensor {

struct ProbeOptions {
  // Events that somebody wants; only their calls are told. Exec, fork, exit and cgroups always are.
  // None: exec, fork, exit and cgroups alone.
  std::vector<rules::EventType> event_types;
  OpenInterest opens = OpenInterest::kAll;
  std::uint16_t data_bytes = 80;
  bool tells_dns = false;
  bool tells_libraries = false;
  // Not empty: only tasks in these cgroups (of the cgroup2 hierarchy, by inode) or below them are
  // told of, at most nine levels deep; at most YGR_MAX_SCOPES. For tests.
  std::vector<std::uint64_t> scope_cgroups;
  // Powers of two, at least a page.
  std::size_t events_ring_bytes = std::size_t{8} << 20;
  std::size_t vital_ring_bytes = std::size_t{4} << 20;
  // A CPU wakes the consumer after so many bytes; until then the consumer looks every 10 ms. 0: as
  // many as still leave three quarters of the smaller ring when every CPU is about to wake it, at
  // most 256 KiB.
  std::uint32_t wake_bytes = 0;
};

// What was lost, by cause; all since open().
struct ProbeCounts {
  std::uint64_t made[2] = {};       // records of the rings events and vital: sent or lost
  std::uint64_t ring_full[2] = {};  // lost for want of room
  std::uint64_t sections_lost = 0;  // sections that did not fit; their records say so
  std::uint64_t unreadable = 0;     // sections whose memory could not be read; their records say so
  std::uint64_t received = 0;
  std::uint64_t malformed = 0;  // records that our own reader refused: a bug
};

// `ring`: 0 events, 1 vital (enum in bpf/counters.h). The view is valid until the call returns.
using RecordHandler = std::function<void(const RecordView& record, unsigned ring)>;

// One thread opens, polls and destroys; counts() may be called from others.
class Probe {
 public:
  // Loads and attaches. Errors: kUnsupported, the kernel has no BTF, no ring buffers or refuses the
  // programs; kIo, no permission. Nothing stays behind a failure.
  [[nodiscard]] static Result<std::unique_ptr<Probe>> open(const ProbeOptions& options);
  ~Probe();
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  // Tells calls of these types from now on, and no others; records that are under way still come.
  // Needs CAP_BPF and CAP_PERFMON. An error leaves a mixture of both.
  [[nodiscard]] Result<void> watch(std::vector<rules::EventType> event_types);

  // Tells of the tasks that are there (YGR_TASK, ring 1); to be called once, before the first
  // poll(). Whatever changed since open() comes from poll() as well. Errors: as open().
  [[nodiscard]] Result<std::size_t> start_up(const RecordHandler& handler) const;

  // Waits for records, at most `timeout` (also where the last call found only few: whoever reads
  // fast would come back for every record), and hands on what is there: events in order of time
  // with the vital records that came before them. Returns how many; 0 when there was nothing. The
  // errors: kInternal, a ring makes no sense any more.
  [[nodiscard]] Result<std::size_t> poll(std::chrono::milliseconds timeout,
                                         const RecordHandler& handler);
  [[nodiscard]] ProbeCounts counts() const;
  // Becomes readable when there is something to poll (not before `wake_bytes` or 10 ms are due:
  // callers that wait on it should poll every 10 ms as well).
  [[nodiscard]] int event_fd() const;

 private:
  struct State;
  explicit Probe(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace yagura::sensor
