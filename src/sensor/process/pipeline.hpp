#pragma once

// Records in, joined events out: keeps the table of processes and threads, asks the resolver for
// containers, and calls the consumers. One thread. The same for kernel rings, captures and tests.

#include <cstdint>
#include <memory>
#include <vector>

#include "sensor/event/container_resolver.hpp"
#include "sensor/event/sensor_event.hpp"
#include "sensor/record/record_view.hpp"

namespace yagura::sensor {

class ProcessTable;

struct PipelineOptions {
  // CLOCK_REALTIME minus CLOCK_BOOTTIME of the machine that the records come from.
  std::int64_t boot_offset_ns = 0;
  // Beyond this the processes that were heard of least recently are forgotten (and counted).
  std::size_t max_processes = 200'000;
};

struct PipelineCounts {
  std::uint64_t events = 0;
  std::uint64_t lost = 0;               // gaps in the sequences of CPUs
  std::uint64_t unknown_processes = 0;  // events of processes that nobody had told about
  std::uint64_t forgotten_processes = 0;
};

class Pipeline {
 public:
  // The resolver must outlive the pipeline.
  Pipeline(ContainerResolver& resolver, PipelineOptions options);
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  // The consumer must outlive the pipeline; called in the order of adding.
  void add_consumer(EventConsumer& consumer);

  // Precondition: records come in order of time, but for those of different CPUs that lie within
  // microseconds. `ring`: 0 and 1 the probe's, 2 the enforcer's; sequences are counted for each
  // ring and CPU.
  void feed(const RecordView& record, unsigned ring = 0);
  void tick(std::int64_t wall_ns);

  [[nodiscard]] const ProcessTable& processes() const;
  [[nodiscard]] const PipelineCounts& counts() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace yagura::sensor
