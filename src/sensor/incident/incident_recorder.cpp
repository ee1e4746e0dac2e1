#include "sensor/incident/incident_recorder.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "rules/event_type.hpp"

namespace yagura::sensor {

namespace {

constexpr std::size_t kMaxRemembered = 20'000;  // containers and rules; beyond, all are forgotten
constexpr std::size_t kMaxScanned = 100'000;    // processes that are looked at for one incident

std::string_view origin_name(AlertOrigin origin) {
  switch (origin) {
    case AlertOrigin::kRule:
      return "rule";
    case AlertOrigin::kProfile:
      return "profile";
    case AlertOrigin::kStatistics:
      return "statistics";
    case AlertOrigin::kWatchList:
      return "watch_list";
    case AlertOrigin::kPattern:
      return "pattern";
    case AlertOrigin::kEnforcement:
      return "enforcement";
  }
  return "";
}

std::string container_id(const SensorEvent& event) {
  return event.container() != nullptr ? event.container()->id : std::string();
}

using Key = std::pair<std::uint32_t, std::uint64_t>;  // pid and start

// Parents before children; whose parent is not there comes in the order of start.
void sort_parents_first(std::vector<IncidentProcess>& processes) {
  std::ranges::stable_sort(processes, {}, [](const IncidentProcess& process) {
    return std::pair(process.start_ns, process.pid);
  });
  std::map<std::uint32_t, std::size_t> by_pid;
  for (std::size_t i = 0; i < processes.size(); ++i) by_pid[processes[i].pid] = i;
  std::vector<bool> is_placed(processes.size(), false);
  std::vector<IncidentProcess> sorted;
  sorted.reserve(processes.size());
  for (std::size_t i = 0; i < processes.size(); ++i) {
    std::vector<std::size_t> chain;
    for (std::size_t at = i; !is_placed[at];) {
      is_placed[at] = true;
      chain.push_back(at);
      const auto parent = by_pid.find(processes[at].parent_pid);
      if (parent == by_pid.end()) break;
      at = parent->second;
    }
    for (std::size_t k = chain.size(); k > 0; --k) {
      sorted.push_back(std::move(processes[chain[k - 1]]));
    }
  }
  processes = std::move(sorted);
}

}  // namespace

IncidentRecorder::IncidentRecorder(IncidentOptions options, EventIds ids, IncidentStore& store,
                                   const ProcessTable* processes, AlertSink& next)
    : options_(std::move(options)),
      ids_(ids),
      store_(&store),
      processes_(processes),
      next_(&next),
      notes_(options_.notes) {}

void IncidentRecorder::on_alert(const SensorAlert& alert) {
  const std::string id = id_for(alert);
  if (id.empty()) {
    next_->on_alert(alert);
    return;
  }
  std::vector<std::pair<std::string, std::string>> fields(alert.fields.begin(), alert.fields.end());
  fields.emplace_back("yagura.event_id", id);
  SensorAlert named = alert;
  named.fields = fields;
  next_->on_alert(named);
}

bool IncidentRecorder::may_write(std::int64_t wall_ns) {
  const std::int64_t second = wall_ns / 1'000'000'000;
  if (second != second_) {
    second_ = second;
    in_second_ = 0;
  }
  return ++in_second_ <= options_.max_per_second;
}

// Empty: the alert gets none.
std::string IncidentRecorder::id_for(const SensorAlert& alert) {
  const SensorEvent& event = *alert.event;
  std::string key = container_id(event);
  key += '\0';
  key += alert.rule;
  if (last_.size() >= kMaxRemembered) last_.clear();
  Last& last = last_[std::move(key)];
  const auto quiet = std::chrono::duration_cast<std::chrono::nanoseconds>(options_.quiet).count();
  if (!last.id.empty() && event.wall_ns - last.wall_ns < quiet) {
    ++counts_.repeats;
    return last.id;
  }
  if (!may_write(event.wall_ns)) {
    ++counts_.suppressed;
    return {};
  }
  std::string id = ids_.next(event.wall_ns);
  last = {.id = id, .wall_ns = event.wall_ns};
  write(id, alert);
  remember(id, alert);
  return id;
}

void IncidentRecorder::remember(const std::string& id, const SensorAlert& alert) {
  if (earlier_.size() >= kMaxRemembered) earlier_.clear();
  std::deque<EarlierAlert>& earlier = earlier_[container_id(*alert.event)];
  earlier.push_back({.id = id,
                     .wall_ns = alert.event->wall_ns,
                     .rule = std::string(alert.rule),
                     .priority = std::string(alert.priority)});
  if (earlier.size() > options_.max_earlier) earlier.pop_front();
}

void IncidentRecorder::write(const std::string& id, const SensorAlert& alert) {
  const SensorEvent& event = *alert.event;
  Incident incident;
  incident.id = id;
  incident.wall_ns = event.wall_ns;
  incident.host = options_.host;
  incident.rule = alert.rule;
  incident.priority = alert.priority;
  incident.origin = origin_name(alert.origin);
  if (options_.output_text) incident.output = options_.output_text(alert);
  incident.tags.assign(alert.tags.begin(), alert.tags.end());
  incident.fields.assign(alert.fields.begin(), alert.fields.end());
  const ygr_header& header = event.record->header();
  incident.call = rules::event_type_name(header.type);
  incident.result = header.result;
  incident.container = event.process->container;
  const std::string container = container_id(event);
  const auto& notes = notes_.of(container);
  const std::size_t skip =
      notes.size() > options_.max_notes ? notes.size() - options_.max_notes : 0;
  incident.are_notes_cut = skip > 0;
  incident.notes.assign(notes.begin() + static_cast<std::ptrdiff_t>(skip), notes.end());
  add_processes(incident, event);
  if (const auto found = earlier_.find(container); found != earlier_.end()) {
    incident.earlier.assign(found->second.begin(), found->second.end());
  }
  ++counts_.incidents;
  // What the disk refuses is counted by the store; the alert itself goes on.
  (void)store_->write(id, to_json(incident));
}

IncidentProcess IncidentRecorder::describe(const Process& process, const SensorEvent& event) const {
  IncidentProcess told;
  told.pid = process.pid;
  told.parent_pid = process.parent != nullptr ? process.parent->pid : process.parent_pid;
  told.start_ns = process.start_ns;
  const std::int64_t boot_offset =
      event.wall_ns - static_cast<std::int64_t>(event.record->header().time_ns);
  if (process.start_ns != 0) {
    told.started_ns = boot_offset + static_cast<std::int64_t>(process.start_ns);
  }
  told.name = process.comm;
  told.exe_path = process.image->exe_path;
  told.command_line = command_line(process.image->argv, options_.max_command_line);
  told.cwd = process.cwd;
  told.uid = process.credentials.euid;
  if (options_.user_name) told.user = options_.user_name(process, told.uid, event.wall_ns);
  if (told.user.empty()) told.user = std::to_string(told.uid);
  told.has_exited = process.has_exited;
  told.is_in_container = process.container != nullptr;
  return told;
}

// The subject, its ancestors, and of its container whatever runs or ran lately; of the host only
// what hangs below the subject's parent, since the rest of the machine says nothing.
void IncidentRecorder::add_processes(Incident& incident, const SensorEvent& event) const {
  std::map<Key, bool> told;
  const auto add = [&](IncidentProcess process) {
    if (!told.emplace(Key(process.pid, process.start_ns), true).second) return;
    if (incident.processes.size() >= options_.max_processes) {
      incident.is_process_list_cut = true;
      return;
    }
    incident.processes.push_back(std::move(process));
  };
  const Process& subject = *event.process;
  for (const Process* at = &subject; at != nullptr; at = at->parent.get()) {
    IncidentProcess process = describe(*at, event);
    process.is_subject = at == &subject;
    process.is_ancestor = at != &subject;
    add(std::move(process));
  }
  const Container* const container = event.container();
  if (processes_ != nullptr) {
    std::size_t scanned = 0;
    processes_->for_each([&](const Process& process) {
      if (++scanned > kMaxScanned) return;
      const bool is_near =
          container != nullptr
              ? process.container != nullptr && process.container->id == container->id
              : process.container == nullptr && process.parent != nullptr &&
                    (process.parent.get() == &subject || process.parent == subject.parent);
      if (is_near) add(describe(process, event));
    });
  }
  // Programs that have ended since are known from their notes; the newest first.
  for (auto note = incident.notes.rbegin(); note != incident.notes.rend(); ++note) {
    if (note->kind != NoteKind::kExec) continue;
    const bool is_near = container != nullptr || note->parent_pid == subject.pid ||
                         note->parent_pid == subject.parent_pid;
    if (!is_near) continue;
    IncidentProcess process;
    process.pid = note->pid;
    process.parent_pid = note->parent_pid;
    process.start_ns = note->start_ns;
    process.started_ns = note->first_ns;
    process.exe_path = note->detail;
    process.name = note->detail.substr(note->detail.rfind('/') + 1);
    process.command_line = note->subject;
    process.has_exited = processes_ != nullptr;  // else nobody knows
    process.is_in_container = container != nullptr;
    add(std::move(process));
  }
  sort_parents_first(incident.processes);
  if (container != nullptr) return;
  // Of the host's notes those of others say nothing.
  std::erase_if(incident.notes,
                [&told](const Note& note) { return !told.contains(Key(note.pid, note.start_ns)); });
}

IncidentCounts IncidentRecorder::counts() const {
  IncidentCounts counts = counts_;
  counts.dropped_notes = notes_.dropped();
  counts.note_bytes = notes_.bytes();
  counts.store = store_->counts();
  return counts;
}

}  // namespace yagura::sensor
