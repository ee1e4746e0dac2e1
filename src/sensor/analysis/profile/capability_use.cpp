#include "sensor/analysis/profile/capability_use.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <utility>

#include "rules/event_type.hpp"

namespace yagura::sensor {

namespace {

enum Capability : unsigned {
  kChown = 0,
  kDacOverride = 1,
  kFowner = 3,
  kKill = 5,
  kSetgid = 6,
  kSetuid = 7,
  kNetBindService = 10,
  kNetRaw = 13,
  kSysModule = 16,
  kSysRawio = 17,
  kSysChroot = 18,
  kSysPtrace = 19,
  kSysPacct = 20,
  kSysAdmin = 21,
  kSysBoot = 22,
  kSysTime = 25,
  kSysTtyConfig = 26,
  kMknod = 27,
  kSyslog = 34,
  kPerfmon = 38,
  kBpf = 39,
};

constexpr std::uint64_t bit(unsigned capability) { return std::uint64_t{1} << capability; }

// Calls that need it whenever they succeed.
constexpr std::pair<std::string_view, Capability> kAlways[] = {
    {"acct", kSysPacct},           {"chroot", kSysChroot},       {"clock_settime", kSysTime},
    {"delete_module", kSysModule}, {"finit_module", kSysModule}, {"init_module", kSysModule},
    {"ioperm", kSysRawio},         {"iopl", kSysRawio},          {"kexec_load", kSysBoot},
    {"mount", kSysAdmin},          {"move_mount", kSysAdmin},    {"pivot_root", kSysAdmin},
    {"quotactl", kSysAdmin},       {"reboot", kSysBoot},         {"setdomainname", kSysAdmin},
    {"setgroups", kSetgid},        {"sethostname", kSysAdmin},   {"setns", kSysAdmin},
    {"settimeofday", kSysTime},    {"swapon", kSysAdmin},        {"umount", kSysAdmin},
    {"umount2", kSysAdmin},        {"vhangup", kSysTtyConfig},
};

enum class Call : std::uint8_t {
  kNone,
  kAlwaysOne,
  kBpf,
  kPerfEvent,
  kSyslog,
  kPtrace,
  kUnshare,
  kClone,
  kMknod,
  kMknodat,
  kSetuid,
  kSetgid,
  kKill,
  kSocket,
  kChown,
  kChmod,
};

struct Entry {
  Call call = Call::kNone;
  Capability capability = kChown;
};

constexpr std::pair<std::string_view, Call> kSometimes[] = {
    {"bpf", Call::kBpf},          {"perf_event_open", Call::kPerfEvent},
    {"syslog", Call::kSyslog},    {"ptrace", Call::kPtrace},
    {"unshare", Call::kUnshare},  {"clone", Call::kClone},
    {"mknod", Call::kMknod},      {"mknodat", Call::kMknodat},
    {"setuid", Call::kSetuid},    {"setreuid", Call::kSetuid},
    {"setresuid", Call::kSetuid}, {"setgid", Call::kSetgid},
    {"setregid", Call::kSetgid},  {"setresgid", Call::kSetgid},
    {"kill", Call::kKill},        {"socket", Call::kSocket},
    {"chown", Call::kChown},      {"fchown", Call::kChown},
    {"lchown", Call::kChown},     {"fchownat", Call::kChown},
    {"chmod", Call::kChmod},      {"fchmod", Call::kChmod},
    {"fchmodat", Call::kChmod},   {"fchmodat2", Call::kChmod},
};

std::vector<Entry> make_table() {
  std::vector<Entry> table(rules::event_types().size());
  for (const auto& [name, capability] : kAlways) {
    if (const auto type = rules::find_event_type(name)) {
      table[*type] = {Call::kAlwaysOne, capability};
    }
  }
  for (const auto& [name, call] : kSometimes) {
    if (const auto type = rules::find_event_type(name)) table[*type] = {call, kChown};
  }
  return table;
}

const Entry& entry_of(std::uint16_t type) {
  static const std::vector<Entry> table = make_table();
  static const Entry none;
  return type < table.size() ? table[type] : none;
}

constexpr std::uint64_t kNamespacesButUser =
    CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP;

std::uint64_t for_namespaces(std::uint64_t flags) {
  return (flags & kNamespacesButUser) != 0 && (flags & CLONE_NEWUSER) == 0 ? bit(kSysAdmin) : 0;
}

std::uint64_t for_node(std::uint64_t mode) {
  const std::uint64_t type = mode & S_IFMT;
  return type == S_IFCHR || type == S_IFBLK ? bit(kMknod) : 0;
}

std::uint64_t for_socket(std::uint64_t family, std::uint64_t type) {
  const bool is_raw = (type & 0xf) == SOCK_RAW && (family == AF_INET || family == AF_INET6);
  return is_raw || family == AF_PACKET ? bit(kNetRaw) : 0;
}

std::uint64_t of_call(const SensorEvent& event, const Entry& entry) {
  const RecordView& record = *event.record;
  const ygr_args args = record.get<ygr_args>(YGR_S_ARGS).value_or(ygr_args{});
  const ygr_credentials& credentials = event.process->credentials;
  switch (entry.call) {
    case Call::kNone:
      return 0;
    case Call::kAlwaysOne:
      return bit(entry.capability);
    case Call::kBpf:
      return bit((credentials.cap_effective & bit(kBpf)) != 0 ? Capability::kBpf : kSysAdmin);
    case Call::kPerfEvent:
      return bit((credentials.cap_effective & bit(kPerfmon)) != 0 ? kPerfmon : kSysAdmin);
    case Call::kSyslog:
      return bit(Capability::kSyslog);
    case Call::kPtrace:
      return 0;  // of one's own processes it needs none
    case Call::kUnshare:
    case Call::kClone:
      return for_namespaces(args.value[0]);
    case Call::kMknod:
      return for_node(args.value[1]);
    case Call::kMknodat:
      return for_node(args.value[2]);
    // To another id than one's own. Ids are those before the call where the record does not say
    // them after it.
    case Call::kSetuid: {
      const auto after = record.get<ygr_credentials>(YGR_S_CREDENTIALS);
      return credentials.euid == 0 && after && after->uid != 0 ? bit(Capability::kSetuid) : 0;
    }
    case Call::kSetgid: {
      const auto after = record.get<ygr_credentials>(YGR_S_CREDENTIALS);
      return credentials.euid == 0 && after && after->gid != 0 ? bit(Capability::kSetgid) : 0;
    }
    case Call::kKill:
      return 0;  // whose the target is stands nowhere
    case Call::kSocket:
      return for_socket(args.value[0], args.value[1]);
    case Call::kChown:
      return bit(Capability::kChown);
    case Call::kChmod: {
      const auto file = record.get<ygr_file>(YGR_S_FD);
      return file && file->uid != credentials.fsuid ? bit(kFowner) : 0;
    }
  }
  return 0;
}

// The mode bits alone would not have allowed it. (Access lists are not seen: with one, this may be
// wrong.)
std::uint64_t of_open(const SensorEvent& event) {
  const auto file = event.record->get<ygr_file>(YGR_S_FD);
  if (!file || (!S_ISREG(file->mode) && !S_ISDIR(file->mode))) return 0;
  if ((file->open_flags & O_CREAT) != 0) return 0;  // it may have been made by this call
  const ygr_credentials& credentials = event.process->credentials;
  const std::uint32_t access = file->open_flags & O_ACCMODE;
  const std::uint32_t wanted = access == O_RDONLY ? 4 : access == O_WRONLY ? 2 : 6;
  // Supplementary groups are not known: the group's bits count as everybody's.
  const std::uint32_t granted =
      file->uid == credentials.fsuid ? (file->mode >> 6) & 7 : ((file->mode >> 3) | file->mode) & 7;
  return (granted & wanted) == wanted ? 0 : bit(kDacOverride);
}

std::uint64_t of_bind(const SensorEvent& event) {
  const auto given = read_socket_address(event.record->text(YGR_S_ADDRESS));
  return given && given->port != 0 && given->port < 1024 ? bit(kNetBindService) : 0;
}

}  // namespace

std::string_view capability_name(unsigned number) {
  return number < kCapabilities ? kCapabilityNames[number] : std::string_view();
}

std::optional<unsigned> find_capability(std::string_view name) {
  const auto* const found = std::ranges::find(kCapabilityNames, name);
  if (found == kCapabilityNames.end()) return std::nullopt;
  return static_cast<unsigned>(found - kCapabilityNames.begin());
}

std::vector<std::string> capability_names(std::uint64_t mask) {
  std::vector<std::string> names;
  for (unsigned i = 0; i < kCapabilities; ++i) {
    if ((mask & bit(i)) != 0) names.emplace_back(kCapabilityNames[i]);
  }
  return names;
}

std::uint64_t capabilities_used(const SensorEvent& event, EventClass event_class) {
  const std::uint64_t held = event.process->credentials.cap_effective;
  const ygr_header& header = event.record->header();
  if (held == 0 || header.result < 0) return 0;
  switch (event_class) {
    case EventClass::kOpen:
      return of_open(event) & held;
    case EventClass::kBind:
      return of_bind(event) & held;
    case EventClass::kMount:
    case EventClass::kPrivileged:
      return of_call(event, entry_of(header.type)) & held;
    default:
      return 0;
  }
}

}  // namespace yagura::sensor
