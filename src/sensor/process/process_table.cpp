#include "sensor/process/process_table.hpp"

// Children hold their parents, so a dead parent lives as long as anybody descends from it. Two
// things keep that bounded: no chain gets longer than the limit (destructors recurse along it, and
// whoever forks and lets the parent die for ever would fill the memory), and every object counts
// towards max_processes, also those that only chains hold.

#include <utility>

namespace yagura::sensor {

namespace {

// A fixed mix of 64 bits (the finaliser of splitmix64); not meant to withstand anybody.
std::uint64_t mix(std::uint64_t value) {
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31U);
}

const std::shared_ptr<const Image>& unknown_image() {
  static const std::shared_ptr<const Image> image = std::make_shared<Image>();
  return image;
}

}  // namespace

// Counts itself as long as anybody holds it.
struct ProcessTable::Kept : Process {
  explicit Kept(std::shared_ptr<std::size_t> counter) : objects(std::move(counter)) { ++*objects; }
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;
  ~Kept() { --*objects; }
  std::shared_ptr<std::size_t> objects;
};

ProcessTable::ProcessTable(ProcessTableLimits limits)
    : limits_(limits), objects_(std::make_shared<std::size_t>(0)) {}

ProcessTable::~ProcessTable() = default;

std::shared_ptr<const Process> ProcessTable::find(std::uint32_t pid) const {
  const auto found = entries_.find(pid);
  return found == entries_.end() ? nullptr : found->second.process;
}

const Process* ProcessTable::get(std::uint32_t pid) const {
  const auto found = entries_.find(pid);
  return found == entries_.end() ? nullptr : found->second.process.get();
}

const ProcessTable::Thread* ProcessTable::find_thread(std::uint32_t tid) const {
  const auto found = threads_.find(tid);
  return found == threads_.end() ? nullptr : &found->second;
}

ProcessTable::Thread* ProcessTable::thread_entry(std::uint32_t tid) {
  const auto found = threads_.find(tid);
  return found == threads_.end() ? nullptr : &found->second;
}

ProcessTable::Entry* ProcessTable::find_entry(std::uint32_t pid) {
  if (last_found_ != nullptr && last_found_->process->pid == pid) return last_found_;
  const auto found = entries_.find(pid);
  if (found == entries_.end()) return nullptr;
  last_found_ = &found->second;
  return last_found_;
}

void ProcessTable::unlink(Entry& entry) {
  (entry.older != nullptr ? entry.older->newer : oldest_) = entry.newer;
  (entry.newer != nullptr ? entry.newer->older : newest_) = entry.older;
  entry.older = entry.newer = nullptr;
}

void ProcessTable::link_newest(Entry& entry) {
  entry.older = newest_;
  entry.newer = nullptr;
  (newest_ != nullptr ? newest_->newer : oldest_) = &entry;
  newest_ = &entry;
}

void ProcessTable::touch(Entry& entry) {
  if (newest_ == &entry) return;
  unlink(entry);
  link_newest(entry);
}

void ProcessTable::erase(std::uint32_t pid) {
  const auto found = entries_.find(pid);
  if (found == entries_.end()) return;
  if (last_found_ == &found->second) last_found_ = nullptr;
  unlink(found->second);
  entries_.erase(found);
}

void ProcessTable::forget_oldest() {
  erase(oldest_->process->pid);
  ++forgotten_;
}

ProcessTable::Entry& ProcessTable::make(std::uint32_t pid) {
  erase(pid);
  while (oldest_ != nullptr && *objects_ >= limits_.max_processes) forget_oldest();
  auto process = std::make_shared<Kept>(objects_);
  process->pid = pid;
  process->image = unknown_image();
  process->generation = ++generation_;
  Entry& entry = entries_[pid];
  entry.process = std::move(process);
  link_newest(entry);
  last_found_ = &entry;
  return entry;
}

void ProcessTable::set_parent(Process& child, const std::shared_ptr<Process>& parent) {
  for (const Process* ancestor = parent.get(); ancestor != nullptr;
       ancestor = ancestor->parent.get()) {
    if (ancestor == &child) return;
  }
  child.parent = parent;
  bound_chain(child);
}

// Leaves out the dead that are farthest from the child, the very first process excepted; where all
// live, the chain ends early. O(max_ancestry), and a chain grows by one at a time.
void ProcessTable::bound_chain(Process& child) {
  const bool is_crowded = *objects_ > limits_.max_processes - limits_.max_processes / 4;
  const std::size_t limit = is_crowded ? limits_.max_ancestry_crowded : limits_.max_ancestry;
  for (;;) {
    std::size_t length = 0;
    Process* before_dead = nullptr;  // its parent is dead and has one itself
    Process* at_limit = nullptr;
    for (Process* at = &child; at->parent != nullptr; at = at->parent.get()) {
      if (++length == limit) at_limit = at->parent.get();
      if (at->parent->has_exited && at->parent->parent != nullptr) before_dead = at;
    }
    if (length <= limit) return;
    if (before_dead == nullptr) {
      at_limit->is_ancestry_cut = true;
      at_limit->parent = nullptr;
      return;
    }
    before_dead->is_ancestry_cut = true;
    const std::shared_ptr<Process> left_out = before_dead->parent;
    before_dead->parent = left_out->parent;
  }
}

void ProcessTable::changed(Process& process, bool seen_by_children) {
  process.generation = ++generation_;
  if (seen_by_children) ++ancestry_epoch_;
}

void ProcessTable::refresh_ancestry(Entry& entry) {
  if (entry.ancestry_epoch == ancestry_epoch_) return;
  std::uint64_t ancestry = 0;
  for (const Process* at = entry.process->parent.get(); at != nullptr; at = at->parent.get()) {
    ancestry = mix(ancestry ^ at->generation);
  }
  if (ancestry != entry.ancestry) entry.process->generation = ++generation_;
  entry.ancestry = ancestry;
  entry.ancestry_epoch = ancestry_epoch_;
}

void ProcessTable::add_thread(std::uint32_t tid, Thread thread) {
  if (threads_.size() >= limits_.max_threads) threads_.erase(threads_.begin());
  threads_[tid] = std::move(thread);
}

void ProcessTable::exited(Entry& entry, std::uint64_t time_ns) {
  if (entry.process->has_exited) return;
  entry.process->has_exited = true;
  exited_.push_back(
      {.pid = entry.process->pid, .process = entry.process.get(), .time_ns = time_ns});
}

void ProcessTable::sweep(std::uint64_t now_ns) {
  while (!exited_.empty()) {
    const Exited& first = exited_.front();
    const bool is_old = now_ns > first.time_ns && now_ns - first.time_ns > limits_.exited_ns;
    if (!is_old && exited_.size() <= limits_.max_exited) return;
    const auto found = entries_.find(first.pid);
    if (found != entries_.end() && found->second.process->has_exited &&
        found->second.process.get() == first.process) {
      erase(first.pid);
    }
    exited_.pop_front();
  }
}

}  // namespace yagura::sensor
