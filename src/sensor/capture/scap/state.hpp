#pragma once

// What the converter keeps of a capture's processes: Falco's events name descriptors by number, our
// records say what they are.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sensor/record/record.h"

namespace yagura::sensor::scap {

struct Descriptor {
  std::string path;  // resolved; of a unix socket its name; "[eventpoll]", "pipe:[7]"
  ygr_file file{};
  bool is_socket = false;
  ygr_socket socket{};
};

// Bytes that many share; whoever took some gives them back at its end.
class Budget {
 public:
  explicit Budget(std::size_t limit) : limit_(limit) {}
  [[nodiscard]] bool has(std::size_t size) const {
    return size <= limit_ && *used_ <= limit_ - size;
  }
  [[nodiscard]] std::size_t used() const { return *used_; }

  class Charge {
   public:
    Charge() = default;
    explicit Charge(const Budget& budget) : used_(budget.used_) {}
    Charge(const Charge&) = delete;
    Charge& operator=(const Charge&) = delete;
    Charge(Charge&& other) noexcept
        : used_(std::move(other.used_)), size_(std::exchange(other.size_, 0)) {}
    Charge& operator=(Charge&& other) noexcept {
      std::swap(used_, other.used_);
      std::swap(size_, other.size_);
      return *this;
    }
    ~Charge() {
      if (used_ != nullptr) *used_ -= size_;
    }
    void add(std::size_t size) {
      size_ += size;
      if (used_ != nullptr) *used_ += size;
    }
    void remove(std::size_t size) {
      size_ -= size;
      if (used_ != nullptr) *used_ -= size;
    }

   private:
    std::shared_ptr<std::size_t> used_;
    std::size_t size_ = 0;
  };

 private:
  std::size_t limit_;
  std::shared_ptr<std::size_t> used_ = std::make_shared<std::size_t>(0);
};

// The descriptors of one process: at most kMaxDescriptors, and within the budget of all; what does
// not fit is not kept.
class Descriptors {
 public:
  static constexpr std::size_t kMaxDescriptors = 4096;

  explicit Descriptors(const Budget& budget) : budget_(&budget), charge_(budget) {}
  // Where the budget has no room for it, a copy is empty.
  Descriptors(const Descriptors& other);
  Descriptors& operator=(const Descriptors&) = delete;

  [[nodiscard]] const Descriptor* find(std::int32_t fd) const;
  void set(std::int32_t fd, Descriptor descriptor);
  void remove(std::int32_t fd);
  [[nodiscard]] bool has_close_on_exec() const;
  void remove_close_on_exec();

 private:
  const Budget* budget_;
  Budget::Charge charge_;
  std::size_t bytes_ = 0;
  std::map<std::int32_t, Descriptor> map_;
};

// Immutable once it is made.
struct Program {
  std::string exe_path, filename, comm, argv, environment;
  ygr_file exe{};
  Budget::Charge charge;
};

struct Task {
  std::uint32_t pid = 0;
  std::uint64_t start_ns = 0;  // 0: it was there before the capture
  std::uint32_t parent_pid = 0;
  std::shared_ptr<const Program> program = std::make_shared<const Program>();
  std::string comm, cwd = "/";
  ygr_credentials credentials{};
  std::uint32_t login_uid = 0xffffffff, tty = 0, pgid = 0, sid = 0;
  std::uint32_t vpid = 0, vpgid = 0;
  std::uint64_t pid_ns_start_ns = 0, fd_limit = 0;
  std::uint64_t vm_size_kb = 0, vm_rss_kb = 0, vm_swap_kb = 0;
  std::uint64_t cgroup_id = 0;
  // Shared after a fork until one of them changes. Null: none yet.
  std::shared_ptr<Descriptors> descriptors;

  [[nodiscard]] const Descriptor* find(std::int64_t fd) const;
  void set(std::int64_t fd, Descriptor descriptor);
  void remove(std::int64_t fd);
  void remove_close_on_exec();

 private:
  Descriptors& own();
};

struct Thread {
  std::uint32_t pid = 0, vtid = 0;
  // The beginning of the call that it is in: parameters by name.
  std::uint16_t enter_type = 0;
  std::vector<std::pair<std::string_view, std::string>> enter;
};

class State {
 public:
  static constexpr std::size_t kMaxThreads = 200'000;
  static constexpr std::size_t kMaxPending = std::size_t{64} << 20;  // bytes of enter parameters
  static constexpr std::size_t kMaxDescriptorBytes = std::size_t{256} << 20;
  static constexpr std::size_t kMaxProgramBytes = std::size_t{256} << 20;

  // The thread, made with a task of its own where nobody told of it.
  Thread& thread(std::uint32_t tid);
  [[nodiscard]] Thread* find_thread(std::uint32_t tid);
  Thread& add_thread(std::uint32_t tid, std::uint32_t pid);
  Task& task(std::uint32_t pid);
  [[nodiscard]] Task* find_task(std::uint32_t pid);
  void remove_thread(std::uint32_t tid);
  [[nodiscard]] const std::map<std::uint32_t, Task>& tasks() const { return tasks_; }
  [[nodiscard]] const std::unordered_map<std::uint32_t, Thread>& threads() const {
    return threads_;
  }
  // Texts are cut to what records hold; where there is no more room, arguments and environment are
  // left out.
  [[nodiscard]] std::shared_ptr<const Program> keep(Program program);
  void set_enter(Thread& thread, std::uint16_t type,
                 std::vector<std::pair<std::string_view, std::string>> parameters);
  void clear_enter(Thread& thread);

 private:
  void make_room();

  // Before what is charged to them.
  Budget descriptor_bytes_{kMaxDescriptorBytes};
  Budget program_bytes_{kMaxProgramBytes};
  std::map<std::uint32_t, Task> tasks_;
  std::unordered_map<std::uint32_t, Thread> threads_;
  std::size_t pending_bytes_ = 0;
};

// An absolute path without "." and "..", from a name and the absolute directory that it is relative
// to. Empty where the directory is unknown and needed. Linear; at most YGR_MAX_PATH bytes.
[[nodiscard]] std::string join_path(std::string_view directory, std::string_view name);

}  // namespace yagura::sensor::scap
