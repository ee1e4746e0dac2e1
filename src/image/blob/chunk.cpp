#include "image/blob/chunk.hpp"

namespace yagura::image {

BufferPool::BufferPool(std::size_t size, std::size_t count) : size_(size), count_(count) {}

std::shared_ptr<BufferPool::Buffer> BufferPool::take() {
  std::unique_ptr<Buffer> buffer;
  {
    std::unique_lock lock(shared_->mutex);
    shared_->freed.wait(lock, [&] { return !shared_->idle.empty() || shared_->made < count_; });
    if (shared_->idle.empty()) {
      ++shared_->made;
    } else {
      buffer = std::move(shared_->idle.back());
      shared_->idle.pop_back();
    }
  }
  if (!buffer) buffer = std::make_unique<Buffer>(size_);
  return {buffer.release(), [shared = shared_](Buffer* done) {
            const std::scoped_lock lock(shared->mutex);
            shared->idle.emplace_back(done);
            shared->freed.notify_one();
          }};
}

}  // namespace yagura::image
