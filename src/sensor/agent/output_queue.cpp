#include "sensor/agent/output_queue.hpp"

#include <signal.h>

#include <chrono>
#include <utility>

namespace yagura::sensor {

namespace {
constexpr std::chrono::seconds kLastWords{5};
}

class OutputQueue::Channel {
 public:
  Channel(std::unique_ptr<LineSink> sink, std::size_t capacity, OnProblem on_problem)
      : sink_(std::move(sink)), capacity_(capacity), on_problem_(std::move(on_problem)) {
    thread_ = std::thread([this] { run(); });
  }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  ~Channel() { thread_.join(); }  // precondition: stop() and wait()

  bool push(const std::shared_ptr<const std::string>& line) {
    const std::lock_guard lock(mutex_);
    if (lines_.size() >= capacity_) {
      ++dropped_;
      return false;
    }
    lines_.push_back(line);
    if (lines_.size() == 1) wake_.notify_one();
    return true;
  }

  void reopen() {
    const std::lock_guard lock(mutex_);
    reopen_ = true;
  }

  void stop() {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    wake_.notify_one();
  }
  // After the end the sink still ends its own write, whose time is bounded.
  void wait(std::chrono::steady_clock::time_point end) {
    std::unique_lock lock(mutex_);
    if (!done_.wait_until(lock, end, [this] { return ended_; })) abandon_ = true;
  }

  [[nodiscard]] SinkCounts counts() const {
    const std::lock_guard lock(mutex_);
    return {.name = std::string(sink_->name()),
            .written = written_,
            .failed = failed_,
            .dropped = dropped_,
            .waiting = lines_.size()};
  }

 private:
  void run() {
    // A program or a pipe that ends is an error of a write, not the end of the agent.
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [this] { return stop_ || !lines_.empty(); });
      if (lines_.empty() || abandon_) break;
      const std::shared_ptr<const std::string> line = std::move(lines_.front());
      lines_.pop_front();
      const bool reopen = std::exchange(reopen_, false);
      lock.unlock();
      if (reopen) sink_->reopen();
      const bool is_written = write(*line);
      lock.lock();
      ++(is_written ? written_ : failed_);
    }
    ended_ = true;
    done_.notify_one();
  }

  bool write(const std::string& line) {
    const Result<void> written = sink_->write(line);
    if (!written && !is_failing_) on_problem_(sink_->name(), written.error());
    is_failing_ = !written;
    return written.has_value();
  }

  const std::unique_ptr<LineSink> sink_;
  const std::size_t capacity_;
  const OnProblem on_problem_;
  bool is_failing_ = false;  // the thread's
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable done_;
  std::deque<std::shared_ptr<const std::string>> lines_;
  std::uint64_t written_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t dropped_ = 0;
  bool reopen_ = false;
  bool stop_ = false;
  bool abandon_ = false;
  bool ended_ = false;
  std::thread thread_;
};

OutputQueue::OutputQueue(std::vector<std::unique_ptr<LineSink>> sinks, std::size_t capacity,
                         OnProblem on_problem)
    : on_problem_(std::move(on_problem)) {
  for (auto& sink : sinks) {
    channels_.push_back(std::make_unique<Channel>(
        std::move(sink), capacity, [this](std::string_view name, const Error& error) {
          const std::lock_guard lock(problem_mutex_);
          if (on_problem_) on_problem_(name, error);
        }));
  }
}

OutputQueue::~OutputQueue() {
  for (const auto& channel : channels_) channel->stop();
  const auto end = std::chrono::steady_clock::now() + kLastWords;
  for (const auto& channel : channels_) channel->wait(end);
}

bool OutputQueue::push(std::string_view line) {
  {
    const std::lock_guard lock(mutex_);
    ++queued_;
  }
  const auto shared = std::make_shared<const std::string>(line);
  bool is_taken = true;
  for (const auto& channel : channels_) is_taken &= channel->push(shared);
  return is_taken;
}

void OutputQueue::reopen() {
  for (const auto& channel : channels_) channel->reopen();
}

OutputCounts OutputQueue::counts() const {
  OutputCounts counts;
  for (const auto& channel : channels_) {
    counts.sinks.push_back(channel->counts());
    counts.dropped += counts.sinks.back().dropped;
    counts.waiting += counts.sinks.back().waiting;
  }
  const std::lock_guard lock(mutex_);
  counts.queued = queued_;
  return counts;
}

}  // namespace yagura::sensor
