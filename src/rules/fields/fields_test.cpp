#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "rules/event_type.hpp"
#include "rules/field.hpp"
#include "rules/fields/event_parameters.hpp"
#include "rules/fields/fields_k8s_audit.hpp"
#include "rules/fields/fields_syscall.hpp"

namespace yagura::rules {
namespace {

class RuleFields : public testing::TestWithParam<Source> {};

TEST_P(RuleFields, AreFoundByNameOnceEach) {
  std::set<std::string_view> seen;
  const auto fields = fields_of(GetParam());
  for (std::size_t id = 0; id < fields.size(); ++id) {
    EXPECT_TRUE(seen.insert(fields[id].name).second) << fields[id].name;
    EXPECT_EQ(find_field(GetParam(), fields[id].name), FieldId(id)) << fields[id].name;
    EXPECT_FALSE(fields[id].description.empty());
    EXPECT_EQ(fields[id].argument == FieldArgument::kNone,
              fields[id].argument_kind == ArgumentKind::kNone)
        << fields[id].name;
  }
  EXPECT_FALSE(find_field(GetParam(), "proc.nam"));
  EXPECT_FALSE(find_field(GetParam(), ""));
}

INSTANTIATE_TEST_SUITE_P(Both, RuleFields, testing::Values(Source::kSyscall, Source::kK8sAudit));

TEST(RuleFieldNumbers, AreTheEnumerators) {
  const auto syscall = fields_of(Source::kSyscall);
  EXPECT_EQ(syscall[static_cast<FieldId>(SyscallField::kEvtNum)].name, "evt.num");
  EXPECT_EQ(syscall[static_cast<FieldId>(SyscallField::kFdRip)].name, "fd.rip");
  EXPECT_EQ(syscall.back().name, "k8s.deployment.labels");
  const auto audit = fields_of(Source::kK8sAudit);
  EXPECT_EQ(audit[static_cast<FieldId>(K8sAuditField::kEvtNum)].name, "evt.num");
  EXPECT_EQ(audit[static_cast<FieldId>(K8sAuditField::kKaUriParam)].name, "ka.uri.param");
}

FieldInfo field(Source source, std::string_view name) {
  const auto id = find_field(source, name);
  EXPECT_TRUE(id) << name;
  return id ? fields_of(source)[*id] : FieldInfo{};
}

TEST(RuleFieldTypes, AreThoseOfTheDocumentation) {
  EXPECT_EQ(field(Source::kSyscall, "proc.aname").shape, FieldShape::kAnyOf);
  EXPECT_EQ(field(Source::kSyscall, "proc.aname").argument, FieldArgument::kOptional);
  EXPECT_EQ(field(Source::kSyscall, "fd.ip").type, FieldType::kIp);
  EXPECT_EQ(field(Source::kSyscall, "fd.snet").type, FieldType::kIpNet);
  EXPECT_EQ(field(Source::kSyscall, "fd.sport").type, FieldType::kPort);
  EXPECT_EQ(field(Source::kSyscall, "proc.duration").type, FieldType::kDuration);
  EXPECT_EQ(field(Source::kSyscall, "evt.rawarg").type, FieldType::kDynamic);
  EXPECT_TRUE(field(Source::kSyscall, "evt.arg").dotted_argument);
  EXPECT_TRUE(field(Source::kSyscall, "fd.types").is_list());
  EXPECT_TRUE(field(Source::kK8sAudit, "ka.req.pod.containers.image").is_list());
  EXPECT_FALSE(field(Source::kK8sAudit, "ka.req.pod.host_network").is_list());
  EXPECT_EQ(field(Source::kK8sAudit, "ka.uri.param").argument, FieldArgument::kRequired);
}

TEST(EventParameters, AreKnownByNameAndPosition) {
  const EventInfo* const openat = find_event_info("openat");
  ASSERT_NE(openat, nullptr);
  EXPECT_EQ(openat->category, EventCategory::kFile);
  ASSERT_GE(openat->parameters.size(), 4U);
  EXPECT_EQ(openat->parameters[0], "fd");
  EXPECT_EQ(openat->parameters[3], "flags");
  EXPECT_EQ(find_event_info("openat3"), nullptr);
  EXPECT_TRUE(is_event_parameter("oldpath"));
  EXPECT_FALSE(is_event_parameter("oldpat"));
  EXPECT_EQ(to_string(find_event_info("connect")->category), "net");
}

// Type, category ("unknown": the descriptor's), parameters in order: what the current versions of
// Falco's events say at their exit, then what their entry alone says (falcosecurity/libs,
// driver/event_table.c). An independent copy of the facts: who changes one says why in both.
constexpr std::string_view kFalcosEvents = R"(
accept: net | fd tuple queuepct queuelen queuemax
accept4: net | fd tuple queuepct queuelen queuemax flags
access: file | res name mode
asyncevent: other | plugin_id name data
bind: net | res addr fd
bpf: other | fd cmd
brk: memory | res vm_size vm_rss vm_swap addr
capset: process | res cap_inheritable cap_permitted cap_effective
chdir: file | res path
chmod: file | res filename mode
chown: file | res path uid gid
chroot: process | res path
clone: process | res exe args tid pid ptid cwd fdlimit pgft_maj pgft_min vm_size vm_rss vm_swap comm cgroups flags uid gid vtid vpid pidns_init_start_ts
clone3: process | res exe args tid pid ptid cwd fdlimit pgft_maj pgft_min vm_size vm_rss vm_swap comm cgroups flags uid gid vtid vpid pidns_init_start_ts
close: unknown | res fd
connect: net | res tuple fd addr
container: process | json
copy_file_range: file | res fdout offout fdin offin len
cpu_hotplug: system | cpu action
creat: file | fd name mode dev ino creat_flags
drop: internal | ratio
dup: unknown | res oldfd
dup2: unknown | res oldfd newfd
dup3: unknown | res oldfd newfd flags
epoll_create: wait | res size
epoll_create1: wait | res flags
epoll_wait: wait | res maxevents
eventfd: IPC | res initval flags
eventfd2: IPC | res flags initval
execve: process | res exe args tid pid ptid cwd fdlimit pgft_maj pgft_min vm_size vm_rss vm_swap comm cgroups env tty vpgid loginuid flags cap_inheritable cap_permitted cap_effective exe_ino exe_ino_ctime exe_ino_mtime uid trusted_exepath pgid gid filename
execveat: process | res exe args tid pid ptid cwd fdlimit pgft_maj pgft_min vm_size vm_rss vm_swap comm cgroups env tty vpgid loginuid flags cap_inheritable cap_permitted cap_effective exe_ino exe_ino_ctime exe_ino_mtime uid trusted_exepath pgid gid dirfd pathname
fchdir: file | res fd
fchmod: file | res fd mode
fchmodat: file | res dirfd filename mode
fchown: file | res fd uid gid
fchownat: file | res dirfd pathname uid gid flags
fcntl: unknown | res fd cmd
finit_module: other | res fd uargs flags
flock: file | res fd operation
fork: process | res exe args tid pid ptid cwd fdlimit pgft_maj pgft_min vm_size vm_rss vm_swap comm cgroups flags uid gid vtid vpid pidns_init_start_ts
fsconfig: system | res fd cmd key value_bytebuf value_charbuf aux
fstat: file | res fd
fstat64: file | res fd
futex: IPC | res addr op val
getcwd: file | res path
getdents: file | res fd
getdents64: file | res fd
getegid: user | egid
geteuid: user | euid
getgid: user | gid
getpeername: net | 
getresgid: user | res rgid egid sgid
getresuid: user | res ruid euid suid
getrlimit: process | res cur max resource
getsockname: net | 
getsockopt: net | res fd level optname val optlen
getuid: user | uid
groupadded: process | gid name container_id
groupdeleted: process | gid name container_id
infra: internal | source name description scope
init_module: other | res img length uargs
inotify_init: IPC | res flags
inotify_init1: IPC | res flags
io_uring_enter: unknown | res fd to_submit min_complete flags sig
io_uring_register: unknown | res fd opcode arg nr_args
io_uring_setup: unknown | res entries sq_entries cq_entries flags sq_thread_cpu sq_thread_idle features
ioctl: unknown | res fd request argument
k8s: internal | json
kill: signal | res pid sig
lchown: file | res path uid gid
link: file | res oldpath newpath
linkat: file | res olddir oldpath newdir newpath flags
listen: net | res fd backlog
llseek: file | res fd offset whence
lseek: file | res fd offset whence
lstat: file | res path
lstat64: file | res path
memfd_create: memory | fd name flags
mesos: internal | json
mkdir: file | res path mode
mkdirat: file | res dirfd path mode
mknod: other | res path mode dev
mknodat: other | res dirfd path mode dev
mlock: memory | res addr len
mlock2: memory | res addr len flags
mlockall: memory | res flags
mmap: memory | res vm_size vm_rss vm_swap addr length prot flags fd offset
mmap2: memory | res vm_size vm_rss vm_swap addr length prot flags fd pgoffset
mount: file | res dev dir type flags
mprotect: memory | res addr length prot
munlock: memory | res addr len
munlockall: memory | res
munmap: memory | res vm_size vm_rss vm_swap addr length
nanosleep: sleep | res interval
newfstatat: file | res dirfd path flags
notification: other | id desc
open: file | fd name flags mode dev ino
open_by_handle_at: file | fd mountfd flags path dev ino
openat: file | fd dirfd name flags mode dev ino
openat2: file | fd dirfd name flags mode resolve dev ino
page_fault: other | addr ip error
pidfd_getfd: process | fd pid_fd target_fd flags
pidfd_open: process | fd pid flags
pipe: IPC | res fd1 fd2 ino
pipe2: IPC | res fd1 fd2 ino flags
pluginevent: other | plugin_id event_data
poll: wait | res fds timeout
ppoll: wait | res fds timeout sigmask
prctl: process | res option arg2_str arg2_int
pread: unknown | res data fd size pos
preadv: unknown | res size data fd pos
prlimit: process | res newcur newmax oldcur oldmax pid resource
procexit: process | status ret sig core reaper_tid
procinfo: internal | cpu_usr cpu_sys
ptrace: process | res addr data request pid
pwrite: unknown | res data fd size pos
pwritev: unknown | res data fd size pos
quotactl: user | res special quotafilepath dqb_bhardlimit dqb_bsoftlimit dqb_curspace dqb_ihardlimit dqb_isoftlimit dqb_btime dqb_itime dqi_bgrace dqi_igrace dqi_flags quota_fmt_out cmd type id quota_fmt
read: unknown | res data fd size
readv: unknown | res size data fd
recv: unknown | res data fd size tuple
recvfrom: unknown | res data tuple fd size
recvmsg: unknown | res size data tuple msgcontrol fd
rename: file | res oldpath newpath
renameat: file | res olddirfd oldpath newdirfd newpath
renameat2: file | res olddirfd oldpath newdirfd newpath flags
rmdir: file | res path
scapevent: internal | event_type event_data
seccomp: other | res op flags
select: wait | res
semctl: process | res semid semnum cmd val
semget: process | res key nsems semflg
semop: process | res nsops sem_num_0 sem_op_0 sem_flg_0 sem_num_1 sem_op_1 sem_flg_1 semid
send: unknown | res data fd size tuple
sendfile: unknown | res offset out_fd in_fd size
sendmsg: unknown | res data fd size tuple
sendto: unknown | res data fd size tuple
setgid: user | res gid
setns: process | res fd nstype
setpgid: process | res pid pgid
setresgid: user | res rgid egid sgid
setresuid: user | res ruid euid suid
setrlimit: process | res cur max resource
setsid: process | res
setsockopt: net | res fd level optname val optlen
setuid: user | res uid
shutdown: net | res fd how
signaldeliver: signal | spid dpid sig
signalfd: signal | res fd mask flags
signalfd4: signal | res flags fd mask
socket: net | fd domain type proto
socketpair: IPC | res fd1 fd2 source peer domain type proto
splice: unknown | res fd_in fd_out size flags
stat: file | res path
stat64: file | res path
switch: scheduler | next pgft_maj pgft_min vm_size vm_rss vm_swap
symlink: file | res target linkpath
symlinkat: file | res target linkdirfd linkpath
tgkill: signal | res pid tid sig
timerfd_create: time | res clockid flags
tkill: signal | res tid sig
tracer: other | id tags args
umount: file | res name
umount2: file | res name flags
unlink: file | res path
unlinkat: file | res dirfd name flags
unshare: process | res flags
useradded: process | uid gid name home shell container_id
userdeleted: process | uid gid name home shell container_id
userfaultfd: file | res flags
vfork: process | res exe args tid pid ptid cwd fdlimit pgft_maj pgft_min vm_size vm_rss vm_swap comm cgroups flags uid gid vtid vpid pidns_init_start_ts
write: unknown | res data fd size
writev: unknown | res data fd size
)";

TEST(EventParameters, AreThoseOfFalcosEvents) {
  std::istringstream lines{std::string(kFalcosEvents)};
  std::size_t compared = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    const std::size_t colon = line.find(": ");
    const EventInfo* const info = find_event_info(line.substr(0, colon));
    ASSERT_NE(info, nullptr) << line;
    std::string ours =
        std::string(info->type) + ": " + std::string(to_string(info->category)) + " |";
    for (const std::string_view name : info->parameters) ours.append(" ").append(name);
    if (info->parameters.empty()) ours += ' ';
    EXPECT_EQ(ours, line);
    ++compared;
  }
  EXPECT_GT(compared, 150U);
}

TEST(EventParameters, NamesOfOldVersionsAreKnownAndNobodys) {
  for (const std::string_view name : {"res_or_fd", "image"}) {
    EXPECT_TRUE(is_event_parameter(name));
    for (const EventInfo& info : event_infos()) {
      EXPECT_EQ(std::ranges::count(info.parameters, name), 0) << info.type;
    }
  }
}

TEST(EventParameters, EveryTypeOfTheSchemaIsATypeThatRulesMayName) {
  for (const EventInfo& info : event_infos()) {
    EXPECT_TRUE(find_event_type(info.type)) << info.type;
  }
}

std::filesystem::path rule_corpora() {
  const char* const root = std::getenv("YAGURA_CORPORA");
  return std::filesystem::path(root != nullptr ? root : YAGURA_SOURCE_DIR "/../shared/corpora") /
         "falco-rules";
}

// No parser is needed: a field is a known class of names followed by a dot.
TEST(PublishedRules, NameOnlyFieldsThatWeKnow) {
  if (!std::filesystem::exists(rule_corpora())) GTEST_SKIP() << "skipped: no corpora";
  const std::regex pattern(
      R"((^|[^a-zA-Z0-9_.\-/:@%])%?((evt|proc|thread|user|group|fd|fs\.path|container|k8s|syslog|fdlist|ka|jevt|syscall)\.[a-zA-Z_][a-zA-Z0-9_.]*)(\[[^\]]*\])?)");
  std::set<std::string> unknown;
  std::size_t found = 0;
  for (const auto& entry : std::filesystem::directory_iterator(rule_corpora())) {
    if (entry.path().extension() != ".yaml") continue;
    const Source source = entry.path().filename().string().starts_with("k8s_audit")
                              ? Source::kK8sAudit
                              : Source::kSyscall;
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      if (line.find_first_not_of(' ') == std::string::npos ||
          line[line.find_first_not_of(' ')] == '#')
        continue;
      for (std::sregex_iterator at(line.begin(), line.end(), pattern), end; at != end; ++at) {
        std::string name = (*at)[2].str();
        while (name.ends_with('.')) name.pop_back();
        ++found;
        if (find_field(source, name) || name == "user.log") continue;  // a file's name in a list
        bool known = false;  // evt.arg.flags: the name up to a dot takes a dotted argument
        for (std::size_t dot = name.rfind('.'); dot != std::string::npos && dot > 0;
             dot = name.rfind('.', dot - 1)) {
          const auto id = find_field(source, name.substr(0, dot));
          if (id && fields_of(source)[*id].dotted_argument) {
            const bool parameter =
                !name.starts_with("evt.arg.") || is_event_parameter(name.substr(dot + 1));
            known = parameter;
            break;
          }
        }
        if (!known) unknown.insert(name);
      }
    }
  }
  EXPECT_GT(found, 1000U);
  for (const std::string& name : unknown) ADD_FAILURE() << "unknown field: " << name;
}

}  // namespace
}  // namespace yagura::rules
