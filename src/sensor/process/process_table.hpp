#pragma once

// Processes by thread group, as they are known now. Written by the pipeline alone, on its thread.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

#include "sensor/event/process.hpp"

namespace yagura::sensor {

struct ProcessTableLimits {
  std::size_t max_processes = 200'000;  // objects: those that live and dead ancestors of them
  std::size_t max_threads = 400'000;    // besides main threads
  std::size_t max_exited = 8'192;       // that are kept for records that come late
  std::uint64_t exited_ns = 1'000'000'000;
  std::size_t max_ancestry = 128;        // length of a chain of parents
  std::size_t max_ancestry_crowded = 8;  // the same while three quarters of max_processes are used
};

class ProcessTable {
 public:
  // A thread that is not the main one.
  struct Thread {
    std::uint32_t pid = 0;
    std::uint32_t vtid = 0;
    std::string comm;
  };

  struct Entry {
    std::shared_ptr<Process> process;
    bool is_main_thread_gone = false;
    std::uint64_t resolver_generation = 0;  // that `container` was asked at
    std::uint64_t ancestry_epoch = 0;       // that `ancestry` was computed at
    std::uint64_t ancestry = 0;             // mix of the ancestors' generations
    Entry* older = nullptr;                 // list by when they were heard of
    Entry* newer = nullptr;
  };

  explicit ProcessTable(ProcessTableLimits limits);
  ~ProcessTable();
  ProcessTable(const ProcessTable&) = delete;
  ProcessTable& operator=(const ProcessTable&) = delete;

  // Null: not known. An exited one is found for about a second. O(1).
  [[nodiscard]] std::shared_ptr<const Process> find(std::uint32_t pid) const;
  [[nodiscard]] const Process* get(std::uint32_t pid) const;
  // Null: a main thread, or not known.
  [[nodiscard]] const Thread* find_thread(std::uint32_t tid) const;
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  // With dead ancestors of what lives.
  [[nodiscard]] std::size_t objects() const { return *objects_; }
  [[nodiscard]] std::uint64_t forgotten() const { return forgotten_; }
  template <typename Visit>
  void for_each(Visit visit) const {
    for (const auto& [pid, entry] : entries_) visit(*entry.process);
  }

  // ---- for the pipeline

  [[nodiscard]] Entry* find_entry(std::uint32_t pid);
  // Marks it as heard of last.
  void touch(Entry& entry);
  // A new, nearly empty process in place of whatever had the number. Entries stay where they are
  // until they are erased; this may forget others.
  Entry& make(std::uint32_t pid);
  // Makes `parent` the parent unless that closed a circle; cuts chains that are too long.
  void set_parent(Process& child, const std::shared_ptr<Process>& parent);
  // It changed in what rules can ask for. `seen_by_children`: also in what they ask of ancestors.
  void changed(Process& process, bool seen_by_children);
  // Gives the process a new generation if an ancestor changed since the last call.
  void refresh_ancestry(Entry& entry);
  void add_thread(std::uint32_t tid, Thread thread);
  void remove_thread(std::uint32_t tid) { threads_.erase(tid); }
  Thread* thread_entry(std::uint32_t tid);
  // The process is over; it goes when records of its time are through.
  void exited(Entry& entry, std::uint64_t time_ns);
  // Removes those that are over for long.
  void sweep(std::uint64_t now_ns);

 private:
  struct Kept;
  struct Exited {
    std::uint32_t pid;
    const Process* process;  // never followed: tells whether it is still the same one
    std::uint64_t time_ns;
  };

  void erase(std::uint32_t pid);
  void unlink(Entry& entry);
  void link_newest(Entry& entry);
  void forget_oldest();
  void bound_chain(Process& child);

  ProcessTableLimits limits_;
  std::unordered_map<std::uint32_t, Entry> entries_;
  std::unordered_map<std::uint32_t, Thread> threads_;
  std::deque<Exited> exited_;
  std::shared_ptr<std::size_t> objects_;
  Entry* oldest_ = nullptr;
  Entry* newest_ = nullptr;
  Entry* last_found_ = nullptr;
  std::uint64_t generation_ = 0;
  std::uint64_t ancestry_epoch_ = 1;
  std::uint64_t forgotten_ = 0;
};

}  // namespace yagura::sensor
