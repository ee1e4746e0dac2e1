#pragma once

// Lines from the pipeline to the sinks, by a thread of its own: a sink that is stuck costs alerts
// at that sink, never events. Bounded; what does not fit is dropped and counted.

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
};

struct OutputCounts {
  std::uint64_t queued = 0;   // in all
  std::uint64_t dropped = 0;  // the queue was full
  std::size_t waiting = 0;
  std::vector<SinkCounts> sinks;
};

class OutputQueue {
 public:
  // Tells of a sink that fails: its first failure, and each first one after a success. Called by
  // the queue's thread.
  using OnProblem = std::function<void(std::string_view sink, const Error& error)>;

  OutputQueue(std::vector<std::unique_ptr<LineSink>> sinks, std::size_t capacity,
              OnProblem on_problem);
  OutputQueue(const OutputQueue&) = delete;
  OutputQueue& operator=(const OutputQueue&) = delete;
  // Writes what waits, for at most 5 seconds, then gives up on the rest.
  ~OutputQueue();

  // Never waits for a sink. False: dropped. Any thread.
  bool push(std::string_view line);
  // Sinks open their files anew before the next line.
  void reopen();
  [[nodiscard]] OutputCounts counts() const;

 private:
  struct Sink {
    std::unique_ptr<LineSink> sink;
    std::uint64_t written = 0;
    std::uint64_t failed = 0;
    bool is_failing = false;
  };

  void run();
  void write(const std::string& line);

  std::size_t capacity_;
  OnProblem on_problem_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable done_;
  std::deque<std::string> lines_;
  std::vector<Sink> sinks_;  // counters under the mutex; the rest is the thread's
  std::uint64_t queued_ = 0;
  std::uint64_t dropped_ = 0;
  bool reopen_ = false;
  bool stop_ = false;
  bool abandon_ = false;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace yagura::sensor
