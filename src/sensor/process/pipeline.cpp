#include "sensor/process/pipeline.hpp"

// Every record first changes the table and then is told: who looks at the process sees it as it is
// after the call. Nothing is believed to have come before: a process, a thread or a cgroup that
// nobody told about is made from what the record at hand says of it.

#include <utility>

#include "sensor/process/call_effects.hpp"
#include "sensor/process/process_table.hpp"
#include "sensor/process/record_to_process.hpp"
#include "sensor/process/sequence_gaps.hpp"

namespace yagura::sensor {

namespace {

using Entry = ProcessTable::Entry;

std::string_view comm_in(const RecordView& record) {
  const std::string_view text = record.text(YGR_S_COMM);
  return text.substr(0, text.find('\0')).substr(0, 63);
}

bool is_thread_fork(const RecordView& record) { return record.header().tid != record.header().pid; }

}  // namespace

struct Pipeline::State {
  State(ContainerResolver& its_resolver, const PipelineOptions& its_options)
      : resolver(&its_resolver),
        options(its_options),
        table({.max_processes = its_options.max_processes}) {}

  ContainerResolver* resolver;
  PipelineOptions options;
  ProcessTable table;
  CallEffects effects;
  SequenceGaps gaps;
  PipelineCounts counts;
  std::vector<EventConsumer*> consumers;
  std::uint64_t image_number = 0;

  void feed(const RecordView& record, unsigned ring);
  void tell(const RecordView& record, const Process& process, const Process* created_by,
            std::uint64_t lost_before);
  Entry& known(const RecordView& record);
  void forked(const RecordView& record, Entry& entry);
  void executed(const RecordView& record, Entry& entry);
  void called(const RecordView& record, Entry& entry);
  void exited(const RecordView& record, Entry& entry);
  Entry& child_of(const RecordView& record, const std::shared_ptr<Process>& creator);
  void link_parent(Entry& entry, std::uint64_t parent_start_ns);
  void place(Entry& entry, const RecordView& record);
  void changed(Process& process, bool seen_by_children) {
    table.changed(process, seen_by_children);
  }
};

// The process of a record, made where it is unknown.
Entry& Pipeline::State::known(const RecordView& record) {
  const ygr_header& header = record.header();
  if (Entry* const entry = table.find_entry(header.pid)) {
    table.touch(*entry);
    return *entry;
  }
  if (record.kind() != YGR_TASK && record.kind() != YGR_EXEC) ++counts.unknown_processes;
  Entry& entry = table.make(header.pid);
  Process& process = *entry.process;
  auto& credentials = process.credentials;
  credentials.uid = credentials.euid = credentials.suid = credentials.fsuid = header.uid;
  process.is_from_start_up = true;
  return entry;
}

void Pipeline::State::link_parent(Entry& entry, std::uint64_t parent_start_ns) {
  Process& process = *entry.process;
  if (process.parent_pid == 0 || process.parent_pid == process.pid) return;
  const Entry* const parent = table.find_entry(process.parent_pid);
  if (parent == nullptr) return;
  const std::uint64_t known_start = parent->process->start_ns;
  if (parent_start_ns != 0 && known_start != 0 && known_start != parent_start_ns) return;
  if (process.parent == parent->process) return;
  table.set_parent(process, parent->process);
  changed(process, true);
}

// Its cgroup and container, asked for again when the resolver knows more, and at exec, where a node
// of old tells by the process alone.
void Pipeline::State::place(Entry& entry, const RecordView& record) {
  Process& process = *entry.process;
  const std::uint64_t cgroup_id = record.header().cgroup_id;
  const std::uint64_t generation = resolver->generation();
  const bool is_moved = cgroup_id != 0 && cgroup_id != process.cgroup_id;
  const bool is_exec = record.kind() == YGR_EXEC;
  if (!is_moved && !is_exec && entry.resolver_generation == generation && generation != 0) return;
  if (is_moved) process.cgroup_id = cgroup_id;
  entry.resolver_generation = generation;
  auto container =
      process.cgroup_id != 0 ? resolver->find_process(process.pid, process.cgroup_id) : nullptr;
  if (container == process.container && !is_moved) return;
  // A container that is forgotten meanwhile is still the one that the process was in.
  if (container == nullptr && !is_moved) return;
  process.container = std::move(container);
  changed(process, false);
}

// A new process with whatever its creator hands down.
Entry& Pipeline::State::child_of(const RecordView& record,
                                 const std::shared_ptr<Process>& creator) {
  Entry& entry = table.make(record.header().pid);
  Process& process = *entry.process;
  if (creator != nullptr) {
    process.image = creator->image;
    process.comm = creator->comm;
    process.name = creator->name;
    process.cwd = creator->cwd;
    process.credentials = creator->credentials;
    process.login_uid = creator->login_uid;
    process.session_id = creator->session_id;
    process.tty = creator->tty;
    process.pgid = creator->pgid;
    process.sid = creator->sid;
    process.vpgid = creator->vpgid;
    process.vsid = creator->vsid;
    process.mnt_ns = creator->mnt_ns;
    process.pid_ns = creator->pid_ns;
    process.net_ns = creator->net_ns;
    process.user_ns = creator->user_ns;
    process.pid_ns_start_ns = creator->pid_ns_start_ns;
    process.fd_limit = creator->fd_limit;
    process.cgroup_id = creator->cgroup_id;
    process.container = creator->container;
    process.parent_pid = creator->pid;
    table.set_parent(process, creator);
  } else {
    process.credentials.uid = process.credentials.euid = record.header().uid;
    process.is_from_start_up = true;
  }
  process.start_ns = record.header().time_ns;
  return entry;
}

void Pipeline::State::forked(const RecordView& record, Entry& entry) {
  Process& process = *entry.process;
  const auto task = record.get<ygr_task>(YGR_S_TASK);
  apply_task(process, record);
  if (record.has(YGR_S_COMM)) process.comm = process.name = comm_in(record);
  // Whom the kernel calls the parent is the creator's choice (CLONE_PARENT).
  if (task && process.parent == nullptr) link_parent(entry, task->parent_start_ns);
}

void Pipeline::State::executed(const RecordView& record, Entry& entry) {
  Process& process = *entry.process;
  process.has_exited = false;
  entry.is_main_thread_gone = false;
  process.image = image_of(record, *process.image, ++image_number);
  if (record.has(YGR_S_COMM)) process.comm = process.name = comm_in(record);
  process.threads = 1;
  const auto task = record.get<ygr_task>(YGR_S_TASK);
  // Who was seen making it stays its parent: that one may be gone by now, and the kernel's answer
  // whoever takes orphans in. Not so if the number is another process's by now.
  const bool is_creator_known = process.parent != nullptr && task && task->start_ns != 0 &&
                                task->start_ns == process.start_ns;
  apply_task(process, record);
  process.is_from_start_up = record.kind() == YGR_TASK;
  if (task && !is_creator_known &&
      (process.parent == nullptr || process.parent->pid != task->parent_pid)) {
    link_parent(entry, task->parent_start_ns);
  }
  changed(process, true);
}

void Pipeline::State::called(const RecordView& record, Entry& entry) {
  Process& process = *entry.process;
  const ygr_header& header = record.header();
  if (process.has_exited) process.has_exited = false;  // it was not: a thread still runs
  if (process.parent == nullptr) link_parent(entry, 0);
  bool is_changed = apply_task(process, record);
  bool is_seen_by_children = is_changed;
  if (!record.has(YGR_S_CREDENTIALS) && process.credentials.uid != header.uid) {
    process.credentials.uid = header.uid;
    is_changed = true;
  }
  const CallEffect effect = effects.of(header.type);
  if (effect != CallEffect::kNone && header.result >= 0) {
    const EffectResult result = apply_call(effect, process, record, image_number);
    is_changed |= result.is_changed;
    is_seen_by_children |= result.is_seen_by_children;
    if (effect == CallEffect::kComm && header.tid != header.pid) {
      const auto args = record.get<ygr_args>(YGR_S_ARGS);
      constexpr std::uint64_t kSetName = 15;
      if (auto* const thread = table.thread_entry(header.tid);
          thread != nullptr && args && args->value[0] == kSetName) {
        const std::string_view name = record.text(YGR_S_PATH0);
        thread->comm = name.substr(0, name.find('\0')).substr(0, 15);
      }
    }
  }
  if (is_changed) changed(process, is_seen_by_children);
}

void Pipeline::State::exited(const RecordView& record, Entry& entry) {
  Process& process = *entry.process;
  const ygr_header& header = record.header();
  if (header.tid == header.pid) {
    entry.is_main_thread_gone = true;
  } else {
    table.remove_thread(header.tid);
  }
  if (process.threads > 0) --process.threads;
  // The kernel says which thread was the last; counting is for records that do not tell.
  const auto task = record.get<ygr_task>(YGR_S_TASK);
  const bool is_over = task ? (task->flags & YGR_TASK_GROUP_GONE) != 0
                            : process.threads == 0 && entry.is_main_thread_gone;
  if (is_over) table.exited(entry, header.time_ns);
}

void Pipeline::State::tell(const RecordView& record, const Process& process,
                           const Process* created_by, std::uint64_t lost_before) {
  const ygr_header& header = record.header();
  SensorEvent event{.record = &record, .process = &process, .created_by = created_by};
  event.thread_comm = process.comm;
  event.vtid = process.vpid;
  if (header.tid != header.pid) {
    const auto* const thread = table.find_thread(header.tid);
    event.vtid = thread != nullptr ? thread->vtid : 0;
    if (thread != nullptr && !thread->comm.empty()) event.thread_comm = thread->comm;
  }
  event.wall_ns = static_cast<std::int64_t>(header.time_ns +
                                            static_cast<std::uint64_t>(options.boot_offset_ns));
  event.number = ++counts.events;
  event.lost_before = lost_before;
  for (EventConsumer* const consumer : consumers) consumer->on_event(event);
}

void Pipeline::State::feed(const RecordView& record, unsigned ring) {
  const ygr_header& header = record.header();
  const std::uint64_t lost = gaps.next(ring, header.cpu, header.sequence);
  counts.lost += lost;
  table.sweep(header.time_ns);

  std::shared_ptr<Process> creator;
  Entry* entry = nullptr;
  switch (record.kind()) {
    case YGR_CGROUP_MADE:
      resolver->on_cgroup_made(header.cgroup_id, record.text(YGR_S_PATH0));
      break;
    case YGR_CGROUP_GONE:
      resolver->on_cgroup_gone(header.cgroup_id);
      break;
    case YGR_FORK: {
      const auto task = record.get<ygr_task>(YGR_S_TASK);
      if (is_thread_fork(record)) {
        entry = &known(record);
        creator = entry->process;
        ++entry->process->threads;
        table.add_thread(header.tid, {.pid = header.pid,
                                      .vtid = task ? task->vtid : 0,
                                      .comm = std::string(comm_in(record))});
        break;
      }
      if (task) {
        std::uint32_t creator_pid = task->creator_tid;
        if (const auto* const thread = table.find_thread(creator_pid)) creator_pid = thread->pid;
        const Entry* by = table.find_entry(creator_pid);
        if (by == nullptr) by = table.find_entry(task->parent_pid);
        if (by != nullptr && by->process->pid != header.pid) creator = by->process;
      }
      entry = &child_of(record, creator);
      forked(record, *entry);
      break;
    }
    case YGR_EXEC:
    case YGR_TASK:
      entry = &known(record);
      if (record.kind() == YGR_TASK && is_thread_fork(record)) {
        const auto task = record.get<ygr_task>(YGR_S_TASK);
        ++entry->process->threads;
        table.add_thread(header.tid, {.pid = header.pid,
                                      .vtid = task ? task->vtid : 0,
                                      .comm = std::string(comm_in(record))});
        break;
      }
      executed(record, *entry);
      break;
    case YGR_EXIT:
      entry = &known(record);
      exited(record, *entry);
      break;
    case YGR_CALL:
      entry = &known(record);
      called(record, *entry);
      break;
    case YGR_VERDICT:
      // Of a packet from outside: for sockets of a cgroup, by no process.
      if (header.pid == 0) {
        Process nobody{.image = std::make_shared<const Image>()};
        nobody.cgroup_id = header.cgroup_id;
        nobody.container = resolver->find(header.cgroup_id);
        tell(record, nobody, nullptr, lost);
        return;
      }
      entry = &known(record);
      break;
    default:
      entry = &known(record);
      break;
  }
  if (entry == nullptr) {  // of cgroups: whoever makes and removes them
    entry = table.find_entry(header.pid);
    static const Process nobody{.image = std::make_shared<const Image>()};
    tell(record, entry != nullptr ? *entry->process : nobody, nullptr, lost);
    return;
  }
  place(*entry, record);
  table.refresh_ancestry(*entry);
  // Held: a consumer's view of it must not hang on what the table does next.
  const std::shared_ptr<Process> process = entry->process;
  tell(record, *process, creator.get(), lost);
}

Pipeline::Pipeline(ContainerResolver& resolver, PipelineOptions options)
    : state_(std::make_unique<State>(resolver, options)) {}

Pipeline::~Pipeline() = default;

void Pipeline::add_consumer(EventConsumer& consumer) { state_->consumers.push_back(&consumer); }

void Pipeline::feed(const RecordView& record, unsigned ring) { state_->feed(record, ring); }

void Pipeline::tick(std::int64_t wall_ns) {
  const auto boot_ns =
      static_cast<std::int64_t>(static_cast<std::uint64_t>(wall_ns) -
                                static_cast<std::uint64_t>(state_->options.boot_offset_ns));
  if (boot_ns > 0) state_->table.sweep(static_cast<std::uint64_t>(boot_ns));
  for (EventConsumer* const consumer : state_->consumers) consumer->on_tick(wall_ns);
}

const ProcessTable& Pipeline::processes() const { return state_->table; }

const PipelineCounts& Pipeline::counts() const {
  state_->counts.forgotten_processes = state_->table.forgotten();
  return state_->counts;
}

}  // namespace yagura::sensor
