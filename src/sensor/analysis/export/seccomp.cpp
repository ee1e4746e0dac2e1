#include "sensor/analysis/export/seccomp.hpp"

#include <algorithm>
#include <set>

#include "core/json_text.hpp"
#include "rules/event_type.hpp"
#include "sensor/analysis/facts/event_class.hpp"
#include "sensor/probe/call_numbers.hpp"

namespace yagura::sensor {

namespace {

// After the filter is loaded, runc gives up capabilities and ids, closes what it has open, waits at
// its fifo, and starts the program; its language's runtime meanwhile handles threads, signals and
// memory. Programs' start (dynamic linker, C library) and end belong here as well: a call that does
// not return is never told.
constexpr std::string_view kRuntime[] = {"access",
                                         "arch_prctl",
                                         "brk",
                                         "capget",
                                         "capset",
                                         "chdir",
                                         "clock_gettime",
                                         "clock_nanosleep",
                                         "clone",
                                         "clone3",
                                         "close",
                                         "close_range",
                                         "dup",
                                         "dup2",
                                         "dup3",
                                         "epoll_create1",
                                         "epoll_ctl",
                                         "epoll_pwait",
                                         "epoll_pwait2",
                                         "epoll_wait",
                                         "eventfd2",
                                         "execve",
                                         "execveat",
                                         "exit",
                                         "exit_group",
                                         "faccessat",
                                         "faccessat2",
                                         "fchdir",
                                         "fchown",
                                         "fcntl",
                                         "fork",
                                         "fstat",
                                         "fstatfs",
                                         "futex",
                                         "getcwd",
                                         "getdents64",
                                         "getegid",
                                         "geteuid",
                                         "getgid",
                                         "getpgid",
                                         "getpid",
                                         "getppid",
                                         "getrandom",
                                         "getrlimit",
                                         "gettid",
                                         "getuid",
                                         "lseek",
                                         "madvise",
                                         "mmap",
                                         "mprotect",
                                         "mremap",
                                         "munmap",
                                         "nanosleep",
                                         "newfstatat",
                                         "open",
                                         "openat",
                                         "openat2",
                                         "pipe",
                                         "pipe2",
                                         "poll",
                                         "ppoll",
                                         "prctl",
                                         "pread64",
                                         "prlimit64",
                                         "read",
                                         "readlink",
                                         "readlinkat",
                                         "readv",
                                         "restart_syscall",
                                         "rseq",
                                         "rt_sigaction",
                                         "rt_sigpending",
                                         "rt_sigprocmask",
                                         "rt_sigqueueinfo",
                                         "rt_sigreturn",
                                         "rt_sigsuspend",
                                         "rt_sigtimedwait",
                                         "sched_getaffinity",
                                         "sched_yield",
                                         "set_robust_list",
                                         "set_tid_address",
                                         "setgid",
                                         "setgroups",
                                         "setresgid",
                                         "setresuid",
                                         "setuid",
                                         "sigaltstack",
                                         "sigreturn",
                                         "stat",
                                         "statfs",
                                         "statx",
                                         "tgkill",
                                         "uname",
                                         "vfork",
                                         "wait4",
                                         "waitid",
                                         "write",
                                         "writev"};

constexpr std::string_view kOrdinary[] = {"alarm",
                                          "clock_getres",
                                          "copy_file_range",
                                          "epoll_create",
                                          "eventfd",
                                          "fadvise64",
                                          "fallocate",
                                          "fdatasync",
                                          "fgetxattr",
                                          "flistxattr",
                                          "flock",
                                          "fremovexattr",
                                          "fsetxattr",
                                          "fsync",
                                          "ftruncate",
                                          "futex_requeue",
                                          "futex_wait",
                                          "futex_waitv",
                                          "futex_wake",
                                          "futimesat",
                                          "get_robust_list",
                                          "get_thread_area",
                                          "getcpu",
                                          "getdents",
                                          "getgroups",
                                          "getitimer",
                                          "getpeername",
                                          "getpgrp",
                                          "getpriority",
                                          "getresgid",
                                          "getresuid",
                                          "getrusage",
                                          "getsid",
                                          "getsockname",
                                          "getsockopt",
                                          "gettimeofday",
                                          "getxattr",
                                          "inotify_add_watch",
                                          "inotify_init",
                                          "inotify_init1",
                                          "inotify_rm_watch",
                                          "io_cancel",
                                          "io_destroy",
                                          "io_getevents",
                                          "io_pgetevents",
                                          "io_setup",
                                          "io_submit",
                                          "ioctl",
                                          "ioprio_get",
                                          "ioprio_set",
                                          "lgetxattr",
                                          "listxattr",
                                          "llistxattr",
                                          "lremovexattr",
                                          "lsetxattr",
                                          "lstat",
                                          "membarrier",
                                          "mincore",
                                          "mlock",
                                          "mlock2",
                                          "mlockall",
                                          "mq_getsetattr",
                                          "mq_notify",
                                          "mq_open",
                                          "mq_timedreceive",
                                          "mq_timedsend",
                                          "mq_unlink",
                                          "msgctl",
                                          "msgget",
                                          "msgrcv",
                                          "msgsnd",
                                          "msync",
                                          "munlock",
                                          "munlockall",
                                          "pause",
                                          "pidfd_open",
                                          "pidfd_send_signal",
                                          "preadv",
                                          "preadv2",
                                          "pselect6",
                                          "pwrite64",
                                          "pwritev",
                                          "pwritev2",
                                          "readahead",
                                          "recvfrom",
                                          "recvmmsg",
                                          "recvmsg",
                                          "remap_file_pages",
                                          "removexattr",
                                          "rt_tgsigqueueinfo",
                                          "sched_get_priority_max",
                                          "sched_get_priority_min",
                                          "sched_getattr",
                                          "sched_getparam",
                                          "sched_getscheduler",
                                          "sched_rr_get_interval",
                                          "sched_setaffinity",
                                          "sched_setattr",
                                          "sched_setparam",
                                          "sched_setscheduler",
                                          "select",
                                          "semctl",
                                          "semget",
                                          "semop",
                                          "semtimedop",
                                          "sendfile",
                                          "sendmmsg",
                                          "sendmsg",
                                          "sendto",
                                          "set_thread_area",
                                          "setfsgid",
                                          "setfsuid",
                                          "setitimer",
                                          "setpgid",
                                          "setpriority",
                                          "setrlimit",
                                          "setsid",
                                          "setsockopt",
                                          "setxattr",
                                          "shmat",
                                          "shmctl",
                                          "shmdt",
                                          "shmget",
                                          "shutdown",
                                          "signalfd",
                                          "signalfd4",
                                          "socketpair",
                                          "splice",
                                          "sync",
                                          "sync_file_range",
                                          "syncfs",
                                          "sysinfo",
                                          "tee",
                                          "time",
                                          "timer_create",
                                          "timer_delete",
                                          "timer_getoverrun",
                                          "timer_gettime",
                                          "timer_settime",
                                          "timerfd_create",
                                          "timerfd_gettime",
                                          "timerfd_settime",
                                          "times",
                                          "tkill",
                                          "truncate",
                                          "umask",
                                          "utime",
                                          "utimensat",
                                          "utimes",
                                          "vmsplice"};

// Calls whose absence the C library or a common runtime expects and works around.
constexpr std::string_view kWithOlderForm[] = {
    "clone3",     "close_range", "epoll_pwait2", "faccessat2", "fchmodat2",      "io_uring_setup",
    "membarrier", "openat2",     "pidfd_open",   "rseq",       "statx",          "futex_waitv",
    "cachestat",  "preadv2",     "pwritev2",     "renameat2",  "copy_file_range"};

// All calls of this machine that rules know by the event's name: "pread" is pread64.
void add_calls(std::set<std::string_view>& names, std::string_view event) {
  bool is_known = false;
  for (const auto calls : {native_calls(), compat_calls()}) {
    for (const CallNumber& call : calls) {
      if (call.name != event && event_name_of_call(call.name) != event) continue;
      names.insert(call.name);
      is_known = true;
    }
  }
  if (!is_known) names.insert(event);
}

// It would have been learned, had it been made.
bool is_told(std::string_view call) {
  const auto type = rules::find_event_type(event_name_of_call(call));
  return type && is_always_told(*type);
}

void write_rule(core::JsonWriter& json, const std::set<std::string_view>& names,
                std::string_view action, int error) {
  if (names.empty()) return;
  json.begin_object().key("names").begin_array();
  for (const std::string_view name : names) json.value(name);
  json.end_array().member("action", action);
  if (error != 0) json.member("errnoRet", error);
  json.end_object();
}

}  // namespace

std::span<const std::string_view> seccomp_runtime_calls() { return kRuntime; }
std::span<const std::string_view> seccomp_ordinary_calls() { return kOrdinary; }

std::string seccomp_profile(const Profile& profile, const SeccompOptions& options) {
  std::set<std::string_view> allowed;
  for (const Feature& call : profile.table(FeatureKind::kCall).all()) {
    if (call.state == FeatureState::kLearned) add_calls(allowed, call.text);
  }
  for (const std::string_view call : kRuntime) add_calls(allowed, event_name_of_call(call));
  if (!profile.has_all_calls) {
    for (const std::string_view call : kOrdinary) {
      if (!is_told(call)) add_calls(allowed, event_name_of_call(call));
    }
  }
  std::set<std::string_view> not_there;
  for (const std::string_view call : kWithOlderForm) {
    if (!allowed.contains(call)) not_there.insert(call);
  }
  std::string out;
  core::JsonWriter json(out);
  json.begin_object();
  json.member("defaultAction", options.only_log ? "SCMP_ACT_LOG" : "SCMP_ACT_ERRNO");
  if (!options.only_log) json.member("defaultErrnoRet", 1);
  json.key("architectures").begin_array();
#if defined(__aarch64__)
  json.value("SCMP_ARCH_AARCH64").value("SCMP_ARCH_ARM");
#else
  json.value("SCMP_ARCH_X86_64").value("SCMP_ARCH_X86").value("SCMP_ARCH_X32");
#endif
  json.end_array().key("syscalls").begin_array();
  write_rule(json, allowed, "SCMP_ACT_ALLOW", 0);
  if (!options.only_log) write_rule(json, not_there, "SCMP_ACT_ERRNO", 38);
  json.end_array().end_object();
  out += '\n';
  return out;
}

}  // namespace yagura::sensor
