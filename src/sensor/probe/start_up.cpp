// The iterator's file is a stream of records. Each is read whole and, if it is a main thread's,
// made anew with what only /proc can tell: the arguments lie in the other task's memory.

#include "sensor/probe/start_up.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <string>

#include "sensor/bpf/counters.h"
#include "sensor/probe/bpf_error.hpp"
#include "sensor/record/record_writer.hpp"
#include "start_up.skel.h"

namespace yagura::sensor {

namespace {

class OwnedFd {
 public:
  explicit OwnedFd(int fd) : fd_(fd) {}
  ~OwnedFd() {
    if (fd_ >= 0) close(fd_);
  }
  OwnedFd(const OwnedFd&) = delete;
  OwnedFd& operator=(const OwnedFd&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

struct CloseSkeleton {
  void operator()(start_up_bpf* skeleton) const { start_up_bpf__destroy(skeleton); }
};
struct CloseLink {
  void operator()(bpf_link* link) const { bpf_link__destroy(link); }
};

// At most `most` bytes of a file of /proc/PID; empty where it can't be read.
std::string read_proc(std::uint32_t pid, const char* name, std::size_t most) {
  const OwnedFd file(open(fmt::format("/proc/{}/{}", pid, name).c_str(), O_RDONLY | O_CLOEXEC));
  std::string text(most, '\0');
  std::size_t size = 0;
  while (file.get() >= 0 && size < most) {
    const ssize_t got = read(file.get(), text.data() + size, most - size);
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
  }
  text.resize(size);
  return text;
}

// Field 22 of /proc/PID/stat: when it started, in ticks since boot. Names may hold anything, but
// nothing behind the last parenthesis is a name. 0: no such process.
std::uint64_t start_in_ticks(std::uint32_t pid) {
  const std::string text = read_proc(pid, "stat", 2048);
  std::string_view rest(text);
  const std::size_t end = rest.rfind(')');
  if (end == std::string_view::npos) return 0;
  rest.remove_prefix(end + 1);
  for (int field = 2; field < 22; ++field) {
    const std::size_t blank = rest.find(' ');
    if (blank == std::string_view::npos) return 0;
    rest.remove_prefix(blank + 1);
  }
  std::uint64_t ticks = 0;
  std::from_chars(rest.data(), rest.data() + rest.size(), ticks);
  return ticks;
}

// /proc of another PID namespace has other processes under our numbers.
bool is_same_process(const ygr_task& task) {
  const auto per_second = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
  const std::uint64_t expected = task.start_ns / (1'000'000'000 / per_second);
  const std::uint64_t ticks = start_in_ticks(task.pid);
  return ticks != 0 && ticks + 1 >= expected && ticks <= expected + 1;
}

void add_text(RecordWriter& writer, ygr_section_id id, std::string text, std::size_t most) {
  const bool is_truncated = text.size() > most;
  if (is_truncated) text.resize(most);
  if (!text.empty()) writer.add(id, text, is_truncated);
}

class TaskTeller {
 public:
  explicit TaskTeller(const RecordHandler& handler) : handler_(handler) {}

  // Whole records are handed on; what is left of the last one stays.
  Result<void> take(std::span<const std::byte> bytes) {
    pending_.insert(pending_.end(), bytes.begin(), bytes.end());
    std::size_t at = 0;
    while (pending_.size() - at >= sizeof(ygr_header)) {
      std::uint32_t size = 0;
      std::memcpy(&size, pending_.data() + at, sizeof(size));
      if (size < sizeof(ygr_header) || size > YGR_MAX_RECORD) {
        return fail(ErrorCode::kInternal, "the iterator of tasks tells impossible sizes");
      }
      if (pending_.size() - at < size) break;
      YAGURA_TRY(const RecordView view, RecordView::read(std::span(pending_).subspan(at, size)));
      tell(view);
      at += size;
    }
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(at));
    return {};
  }
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  void tell(const RecordView& view) {
    ++count_;
    const auto task = view.get<ygr_task>(YGR_S_TASK);
    const bool has_arguments = task && (task->flags & YGR_TASK_MAIN_THREAD) != 0 &&
                               (task->flags & YGR_TASK_KERNEL_THREAD) == 0;
    if (!has_arguments || !is_same_process(*task)) {
      handler_(view, YGR_RING_VITAL);
      return;
    }
    writer_.begin(view.header());
    for (int id = YGR_S_NONE + 1; id < YGR_SECTION_IDS; ++id) {
      const auto section = static_cast<ygr_section_id>(id);
      if (view.has(section)) writer_.add(section, view.text(section), view.is_truncated(section));
    }
    add_text(writer_, YGR_S_ARGV, read_proc(task->pid, "cmdline", YGR_MAX_ARGV + 1), YGR_MAX_ARGV);
    add_text(writer_, YGR_S_ENV, read_proc(task->pid, "environ", YGR_MAX_ENV + 1), YGR_MAX_ENV);
    if (const auto whole = RecordView::read(writer_.finish())) handler_(*whole, YGR_RING_VITAL);
  }

  const RecordHandler& handler_;
  std::vector<std::byte> pending_;
  RecordWriter writer_;
  std::size_t count_ = 0;
};

void configure(start_up_bpf& skeleton, const ProbeOptions& options) {
  auto& knobs = *skeleton.rodata;
  knobs.ygr_is_scoped = options.scope_cgroups.empty() ? 0 : 1;
  std::ranges::copy(options.scope_cgroups, std::begin(knobs.ygr_scopes));
  knobs.ygr_page_kb = static_cast<unsigned>(sysconf(_SC_PAGESIZE) / 1024);
  auto& maps = skeleton.maps;
  for (bpf_map* unused :
       {maps.events, maps.vital, maps.plans, maps.uring_plans, maps.mapped_files, maps.accepted}) {
    bpf_map__set_autocreate(unused, false);
  }
  bpf_map__set_max_entries(maps.scratches, static_cast<std::uint32_t>(libbpf_num_possible_cpus()));
}

}  // namespace

Result<std::size_t> tell_running_tasks(const ProbeOptions& options, const RecordHandler& handler) {
  keep_bpf_warnings();
  const std::unique_ptr<start_up_bpf, CloseSkeleton> skeleton(start_up_bpf__open());
  if (!skeleton) return bpf_failure("opening the iterator of tasks", -errno);
  configure(*skeleton, options);
  if (const int error = start_up_bpf__load(skeleton.get()); error != 0) {
    return bpf_failure("loading the iterator of tasks", error);
  }
  const std::unique_ptr<bpf_link, CloseLink> link(
      bpf_program__attach_iter(skeleton->progs.ygr_running_task, nullptr));
  if (!link) return bpf_failure("attaching the iterator of tasks", -errno);
  const OwnedFd file(bpf_iter_create(bpf_link__fd(link.get())));
  if (file.get() < 0) return bpf_failure("opening the iterator's file", -errno);
  TaskTeller teller(handler);
  std::vector<std::byte> buffer(65536);
  while (true) {
    const ssize_t got = read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return bpf_failure("reading the iterator of tasks", -errno);
    if (got == 0) return teller.count();
    YAGURA_TRY_VOID(teller.take(std::span(buffer).first(static_cast<std::size_t>(got))));
  }
}

}  // namespace yagura::sensor
