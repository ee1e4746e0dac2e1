#include "image/layer/work_pool.hpp"

#include <utility>

namespace yagura::image {

WorkPool::WorkPool(unsigned threads, std::size_t max_waiting)
    : max_waiting_(max_waiting), alone_(threads == 0) {
  threads_.reserve(threads);
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

WorkPool::~WorkPool() {
  const std::scoped_lock lock(mutex_);
  ending_ = true;
  changed_.notify_all();
}

void WorkPool::run(Task task) {
  if (!alone_) {
    const std::scoped_lock lock(mutex_);
    if (tasks_.size() < max_waiting_) {
      tasks_.push_back(std::move(task));
      changed_.notify_one();
      return;
    }
  }
  task();
}

void WorkPool::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return !tasks_.empty() || ending_; });
    if (tasks_.empty()) return;
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
    task = nullptr;  // what it holds goes before the next wait
    lock.lock();
  }
}

void WorkGroup::run(WorkPool::Task task) {
  {
    const std::scoped_lock lock(mutex_);
    ++open_;
  }
  pool_.run([this, task = std::move(task)]() mutable {
    task();
    task = nullptr;
    const std::scoped_lock lock(mutex_);
    if (--open_ == 0) done_.notify_all();
  });
}

void WorkGroup::wait() {
  std::unique_lock lock(mutex_);
  done_.wait(lock, [this] { return open_ == 0; });
}

std::unique_ptr<MemoryBudget::Share> MemoryBudget::take(std::size_t size) {
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [&] { return used_ == 0 || (used_ <= bytes_ && size <= bytes_ - used_); });
  used_ += size;
  return std::make_unique<Share>(*this, size);
}

void MemoryBudget::give_back(std::size_t size) {
  const std::scoped_lock lock(mutex_);
  used_ -= size;
  freed_.notify_all();
}

}  // namespace yagura::image
