#pragma once

// What the converter keeps of a capture's processes: Falco's events name descriptors by number, our
// records say what they are.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sensor/record/record.h"

namespace yagura::sensor::scap {

struct Descriptor {
  std::string path;  // resolved; of a unix socket its name; "[eventpoll]", "pipe:[7]"
  ygr_file file{};
  bool is_socket = false;
  ygr_socket socket{};
};

// At most kMaxDescriptors; more are not kept.
using Descriptors = std::map<std::int32_t, Descriptor>;
inline constexpr std::size_t kMaxDescriptors = 4096;

struct Program {
  std::string exe_path, filename, comm, argv, environment;
  ygr_file exe{};
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
  // Shared after a fork until one of them changes.
  std::shared_ptr<Descriptors> descriptors = std::make_shared<Descriptors>();

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
  void set_enter(Thread& thread, std::uint16_t type,
                 std::vector<std::pair<std::string_view, std::string>> parameters);
  void clear_enter(Thread& thread);

 private:
  void make_room();

  std::map<std::uint32_t, Task> tasks_;
  std::unordered_map<std::uint32_t, Thread> threads_;
  std::size_t pending_bytes_ = 0;
};

// An absolute path without "." and "..", from a name and the absolute directory that it is relative
// to. Empty where the directory is unknown and needed. Linear; at most YGR_MAX_PATH bytes.
[[nodiscard]] std::string join_path(std::string_view directory, std::string_view name);

}  // namespace yagura::sensor::scap
