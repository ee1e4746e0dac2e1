// Sequences are numbered anew: two rings of a CPU count each for itself, and a reader knows of one
// stream alone. A gap in the new numbers is what the pipeline said was lost before an event.

#include "sensor/capture/capture_writer.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <utility>

#include "rules/event_type.hpp"
#include "sensor/capture/task_record.hpp"

namespace yagura::sensor {

namespace {

constexpr std::size_t kMaxDescribed = 300'000;  // processes; beyond, all are described anew
constexpr std::size_t kMaxAncestors = 128;

}  // namespace

Result<std::unique_ptr<CaptureWriter>> CaptureWriter::open(CaptureWriterOptions options) {
  if (options.max_file_bytes > 0 || options.max_file_age.count() > 0) {
    options.output.rotates = true;
  }
  options.block_size =
      std::clamp<std::size_t>(options.block_size, 1, kMaxBlockSize - 2 * YGR_MAX_RECORD);
  std::unique_ptr<CaptureWriter> writer(new CaptureWriter(std::move(options)));
  YAGURA_TRY(writer->output_, CaptureOutput::open(writer->options_.output));
  writer->first_facts_ = writer->make_first_facts();
  writer->begin_file();
  return writer;
}

CaptureWriter::~CaptureWriter() { push_records(); }

void CaptureWriter::forget() {
  processes_.clear();
  threads_.clear();
  containers_.clear();
  owners_.clear();
}

void CaptureWriter::begin_file() {
  forget();
  output_->push(BlockType::kFacts, first_facts_, 0);
}

std::string CaptureWriter::make_first_facts() const {
  Facts facts;
  facts.has_machine = true;
  facts.machine = options_.machine;
  for (const std::string_view name : rules::event_types()) facts.event_types.emplace_back(name);
  facts.users = options_.users;
  facts.groups = options_.groups;
  std::string json = to_json(facts);
  if (json.size() <= kMaxBlockSize) return json;
  facts.users.clear();
  facts.groups.clear();
  return to_json(facts);
}

void CaptureWriter::push_facts(const Facts& facts) {
  std::string json = to_json(facts);
  // A container with megabytes of annotations stays unknown.
  if (json.size() <= kMaxBlockSize) output_->push(BlockType::kFacts, std::move(json), 0);
}

// What was dropped may have held what later events need.
void CaptureWriter::start_over_after_drops() {
  const std::uint64_t drops = output_->drops();
  if (drops == seen_drops_) return;
  seen_drops_ = drops;
  begin_file();
}

void CaptureWriter::rotate_if_due(std::int64_t wall_ns) {
  const bool is_large =
      options_.max_file_bytes > 0 && output_->file_bytes() >= options_.max_file_bytes;
  const bool is_old =
      options_.max_file_age.count() > 0 && file_began_ns_ != 0 &&
      wall_ns - file_began_ns_ >=
          std::chrono::duration_cast<std::chrono::nanoseconds>(options_.max_file_age).count();
  if (!is_large && !is_old) return;
  push_records();
  output_->start_file();
  file_began_ns_ = wall_ns;
  sequences_.clear();
  begin_file();
}

void CaptureWriter::on_event(const SensorEvent& event) {
  ++events_;
  if (options_.wanted && !options_.wanted(event)) {
    ++skipped_;
    return;
  }
  if (file_began_ns_ == 0) file_began_ns_ = event.wall_ns;
  if (block_.empty()) {
    start_over_after_drops();
    rotate_if_due(event.wall_ns);
    block_began_ns_ = event.wall_ns;
  }
  describe(event);
  append(event.record->bytes(), *event.process, event.record->header().cpu, event.lost_before);
  ++block_events_;
  if (event.record->kind() == YGR_EXIT) {
    const ygr_header& header = event.record->header();
    threads_.erase(header.tid);
    if (header.tid == header.pid) processes_.erase({event.process->start_ns, header.pid});
  }
  if (block_.size() >= options_.block_size) push_records();
}

void CaptureWriter::on_tick(std::int64_t wall_ns) {
  const auto delay =
      std::chrono::duration_cast<std::chrono::nanoseconds>(options_.max_delay).count();
  if (!block_.empty() && wall_ns - block_began_ns_ >= delay) push_records();
}

void CaptureWriter::describe(const SensorEvent& event) {
  if (processes_.size() + threads_.size() + owners_.size() > kMaxDescribed) forget();
  const ygr_header& header = event.record->header();
  const Process& process = *event.process;
  if (process.pid == 0) return;  // nobody's: a cgroup that the kernel removes
  describe_container(process);
  const bool is_main = header.tid == header.pid;
  switch (event.record->kind()) {
    case YGR_EXEC:  // says itself what the process is; so does a fork
    case YGR_FORK:
    case YGR_TASK:
      if (event.created_by != nullptr) describe_process(*event.created_by, header);
      if (!is_main) break;
      if (process.parent != nullptr) describe_process(*process.parent, header);
      processes_[{process.start_ns, process.pid}] = process.image->number;
      return;
    default:
      break;
  }
  describe_process(process, header);
  if (!is_main) describe_thread(event);
}

void CaptureWriter::describe_thread(const SensorEvent& event) {
  const ygr_header& its = event.record->header();
  if (!threads_.insert(its.tid).second || event.record->kind() == YGR_FORK ||
      event.record->kind() == YGR_TASK) {
    return;
  }
  ygr_header header{};
  header.kind = YGR_TASK;
  header.time_ns = its.time_ns;
  header.cgroup_id = event.process->cgroup_id;
  header.tid = its.tid;
  header.pid = its.pid;
  header.uid = its.uid;
  task_.begin(header);
  ygr_task facts{};
  facts.tid = its.tid;
  facts.pid = its.pid;
  facts.vtid = event.vtid;
  facts.vpid = event.process->vpid;
  task_.add_struct(YGR_S_TASK, facts);
  task_.add(YGR_S_COMM, event.thread_comm);
  append(task_.finish(), *event.process, its.cpu, 0);
}

void CaptureWriter::describe_process(const Process& process, const ygr_header& event) {
  std::vector<const Process*> unknown;
  for (const Process* at = &process; at != nullptr && unknown.size() < kMaxAncestors;
       at = at->parent.get()) {
    const auto found = processes_.find({at->start_ns, at->pid});
    if (found != processes_.end() && found->second == at->image->number) break;
    unknown.push_back(at);
  }
  for (std::size_t i = unknown.size(); i > 0; --i) {
    const Process& one = *unknown[i - 1];
    describe_container(one);
    write_task_record(task_, one, event.time_ns);
    append(task_.finish(), one, event.cpu, 0);
    processes_[{one.start_ns, one.pid}] = one.image->number;
  }
}

// The number by which the file knows the process's cgroup: its own, but where processes of several
// containers share one (hierarchies of version 1), which then get numbers that there are none of.
std::uint64_t CaptureWriter::cgroup_of(const Process& process) {
  if (process.cgroup_id == 0) return 0;
  const std::string_view id =
      process.container != nullptr ? std::string_view(process.container->id) : std::string_view();
  const std::string& owner = owners_.try_emplace(process.cgroup_id, id).first->second;
  if (owner == id) return process.cgroup_id;
  return std::hash<std::string_view>()(id) | std::uint64_t{1} << 63;
}

void CaptureWriter::describe_container(const Process& process) {
  const std::uint64_t cgroup_id = cgroup_of(process);
  const auto found = containers_.find(cgroup_id);
  const bool is_known = found == containers_.end() ? process.container == nullptr
                                                   : found->second == process.container;
  if (is_known) return;
  if (containers_.size() > kMaxDescribed) containers_.clear();
  containers_[cgroup_id] = process.container;
  push_records();
  Facts facts;
  facts.containers.push_back({.cgroup_id = cgroup_id, .container = process.container});
  push_facts(facts);
}

void CaptureWriter::append(std::span<const std::byte> record, const Process& process,
                           std::uint16_t cpu, std::uint64_t lost_before) {
  const std::size_t at = block_.size();
  block_.append(reinterpret_cast<const char*>(record.data()), record.size());
  ygr_header header{};
  std::memcpy(&header, record.data(), sizeof(header));
  if (cpu >= sequences_.size()) sequences_.resize(cpu + std::size_t{1}, 0);
  sequences_[cpu] += 1 + lost_before;
  header.cpu = cpu;
  header.sequence = sequences_[cpu];
  if (process.cgroup_id != 0 && header.cgroup_id == process.cgroup_id) {
    header.cgroup_id = cgroup_of(process);
  }
  std::memcpy(block_.data() + at, &header, sizeof(header));
}

void CaptureWriter::push_records() {
  if (block_.empty()) return;
  output_->push(BlockType::kRecords, std::exchange(block_, {}), std::exchange(block_events_, 0));
}

void CaptureWriter::flush() {
  push_records();
  output_->flush();
}

CaptureWriterCounts CaptureWriter::counts() const {
  return {.events = events_, .skipped = skipped_, .output = output_->counts()};
}

}  // namespace yagura::sensor
