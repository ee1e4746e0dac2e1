#include "sensor/view/parameter_table.hpp"

#include <array>
#include <map>
#include <utility>

#include "rules/event_type.hpp"
#include "rules/fields/event_parameters.hpp"

namespace yagura::sensor {

namespace {

using enum ParameterKind;

struct Row {
  std::string_view type;
  std::string_view name;
  ParameterKind kind;
  std::uint8_t index;
  const FlagTable* flags;
};

constexpr Row kRows[] = {
#define P(type, name, kind, index, flags) {type, name, kind, index, flags},
#include "sensor/view/parameters.inc"
#undef P
};

struct NamedKind {
  std::string_view name;
  ParameterKind kind;
};

// Of clone, clone3, fork, vfork, execve and execveat alike.
constexpr NamedKind kTaskParameters[] = {{"exe", kExe},
                                         {"args", kArgs},
                                         {"tid", kTid},
                                         {"pid", kPid},
                                         {"ptid", kParentPid},
                                         {"cwd", kCwd},
                                         {"fdlimit", kDescriptorLimit},
                                         {"vm_size", kVmSize},
                                         {"vm_rss", kVmRss},
                                         {"vm_swap", kVmSwap},
                                         {"comm", kComm},
                                         {"env", kEnvironment},
                                         {"tty", kTty},
                                         {"vpgid", kVirtualGroup},
                                         {"pgid", kGroupId},
                                         {"loginuid", kLoginUser},
                                         {"cap_inheritable", kInheritable},
                                         {"cap_permitted", kPermitted},
                                         {"cap_effective", kEffective},
                                         {"exe_ino", kExeInode},
                                         {"exe_ino_ctime", kExeChange},
                                         {"exe_ino_mtime", kExeModification},
                                         {"uid", kUserNow},
                                         {"gid", kGroupNow},
                                         {"trusted_exepath", kExePath},
                                         {"vtid", kVirtualTid},
                                         {"vpid", kVirtualPid},
                                         {"pidns_init_start_ts", kNamespaceStart}};

struct Descriptor {
  std::string_view type;
  DescriptorUse use;
  std::uint8_t argument;
  char failed_type;
};

constexpr auto kMakes = DescriptorUse::kMakes;
constexpr auto kTakes = DescriptorUse::kTakes;

constexpr Descriptor kDescriptors[] = {
    {"open", kMakes, 0, 'f'},
    {"openat", kMakes, 0, 'f'},
    {"openat2", kMakes, 0, 'f'},
    {"creat", kMakes, 0, 'f'},
    {"open_by_handle_at", kMakes, 0, 'f'},
    {"socket", kMakes, 0, '4'},
    {"socketpair", kMakes, 0, 'u'},
    {"accept", kMakes, 0, '4'},
    {"accept4", kMakes, 0, '4'},
    {"pipe", kMakes, 0, 'p'},
    {"pipe2", kMakes, 0, 'p'},
    {"dup", kMakes, 0, 'o'},
    {"dup2", kMakes, 0, 'o'},
    {"dup3", kMakes, 0, 'o'},
    {"eventfd", kMakes, 0, 'e'},
    {"eventfd2", kMakes, 0, 'e'},
    {"epoll_create", kMakes, 0, 'l'},
    {"epoll_create1", kMakes, 0, 'l'},
    {"inotify_init", kMakes, 0, 'i'},
    {"inotify_init1", kMakes, 0, 'i'},
    {"signalfd", kMakes, 0, 's'},
    {"signalfd4", kMakes, 0, 's'},
    {"timerfd_create", kMakes, 0, 't'},
    {"memfd_create", kMakes, 0, 'm'},
    {"userfaultfd", kMakes, 0, 'u'},
    {"bpf", kMakes, 0, 'b'},
    {"io_uring_setup", kMakes, 0, 'r'},
    {"pidfd_open", kMakes, 0, 'P'},
    {"pidfd_getfd", kMakes, 0, 'o'},
    {"connect", kTakes, 0, '4'},
    {"bind", kTakes, 0, '4'},
    {"listen", kTakes, 0, '4'},
    {"mmap", kTakes, 4, 'o'},
    {"mmap2", kTakes, 4, 'o'},
};

struct Texts {
  std::string_view type;
  std::int8_t path;
  std::int8_t source;
  std::int8_t target;
};

constexpr Texts kTexts[] = {
    {"open", 0, -1, -1},
    {"openat", 0, -1, -1},
    {"openat2", 0, -1, -1},
    {"creat", 0, -1, -1},
    {"open_by_handle_at", 0, -1, -1},
    {"mkdir", 0, -1, -1},
    {"mkdirat", 0, -1, -1},
    {"rmdir", 0, -1, -1},
    {"unlink", 0, -1, -1},
    {"unlinkat", 0, -1, -1},
    {"chmod", 0, -1, -1},
    {"fchmodat", 0, -1, -1},
    {"chown", 0, -1, -1},
    {"lchown", 0, -1, -1},
    {"fchownat", 0, -1, -1},
    {"mknod", 0, -1, -1},
    {"mknodat", 0, -1, -1},
    {"umount", 0, -1, -1},
    {"umount2", 0, -1, -1},
    {"truncate", 0, -1, -1},
    {"chroot", 0, -1, -1},
    {"access", 0, -1, -1},
    {"stat", 0, -1, -1},
    {"lstat", 0, -1, -1},
    {"newfstatat", 0, -1, -1},
    {"rename", -1, 0, 1},
    {"renameat", -1, 0, 1},
    {"renameat2", -1, 0, 1},
    {"link", -1, 0, 1},
    {"linkat", -1, 0, 1},
    {"symlink", -1, 0, 1},
    {"symlinkat", -1, 0, 1},
    {"mount", -1, 0, 1},
    {"quotactl", 0, -1, -1},
};

constexpr std::string_view kReads[] = {
    "read", "readv",    "pread",   "preadv",   "preadv2",
    "recv", "recvfrom", "recvmsg", "recvmmsg", "process_vm_readv"};
constexpr std::string_view kWrites[] = {"write",    "writev",   "pwrite",           "pwritev",
                                        "pwritev2", "send",     "sendto",           "sendmsg",
                                        "sendmmsg", "sendfile", "process_vm_writev"};
constexpr std::string_view kWaits[] = {
    "poll",         "ppoll",     "select",          "pselect6", "epoll_wait", "epoll_pwait",
    "epoll_pwait2", "nanosleep", "clock_nanosleep", "futex",    "wait4",      "waitid",
    "waitpid",      "pause"};

bool is_makes_process(std::string_view type) {
  return type == "clone" || type == "clone3" || type == "fork" || type == "vfork";
}
bool is_exec(std::string_view type) { return type == "execve" || type == "execveat"; }

using Specific = std::map<std::pair<std::string_view, std::string_view>, const Row*>;

Parameter parameter_of(std::string_view type, std::string_view name, const Specific& specific) {
  if (const auto found = specific.find({type, name}); found != specific.end()) {
    const Row& row = *found->second;
    return {.name = name, .kind = row.kind, .index = row.index, .flags = row.flags};
  }
  if (name == "res") return {.name = name, .kind = kResult};
  if (is_makes_process(type) || is_exec(type)) {
    if (name == "flags") return {.name = name, .kind = is_exec(type) ? kExecFlags : kCloneFlags};
    for (const NamedKind& task : kTaskParameters) {
      if (task.name == name) return {.name = name, .kind = task.kind};
    }
  }
  return {.name = name};
}

template <std::size_t N>
bool is_in(const std::string_view (&list)[N], std::string_view type) {
  for (const std::string_view item : list) {
    if (item == type) return true;
  }
  return false;
}

// Names that the kernel has beside the one that rules know them by.
std::string_view schema_name(std::string_view type) {
  if (type == "pread64") return "pread";
  if (type == "pwrite64") return "pwrite";
  if (type == "prlimit64") return "prlimit";
  if (type == "fcntl64") return "fcntl";
  if (type == "sendfile64") return "sendfile";
  return type;
}

TypeInfo make(std::string_view type, const Specific& specific) {
  TypeInfo info;
  type = schema_name(type);
  if (const auto* const schema = rules::find_event_info(type)) {
    if (schema->category != rules::EventCategory::kByDescriptor) {
      info.category = rules::to_string(schema->category);
    }
    for (const std::string_view name : schema->parameters) {
      info.parameters.push_back(parameter_of(type, name, specific));
    }
  } else {
    info.category = rules::to_string(rules::EventCategory::kOther);
  }
  for (const Parameter& parameter : info.parameters) {
    if (parameter.kind == kDescriptor && info.descriptor == DescriptorUse::kNone) {
      info.descriptor = kTakes;
      info.descriptor_argument = parameter.index;
    }
  }
  for (const Descriptor& known : kDescriptors) {
    if (known.type != type) continue;
    info.descriptor = known.use;
    info.descriptor_argument = known.argument;
    info.failed_type = known.failed_type;
  }
  for (const Texts& texts : kTexts) {
    if (texts.type != type) continue;
    info.path_text = texts.path;
    info.source_text = texts.source;
    info.target_text = texts.target;
  }
  info.is_open = type == "open" || type == "openat" || type == "openat2" || type == "creat" ||
                 type == "open_by_handle_at";
  info.is_read = is_in(kReads, type);
  info.is_write = is_in(kWrites, type);
  info.is_wait = is_in(kWaits, type);
  return info;
}

std::vector<TypeInfo> make_all() {
  Specific specific;
  for (const Row& row : kRows) specific[{row.type, row.name}] = &row;
  std::vector<TypeInfo> infos;
  infos.reserve(rules::event_types().size());
  for (const std::string_view type : rules::event_types()) infos.push_back(make(type, specific));
  return infos;
}

}  // namespace

std::span<const TypeInfo> type_infos() {
  static const std::vector<TypeInfo> infos = make_all();
  return infos;
}

}  // namespace yagura::sensor
