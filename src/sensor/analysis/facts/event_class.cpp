#include "sensor/analysis/facts/event_class.hpp"

#include <utility>
#include <vector>

#include "rules/event_type.hpp"

namespace yagura::sensor {

namespace {

constexpr std::pair<std::string_view, EventClass> kCalls[] = {
    {"open", EventClass::kOpen},
    {"openat", EventClass::kOpen},
    {"openat2", EventClass::kOpen},
    {"creat", EventClass::kOpen},
    {"rename", EventClass::kChange},
    {"renameat", EventClass::kChange},
    {"renameat2", EventClass::kChange},
    {"unlink", EventClass::kChange},
    {"unlinkat", EventClass::kChange},
    {"link", EventClass::kChange},
    {"linkat", EventClass::kChange},
    {"symlink", EventClass::kChange},
    {"symlinkat", EventClass::kChange},
    {"mkdir", EventClass::kChange},
    {"mkdirat", EventClass::kChange},
    {"rmdir", EventClass::kChange},
    {"truncate", EventClass::kChange},
    {"chmod", EventClass::kPrivileged},
    {"fchmod", EventClass::kPrivileged},
    {"fchmodat", EventClass::kPrivileged},
    {"fchmodat2", EventClass::kPrivileged},
    {"connect", EventClass::kConnect},
    {"accept", EventClass::kAccept},
    {"accept4", EventClass::kAccept},
    {"bind", EventClass::kBind},
    {"listen", EventClass::kListen},
    {"send", EventClass::kSend},
    {"sendto", EventClass::kSend},
    {"sendmsg", EventClass::kSend},
    {"sendmmsg", EventClass::kSend},
    {"recv", EventClass::kReceive},
    {"recvfrom", EventClass::kReceive},
    {"recvmsg", EventClass::kReceive},
    {"recvmmsg", EventClass::kReceive},
    {"dup", EventClass::kDuplicate},
    {"dup2", EventClass::kDuplicate},
    {"dup3", EventClass::kDuplicate},
    {"mount", EventClass::kMount},
    {"move_mount", EventClass::kMount},
    {"acct", EventClass::kPrivileged},
    {"adjtimex", EventClass::kPrivileged},
    {"bpf", EventClass::kPrivileged},
    {"chown", EventClass::kPrivileged},
    {"chroot", EventClass::kPrivileged},
    {"clock_adjtime", EventClass::kPrivileged},
    {"clock_settime", EventClass::kPrivileged},
    {"clone", EventClass::kPrivileged},
    {"clone3", EventClass::kPrivileged},
    {"delete_module", EventClass::kPrivileged},
    {"fchown", EventClass::kPrivileged},
    {"fchownat", EventClass::kPrivileged},
    {"finit_module", EventClass::kPrivileged},
    {"init_module", EventClass::kPrivileged},
    {"ioperm", EventClass::kPrivileged},
    {"iopl", EventClass::kPrivileged},
    {"kexec_load", EventClass::kPrivileged},
    {"kill", EventClass::kPrivileged},
    {"lchown", EventClass::kPrivileged},
    {"mknod", EventClass::kPrivileged},
    {"mknodat", EventClass::kPrivileged},
    {"perf_event_open", EventClass::kPrivileged},
    {"pivot_root", EventClass::kPrivileged},
    {"ptrace", EventClass::kPrivileged},
    {"quotactl", EventClass::kPrivileged},
    {"reboot", EventClass::kPrivileged},
    {"setdomainname", EventClass::kPrivileged},
    {"setgid", EventClass::kPrivileged},
    {"setgroups", EventClass::kPrivileged},
    {"sethostname", EventClass::kPrivileged},
    {"setns", EventClass::kPrivileged},
    {"setregid", EventClass::kPrivileged},
    {"setresgid", EventClass::kPrivileged},
    {"setresuid", EventClass::kPrivileged},
    {"setreuid", EventClass::kPrivileged},
    {"settimeofday", EventClass::kPrivileged},
    {"setuid", EventClass::kPrivileged},
    {"socket", EventClass::kPrivileged},
    {"swapon", EventClass::kPrivileged},
    {"syslog", EventClass::kPrivileged},
    {"umount", EventClass::kPrivileged},
    {"umount2", EventClass::kPrivileged},
    {"unshare", EventClass::kPrivileged},
    {"vhangup", EventClass::kPrivileged},
};

std::vector<EventClass> make_table() {
  std::vector<EventClass> table(rules::event_types().size(), EventClass::kOther);
  for (const auto& [name, event_class] : kCalls) {
    if (const auto type = rules::find_event_type(name)) table[*type] = event_class;
  }
  return table;
}

}  // namespace

std::string_view to_string(EventClass event_class) {
  static constexpr std::string_view kNames[kEventClasses] = {
      "other", "open", "change", "connect", "accept", "bind",       "listen", "send",    "receive",
      "dup",   "exec", "fork",   "exit",    "mount",  "privileged", "dns",    "library", "nothing"};
  return kNames[static_cast<std::size_t>(event_class)];
}

EventClass class_of_call(std::uint16_t type) {
  static const std::vector<EventClass> table = make_table();
  return type < table.size() ? table[type] : EventClass::kOther;
}

bool is_always_told(std::uint16_t type) {
  const EventClass event_class = class_of_call(type);
  // A connection's first message is what matters, and that DNS tells; all others would be most of a
  // busy node's events.
  return event_class != EventClass::kOther && event_class != EventClass::kSend &&
         event_class != EventClass::kReceive;
}

EventClass class_of(const SensorEvent& event) {
  const ygr_header& header = event.record->header();
  switch (header.kind) {
    case YGR_CALL:
      return class_of_call(header.type);
    case YGR_EXEC:
      return EventClass::kExec;
    case YGR_FORK:
      return EventClass::kFork;
    case YGR_EXIT:
      return EventClass::kExit;
    case YGR_DNS:
      return EventClass::kDns;
    case YGR_LIBRARY:
      return EventClass::kLibrary;
    default:
      return EventClass::kNothing;
  }
}

}  // namespace yagura::sensor
