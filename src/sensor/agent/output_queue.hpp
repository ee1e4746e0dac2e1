#pragma once

// Lines from the pipeline to the sinks. Each sink has a queue and a thread of its own: one that is
// stuck costs alerts at that sink, never events nor the other sinks' alerts. Bounded; what does not
// fit is dropped and counted by sink.

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "sensor/agent/line_sink.hpp"

namespace yagura::sensor {

struct SinkCounts {
  std::string name;
  std::uint64_t written = 0;
  std::uint64_t failed = 0;
  std::uint64_t dropped = 0;  // its queue was full
  std::size_t waiting = 0;
};

struct OutputCounts {
  std::uint64_t queued = 0;   // alerts in all
  std::uint64_t dropped = 0;  // by sinks, in all
  std::size_t waiting = 0;    // in all queues
  std::vector<SinkCounts> sinks;
};

class OutputQueue {
 public:
  // Tells of a sink that fails: its first failure, and each first one after a success. Called by
  // that sink's thread, by one thread at a time.
  using OnProblem = std::function<void(std::string_view sink, const Error& error)>;

  // `capacity` lines for each sink.
  OutputQueue(std::vector<std::unique_ptr<LineSink>> sinks, std::size_t capacity,
              OnProblem on_problem);
  OutputQueue(const OutputQueue&) = delete;
  OutputQueue& operator=(const OutputQueue&) = delete;
  // Writes what waits, for at most 5 seconds, then gives up on the rest.
  ~OutputQueue();

  // Never waits for a sink. False: some sink's queue was full. Any thread.
  bool push(std::string_view line);
  // Sinks open their files anew before the next line.
  void reopen();
  [[nodiscard]] OutputCounts counts() const;

 private:
  class Channel;

  OnProblem on_problem_;
  std::mutex problem_mutex_;
  mutable std::mutex mutex_;  // of queued_
  std::uint64_t queued_ = 0;
  std::vector<std::unique_ptr<Channel>> channels_;
};

}  // namespace yagura::sensor
