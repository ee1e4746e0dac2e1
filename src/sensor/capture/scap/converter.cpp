#include "sensor/capture/scap/converter.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "rules/event_type.hpp"
#include "sensor/capture/scap/call_shapes.hpp"
#include "sensor/capture/scap/call_state.hpp"
#include "sensor/capture/scap/containers.hpp"
#include "sensor/capture/scap/flags.hpp"
#include "sensor/capture/scap/sockets.hpp"

namespace yagura::sensor::scap {

namespace {

constexpr std::size_t kMaxAnnounced = 100'000;
constexpr std::size_t kMaxCgroups = 100'000;

std::uint32_t id_of(std::uint64_t number) { return static_cast<std::uint32_t>(number); }
std::uint32_t id_of(std::optional<std::int64_t> number, std::uint32_t otherwise) {
  return number ? static_cast<std::uint32_t>(*number) : otherwise;
}
std::uint64_t unsigned_of(std::optional<std::int64_t> number) {
  return static_cast<std::uint64_t>(number.value_or(0));
}

// The arguments: "exe" is the first, "args" holds the others, each ended by a zero.
std::string argv_of(std::string_view exe, std::string_view arguments) {
  std::string argv(as_text(exe));
  argv += '\0';
  argv += arguments;
  return argv;
}

constexpr std::uint32_t kExeWritable = 1, kExeUpper = 2, kExeMemfd = 4, kExeLower = 8;

ygr_file exe_of(const Parameters& parameters) {
  const std::uint32_t flags = parameters.flags("flags");
  ygr_file exe{};
  exe.fd = -1;
  exe.mode = S_IFREG;
  exe.ino = unsigned_of(parameters.number("exe_ino"));
  exe.ctime_ns = unsigned_of(parameters.number("exe_ino_ctime"));
  exe.mtime_ns = unsigned_of(parameters.number("exe_ino_mtime"));
  if ((flags & kExeWritable) != 0) exe.flags |= YGR_FILE_WRITABLE;
  if ((flags & kExeMemfd) != 0) exe.flags |= YGR_FILE_MEMFD;
  if ((flags & kExeUpper) != 0) exe.layer = YGR_LAYER_UPPER;
  if ((flags & kExeLower) != 0) exe.layer = YGR_LAYER_LOWER;
  return exe;
}

bool is_name_of_pipe(std::string_view path) { return path.starts_with("pipe:"); }

template <typename T>
std::string_view as_bytes(const std::vector<T>& list) {
  return {reinterpret_cast<const char*>(list.data()), list.size() * sizeof(T)};
}

void add_text(RecordWriter& writer, ygr_section_id id, std::string_view text, std::size_t limit) {
  if (!text.empty()) writer.add(id, text.substr(0, limit), text.size() > limit);
}

}  // namespace

void Converter::set_cgroups(Task& task, std::string_view cgroups) {
  if (cgroups.empty()) return;
  auto container = container_of_cgroups(cgroups);
  task.cgroup_id = container == nullptr ? kHostCgroup : container->cgroup_id;
  if (container == nullptr || known_cgroups_.size() > kMaxCgroups) return;
  // An event with the container's names may have come first: it knows more.
  if (known_cgroups_.emplace(task.cgroup_id, true).second) {
    containers_->set(task.cgroup_id, std::move(container));
  }
}

void Converter::told_container(std::string_view json) {
  auto container = container_of_json(json);
  if (container == nullptr || known_cgroups_.size() > kMaxCgroups) return;
  const auto known = containers_->find(container->cgroup_id);
  if (known != nullptr) {
    if (container->id.size() < known->id.size()) container->id = known->id;
    container->cgroup_path = known->cgroup_path;
  }
  const std::uint64_t cgroup_id = container->cgroup_id;
  known_cgroups_[cgroup_id] = true;
  containers_->set(cgroup_id, std::move(container));
}

void Converter::add_thread(const ListedThread& listed) {
  const std::uint32_t tid = id_of(listed.tid);
  const std::uint32_t pid = id_of(listed.pid);
  Thread& thread = state_.add_thread(tid, pid);
  if (listed.vtid > 0) thread.vtid = id_of(static_cast<std::uint64_t>(listed.vtid));
  if (tid != pid) return;
  Task& task = state_.task(pid);
  task.parent_pid = id_of(listed.parent_tid);
  Program program;
  program.comm = listed.comm;
  program.exe_path = !listed.exe_path.empty() ? listed.exe_path : listed.exe;
  program.argv = argv_of(listed.exe, listed.arguments);
  program.environment = listed.environment;
  program.exe.fd = -1;
  program.exe.mode = S_IFREG;
  program.exe.ino = listed.exe_ino;
  program.exe.ctime_ns = listed.exe_ctime_ns;
  program.exe.mtime_ns = listed.exe_mtime_ns;
  if (listed.is_writable) program.exe.flags |= YGR_FILE_WRITABLE;
  if (listed.is_memfd) program.exe.flags |= YGR_FILE_MEMFD;
  if (listed.is_upper_layer) program.exe.layer = YGR_LAYER_UPPER;
  task.program = state_.keep(std::move(program));
  task.comm = listed.comm;
  if (listed.cwd.starts_with('/')) task.cwd = join_path("/", listed.cwd);
  ygr_credentials& credentials = task.credentials;
  credentials.uid = credentials.euid = credentials.suid = credentials.fsuid = listed.uid;
  credentials.gid = credentials.egid = credentials.sgid = credentials.fsgid = listed.gid;
  credentials.cap_inheritable = listed.cap_inheritable;
  credentials.cap_permitted = listed.cap_permitted;
  credentials.cap_effective = listed.cap_effective;
  task.login_uid = listed.login_uid;
  task.tty = listed.tty;
  task.sid = id_of(listed.sid);
  task.vpgid = id_of(listed.vpgid);
  if (listed.vpid > 0) task.vpid = id_of(static_cast<std::uint64_t>(listed.vpid));
  task.pid_ns_start_ns = listed.pid_ns_start_ns;
  task.fd_limit = static_cast<std::uint64_t>(std::max<std::int64_t>(listed.fd_limit, 0));
  task.vm_size_kb = listed.vm_size_kb;
  task.vm_rss_kb = listed.vm_rss_kb;
  task.vm_swap_kb = listed.vm_swap_kb;
  set_cgroups(task, listed.cgroups);
}

void Converter::add_descriptor(std::uint64_t tid, std::int64_t fd, Descriptor descriptor) {
  const Thread* const thread = state_.find_thread(id_of(tid));
  if (thread == nullptr) return;
  if (Task* const task = state_.find_task(thread->pid)) task->set(fd, std::move(descriptor));
}

void Converter::list_task(const Task& first, std::map<std::uint32_t, bool>& told) {
  std::vector<const Task*> chain;
  for (const Task* at = &first; at != nullptr && told.emplace(at->pid, true).second;) {
    chain.push_back(at);
    // The parent is named by its thread.
    const Thread* const parent = state_.find_thread(at->parent_pid);
    at = parent == nullptr ? nullptr : state_.find_task(parent->pid);
  }
  for (std::size_t i = chain.size(); i > 0; --i) {
    const Task& task = *chain[i - 1];
    ygr_header header{};
    header.kind = YGR_TASK;
    header.tid = header.pid = task.pid;
    header.uid = task.credentials.uid;
    header.cgroup_id = task.cgroup_id;
    writer_.begin(header);
    add_process(task, task.pid, task.vpid, 0, 0);
    finish();
  }
}

void Converter::finish_lists() {
  std::map<std::uint32_t, bool> told;
  for (const auto& [pid, task] : state_.tasks()) list_task(task, told);
  for (const auto& [tid, thread] : state_.threads()) {
    const Task* const task = state_.find_task(thread.pid);
    if (tid == thread.pid || task == nullptr) continue;
    ygr_header header{};
    header.kind = YGR_TASK;
    header.tid = tid;
    header.pid = thread.pid;
    header.cgroup_id = task->cgroup_id;
    writer_.begin(header);
    ygr_task facts{};
    facts.tid = tid;
    facts.pid = thread.pid;
    facts.vtid = thread.vtid;
    writer_.add_struct(YGR_S_TASK, facts);
    finish();
  }
}

void Converter::finish() {
  const auto bytes = writer_.finish();
  made_.emplace_back(bytes.begin(), bytes.end());
  ++counts_.records;
}

bool Converter::next(std::vector<std::byte>& record) {
  if (made_.empty()) return false;
  record = std::move(made_.front());
  made_.pop_front();
  return true;
}

ygr_header Converter::header_of(const Event& event, ygr_kind kind, const Task& task) const {
  ygr_header header{};
  header.kind = static_cast<ygr_u8>(kind);
  header.type = rules::find_event_type(event.kind->name).value_or(rules::kPluginEvent);
  header.time_ns = event.time_ns;
  header.cpu = event.cpu;
  header.tid = id_of(event.tid);
  header.pid = task.pid;
  header.uid = task.credentials.uid;
  header.cgroup_id = task.cgroup_id;
  return header;
}

// TASK and everything that makes up an exec.
void Converter::add_process(const Task& task, std::uint32_t tid, std::uint32_t vtid,
                            std::uint64_t flags, std::uint32_t creator_tid) {
  ygr_task facts{};
  facts.start_ns = task.start_ns;
  facts.tid = tid;
  facts.pid = task.pid;
  const Thread* const parent = state_.find_thread(task.parent_pid);
  facts.parent_pid = parent != nullptr ? parent->pid : task.parent_pid;
  facts.creator_tid = creator_tid;
  facts.pgid = task.pgid;
  facts.sid = task.sid;
  facts.vtid = vtid;
  facts.vpid = task.vpid;
  facts.vpgid = task.vpgid;
  facts.vsid = task.sid;
  facts.login_uid = task.login_uid;
  facts.session_id = 0xffffffff;
  facts.tty = task.tty;
  facts.flags = tid == task.pid ? YGR_TASK_MAIN_THREAD : 0;
  facts.clone_flags = flags;
  facts.pid_ns_start_ns = task.pid_ns_start_ns;
  facts.vm_size_kb = task.vm_size_kb;
  facts.vm_rss_kb = task.vm_rss_kb;
  facts.vm_swap_kb = task.vm_swap_kb;
  facts.fd_limit = task.fd_limit;
  writer_.add_struct(YGR_S_TASK, facts);
  writer_.add_struct(YGR_S_CREDENTIALS, task.credentials);
  const Program& program = *task.program;
  add_text(writer_, YGR_S_COMM, task.comm, 64);
  add_text(writer_, YGR_S_EXE_PATH, program.exe_path, YGR_MAX_PATH);
  writer_.add_struct(YGR_S_EXE, program.exe);
  add_text(writer_, YGR_S_FILENAME, program.filename, YGR_MAX_PATH);
  add_text(writer_, YGR_S_CWD, task.cwd, YGR_MAX_PATH);
  std::vector<ygr_file> files;
  std::vector<ygr_socket> sockets;
  for (int fd = 0; fd < 3; ++fd) {
    const Descriptor* const found = task.find(fd);
    if (found == nullptr) continue;
    files.push_back(found->file);
    if (found->is_socket) sockets.push_back(found->socket);
  }
  if (!files.empty()) writer_.add(YGR_S_FDS, as_bytes(files));
  if (!sockets.empty()) writer_.add(YGR_S_FDS_SOCKETS, as_bytes(sockets));
  add_text(writer_, YGR_S_ARGV, program.argv, YGR_MAX_ARGV);
  add_text(writer_, YGR_S_ENV, program.environment, YGR_MAX_ENV);
}

void Converter::event(const Event& event) {
  if (event.kind == nullptr) {
    ++counts_.unknown_events;
    return;
  }
  const std::string_view name = event.kind->name;
  const auto find = [&event](std::string_view key) { return Parameters(event, nullptr).text(key); };
  if (name == "container") return told_container(find("json"));
  if (name == "asyncevent" && find("name") == "container") return told_container(find("data"));
  if (name == "procexit") return exited(event);
  const bool is_process = name == "clone" || name == "clone3" || name == "fork" || name == "vfork";
  if (!is_process && find_call_shape(name) == nullptr) {
    if (name == "syscall") {
      counts_.generic += is_exit(event.type) ? 1 : 0;
    } else if (is_exit(event.type) || event.kind->exit.empty()) {
      ++counts_.left_out[std::string(name)];
    }
    return;
  }
  is_exit(event.type) ? end_call(event) : begin_call(event);
}

void Converter::begin_call(const Event& event) {
  std::vector<std::pair<std::string_view, std::string>> parameters;
  for (const Parameter& parameter : event.parameters) {
    if (parameter.name.empty() || parameter.bytes.size() > YGR_MAX_PATH) continue;
    parameters.emplace_back(parameter.name, parameter.bytes);
  }
  state_.set_enter(state_.thread(id_of(event.tid)), event.type, std::move(parameters));
}

void Converter::end_call(const Event& event) {
  const std::string_view name = event.kind->name;
  Thread& thread = state_.thread(id_of(event.tid));
  // An end without its own beginning: that one was lost, or the file has none.
  const bool fits = thread.enter_type / 2 == event.type / 2 && !thread.enter.empty();
  const Parameters parameters(event, fits ? &thread : nullptr);
  if (name.starts_with("execve") && parameters.result() == 0) {
    executed(event, parameters, thread);
  } else if (name == "clone" || name == "clone3" || name.ends_with("fork")) {
    forked(event, parameters);
  } else {
    called(event, parameters, thread.pid);
  }
  if (Thread* const still = state_.find_thread(id_of(event.tid))) state_.clear_enter(*still);
}

void Converter::executed(const Event& event, const Parameters& parameters, Thread& thread) {
  const std::uint32_t pid = id_of(parameters.number("pid"), thread.pid);
  Task& task = state_.task(pid);
  Program program;
  program.filename = parameters.text("filename");
  if (program.filename.empty()) program.filename = parameters.text("pathname");
  program.comm = parameters.text("comm");
  program.argv = argv_of(parameters.bytes("exe"), parameters.bytes("args"));
  program.environment = parameters.bytes("env");
  program.exe = exe_of(parameters);
  program.exe_path = parameters.text("trusted_exepath");
  if (program.exe_path.empty()) {
    const bool is_at = !parameters.text("pathname").empty();
    const std::string_view directory = directory_of(is_at ? "dirfd" : "cwd", parameters, task);
    const std::string_view asked =
        !program.filename.empty() ? program.filename : parameters.text("exe");
    program.exe_path = join_path(directory, asked);
  }
  if (program.comm.empty()) {
    program.comm = program.exe_path.substr(program.exe_path.rfind('/') + 1).substr(0, 15);
  }
  task.comm = program.comm;
  task.program = state_.keep(std::move(program));
  if (const auto cwd = parameters.text("cwd"); cwd.starts_with('/')) task.cwd = join_path("/", cwd);
  task.parent_pid = id_of(parameters.number("ptid"), task.parent_pid);
  task.fd_limit = unsigned_of(parameters.number("fdlimit"));
  task.vm_size_kb = parameters.flags("vm_size");
  task.vm_rss_kb = parameters.flags("vm_rss");
  task.vm_swap_kb = parameters.flags("vm_swap");
  task.tty = id_of(parameters.number("tty"), task.tty);
  task.vpgid = id_of(parameters.number("vpgid"), task.vpgid);
  task.pgid = id_of(parameters.number("pgid"), task.pgid);
  task.login_uid = id_of(parameters.number("loginuid"), task.login_uid);
  ygr_credentials& credentials = task.credentials;
  if (const auto uid = parameters.number("uid")) {
    credentials.uid = credentials.euid = credentials.suid = credentials.fsuid = id_of(uid, 0);
  }
  if (const auto gid = parameters.number("gid")) {
    credentials.gid = credentials.egid = credentials.sgid = credentials.fsgid = id_of(gid, 0);
  }
  if (parameters.find("cap_effective")) {
    credentials.cap_inheritable = unsigned_of(parameters.number("cap_inheritable"));
    credentials.cap_permitted = unsigned_of(parameters.number("cap_permitted"));
    credentials.cap_effective = unsigned_of(parameters.number("cap_effective"));
  }
  set_cgroups(task, parameters.bytes("cgroups"));
  task.remove_close_on_exec();
  ygr_header header = header_of(event, YGR_EXEC, task);
  header.tid = pid;  // whoever executes becomes the main thread
  writer_.begin(header);
  add_process(task, pid, task.vpid, 0, 0);
  finish();
}

// The same fork is told by parent and child; either may be missing.
void Converter::forked(const Event& event, const Parameters& parameters) {
  const std::int64_t result = parameters.result();
  if (result < 0) return;
  const bool is_child = result == 0;
  const std::uint32_t own = id_of(event.tid);
  const std::uint32_t child = is_child ? own : id_of(static_cast<std::uint64_t>(result));
  const auto before = announced_.find(child);
  if (before != announced_.end() && before->second != is_child) {
    announced_.erase(before);
    return;
  }
  // A number of the parent's namespace is nobody's outside of it.
  constexpr std::uint32_t kChildInNamespace = 1U << 29;
  const bool is_translated = (parameters.flags("flags") & kChildInNamespace) != 0;
  const auto vtid = parameters.number("vtid");
  if (!is_child && (is_translated || (vtid && *vtid != static_cast<std::int64_t>(own)))) return;
  if (announced_.size() > kMaxAnnounced) announced_.clear();
  announced_[child] = is_child;
  const bool is_thread = (native_clone_flags(parameters.flags("flags")) & CLONE_THREAD) != 0;
  if (is_child) {
    const std::uint32_t creator = id_of(parameters.number("ptid"), 0);
    make_child(event, parameters, child, id_of(parameters.number("pid"), child), creator);
  } else {
    const std::uint32_t pid = is_thread ? state_.thread(own).pid : child;
    make_child(event, parameters, child, pid, own);
  }
}

void Converter::make_child(const Event& event, const Parameters& parameters, std::uint32_t tid,
                           std::uint32_t pid, std::uint32_t creator_tid) {
  const bool is_child_event = id_of(event.tid) == tid;
  state_.remove_thread(tid);  // an earlier one of that number, whose end was lost
  const Thread* const creator = state_.find_thread(creator_tid);
  const Task* const parent = creator == nullptr ? nullptr : state_.find_task(creator->pid);
  Task made = parent != nullptr ? *parent : Task();
  Thread& thread = state_.add_thread(tid, pid);
  if (is_child_event) thread.vtid = id_of(parameters.number("vtid"), tid);
  const std::uint32_t vtid = thread.vtid;
  if (tid == pid) {
    made.pid = pid;
    made.vpid = is_child_event ? id_of(parameters.number("vpid"), pid) : pid;
    made.start_ns = event.time_ns;
    made.parent_pid = creator_tid;
    if (parent == nullptr) {
      Program program;
      program.comm = parameters.text("comm");
      program.exe_path = join_path(parameters.text("cwd"), parameters.text("exe"));
      program.argv = argv_of(parameters.bytes("exe"), parameters.bytes("args"));
      made.comm = program.comm;
      made.program = state_.keep(std::move(program));
      if (const auto cwd = parameters.text("cwd"); cwd.starts_with('/')) made.cwd = cwd;
      ygr_credentials& credentials = made.credentials;
      credentials.uid = credentials.euid = parameters.flags("uid");
      credentials.gid = credentials.egid = parameters.flags("gid");
    }
    if (is_child_event) set_cgroups(made, parameters.bytes("cgroups"));
    Task& kept = state_.task(pid);
    if (parent == nullptr) made.descriptors = kept.descriptors;
    kept = std::move(made);
  }
  const Task& task = state_.task(pid);
  ygr_header header = header_of(event, YGR_FORK, task);
  header.tid = tid;
  writer_.begin(header);
  add_process(task, tid, vtid, native_clone_flags(parameters.flags("flags")), creator_tid);
  finish();
}

void Converter::exited(const Event& event) {
  const std::uint32_t tid = id_of(event.tid);
  const Parameters parameters(event, nullptr);
  const Thread& thread = state_.thread(tid);
  ygr_header header = header_of(event, YGR_EXIT, state_.task(thread.pid));
  header.result = parameters.number("status").value_or(0);
  writer_.begin(header);
  finish();
  state_.remove_thread(tid);
  announced_.erase(tid);
}

void Converter::add_descriptor_sections(const Descriptor& descriptor, std::int64_t fd) {
  ygr_file file = descriptor.file;
  file.fd = static_cast<ygr_s32>(fd);
  writer_.add_struct(YGR_S_FD, file);
  if (!is_name_of_pipe(descriptor.path)) {
    add_text(writer_, YGR_S_FD_PATH, descriptor.path, YGR_MAX_PATH);
  }
  if (descriptor.is_socket) writer_.add_struct(YGR_S_SOCKET, descriptor.socket);
}

// ARGS, PATHs, DIRs and DATA.
void Converter::add_registers(std::string_view call, const Parameters& parameters,
                              const Task& task) {
  const CallShape& shape = *find_call_shape(call);
  ygr_args args{};
  std::size_t texts = 0;
  std::size_t at = 0;
  for (const Register& one : shape.registers) {
    ygr_u64& value = args.value[at++];
    if (one.parameter.empty() || one.conversion == Conversion::kData ||
        one.conversion == Conversion::kText) {
      continue;
    }
    auto number = parameters.number(one.parameter);
    // The old dup told it at its beginning, as "fd".
    if (!number && one.parameter == "oldfd") number = parameters.number("fd");
    const auto flags = static_cast<std::uint32_t>(number.value_or(0));
    switch (one.conversion) {
      case Conversion::kOpen:
        value = native_open_flags(flags);
        break;
      case Conversion::kClone:
        value = native_clone_flags(flags);
        break;
      case Conversion::kMap:
        value = native_mmap_flags(flags);
        break;
      case Conversion::kProtection:
        value = native_protection(flags);
        break;
      case Conversion::kPtrace:
        value = native_ptrace_request(flags);
        break;
      case Conversion::kFcntl:
        value = native_fcntl_command(flags);
        break;
      default:
        value = static_cast<ygr_u64>(number.value_or(0));
    }
  }
  writer_.add_struct(YGR_S_ARGS, args);
  constexpr ygr_section_id kTexts[] = {YGR_S_PATH0, YGR_S_PATH1, YGR_S_PATH2};
  constexpr ygr_section_id kDirectories[] = {YGR_S_DIR0, YGR_S_DIR1};
  for (const Register& one : shape.registers) {
    if (one.conversion == Conversion::kData) {
      const std::string_view data = parameters.bytes(one.parameter);
      if (!data.empty()) {
        writer_.add(YGR_S_DATA, data.substr(0, YGR_MAX_DATA), data.size() > YGR_MAX_DATA);
      }
      continue;
    }
    if (one.conversion != Conversion::kText) continue;
    const std::string_view text = parameters.text(one.parameter);
    const std::size_t at_text = texts++;
    if (!parameters.find(one.parameter)) continue;
    writer_.add(kTexts[at_text], text.substr(0, YGR_MAX_PATH), text.size() > YGR_MAX_PATH);
    if (at_text < 2 && !one.directory.empty() && !text.starts_with('/')) {
      add_text(writer_, kDirectories[at_text], directory_of(one.directory, parameters, task),
               YGR_MAX_PATH);
    }
  }
}

void Converter::called(const Event& event, const Parameters& parameters, std::uint32_t pid) {
  const std::string_view name = event.kind->name;
  const CallShape& shape = *find_call_shape(name);
  Task& task = state_.task(pid);
  apply_before(name, parameters, task);
  ygr_header header = header_of(event, YGR_CALL, task);
  header.result = parameters.result();
  writer_.begin(header);
  add_registers(name, parameters, task);

  const auto number_of = [&](std::string_view which) {
    if (which == "result") return header.result;
    auto number = parameters.number(which);
    if (!number && which == "oldfd") number = parameters.number("fd");
    return number.value_or(-1);
  };
  const std::int64_t fd = shape.descriptor.empty() ? -1 : number_of(shape.descriptor);
  const Descriptor* const descriptor = task.find(fd);
  if (descriptor != nullptr) add_descriptor_sections(*descriptor, fd);
  if (!shape.other.empty()) {
    if (const Descriptor* const other = task.find(number_of(shape.other))) {
      writer_.add_struct(YGR_S_OTHER_FD, other->file);
    }
  }
  if (name == "connect" || name == "bind") {
    std::string address = native_address(parameters.bytes("addr"));
    const auto tuple = read_tuple(parameters.bytes("tuple"));
    if (address.empty() && tuple) address = native_address(*tuple, tuple->destination);
    if (!address.empty()) writer_.add(YGR_S_ADDRESS, address);
  }
  if (name == "pipe" || name == "pipe2" || name == "socketpair") {
    const ygr_s32 pair[2] = {static_cast<ygr_s32>(number_of("fd1")),
                             static_cast<ygr_s32>(number_of("fd2"))};
    writer_.add_struct(YGR_S_BLOB, pair);
  }
  if (name == "openat2") {
    const ygr_u64 how[3] = {native_open_flags(parameters.flags("flags")), parameters.flags("mode"),
                            native_resolve_flags(parameters.flags("resolve"))};
    writer_.add_struct(YGR_S_BLOB, how);
  }
  const bool is_user = name.starts_with("set") && (name.ends_with("uid") || name.ends_with("gid"));
  if (is_user || name == "capset") writer_.add_struct(YGR_S_CREDENTIALS, task.credentials);
  if (name == "chdir" || name == "fchdir") add_text(writer_, YGR_S_CWD, task.cwd, YGR_MAX_PATH);
  finish();
  if (descriptor != nullptr) add_dns(event, parameters, task, *descriptor);
  apply_after(name, parameters, task);
}

void Converter::add_dns(const Event& event, const Parameters& parameters, const Task& task,
                        const Descriptor& descriptor) {
  constexpr std::uint16_t kDnsPort = 53;
  const ygr_socket& socket = descriptor.socket;
  const bool is_dns = descriptor.is_socket && socket.type == SOCK_DGRAM &&
                      (socket.remote_port == kDnsPort || socket.local_port == kDnsPort);
  const std::string_view data = parameters.bytes("data");
  if (!is_dns || data.empty()) return;
  ygr_header header = header_of(event, YGR_DNS, task);
  header.result = parameters.result();
  writer_.begin(header);
  writer_.add(YGR_S_DATA, data.substr(0, YGR_MAX_DATA), data.size() > YGR_MAX_DATA);
  writer_.add_struct(YGR_S_SOCKET, socket);
  finish();
}

}  // namespace yagura::sensor::scap
