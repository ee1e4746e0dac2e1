// proc.*, thread.*, user.* and group.*.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sensor/view/flag_names.hpp"
#include "sensor/view/sensor_event_view.hpp"

namespace yagura::sensor {

namespace {

constexpr std::array<std::string_view, 7> kShells = {"bash", "sh",   "zsh", "csh",
                                                     "ksh",  "tcsh", "dash"};

rules::Value text_or_absent(std::string_view text) {
  return text.empty() ? rules::Value::absent() : rules::Value::string(text);
}

const Process* ancestor(const Process& process, std::int32_t level) {
  const Process* at = &process;
  for (; at != nullptr && level > 0; --level) at = at->parent.get();
  return at;
}

// The value of a variable in an environment of strings that each end with a zero.
std::optional<std::string_view> variable(std::string_view environment, std::string_view name) {
  std::optional<std::string_view> found;
  for_each_string(environment, [&](std::string_view one) {
    if (found || one.size() <= name.size() || one[name.size()] != '=') return;
    if (one.starts_with(name)) found = one.substr(name.size() + 1);
  });
  return found;
}

std::uint32_t virtual_or(std::uint32_t virtual_number, std::uint32_t host_number) {
  return virtual_number != 0 ? virtual_number : host_number;
}

}  // namespace

std::string_view SensorEventView::command_line(const Process& who) const {
  if (const auto* const texts = texts_.find(who, event_->number)) return texts->command_line;
  std::string& out = scratch();
  out = name_of(who);
  const std::size_t name_end = out.size();
  out += ' ';
  append_arguments(out, who);
  if (out.size() == name_end + 1) out.resize(name_end);
  return arena_copy(out);
}

std::string_view SensorEventView::arguments(const Process& who) const {
  if (const auto* const texts = texts_.find(who, event_->number)) {
    return std::string_view(texts->command_line).substr(texts->arguments_at);
  }
  std::string& out = scratch();
  append_arguments(out, who);
  return arena_copy(out);
}

// What proc.X, proc.pX and proc.aX ask of one process.
rules::Value SensorEventView::one_of(Field field, const Process& who) const {
  switch (field) {
    case Field::kProcExe:
    case Field::kProcPexe:
    case Field::kProcAexe:
    case Field::kProcSidExe:
    case Field::kProcVpgidExe:
    case Field::kProcPgidExe: {
      const std::string_view exe = exe_of(who);
      return exe.empty() ? text_or_absent(who.image->filename) : Value::string(exe);
    }
    case Field::kProcExepath:
    case Field::kProcPexepath:
    case Field::kProcAexepath:
    case Field::kProcSidExepath:
    case Field::kProcVpgidExepath:
    case Field::kProcPgidExepath:
      return text_or_absent(who.image->exe_path);
    case Field::kProcArgs:
    case Field::kProcAargs:
      return Value::string(arguments(who));
    case Field::kProcCmdline:
    case Field::kProcPcmdline:
    case Field::kProcAcmdline:
      return Value::string(command_line(who));
    case Field::kProcApid:
      return Value::integer(who.pid);
    default:
      return Value::string(name_of(who));
  }
}

rules::Value SensorEventView::ancestor_field(const FieldRef& ref) const {
  const auto field = static_cast<Field>(ref.id);
  if (ref.index != FieldRef::kNoIndex) {
    const Process* const who = ancestor(process(), ref.index);
    return who != nullptr ? one_of(field, *who) : Value::absent();
  }
  list_.clear();
  numbers_.clear();
  for (const Process* at = process().parent.get(); at != nullptr; at = at->parent.get()) {
    const Value value = one_of(field, *at);
    if (value.kind() == Value::Kind::kString) list_.push_back(value.as_string());
    if (value.kind() == Value::Kind::kInteger) numbers_.push_back(value.as_integer());
  }
  is_arena_used_ = true;
  if (!numbers_.empty()) {
    return Value::integers(arena_.copy(std::span<const std::int64_t>(numbers_)));
  }
  if (list_.empty()) return Value::absent();
  return Value::strings(arena_.copy(std::span<const std::string_view>(list_)));
}

rules::Value SensorEventView::environment_of(const Process& who, const FieldRef& ref) const {
  const std::string_view environment = who.image->env;
  if (!ref.key.empty()) {
    const auto found = variable(environment, ref.key);
    return found ? Value::string(*found) : Value::absent();
  }
  std::string& out = scratch();
  for_each_string(environment, [&](std::string_view one) {
    if (!out.empty()) out += ' ';
    out += one;
  });
  return out.empty() ? Value::absent() : keep(out);
}

// The process that has the session's number, or the eldest ancestor of the session.
const Process& SensorEventView::session_leader() const {
  const Process& who = process();
  if (sources_.processes != nullptr && who.sid != 0) {
    if (const Process* const leader = sources_.processes->get(who.sid)) return *leader;
  }
  const Process* eldest = &who;
  for (const Process* at = who.parent.get(); at != nullptr && at->sid == who.sid;
       at = at->parent.get()) {
    eldest = at;
  }
  return *eldest;
}

const Process& SensorEventView::group_leader() const {
  const Process& who = process();
  if (sources_.processes != nullptr && who.pgid != 0) {
    if (const Process* const leader = sources_.processes->get(who.pgid)) return *leader;
  }
  const Process* eldest = &who;
  for (const Process* at = who.parent.get(); at != nullptr && at->pgid == who.pgid;
       at = at->parent.get()) {
    eldest = at;
  }
  return *eldest;
}

rules::Value SensorEventView::leader_field(Field field) const {
  switch (field) {
    case Field::kProcSname:
    case Field::kProcSidExe:
    case Field::kProcSidExepath:
      return one_of(field, session_leader());
    default:
      return one_of(field, group_leader());
  }
}

rules::Value SensorEventView::executable_field(Field field) const {
  const ygr_file& exe = process().image->exe;
  const bool is_known = exe.ino != 0 || exe.mode != 0;
  const auto start = static_cast<std::uint64_t>(wall_of(process().start_ns));
  switch (field) {
    case Field::kProcIsExeWritable:
      return Value::boolean((exe.flags & YGR_FILE_WRITABLE) != 0);
    case Field::kProcIsExeUpperLayer:
      return Value::boolean(exe.layer == YGR_LAYER_UPPER);
    case Field::kProcIsExeLowerLayer:
      return Value::boolean(exe.layer == YGR_LAYER_LOWER);
    case Field::kProcIsExeFromMemfd:
      return Value::boolean((exe.flags & YGR_FILE_MEMFD) != 0);
    default:
      break;
  }
  if (!is_known) return Value::absent();
  switch (field) {
    case Field::kProcExeIno:
      return Value::integer(static_cast<std::int64_t>(exe.ino));
    case Field::kProcExeInoCtime:
      return Value::integer(static_cast<std::int64_t>(exe.ctime_ns));
    case Field::kProcExeInoMtime:
      return Value::integer(static_cast<std::int64_t>(exe.mtime_ns));
    case Field::kProcExeInoCtimeDurationProcStart:
      return process().start_ns != 0 && start > exe.ctime_ns
                 ? Value::integer(static_cast<std::int64_t>(start - exe.ctime_ns))
                 : Value::absent();
    default: {
      const auto begin = static_cast<std::uint64_t>(wall_of(process().pid_ns_start_ns));
      return process().pid_ns_start_ns != 0 && exe.ctime_ns > begin
                 ? Value::integer(static_cast<std::int64_t>(exe.ctime_ns - begin))
                 : Value::absent();
    }
  }
}

rules::Value SensorEventView::stream_field(Field field) const {
  const bool is_name = field == Field::kProcStdinName || field == Field::kProcStdoutName ||
                       field == Field::kProcStderrName;
  std::size_t number = 0;
  if (field == Field::kProcStdoutType || field == Field::kProcStdoutName) number = 1;
  if (field == Field::kProcStderrType || field == Field::kProcStderrName) number = 2;
  const auto& streams = process().image->streams;
  if (number >= streams.size() || !streams[number].is_open) return Value::absent();
  const StandardStream& stream = streams[number];
  if (is_name) return text_or_absent(stream_name(stream));
  return text_or_absent(
      type_name(stream.is_socket ? type_of(stream.socket) : type_of(stream.file, {})));
}

rules::Value SensorEventView::thread_field(const FieldRef& ref) const {
  const Process& who = process();
  const auto capabilities = [this](std::uint64_t set) {
    std::string& out = scratch();
    append_capabilities(out, set);
    return keep(out);
  };
  const auto kilobytes = [](std::uint64_t size) {
    return Value::integer(static_cast<std::int64_t>(size));
  };
  switch (static_cast<Field>(ref.id)) {
    case Field::kThreadCapPermitted:
      return capabilities(who.credentials.cap_permitted);
    case Field::kThreadCapInheritable:
      return capabilities(who.credentials.cap_inheritable);
    case Field::kThreadCapEffective:
      return capabilities(who.credentials.cap_effective);
    case Field::kThreadTid:
      return Value::integer(header().tid);
    case Field::kThreadIsmain:
      return Value::boolean(header().tid == header().pid);
    case Field::kThreadVtid:
      return event_->vtid != 0 ? Value::integer(event_->vtid) : Value::absent();
    case Field::kThreadNametid:
      return keep(fmt::format("{}{}", event_->thread_comm, header().tid));
    case Field::kThreadVmsize:
      return kilobytes(who.vm_size_kb);
    case Field::kThreadVmrss:
      return kilobytes(who.vm_rss_kb);
    case Field::kThreadVmsizeB:
      return kilobytes(who.vm_size_kb * 1024);
    case Field::kThreadVmrssB:
      return kilobytes(who.vm_rss_kb * 1024);
    case Field::kThreadCgroups:
    case Field::kThreadCgroup:
      // The unified hierarchy's path; controllers have no other for whoever is in a container.
      return who.container != nullptr ? text_or_absent(who.container->cgroup_path)
                                      : Value::absent();
    default:
      return Value::absent();  // page faults and CPU times: no record tells them
  }
}

rules::Value SensorEventView::process_field(const FieldRef& ref) const {
  const auto field = static_cast<Field>(ref.id);
  const Process& who = process();
  const Process* const parent = who.parent.get();
  const auto number = [](std::uint32_t value) { return Value::integer(value); };
  switch (field) {
    case Field::kProcExe:
    case Field::kProcExepath:
    case Field::kProcName:
    case Field::kProcCmdline:
      return one_of(field, who);
    case Field::kProcPexe:
    case Field::kProcPexepath:
    case Field::kProcPname:
    case Field::kProcPcmdline:
      return parent != nullptr ? one_of(field, *parent) : Value::absent();
    case Field::kProcAexe:
    case Field::kProcAexepath:
    case Field::kProcAname:
    case Field::kProcAargs:
    case Field::kProcAcmdline:
    case Field::kProcApid:
      return ancestor_field(ref);
    case Field::kProcArgs: {
      if (ref.index == FieldRef::kNoIndex) return one_of(field, who);
      std::int32_t left = ref.index + 1;  // argv[0] does not count
      Value found = Value::absent();
      for_each_string(who.image->argv, [&](std::string_view argument) {
        if (left-- == 0) found = Value::string(argument);
      });
      return found;
    }
    case Field::kProcCmdnargs: {
      std::int64_t count = -1;
      for_each_string(who.image->argv, [&](std::string_view) { ++count; });
      return Value::integer(std::max<std::int64_t>(count, 0));
    }
    case Field::kProcCmdlenargs: {
      std::size_t length = 0;
      for_each_string(who.image->argv, [&](std::string_view one) { length += one.size(); });
      return Value::integer(static_cast<std::int64_t>(length - exe_of(who).size()));
    }
    case Field::kProcExeline: {
      const std::string_view all = arguments(who);
      std::string line(exe_of(who));
      if (!all.empty()) line.append(" ").append(all);
      return keep(line);
    }
    case Field::kProcEnv:
      return environment_of(who, ref);
    case Field::kProcAenv: {
      if (ref.index != FieldRef::kNoIndex) {
        const Process* const at = ancestor(who, ref.index);
        return at != nullptr ? environment_of(*at, {.id = ref.id}) : Value::absent();
      }
      if (ref.key.empty()) {
        list_.clear();
        for (const Process* at = parent; at != nullptr; at = at->parent.get()) {
          const Value one = environment_of(*at, ref);
          if (!one.is_absent()) list_.push_back(one.as_string());
        }
        if (list_.empty()) return Value::absent();
        return Value::strings(arena_.copy(std::span<const std::string_view>(list_)));
      }
      for (const Process* at = parent; at != nullptr; at = at->parent.get()) {
        if (const Value one = environment_of(*at, ref); !one.is_absent()) return one;
      }
      return Value::absent();
    }
    case Field::kProcCwd:
      // With a slash at the end, as Falco keeps it: rules compare with "/dev/shm/".
      if (who.cwd.empty()) return Value::absent();
      if (who.cwd.ends_with('/')) return Value::string(who.cwd);
      return keep(scratch().append(who.cwd).append("/"));
    case Field::kProcLoginshellid: {
      Value found = Value::absent();
      for (const Process* at = &who; at != nullptr; at = at->parent.get()) {
        if (std::ranges::find(kShells, name_of(*at)) != kShells.end()) found = number(at->pid);
      }
      return found;
    }
    case Field::kProcTty:
      return number(who.tty);
    case Field::kProcPid:
      return number(who.pid);
    case Field::kProcPpid:
      return who.parent_pid != 0 ? number(who.parent_pid)
             : parent != nullptr ? number(parent->pid)
                                 : Value::absent();
    case Field::kProcVpid:
      return number(virtual_or(who.vpid, who.pid));
    case Field::kProcPvpid:
      return parent != nullptr ? number(virtual_or(parent->vpid, parent->pid)) : Value::absent();
    case Field::kProcSid:
      return number(virtual_or(who.vsid, who.sid));
    case Field::kProcVpgid:
      return number(virtual_or(who.vpgid, who.pgid));
    case Field::kProcPgid:
      return number(who.pgid);
    case Field::kProcIsSidLeader:
      return Value::boolean(virtual_or(who.vsid, who.sid) == virtual_or(who.vpid, who.pid));
    case Field::kProcIsVpgidLeader:
      return Value::boolean(virtual_or(who.vpgid, who.pgid) == virtual_or(who.vpid, who.pid));
    case Field::kProcIsPgidLeader:
      return Value::boolean(who.pgid == who.pid);
    case Field::kProcSname:
    case Field::kProcSidExe:
    case Field::kProcSidExepath:
    case Field::kProcVpgidName:
    case Field::kProcVpgidExe:
    case Field::kProcVpgidExepath:
    case Field::kProcPgidName:
    case Field::kProcPgidExe:
    case Field::kProcPgidExepath:
      return leader_field(field);
    case Field::kProcDuration:
    case Field::kProcPpidDuration: {
      const Process* const whose = field == Field::kProcDuration ? &who : parent;
      if (whose == nullptr || whose->start_ns == 0) return Value::absent();
      return Value::integer(static_cast<std::int64_t>(
          header().time_ns > whose->start_ns ? header().time_ns - whose->start_ns : 0));
    }
    case Field::kProcPidTs:
      return who.start_ns != 0 ? Value::integer(wall_of(who.start_ns)) : Value::absent();
    case Field::kProcPpidTs:
      return parent != nullptr && parent->start_ns != 0 ? Value::integer(wall_of(parent->start_ns))
                                                        : Value::absent();
    case Field::kProcPidnsInitStartTs:
      return who.pid_ns_start_ns != 0 ? Value::integer(wall_of(who.pid_ns_start_ns))
                                      : Value::absent();
    case Field::kProcIsExeWritable:
    case Field::kProcIsExeUpperLayer:
    case Field::kProcIsExeLowerLayer:
    case Field::kProcIsExeFromMemfd:
    case Field::kProcExeIno:
    case Field::kProcExeInoCtime:
    case Field::kProcExeInoMtime:
    case Field::kProcExeInoCtimeDurationProcStart:
    case Field::kProcExeInoCtimeDurationPidnsStart:
      return executable_field(field);
    case Field::kProcIsContainerHealthcheck:
    case Field::kProcIsContainerLivenessProbe:
    case Field::kProcIsContainerReadinessProbe: {
      const Container* const container = event_->container();
      if (container == nullptr) return Value::boolean(false);
      const std::string& command =
          field == Field::kProcIsContainerHealthcheck     ? container->health_check
          : field == Field::kProcIsContainerLivenessProbe ? container->liveness_probe
                                                          : container->readiness_probe;
      if (command.empty()) return Value::boolean(false);
      for (const Process* at = &who; at != nullptr; at = at->parent.get()) {
        std::string line(exe_of(*at));
        const std::string_view all = arguments(*at);
        if (!all.empty()) line.append(" ").append(all);
        if (line == command) return Value::boolean(true);
      }
      return Value::boolean(false);
    }
    case Field::kProcFdlimit:
      return who.fd_limit != 0 ? Value::integer(static_cast<std::int64_t>(who.fd_limit))
                               : Value::absent();
    case Field::kProcVmsize:
      return Value::integer(static_cast<std::int64_t>(who.vm_size_kb));
    case Field::kProcVmrss:
      return Value::integer(static_cast<std::int64_t>(who.vm_rss_kb));
    case Field::kProcVmswap:
      return Value::integer(static_cast<std::int64_t>(who.vm_swap_kb));
    case Field::kProcNthreads:
      return number(who.threads);
    case Field::kProcNchilds:
      return number(who.threads > 0 ? who.threads - 1 : 0);
    case Field::kProcFdopencount:
    case Field::kProcFdusage:
      return Value::absent();
    case Field::kProcStdinType:
    case Field::kProcStdoutType:
    case Field::kProcStderrType:
    case Field::kProcStdinName:
    case Field::kProcStdoutName:
    case Field::kProcStderrName:
      return stream_field(field);
    default:
      return thread_field(ref);
  }
}

rules::Value SensorEventView::user_field(Field field) const {
  const Process& who = process();
  const std::int64_t now = event_->wall_ns;
  UserNames* const names = sources_.users;
  const auto user = [&](std::uint32_t uid) {
    return names != nullptr ? names->user(who, uid, now) : nullptr;
  };
  switch (field) {
    case Field::kUserUid:
      return Value::integer(who.credentials.euid);
    case Field::kUserName: {
      const UserEntry* const entry = user(who.credentials.euid);
      if (entry != nullptr) return keep(entry->name);
      return Value::string(who.credentials.euid == 0 ? "root" : "<NA>");
    }
    case Field::kUserHomedir: {
      const UserEntry* const entry = user(who.credentials.euid);
      return entry != nullptr ? keep(entry->home) : Value::string("<NA>");
    }
    case Field::kUserShell: {
      const UserEntry* const entry = user(who.credentials.euid);
      return entry != nullptr ? keep(entry->shell) : Value::string("<NA>");
    }
    case Field::kUserLoginuid:
      return Value::integer(static_cast<std::int32_t>(who.login_uid));
    case Field::kUserLoginname: {
      if (who.login_uid == 0xffffffff) return Value::string("<NA>");
      const UserEntry* const entry =
          names != nullptr ? names->host_user(who.login_uid, now) : nullptr;
      if (entry != nullptr) return keep(entry->name);
      return Value::string(who.login_uid == 0 ? "root" : "<NA>");
    }
    case Field::kGroupGid:
      return Value::integer(who.credentials.egid);
    default: {
      const auto* const group =
          names != nullptr ? names->group(who, who.credentials.egid, now) : nullptr;
      if (group != nullptr) return keep(*group);
      return Value::string(who.credentials.egid == 0 ? "root" : "<NA>");
    }
  }
}

}  // namespace yagura::sensor
