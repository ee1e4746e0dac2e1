#include "sensor/probe/probe.hpp"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "probe.skel.h"
#include "sensor/bpf/counters.h"
#include "sensor/probe/bpf_error.hpp"
#include "sensor/probe/call_numbers.hpp"
#include "sensor/probe/merge.hpp"
#include "sensor/probe/ring_reader.hpp"
#include "sensor/probe/start_up.hpp"
#include "sensor/probe/uring_plans.hpp"

namespace yagura::sensor {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestSleep{10};
// Whoever reads faster than others write would come back for every record: after so few the reader
// sleeps first, unless it is woken.
constexpr std::size_t kFewRecords = 256;

rules::EventType type_of(std::string_view name) { return rules::find_event_type(name).value_or(0); }

std::uint32_t wake_bytes_for(const ProbeOptions& options) {
  constexpr std::size_t kMost = std::size_t{256} << 10;
  const auto cpus = static_cast<std::size_t>(std::max(libbpf_num_possible_cpus(), 1));
  const std::size_t ring = std::min(options.events_ring_bytes, options.vital_ring_bytes);
  return static_cast<std::uint32_t>(std::clamp<std::size_t>(ring / 4 / cpus, 1, kMost));
}

void set_knobs(probe_bpf& skeleton, const ProbeOptions& options) {
  auto& knobs = *skeleton.rodata;
  knobs.ygr_own_pid = static_cast<unsigned>(getpid());
  knobs.ygr_is_scoped = options.scope_cgroups.empty() ? 0 : 1;
  std::ranges::copy(options.scope_cgroups, std::begin(knobs.ygr_scopes));
  knobs.ygr_page_kb = static_cast<unsigned>(sysconf(_SC_PAGESIZE) / 1024);
  knobs.ygr_wake_bytes = options.wake_bytes != 0 ? options.wake_bytes : wake_bytes_for(options);
  knobs.ygr_type_execve = type_of("execve");
  knobs.ygr_type_execveat = type_of("execveat");
  knobs.ygr_type_fork = type_of("fork");
  knobs.ygr_type_vfork = type_of("vfork");
  knobs.ygr_type_clone = type_of("clone");
  knobs.ygr_type_clone3 = type_of("clone3");
  knobs.ygr_type_exit = type_of("procexit");
  knobs.ygr_call_execveat = native_call_number("execveat");
  knobs.ygr_call_fork = native_call_number("fork");
  knobs.ygr_call_vfork = native_call_number("vfork");
  knobs.ygr_call_clone = native_call_number("clone");
  knobs.ygr_call_clone3 = native_call_number("clone3");
}

// Plans stand in the table only where somebody wants the call.
CallPlanTable plans_for(const ProbeOptions& options) {
  // No types at all must not mean all of them: exec and the like need no plan.
  static constexpr rules::EventType kNone[] = {rules::kPluginEvent};
  CallPlanOptions plan{.event_types = options.event_types,
                       .opens = options.opens,
                       .data_bytes = options.data_bytes,
                       .tells_dns = options.tells_dns,
                       .tells_libraries = options.tells_libraries};
  if (options.event_types.empty()) plan.event_types = kNone;
  return make_call_plans(plan);
}

// What this kernel has, by its type information.
struct KernelFeatures {
  bool takes_types = false;  // from 6.2 on our word for the types of addresses: bpf/read.h
  // A program for a tracepoint that is not there would have the whole object refused.
  bool has_uring_request = false;  // from 6.3 on
  bool has_uring_entry = false;    // its name until then
  bool has_uring_end = false;
};

KernelFeatures features_of_this_kernel() {
  KernelFeatures features;
  btf* types = btf__load_vmlinux_btf();
  if (types == nullptr) return features;
  features.takes_types = btf__find_by_name_kind(types, "bpf_rdonly_cast", BTF_KIND_FUNC) > 0;
  const auto has_tracepoint = [types](const char* name) {
    return btf__find_by_name(types, fmt::format("btf_trace_{}", name).c_str()) > 0;
  };
  features.has_uring_request = has_tracepoint("io_uring_submit_req");
  features.has_uring_entry = has_tracepoint("io_uring_submit_sqe");
  features.has_uring_end = has_tracepoint("io_uring_complete");
  btf__free(types);
  return features;
}

void choose_programs(probe_bpf& skeleton, bool watches_calls, const KernelFeatures& features) {
  auto& programs = skeleton.progs;
  bpf_program__set_autoload(programs.ygr_sys_exit, !features.takes_types);
  bpf_program__set_autoload(programs.ygr_sys_exit_typed, features.takes_types);
  // Loaded all the same: calls may be wanted later.
  bpf_program__set_autoattach(programs.ygr_sys_exit, watches_calls);
  bpf_program__set_autoattach(programs.ygr_sys_exit_typed, watches_calls);
  bpf_program__set_autoload(programs.ygr_uring_submitted, features.has_uring_request);
  bpf_program__set_autoload(programs.ygr_uring_submitted_before, features.has_uring_entry);
  bpf_program__set_autoload(programs.ygr_uring_completed, features.has_uring_end);
}

struct CloseSkeleton {
  void operator()(probe_bpf* skeleton) const { probe_bpf__destroy(skeleton); }
};

}  // namespace

struct Probe::State {
  ProbeOptions options;
  std::unique_ptr<probe_bpf, CloseSkeleton> skeleton;
  RingReader events;
  RingReader vital;
  int epoll = -1;
  int counts_map = -1;
  std::size_t last_count = 0;  // of records that a look at the rings found
  std::atomic<std::uint64_t> received{0};
  std::atomic<std::uint64_t> malformed{0};

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (epoll >= 0) close(epoll);
  }

  Result<void> load();
  Result<void> fill_plans(const CallPlanTable& plans);
  Result<void> watch_calls();
  Result<void> watch_ring(int map_fd);
  Result<std::size_t> look(const RecordHandler& handler);
  void sleep(milliseconds longest) const;
};

Result<void> Probe::State::load() {
  if (options.scope_cgroups.size() > YGR_MAX_SCOPES) {
    return fail(ErrorCode::kLimitExceeded,
                fmt::format("a probe can watch at most {} cgroups", int{YGR_MAX_SCOPES}));
  }
  keep_bpf_warnings();
  skeleton.reset(probe_bpf__open());
  if (!skeleton) return bpf_failure("opening the kernel programs", -errno);
  const CallPlanTable plans = plans_for(options);
  choose_programs(*skeleton, has_plans(plans), features_of_this_kernel());
  set_knobs(*skeleton, options);
  auto& maps = skeleton->maps;
  if (!options.tells_libraries) bpf_map__set_max_entries(maps.mapped_files, 64);
  bpf_map__set_max_entries(maps.events, static_cast<std::uint32_t>(options.events_ring_bytes));
  bpf_map__set_max_entries(maps.vital, static_cast<std::uint32_t>(options.vital_ring_bytes));
  bpf_map__set_max_entries(maps.scratches, static_cast<std::uint32_t>(libbpf_num_possible_cpus()));
  if (const int error = probe_bpf__load(skeleton.get()); error != 0) {
    return bpf_failure("loading the kernel programs", error);
  }
  YAGURA_TRY_VOID(fill_plans(plans));
  YAGURA_TRY_VOID(events.open(bpf_map__fd(maps.events), options.events_ring_bytes));
  YAGURA_TRY_VOID(vital.open(bpf_map__fd(maps.vital), options.vital_ring_bytes));
  epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) return bpf_failure("watching the rings", -errno);
  YAGURA_TRY_VOID(watch_ring(bpf_map__fd(maps.events)));
  YAGURA_TRY_VOID(watch_ring(bpf_map__fd(maps.vital)));
  counts_map = bpf_map__fd(maps.counts);
  if (const int error = probe_bpf__attach(skeleton.get()); error != 0) {
    return bpf_failure("attaching the kernel programs", error);
  }
  return {};
}

// All of it: a plan of zeros takes one away that was there.
Result<void> Probe::State::fill_plans(const CallPlanTable& plans) {
  const int plans_map = bpf_map__fd(skeleton->maps.plans);
  for (std::uint32_t i = 0; i < plans.size(); ++i) {
    if (plans[i].when != 0) skeleton->bss->ygr_is_planned[i % YGR_CALLS] = 1;
    if (bpf_map_update_elem(plans_map, &i, &plans[i], BPF_ANY) != 0) {
      return bpf_failure("filling the table of calls", -errno);
    }
  }
  const UringPlanTable uring_plans = make_uring_plans(options.event_types);
  for (std::uint32_t i = 0; i < uring_plans.size(); ++i) {
    const int map = bpf_map__fd(skeleton->maps.uring_plans);
    if (bpf_map_update_elem(map, &i, &uring_plans[i], BPF_ANY) != 0) {
      return bpf_failure("filling the table of io_uring's operations", -errno);
    }
  }
  return {};
}

Result<void> Probe::State::watch_calls() {
  const CallPlanTable plans = plans_for(options);
  YAGURA_TRY_VOID(fill_plans(plans));
  const bool is_typed = bpf_program__autoload(skeleton->progs.ygr_sys_exit_typed);
  bpf_link*& link = is_typed ? skeleton->links.ygr_sys_exit_typed : skeleton->links.ygr_sys_exit;
  if (!has_plans(plans) || link != nullptr) return {};
  keep_bpf_warnings();
  link = bpf_program__attach(is_typed ? skeleton->progs.ygr_sys_exit_typed
                                      : skeleton->progs.ygr_sys_exit);
  if (link == nullptr) return bpf_failure("attaching to system calls", -errno);
  return {};
}

// Edge-triggered: a ring that is not empty is no reason to wake, only what its programs say is.
Result<void> Probe::State::watch_ring(int map_fd) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, map_fd, &event) != 0) {
    return bpf_failure("watching a ring", -errno);
  }
  return {};
}

Probe::Probe(std::unique_ptr<State> state) : state_(std::move(state)) {}
Probe::~Probe() = default;

Result<std::unique_ptr<Probe>> Probe::open(const ProbeOptions& options) {
  auto state = std::make_unique<State>();
  state->options = options;
  YAGURA_TRY_VOID(state->load());
  return std::unique_ptr<Probe>(new Probe(std::move(state)));
}

Result<std::size_t> Probe::start_up(const RecordHandler& handler) const {
  return tell_running_tasks(state_->options, handler);
}

Result<std::size_t> Probe::State::look(const RecordHandler& handler) {
  std::uint64_t refused = 0;
  YAGURA_TRY(last_count, merge_rings(events, vital, handler, refused));
  received.fetch_add(last_count, std::memory_order_relaxed);
  if (refused != 0) malformed.fetch_add(refused, std::memory_order_relaxed);
  return last_count;
}

void Probe::State::sleep(milliseconds longest) const {
  epoll_event ready[2];
  epoll_wait(epoll, ready, 2, static_cast<int>(longest.count()));
}

Result<std::size_t> Probe::poll(milliseconds timeout, const RecordHandler& handler) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  if (state_->last_count != 0 && state_->last_count < kFewRecords) {
    state_->sleep(std::min(timeout, kLongestSleep));
  }
  while (true) {
    YAGURA_TRY(const std::size_t count, state_->look(handler));
    if (count != 0) return count;
    const auto left =
        std::chrono::duration_cast<milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return 0;
    state_->sleep(std::min(left, kLongestSleep));
  }
}

ProbeCounts Probe::counts() const {
  ProbeCounts sum;
  sum.received = state_->received.load(std::memory_order_relaxed);
  sum.malformed = state_->malformed.load(std::memory_order_relaxed);
  std::vector<ygr_cpu_counts> cpus(static_cast<std::size_t>(libbpf_num_possible_cpus()));
  const std::uint32_t zero = 0;
  if (bpf_map_lookup_elem(state_->counts_map, &zero, cpus.data()) != 0) return sum;
  for (const ygr_cpu_counts& cpu : cpus) {
    for (int ring = 0; ring < YGR_RINGS; ++ring) {
      sum.made[ring] += cpu.sequence[ring];
      sum.ring_full[ring] += cpu.ring_full[ring];
    }
    sum.sections_lost += cpu.sections_lost;
    sum.unreadable += cpu.unreadable;
  }
  return sum;
}

Result<void> Probe::watch(std::vector<rules::EventType> event_types) {
  state_->options.event_types = std::move(event_types);
  return state_->watch_calls();
}

int Probe::event_fd() const { return state_->epoll; }

}  // namespace yagura::sensor
