#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace yagura::image {

// Threads that look at files while others inflate. The queue is bounded: where too many tasks wait,
// the one who gives another does it himself, so that memory is bounded and nobody waits for
// nothing. Thread-safe.
class WorkPool {
 public:
  using Task = std::move_only_function<void()>;

  // 0 threads: every task is done by who gives it.
  explicit WorkPool(unsigned threads, std::size_t max_waiting = 128);
  WorkPool(const WorkPool&) = delete;
  WorkPool& operator=(const WorkPool&) = delete;
  // Every task given has been waited for (WorkGroup does).
  ~WorkPool();

  // Tasks let no exception out.
  void run(Task task);

 private:
  void work();

  std::size_t max_waiting_;
  bool alone_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  bool ending_ = false;
  std::vector<std::jthread> threads_;
};

// Tasks that belong together: their end can be waited for, and is at the latest when the group
// goes. One thread gives tasks.
class WorkGroup {
 public:
  explicit WorkGroup(WorkPool& pool) : pool_(pool) {}
  WorkGroup(const WorkGroup&) = delete;
  WorkGroup& operator=(const WorkGroup&) = delete;
  ~WorkGroup() { wait(); }

  void run(WorkPool::Task task);
  void wait();

 private:
  WorkPool& pool_;
  std::mutex mutex_;
  std::condition_variable done_;
  std::size_t open_ = 0;
};

// Bytes that may be held at once for files that are put together in memory. Thread-safe.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::size_t bytes) : bytes_(bytes) {}

  // Holds `size` of the budget for as long as it lives.
  class Share {
   public:
    Share(MemoryBudget& budget, std::size_t size) : budget_(budget), size_(size) {}
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    ~Share() { budget_.give_back(size_); }

   private:
    MemoryBudget& budget_;
    std::size_t size_;
  };
  // Waits until so much is free; one that is larger than the budget waits until all is. Who holds a
  // share must not wait for another.
  [[nodiscard]] std::unique_ptr<Share> take(std::size_t size);

 private:
  void give_back(std::size_t size);

  std::size_t bytes_;
  std::size_t used_ = 0;
  std::mutex mutex_;
  std::condition_variable freed_;
};

}  // namespace yagura::image
