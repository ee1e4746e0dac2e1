#include "sensor/view/flag_names.hpp"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/memfd.h>
#include <linux/prctl.h>
#include <linux/ptrace.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>

#include "sensor/event/capability_names.hpp"

namespace yagura::sensor {

namespace {

// The numbers that Falco gives to open()'s flags.
enum FalcoOpen : std::uint64_t {
  kRead = 1U << 0U,
  kWrite = 1U << 1U,
  kReadWrite = kRead | kWrite,
  kCreate = 1U << 2U,
  kAppend = 1U << 3U,
  kDsync = 1U << 4U,
  kExclusive = 1U << 5U,
  kNonblock = 1U << 6U,
  kSync = 1U << 7U,
  kTruncate = 1U << 8U,
  kDirect = 1U << 9U,
  kDirectory = 1U << 10U,
  kLargefile = 1U << 11U,
  kCloexec = 1U << 12U,
  kTmpfile = 1U << 13U,
  kCreated = 1U << 14U,
};

constexpr FlagName kOpen[] = {
    {"O_LARGEFILE", kLargefile}, {"O_DIRECTORY", kDirectory}, {"O_DIRECT", kDirect},
    {"O_TRUNC", kTruncate},      {"O_SYNC", kSync},           {"O_NONBLOCK", kNonblock},
    {"O_EXCL", kExclusive},      {"O_DSYNC", kDsync},         {"O_APPEND", kAppend},
    {"O_CREAT", kCreate},        {"O_RDWR", kReadWrite},      {"O_WRONLY", kWrite},
    {"O_RDONLY", kRead},         {"O_CLOEXEC", kCloexec},     {"O_TMPFILE", kTmpfile},
    {"O_F_CREATED", kCreated}};

constexpr FlagName kModes[] = {{"S_IXOTH", S_IXOTH}, {"S_IWOTH", S_IWOTH}, {"S_IROTH", S_IROTH},
                               {"S_IXGRP", S_IXGRP}, {"S_IWGRP", S_IWGRP}, {"S_IRGRP", S_IRGRP},
                               {"S_IXUSR", S_IXUSR}, {"S_IWUSR", S_IWUSR}, {"S_IRUSR", S_IRUSR},
                               {"S_ISVTX", S_ISVTX}, {"S_ISGID", S_ISGID}, {"S_ISUID", S_ISUID}};

constexpr FlagName kClone[] = {{"CLONE_FILES", CLONE_FILES},
                               {"CLONE_FS", CLONE_FS},
                               {"CLONE_IO", CLONE_IO},
                               {"CLONE_NEWIPC", CLONE_NEWIPC},
                               {"CLONE_NEWNET", CLONE_NEWNET},
                               {"CLONE_NEWNS", CLONE_NEWNS},
                               {"CLONE_NEWPID", CLONE_NEWPID},
                               {"CLONE_NEWTIME", 0x80},
                               {"CLONE_NEWUTS", CLONE_NEWUTS},
                               {"CLONE_PARENT", CLONE_PARENT},
                               {"CLONE_PARENT_SETTID", CLONE_PARENT_SETTID},
                               {"CLONE_PIDFD", 0x1000},
                               {"CLONE_PTRACE", CLONE_PTRACE},
                               {"CLONE_SIGHAND", CLONE_SIGHAND},
                               {"CLONE_SYSVSEM", CLONE_SYSVSEM},
                               {"CLONE_THREAD", CLONE_THREAD},
                               {"CLONE_UNTRACED", CLONE_UNTRACED},
                               {"CLONE_VM", CLONE_VM},
                               {"CLONE_NEWUSER", CLONE_NEWUSER},
                               {"CLONE_CHILD_CLEARTID", CLONE_CHILD_CLEARTID},
                               {"CLONE_CHILD_SETTID", CLONE_CHILD_SETTID},
                               {"CLONE_SETTLS", CLONE_SETTLS},
                               {"CLONE_VFORK", CLONE_VFORK},
                               {"CLONE_NEWCGROUP", 0x02000000}};

constexpr FlagName kExec[] = {{"EXE_WRITABLE", kExeWritable},
                              {"EXE_UPPER_LAYER", kExeUpperLayer},
                              {"EXE_FROM_MEMFD", kExeFromMemfd},
                              {"EXE_LOWER_LAYER", kExeLowerLayer}};

// AF_LOCAL and AF_UNIX are one number; Falco's table has AF_LOCAL in front.
constexpr FlagName kFamilies[] = {
    {"AF_NFC", 39},      {"AF_ALG", 38},       {"AF_CAIF", 37},   {"AF_IEEE802154", 36},
    {"AF_PHONET", 35},   {"AF_ISDN", 34},      {"AF_RXRPC", 33},  {"AF_IUCV", 32},
    {"AF_TIPC", 30},     {"AF_BLUETOOTH", 31}, {"AF_CAN", 29},    {"AF_LLC", 26},
    {"AF_PPPOX", 24},    {"AF_WANPIPE", 25},   {"AF_IRDA", 23},   {"AF_SNA", 22},
    {"AF_RDS", 21},      {"AF_ATMSVC", 20},    {"AF_ECONET", 19}, {"AF_ASH", 18},
    {"AF_PACKET", 17},   {"AF_NETLINK", 16},   {"AF_KEY", 15},    {"AF_SECURITY", 14},
    {"AF_NETBEUI", 13},  {"AF_DECnet", 12},    {"AF_ROSE", 11},   {"AF_INET6", 10},
    {"AF_X25", 9},       {"AF_ATMPVC", 8},     {"AF_BRIDGE", 7},  {"AF_NETROM", 6},
    {"AF_APPLETALK", 5}, {"AF_IPX", 4},        {"AF_AX25", 3},    {"AF_INET", 2},
    {"AF_LOCAL", 1},     {"AF_UNSPEC", 0},     {"AF_VSOCK", 40},  {"AF_XDP", 44}};

constexpr FlagName kPtrace[] = {{"PTRACE_TRACEME", 0},
                                {"PTRACE_PEEKTEXT", 1},
                                {"PTRACE_PEEKDATA", 2},
                                {"PTRACE_PEEKUSR", 3},
                                {"PTRACE_POKETEXT", 4},
                                {"PTRACE_POKEDATA", 5},
                                {"PTRACE_POKEUSR", 6},
                                {"PTRACE_CONT", 7},
                                {"PTRACE_KILL", 8},
                                {"PTRACE_SINGLESTEP", 9},
                                {"PTRACE_GETREGS", 12},
                                {"PTRACE_SETREGS", 13},
                                {"PTRACE_GETFPREGS", 14},
                                {"PTRACE_SETFPREGS", 15},
                                {"PTRACE_ATTACH", 16},
                                {"PTRACE_DETACH", 17},
                                {"PTRACE_GETFPXREGS", 18},
                                {"PTRACE_SETFPXREGS", 19},
                                {"PTRACE_OLDSETOPTIONS", 21},
                                {"PTRACE_SYSCALL", 24},
                                {"PTRACE_GET_THREAD_AREA", 25},
                                {"PTRACE_SET_THREAD_AREA", 26},
                                {"PTRACE_ARCH_PRCTL", 30},
                                {"PTRACE_SYSEMU", 31},
                                {"PTRACE_SYSEMU_SINGLESTEP", 32},
                                {"PTRACE_SINGLEBLOCK", 33},
                                {"PTRACE_SETOPTIONS", 0x4200},
                                {"PTRACE_GETEVENTMSG", 0x4201},
                                {"PTRACE_GETSIGINFO", 0x4202},
                                {"PTRACE_SETSIGINFO", 0x4203},
                                {"PTRACE_GETREGSET", 0x4204},
                                {"PTRACE_SETREGSET", 0x4205},
                                {"PTRACE_SEIZE", 0x4206},
                                {"PTRACE_INTERRUPT", 0x4207},
                                {"PTRACE_LISTEN", 0x4208},
                                {"PTRACE_PEEKSIGINFO", 0x4209},
                                {"PTRACE_GETSIGMASK", 0x420a},
                                {"PTRACE_SETSIGMASK", 0x420b}};

constexpr FlagName kBpf[] = {{"BPF_MAP_CREATE", 0},
                             {"BPF_MAP_LOOKUP_ELEM", 1},
                             {"BPF_MAP_UPDATE_ELEM", 2},
                             {"BPF_MAP_DELETE_ELEM", 3},
                             {"BPF_MAP_GET_NEXT_KEY", 4},
                             {"BPF_PROG_LOAD", 5},
                             {"BPF_OBJ_PIN", 6},
                             {"BPF_OBJ_GET", 7},
                             {"BPF_PROG_ATTACH", 8},
                             {"BPF_PROG_DETACH", 9},
                             {"BPF_PROG_TEST_RUN", 10},
                             {"BPF_PROG_GET_NEXT_ID", 11},
                             {"BPF_MAP_GET_NEXT_ID", 12},
                             {"BPF_PROG_GET_FD_BY_ID", 13},
                             {"BPF_MAP_GET_FD_BY_ID", 14},
                             {"BPF_OBJ_GET_INFO_BY_FD", 15},
                             {"BPF_PROG_QUERY", 16},
                             {"BPF_RAW_TRACEPOINT_OPEN", 17},
                             {"BPF_BTF_LOAD", 18},
                             {"BPF_BTF_GET_FD_BY_ID", 19},
                             {"BPF_TASK_FD_QUERY", 20},
                             {"BPF_MAP_LOOKUP_AND_DELETE_ELEM", 21},
                             {"BPF_MAP_FREEZE", 22},
                             {"BPF_BTF_GET_NEXT_ID", 23},
                             {"BPF_MAP_LOOKUP_BATCH", 24},
                             {"BPF_MAP_LOOKUP_AND_DELETE_BATCH", 25},
                             {"BPF_MAP_UPDATE_BATCH", 26},
                             {"BPF_MAP_DELETE_BATCH", 27},
                             {"BPF_LINK_CREATE", 28},
                             {"BPF_LINK_UPDATE", 29},
                             {"BPF_LINK_GET_FD_BY_ID", 30},
                             {"BPF_LINK_GET_NEXT_ID", 31},
                             {"BPF_ENABLE_STATS", 32},
                             {"BPF_ITER_CREATE", 33},
                             {"BPF_LINK_DETACH", 34},
                             {"BPF_PROG_BIND_MAP", 35}};

constexpr FlagName kPrctl[] = {{"PR_SET_PDEATHSIG", 1},
                               {"PR_GET_PDEATHSIG", 2},
                               {"PR_GET_DUMPABLE", 3},
                               {"PR_SET_DUMPABLE", 4},
                               {"PR_GET_KEEPCAPS", 7},
                               {"PR_SET_KEEPCAPS", 8},
                               {"PR_SET_NAME", 15},
                               {"PR_GET_NAME", 16},
                               {"PR_GET_SECCOMP", 21},
                               {"PR_SET_SECCOMP", 22},
                               {"PR_CAPBSET_READ", 23},
                               {"PR_CAPBSET_DROP", 24},
                               {"PR_GET_SECUREBITS", 27},
                               {"PR_SET_SECUREBITS", 28},
                               {"PR_SET_TIMERSLACK", 29},
                               {"PR_GET_TIMERSLACK", 30},
                               {"PR_SET_MM", 35},
                               {"PR_SET_CHILD_SUBREAPER", 36},
                               {"PR_GET_CHILD_SUBREAPER", 37},
                               {"PR_SET_NO_NEW_PRIVS", 38},
                               {"PR_GET_NO_NEW_PRIVS", 39},
                               {"PR_SET_THP_DISABLE", 41},
                               {"PR_CAP_AMBIENT", 47},
                               {"PR_SET_PTRACER", 0x59616d61}};

constexpr FlagName kProtection[] = {
    {"PROT_READ", PROT_READ}, {"PROT_WRITE", PROT_WRITE},         {"PROT_EXEC", PROT_EXEC},
    {"PROT_SEM", 8},          {"PROT_GROWSDOWN", PROT_GROWSDOWN}, {"PROT_GROWSUP", PROT_GROWSUP},
    {"PROT_NONE", 0}};
constexpr FlagName kMap[] = {{"MAP_SHARED", MAP_SHARED},
                             {"MAP_PRIVATE", MAP_PRIVATE},
                             {"MAP_FIXED", MAP_FIXED},
                             {"MAP_ANONYMOUS", MAP_ANONYMOUS},
                             {"MAP_32BIT", 0x40},
                             {"MAP_NORESERVE", MAP_NORESERVE},
                             {"MAP_POPULATE", MAP_POPULATE},
                             {"MAP_NONBLOCK", MAP_NONBLOCK},
                             {"MAP_GROWSDOWN", MAP_GROWSDOWN},
                             {"MAP_DENYWRITE", MAP_DENYWRITE},
                             {"MAP_EXECUTABLE", MAP_EXECUTABLE},
                             {"MAP_LOCKED", MAP_LOCKED}};
constexpr FlagName kMount[] = {{"RDONLY", 1},
                               {"NOSUID", 2},
                               {"NODEV", 4},
                               {"NOEXEC", 8},
                               {"SYNCHRONOUS", 16},
                               {"REMOUNT", 32},
                               {"MANDLOCK", 64},
                               {"DIRSYNC", 128},
                               {"NOATIME", 1024},
                               {"NODIRATIME", 2048},
                               {"BIND", 4096},
                               {"MOVE", 8192},
                               {"REC", 16384},
                               {"SILENT", 32768},
                               {"POSIXACL", 1 << 16},
                               {"UNBINDABLE", 1 << 17},
                               {"PRIVATE", 1 << 18},
                               {"SLAVE", 1 << 19},
                               {"SHARED", 1 << 20},
                               {"RELATIME", 1 << 21},
                               {"KERNMOUNT", 1 << 22},
                               {"I_VERSION", 1 << 23},
                               {"STRICTATIME", 1 << 24},
                               {"LAZYTIME", 1 << 25}};
constexpr FlagName kUmount[] = {{"FORCE", 1}, {"DETACH", 2}, {"EXPIRE", 4}, {"NOFOLLOW", 8}};
constexpr FlagName kUnlinkat[] = {{"AT_REMOVEDIR", 0x200}};
constexpr FlagName kLinkat[] = {{"AT_SYMLINK_FOLLOW", 0x400}, {"AT_EMPTY_PATH", 0x1000}};
constexpr FlagName kRename[] = {
    {"RENAME_NOREPLACE", 1}, {"RENAME_EXCHANGE", 2}, {"RENAME_WHITEOUT", 4}};
constexpr FlagName kStat[] = {
    {"AT_EMPTY_PATH", 0x1000}, {"AT_NO_AUTOMOUNT", 0x800}, {"AT_SYMLINK_NOFOLLOW", 0x100}};
constexpr FlagName kAccess[] = {{"F_OK", 0}, {"R_OK", 4}, {"W_OK", 2}, {"X_OK", 1}};
constexpr FlagName kMemfd[] = {{"MFD_CLOEXEC", 1},
                               {"MFD_ALLOW_SEALING", 2},
                               {"MFD_HUGETLB", 4},
                               {"MFD_NOEXEC_SEAL", 8},
                               {"MFD_EXEC", 16}};
constexpr FlagName kDescriptor[] = {
    {"O_NONBLOCK", O_NONBLOCK}, {"O_CLOEXEC", O_CLOEXEC}, {"O_DIRECT", 040000}};
constexpr FlagName kFcntl[] = {{"F_DUPFD", 0},         {"F_GETFD", 1},
                               {"F_SETFD", 2},         {"F_GETFL", 3},
                               {"F_SETFL", 4},         {"F_GETLK", 5},
                               {"F_SETLK", 6},         {"F_SETLKW", 7},
                               {"F_SETOWN", 8},        {"F_GETOWN", 9},
                               {"F_SETSIG", 10},       {"F_GETSIG", 11},
                               {"F_SETOWN_EX", 15},    {"F_GETOWN_EX", 16},
                               {"F_OFD_GETLK", 36},    {"F_OFD_SETLK", 37},
                               {"F_OFD_SETLKW", 38},   {"F_SETLEASE", 1024},
                               {"F_GETLEASE", 1025},   {"F_NOTIFY", 1026},
                               {"F_CANCELLK", 1029},   {"F_DUPFD_CLOEXEC", 1030},
                               {"F_SETPIPE_SZ", 1031}, {"F_GETPIPE_SZ", 1032},
                               {"F_ADD_SEALS", 1033},  {"F_GET_SEALS", 1034}};
constexpr FlagName kFlock[] = {{"LOCK_SH", 1}, {"LOCK_EX", 2}, {"LOCK_NB", 4}, {"LOCK_UN", 8}};
constexpr FlagName kWhence[] = {{"SEEK_SET", 0}, {"SEEK_CUR", 1}, {"SEEK_END", 2}};
constexpr FlagName kShutdown[] = {{"SHUT_RD", 0}, {"SHUT_WR", 1}, {"SHUT_RDWR", 2}};
constexpr FlagName kResource[] = {
    {"RLIMIT_CPU", 0},       {"RLIMIT_FSIZE", 1}, {"RLIMIT_DATA", 2},    {"RLIMIT_STACK", 3},
    {"RLIMIT_CORE", 4},      {"RLIMIT_RSS", 5},   {"RLIMIT_NPROC", 6},   {"RLIMIT_NOFILE", 7},
    {"RLIMIT_MEMLOCK", 8},   {"RLIMIT_AS", 9},    {"RLIMIT_LOCKS", 10},  {"RLIMIT_SIGPENDING", 11},
    {"RLIMIT_MSGQUEUE", 12}, {"RLIMIT_NICE", 13}, {"RLIMIT_RTPRIO", 14}, {"RLIMIT_RTTIME", 15}};
constexpr FlagName kResolve[] = {{"RESOLVE_BENEATH", 8},       {"RESOLVE_IN_ROOT", 16},
                                 {"RESOLVE_NO_MAGICLINKS", 2}, {"RESOLVE_NO_SYMLINKS", 4},
                                 {"RESOLVE_NO_XDEV", 1},       {"RESOLVE_CACHED", 32}};
constexpr FlagName kSplice[] = {
    {"SPLICE_F_MOVE", 1}, {"SPLICE_F_NONBLOCK", 2}, {"SPLICE_F_MORE", 4}, {"SPLICE_F_GIFT", 8}};
constexpr FlagName kModuleInit[] = {{"MODULE_INIT_IGNORE_MODVERSIONS", 1},
                                    {"MODULE_INIT_IGNORE_VERMAGIC", 2},
                                    {"MODULE_INIT_COMPRESSED_FILE", 4}};
constexpr FlagName kModuleDelete[] = {{"O_NONBLOCK", O_NONBLOCK}, {"O_TRUNC", O_TRUNC}};
constexpr FlagName kFutex[] = {{"FUTEX_WAIT", 0},        {"FUTEX_WAKE", 1},
                               {"FUTEX_REQUEUE", 3},     {"FUTEX_CMP_REQUEUE", 4},
                               {"FUTEX_WAKE_OP", 5},     {"FUTEX_LOCK_PI", 6},
                               {"FUTEX_UNLOCK_PI", 7},   {"FUTEX_TRYLOCK_PI", 8},
                               {"FUTEX_WAIT_BITSET", 9}, {"FUTEX_WAKE_BITSET", 10}};
constexpr FlagName kLockAll[] = {{"MCL_CURRENT", 1}, {"MCL_FUTURE", 2}, {"MCL_ONFAULT", 4}};
constexpr FlagName kFsconfig[] = {{"FSCONFIG_SET_FLAG", 0},       {"FSCONFIG_SET_STRING", 1},
                                  {"FSCONFIG_SET_BINARY", 2},     {"FSCONFIG_SET_PATH", 3},
                                  {"FSCONFIG_SET_PATH_EMPTY", 4}, {"FSCONFIG_SET_FD", 5},
                                  {"FSCONFIG_CMD_CREATE", 6},     {"FSCONFIG_CMD_RECONFIGURE", 7}};
constexpr FlagName kUringSetup[] = {{"IORING_SETUP_IOPOLL", 1},     {"IORING_SETUP_SQPOLL", 2},
                                    {"IORING_SETUP_SQ_AFF", 4},     {"IORING_SETUP_CQSIZE", 8},
                                    {"IORING_SETUP_CLAMP", 16},     {"IORING_SETUP_ATTACH_WQ", 32},
                                    {"IORING_SETUP_R_DISABLED", 64}};
constexpr FlagName kUringEnter[] = {{"IORING_ENTER_GETEVENTS", 1},
                                    {"IORING_ENTER_SQ_WAKEUP", 2},
                                    {"IORING_ENTER_SQ_WAIT", 4},
                                    {"IORING_ENTER_EXT_ARG", 8}};
constexpr FlagName kSocketLevel[] = {{"SOL_SOCKET", 1}, {"SOL_TCP", 6}};
constexpr FlagName kSocketOption[] = {
    {"SO_DEBUG", 1},         {"SO_REUSEADDR", 2},      {"SO_TYPE", 3},
    {"SO_ERROR", 4},         {"SO_DONTROUTE", 5},      {"SO_BROADCAST", 6},
    {"SO_SNDBUF", 7},        {"SO_RCVBUF", 8},         {"SO_KEEPALIVE", 9},
    {"SO_OOBINLINE", 10},    {"SO_NO_CHECK", 11},      {"SO_PRIORITY", 12},
    {"SO_LINGER", 13},       {"SO_BSDCOMPAT", 14},     {"SO_REUSEPORT", 15},
    {"SO_PASSCRED", 16},     {"SO_PEERCRED", 17},      {"SO_RCVLOWAT", 18},
    {"SO_SNDLOWAT", 19},     {"SO_RCVTIMEO", 20},      {"SO_SNDTIMEO", 21},
    {"SO_BINDTODEVICE", 25}, {"SO_ATTACH_FILTER", 26}, {"SO_DETACH_FILTER", 27},
    {"SO_PEERNAME", 28},     {"SO_TIMESTAMP", 29},     {"SO_ACCEPTCONN", 30},
    {"SO_PEERSEC", 31},      {"SO_PASSSEC", 34},       {"SO_MARK", 36},
    {"SO_PROTOCOL", 38},     {"SO_DOMAIN", 39},        {"SO_BUSY_POLL", 46},
    {"SO_ATTACH_BPF", 50},   {"SO_COOKIE", 57}};
constexpr FlagName kSeccomp[] = {{"SECCOMP_SET_MODE_STRICT", 0},
                                 {"SECCOMP_SET_MODE_FILTER", 1},
                                 {"SECCOMP_GET_ACTION_AVAIL", 2},
                                 {"SECCOMP_GET_NOTIF_SIZES", 3}};
constexpr FlagName kSemctl[] = {{"IPC_RMID", 0}, {"IPC_SET", 1}, {"IPC_STAT", 2}, {"IPC_INFO", 3},
                                {"GETPID", 11},  {"GETVAL", 12}, {"GETALL", 13},  {"GETNCNT", 14},
                                {"GETZCNT", 15}, {"SETVAL", 16}, {"SETALL", 17},  {"SEM_STAT", 18},
                                {"SEM_INFO", 19}};

}  // namespace

const FlagTable kOpenFlagNames{kOpen, false};
const FlagTable kModeNames{kModes, false};
const FlagTable kCloneFlagNames{kClone, false};
const FlagTable kExecFlagNames{kExec, false};
const FlagTable kSocketFamilyNames{kFamilies, true};
const FlagTable kPtraceNames{kPtrace, true};
const FlagTable kBpfNames{kBpf, true};
const FlagTable kPrctlNames{kPrctl, true};
const FlagTable kProtectionNames{kProtection, false};
const FlagTable kMapFlagNames{kMap, false};
const FlagTable kMountFlagNames{kMount, false};
const FlagTable kUmountFlagNames{kUmount, false};
const FlagTable kUnlinkatFlagNames{kUnlinkat, false};
const FlagTable kLinkatFlagNames{kLinkat, false};
const FlagTable kRenameFlagNames{kRename, false};
const FlagTable kStatFlagNames{kStat, false};
const FlagTable kAccessNames{kAccess, false};
const FlagTable kMemfdFlagNames{kMemfd, false};
const FlagTable kDescriptorFlagNames{kDescriptor, false};
const FlagTable kFcntlNames{kFcntl, true};
const FlagTable kFlockNames{kFlock, false};
const FlagTable kWhenceNames{kWhence, true};
const FlagTable kShutdownNames{kShutdown, true};
const FlagTable kResourceNames{kResource, true};
const FlagTable kResolveNames{kResolve, false};
const FlagTable kSpliceFlagNames{kSplice, false};
const FlagTable kModuleInitFlagNames{kModuleInit, false};
const FlagTable kModuleDeleteFlagNames{kModuleDelete, false};
const FlagTable kFutexNames{kFutex, true};
const FlagTable kLockAllNames{kLockAll, false};
const FlagTable kFsconfigNames{kFsconfig, true};
const FlagTable kUringSetupNames{kUringSetup, false};
const FlagTable kUringEnterNames{kUringEnter, false};
const FlagTable kSocketLevelNames{kSocketLevel, true};
const FlagTable kSocketOptionNames{kSocketOption, true};
const FlagTable kSeccompNames{kSeccomp, true};
const FlagTable kSemctlNames{kSemctl, true};

void append_flags(std::string& out, const FlagTable& table, std::uint64_t value) {
  const std::size_t before = out.size();
  std::uint64_t left = value;
  for (const FlagName& flag : table.names) {
    if (table.is_enumeration || flag.value == 0) {
      if (flag.value != value) continue;
    } else if ((left & flag.value) != flag.value) {
      continue;
    }
    if (out.size() != before) out += '|';
    out += flag.name;
    if (table.is_enumeration) return;
    left &= ~flag.value;
  }
}

std::string_view error_name(std::int64_t error) {
  if (error <= 0 || error > 4095) return {};
  switch (error) {  // the kernel's own, which programs see only where a debugger interferes
    case 512:
      return "ERESTARTSYS";
    case 513:
      return "ERESTARTNOINTR";
    case 514:
      return "ERESTARTNOHAND";
    case 516:
      return "ERESTART_RESTARTBLOCK";
    default:
      break;
  }
  const char* const name = ::strerrorname_np(static_cast<int>(error));
  return name != nullptr ? std::string_view(name) : std::string_view();
}

std::string_view signal_name(std::int64_t signal) {
  static const auto kNames = [] {
    std::array<std::string, 65> names;
    for (int i = 1; i < 65; ++i) {
      if (const char* const short_name = ::sigabbrev_np(i)) {
        names[static_cast<std::size_t>(i)] = std::string("SIG") + short_name;
      }
    }
    return names;
  }();
  return signal > 0 && signal < 65 ? std::string_view(kNames[static_cast<std::size_t>(signal)])
                                   : std::string_view();
}

void append_capabilities(std::string& out, std::uint64_t capabilities) {
  const std::size_t before = out.size();
  for (std::size_t i = 0; i < kCapabilityNames.size(); ++i) {
    if (((capabilities >> i) & 1U) == 0) continue;
    if (out.size() != before) out += ' ';
    out += kCapabilityNames[i];
  }
}

std::string_view protocol_name(std::uint16_t protocol, std::uint16_t socket_type) {
  if (socket_type == SOCK_RAW) return "raw";
  switch (protocol) {
    case IPPROTO_TCP:
      return "tcp";
    case IPPROTO_UDP:
      return "udp";
    case IPPROTO_ICMP:
    case IPPROTO_ICMPV6:
      return "icmp";
    case IPPROTO_RAW:
      return "raw";
    default:
      break;
  }
  if (protocol != 0) return {};
  return socket_type == SOCK_STREAM ? "tcp" : socket_type == SOCK_DGRAM ? "udp" : "";
}

std::uint64_t falco_open_flags(std::uint64_t flags, bool was_created) {
  std::uint64_t made = 0;
  switch (flags & O_ACCMODE) {
    case O_WRONLY:
      made = kWrite;
      break;
    case O_RDWR:
      made = kReadWrite;
      break;
    default:
      made = kRead;
  }
  const auto add = [&](std::uint64_t linux_flag, std::uint64_t ours) {
    if ((flags & linux_flag) == linux_flag) made |= ours;
  };
  add(O_CREAT, kCreate);
  add(O_APPEND, kAppend);
  add(O_DSYNC, kDsync);
  add(O_EXCL, kExclusive);
  add(O_NONBLOCK, kNonblock);
  add(O_SYNC, kSync);
  add(O_TRUNC, kTruncate);
  add(O_DIRECT, kDirect);
  add(O_DIRECTORY, kDirectory);
  add(O_CLOEXEC, kCloexec);
  add(O_TMPFILE, kTmpfile | kCreate);
  if (was_created) made |= kCreated;
  return made;
}

}  // namespace yagura::sensor
