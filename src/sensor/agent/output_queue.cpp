#include "sensor/agent/output_queue.hpp"

#include <signal.h>

#include <chrono>
#include <utility>

namespace yagura::sensor {

namespace {
constexpr std::chrono::seconds kLastWords{5};
}

OutputQueue::OutputQueue(std::vector<std::unique_ptr<LineSink>> sinks, std::size_t capacity,
                         OnProblem on_problem)
    : capacity_(capacity), on_problem_(std::move(on_problem)) {
  for (auto& sink : sinks) sinks_.push_back({.sink = std::move(sink)});
  thread_ = std::thread([this] { run(); });
}

OutputQueue::~OutputQueue() {
  {
    std::unique_lock lock(mutex_);
    stop_ = true;
    wake_.notify_one();
    // After that each sink still ends its own write, whose time is bounded.
    if (!done_.wait_for(lock, kLastWords, [this] { return ended_; })) abandon_ = true;
  }
  thread_.join();
}

bool OutputQueue::push(std::string_view line) {
  const std::lock_guard lock(mutex_);
  ++queued_;
  if (lines_.size() >= capacity_) {
    ++dropped_;
    return false;
  }
  lines_.emplace_back(line);
  if (lines_.size() == 1) wake_.notify_one();
  return true;
}

void OutputQueue::reopen() {
  const std::lock_guard lock(mutex_);
  reopen_ = true;
}

OutputCounts OutputQueue::counts() const {
  const std::lock_guard lock(mutex_);
  OutputCounts counts{.queued = queued_, .dropped = dropped_, .waiting = lines_.size()};
  for (const Sink& sink : sinks_) {
    counts.sinks.push_back(
        {.name = std::string(sink.sink->name()), .written = sink.written, .failed = sink.failed});
  }
  return counts;
}

void OutputQueue::run() {
  // A program or a pipe that ends is an error of a write, not the end of the agent.
  sigset_t all;
  sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stop_ || !lines_.empty(); });
    if (lines_.empty() || abandon_) break;
    const std::string line = std::move(lines_.front());
    lines_.pop_front();
    const bool reopen = std::exchange(reopen_, false);
    lock.unlock();
    if (reopen) {
      for (Sink& sink : sinks_) sink.sink->reopen();
    }
    write(line);
    lock.lock();
  }
  ended_ = true;
  done_.notify_one();
}

void OutputQueue::write(const std::string& line) {
  for (Sink& sink : sinks_) {
    const Result<void> written = sink.sink->write(line);
    if (!written && !sink.is_failing && on_problem_) {
      on_problem_(sink.sink->name(), written.error());
    }
    sink.is_failing = !written;
    const std::lock_guard lock(mutex_);
    ++(written ? sink.written : sink.failed);
  }
}

}  // namespace yagura::sensor
