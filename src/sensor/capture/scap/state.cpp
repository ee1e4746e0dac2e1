#include "sensor/capture/scap/state.hpp"

#include <fcntl.h>

#include <algorithm>

namespace yagura::sensor::scap {

namespace {

std::size_t size_of(const Descriptor& descriptor) {
  constexpr std::size_t kNode = 64;  // what a map needs besides
  return sizeof(Descriptor) + descriptor.path.capacity() + kNode;
}

bool closes_on_exec(const Descriptor& descriptor) {
  return (descriptor.file.open_flags & O_CLOEXEC) != 0;
}

bool is_number(std::int64_t fd) { return fd >= 0 && fd <= INT32_MAX; }

}  // namespace

Descriptors::Descriptors(const Descriptors& other)
    : budget_(other.budget_), charge_(*other.budget_) {
  if (!budget_->has(other.bytes_)) return;
  map_ = other.map_;
  for (const auto& [fd, descriptor] : map_) bytes_ += size_of(descriptor);
  charge_.add(bytes_);
}

const Descriptor* Descriptors::find(std::int32_t fd) const {
  const auto found = map_.find(fd);
  return found == map_.end() ? nullptr : &found->second;
}

void Descriptors::set(std::int32_t fd, Descriptor descriptor) {
  remove(fd);
  const std::size_t size = size_of(descriptor);
  if (map_.size() >= kMaxDescriptors || !budget_->has(size)) return;
  descriptor.file.fd = fd;
  map_.emplace(fd, std::move(descriptor));
  bytes_ += size;
  charge_.add(size);
}

void Descriptors::remove(std::int32_t fd) {
  const auto found = map_.find(fd);
  if (found == map_.end()) return;
  const std::size_t size = size_of(found->second);
  map_.erase(found);
  bytes_ -= size;
  charge_.remove(size);
}

bool Descriptors::has_close_on_exec() const {
  return std::ranges::any_of(map_, [](const auto& entry) { return closes_on_exec(entry.second); });
}

void Descriptors::remove_close_on_exec() {
  for (auto at = map_.begin(); at != map_.end();) {
    const auto next = std::next(at);
    if (closes_on_exec(at->second)) remove(at->first);
    at = next;
  }
}

const Descriptor* Task::find(std::int64_t fd) const {
  if (descriptors == nullptr || !is_number(fd)) return nullptr;
  return descriptors->find(static_cast<std::int32_t>(fd));
}

Descriptors& Task::own() {
  if (descriptors.use_count() > 1) descriptors = std::make_shared<Descriptors>(*descriptors);
  return *descriptors;
}

void Task::set(std::int64_t fd, Descriptor descriptor) {
  if (descriptors == nullptr || !is_number(fd)) return;
  own().set(static_cast<std::int32_t>(fd), std::move(descriptor));
}

void Task::remove(std::int64_t fd) {
  if (find(fd) != nullptr) own().remove(static_cast<std::int32_t>(fd));
}

void Task::remove_close_on_exec() {
  if (descriptors != nullptr && descriptors->has_close_on_exec()) own().remove_close_on_exec();
}

std::shared_ptr<const Program> State::keep(Program program) {
  const auto cut = [](std::string& text, std::size_t size) {
    if (text.size() > size) text.resize(size);
    text.shrink_to_fit();
  };
  cut(program.exe_path, YGR_MAX_PATH);
  cut(program.filename, YGR_MAX_PATH);
  cut(program.comm, 64);
  cut(program.argv, YGR_MAX_ARGV);
  cut(program.environment, YGR_MAX_ENV);
  const auto size = [&program] {
    return sizeof(Program) + program.exe_path.size() + program.filename.size() +
           program.argv.size() + program.environment.size();
  };
  if (!program_bytes_.has(size())) {
    program.argv = {};
    program.environment = {};
  }
  program.charge = Budget::Charge(program_bytes_);
  program.charge.add(size());
  return std::make_shared<const Program>(std::move(program));
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
    task.descriptors = std::make_shared<Descriptors>(descriptor_bytes_);
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
