#include "sensor/capture/scap/state.hpp"

#include <fcntl.h>

#include <algorithm>

namespace yagura::sensor::scap {

const Descriptor* Task::find(std::int64_t fd) const {
  if (fd < 0 || fd > INT32_MAX) return nullptr;
  const auto found = descriptors->find(static_cast<std::int32_t>(fd));
  return found == descriptors->end() ? nullptr : &found->second;
}

Descriptors& Task::own() {
  if (descriptors.use_count() > 1) descriptors = std::make_shared<Descriptors>(*descriptors);
  return *descriptors;
}

void Task::set(std::int64_t fd, Descriptor descriptor) {
  if (fd < 0 || fd > INT32_MAX) return;
  const auto number = static_cast<std::int32_t>(fd);
  if (descriptors->size() >= kMaxDescriptors && !descriptors->contains(number)) return;
  descriptor.file.fd = number;
  own()[number] = std::move(descriptor);
}

void Task::remove(std::int64_t fd) {
  if (find(fd) != nullptr) own().erase(static_cast<std::int32_t>(fd));
}

void Task::remove_close_on_exec() {
  const auto closes = [](const auto& entry) {
    return (entry.second.file.open_flags & O_CLOEXEC) != 0;
  };
  if (std::ranges::any_of(*descriptors, closes)) std::erase_if(own(), closes);
}

void State::make_room() {
  if (threads_.size() < kMaxThreads) return;
  // A capture whose threads never end is damaged or hostile; begin again rather than grow.
  threads_.clear();
  tasks_.clear();
  pending_bytes_ = 0;
}

Thread* State::find_thread(std::uint32_t tid) {
  const auto found = threads_.find(tid);
  return found == threads_.end() ? nullptr : &found->second;
}

Thread& State::thread(std::uint32_t tid) {
  Thread* const found = find_thread(tid);
  return found != nullptr ? *found : add_thread(tid, tid);
}

Thread& State::add_thread(std::uint32_t tid, std::uint32_t pid) {
  make_room();
  (void)task(pid);
  Thread& thread = threads_[tid];
  clear_enter(thread);
  thread.pid = pid;
  if (thread.vtid == 0) thread.vtid = tid;
  return thread;
}

Task& State::task(std::uint32_t pid) {
  Task& task = tasks_[pid];
  if (task.pid == 0) {
    task.pid = pid;
    task.vpid = pid;
  }
  return task;
}

Task* State::find_task(std::uint32_t pid) {
  const auto found = tasks_.find(pid);
  return found == tasks_.end() ? nullptr : &found->second;
}

void State::remove_thread(std::uint32_t tid) {
  const auto found = threads_.find(tid);
  if (found == threads_.end()) return;
  clear_enter(found->second);
  const std::uint32_t pid = found->second.pid;
  threads_.erase(found);
  // Its process goes with the main thread: what other threads do after that is rare and short.
  if (pid == tid) tasks_.erase(pid);
}

void State::set_enter(Thread& thread, std::uint16_t type,
                      std::vector<std::pair<std::string_view, std::string>> parameters) {
  clear_enter(thread);
  std::size_t size = 0;
  for (const auto& [name, value] : parameters) size += value.size();
  if (pending_bytes_ + size > kMaxPending) return;
  pending_bytes_ += size;
  thread.enter_type = type;
  thread.enter = std::move(parameters);
}

void State::clear_enter(Thread& thread) {
  for (const auto& [name, value] : thread.enter) pending_bytes_ -= value.size();
  thread.enter.clear();
  thread.enter_type = 0;
}

std::string join_path(std::string_view directory, std::string_view name) {
  std::string text;
  if (!name.starts_with('/')) {
    if (!directory.starts_with('/')) return {};
    text.append(directory).append("/");
  }
  text.append(name);
  text.resize(std::min<std::size_t>(text.size(), YGR_MAX_PATH));
  std::string path;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('/', at), text.size());
    const std::string_view part = std::string_view(text).substr(at, end - at);
    if (part == "..") {
      path.resize(path.empty() ? 0 : path.rfind('/'));
    } else if (!part.empty() && part != ".") {
      path.append("/").append(part);
    }
    at = end + 1;
  }
  return path.empty() ? "/" : path;
}

}  // namespace yagura::sensor::scap
