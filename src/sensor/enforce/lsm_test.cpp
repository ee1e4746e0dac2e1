// Tier A: refused with EPERM, before the effect. Runs where the kernel has BPF LSM; tests/kernel
// runs it under Debian's kernels in QEMU.

#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "sensor/enforce/kernel_fixture.hpp"

namespace yagura::sensor::enforce {
namespace {

class TierA : public KernelTest {
 protected:
  TierA() : KernelTest('A') {}

  // "files: [{…}]" that denies these operations on a path.
  static std::string deny(const std::string& operations, const std::string& path) {
    return "mode: block, files: [{action: deny, operations: [" + operations + "], paths: [" + path +
           "]}]";
  }
  static bool exists(const std::string& path) {
    struct stat facts{};
    return lstat(path.c_str(), &facts) == 0;
  }
  static int open_it(const std::string& path, int flags) {
    return error_of(open(path.c_str(), flags, 0600));
  }
  void expect_blocked(ygr_operation operation) {
    const auto seen = verdicts();
    ASSERT_FALSE(seen.empty()) << operation_name(operation);
    for (const Verdict& one : seen) {
      EXPECT_EQ(one.verdict.operation, operation);
      EXPECT_EQ(one.verdict.action, YGR_BLOCKED);
      EXPECT_EQ(one.verdict.tier, 'A');
    }
  }
};

TEST_F(TierA, IsFoundAndEveryHookIsInForce) {
  const EnforcerStatus status = enforcer_->status();
  EXPECT_EQ(status.tier, 'A') << to_text(status);
  for (const HookState& hook : status.hooks)
    EXPECT_TRUE(hook.is_attached) << hook.name << ": " << hook.problem;
  EXPECT_GE(status.hooks.size(), 30U);
}

TEST_F(TierA, RefusesProgramsByPath) {
  const std::string denied = program("denied");
  const std::string allowed = program("allowed");
  std::filesystem::create_symlink(denied, folder_ / "alias");
  apply({"mode: block, executables: {deny: [" + denied + ", " + (folder_ / "tree").string() +
         "/**, " + (folder_ / "pre").string() + "*]}"});
  std::filesystem::create_directories(folder_ / "tree/deep");
  const std::string deep = program("tree/deep/x");
  const std::string prefixed = program("prefix-of-name");
  EXPECT_EQ(inside([&] { return run(denied); }), kRefused);
  EXPECT_EQ(inside([&] { return run(folder_ / "alias"); }), kRefused);
  EXPECT_EQ(inside([&] { return run("/proc/self/root" + denied); }), kRefused);
  EXPECT_EQ(inside([&] { return chdir(folder_.c_str()) != 0 ? 99 : run("./denied"); }), kRefused);
  EXPECT_EQ(inside([&] { return run(deep); }), kRefused);
  EXPECT_EQ(inside([&] { return run(prefixed); }), kRefused);
  EXPECT_EQ(inside([&] { return run(allowed); }), kDone);
  EXPECT_EQ(outside([&] { return run(denied); }), kDone);
  const auto seen = verdicts();
  ASSERT_EQ(seen.size(), 6U);
  EXPECT_EQ(seen[1].path, denied);
  EXPECT_EQ(seen[4].path, deep);
}

TEST_F(TierA, RefusesWhatIsNotOnTheListOfPrograms) {
  const std::string other = program("other");
  apply({"mode: block, executables: {allow: [/bin/**]}"});
  EXPECT_EQ(inside([&] { return run(other); }), kRefused);
  EXPECT_EQ(inside([&] { return run("/bin/true"); }), kDone);
}

TEST_F(TierA, RefusesProgramsInMemory) {
  apply({"mode: block, executables: {memfd: deny}"});
  const auto in_memory = [] {
    const int fd = memfd_create("payload", 0);
    std::ifstream program("/bin/true", std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(program)), {});
    if (write(fd, bytes.data(), bytes.size()) < 0) return 98;
    char* arguments[] = {const_cast<char*>("x"), nullptr};
    syscall(SYS_execveat, fd, "", arguments, nullptr, AT_EMPTY_PATH);
    return errno;
  };
  EXPECT_EQ(inside(in_memory), kRefused);
  EXPECT_EQ(outside(in_memory), kDone);
  expect_blocked(YGR_OP_EXEC_MEMFD);
}

TEST_F(TierA, RefusesProgramsOfTheWritableLayer) {
  for (const char* name : {"lower", "upper", "work", "merged"})
    std::filesystem::create_directory(folder_ / name);
  program("lower/shipped");
  const std::string options = "lowerdir=" + (folder_ / "lower").string() +
                              ",upperdir=" + (folder_ / "upper").string() +
                              ",workdir=" + (folder_ / "work").string();
  ASSERT_EQ(mount("overlay", (folder_ / "merged").c_str(), "overlay", 0, options.c_str()), 0)
      << strerror(errno);
  program("merged/dropped");
  apply({"mode: block, executables: {writableLayer: deny}"});
  EXPECT_EQ(inside([&] { return run(folder_ / "merged/dropped"); }), kRefused);
  EXPECT_EQ(inside([&] { return run(folder_ / "merged/shipped"); }), kDone);
  EXPECT_EQ(outside([&] { return run(folder_ / "merged/dropped"); }), kDone);
  expect_blocked(YGR_OP_EXEC_UPPER);
  umount2((folder_ / "merged").c_str(), MNT_DETACH);
}

TEST_F(TierA, RefusesProgramsByTheirHashOnceItIsKnown) {
  const std::string some = program("some");
  // The hash of nothing: no program has it.
  const std::string hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  apply(
      {"mode: block, executables: {allow: [{sha256: " + hash + "}, /bin/**], unknownHash: deny}"});
  EXPECT_EQ(inside([&] { return run(some); }), kRefused);
  EXPECT_EQ(inside([] { return run("/bin/true"); }), kRefused);  // unknown yet, and that is denied
  EXPECT_EQ(verdicts().size(), 2U);                              // hashes both
  EXPECT_EQ(inside([] { return run("/bin/true"); }), kDone);
  EXPECT_EQ(inside([&] { return run(some); }), kRefused);
}

TEST_F(TierA, RefusesReading) {
  const std::string secret = file("secret");
  const std::string link = folder_ / "hard";
  std::filesystem::create_symlink(secret, folder_ / "alias");
  apply({deny("read", secret)});
  EXPECT_EQ(inside([&] { return open_it(secret, O_RDONLY); }), kRefused);
  EXPECT_EQ(inside([&] { return open_it(folder_ / "alias", O_RDWR); }), kRefused);
  EXPECT_EQ(inside([&] { return open_it(secret, O_WRONLY); }), kDone);
  EXPECT_EQ(outside([&] { return open_it(secret, O_RDONLY); }), kDone);
  expect_blocked(YGR_OP_READ);
  EXPECT_EQ(inside([&] { return error_of(::link(secret.c_str(), link.c_str())); }), kRefused);
  EXPECT_FALSE(exists(link));
  expect_blocked(YGR_OP_LINK);
  EXPECT_EQ(
      inside([&] { return error_of(rename(folder_.c_str(), (folder_.string() + "2").c_str())); }),
      kRefused);
  expect_blocked(YGR_OP_RENAME);
}

TEST_F(TierA, RefusesWritingAndTruncating) {
  const std::string kept = file("kept", "text");
  apply({deny("write", kept)});
  EXPECT_EQ(inside([&] { return open_it(kept, O_WRONLY); }), kRefused);
  EXPECT_EQ(inside([&] { return open_it(kept, O_RDONLY | O_TRUNC); }), kRefused);
  EXPECT_EQ(inside([&] { return error_of(truncate(kept.c_str(), 0)); }), kRefused);
  EXPECT_EQ(inside([&] { return open_it(kept, O_RDONLY); }), kDone);
  EXPECT_EQ(std::filesystem::file_size(kept), 4U);
  expect_blocked(YGR_OP_WRITE);
  EXPECT_EQ(outside([&] { return error_of(truncate(kept.c_str(), 0)); }), kDone);
}

TEST_F(TierA, RefusesToMakeFilesFoldersLinksAndDevices) {
  const std::string tree = folder_ / "tree";
  const std::string other = file("other");
  std::filesystem::create_directory(tree);
  const std::string name = tree + "/new";
  const std::vector<std::tuple<std::string, ygr_operation, std::function<int()>>> cases{
      {"create", YGR_OP_CREATE, [&] { return open_it(name, O_CREAT | O_WRONLY); }},
      {"mkdir", YGR_OP_MKDIR, [&] { return error_of(mkdir(name.c_str(), 0700)); }},
      {"mknod", YGR_OP_MKNOD, [&] { return error_of(mknod(name.c_str(), S_IFIFO | 0600, 0)); }},
      {"symlink", YGR_OP_SYMLINK, [&] { return error_of(symlink("/x", name.c_str())); }},
      {"link", YGR_OP_LINK, [&] { return error_of(::link(other.c_str(), name.c_str())); }},
      {"rename", YGR_OP_RENAME, [&] { return error_of(rename(other.c_str(), name.c_str())); }},
  };
  for (const auto& [operation, number, action] : cases) {
    apply({deny(operation, tree + "/**")});
    EXPECT_EQ(inside(action), kRefused) << operation;
    EXPECT_FALSE(exists(name)) << operation;
    expect_blocked(number);
    EXPECT_EQ(outside(action), kDone) << operation;
    EXPECT_TRUE(exists(name)) << operation;
    std::filesystem::remove(name);
    if (!exists(other)) file("other");
  }
}

TEST_F(TierA, RefusesDeletingAndChangingModeAndOwner) {
  const std::string kept = file("kept");
  std::filesystem::create_directory(folder_ / "directory");
  apply({deny("delete, chmod, chown", kept + ", " + (folder_ / "directory").string())});
  EXPECT_EQ(inside([&] { return error_of(unlink(kept.c_str())); }), kRefused);
  EXPECT_EQ(inside([&] { return error_of(rmdir((folder_ / "directory").c_str())); }), kRefused);
  EXPECT_EQ(inside([&] { return error_of(chmod(kept.c_str(), 04755)); }), kRefused);
  EXPECT_EQ(inside([&] { return error_of(chown(kept.c_str(), 1, 1)); }), kRefused);
  EXPECT_TRUE(exists(kept));
  EXPECT_TRUE(exists(folder_ / "directory"));
  struct stat facts{};
  ASSERT_EQ(stat(kept.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777, 0644U);
  EXPECT_EQ(facts.st_uid, 0U);
  EXPECT_EQ(verdicts().size(), 4U);
  EXPECT_EQ(outside([&] { return error_of(unlink(kept.c_str())); }), kDone);
}

TEST_F(TierA, FollowsVeryDeepFolders) {
  std::string deep = folder_ / "tree";
  std::filesystem::create_directory(deep);
  apply({deny("create", deep + "/**"), deny("write", folder_ / "nothing")});
  const auto descend = [&] {
    if (chdir(deep.c_str()) != 0) return 99;
    for (int i = 0; i < 300; ++i) {
      if (mkdir("a-long-name-of-a-folder", 0700) != 0 || chdir("a-long-name-of-a-folder") != 0)
        return 98;
    }
    return error_of(open("file", O_CREAT | O_WRONLY, 0600));
  };
  EXPECT_EQ(inside(descend), kRefused);
  const auto seen = verdicts();
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_TRUE(seen[0].path.ends_with("/a-long-name-of-a-folder/file"));
}

TEST_F(TierA, RefusesConnectionsDatagramsPortsAndSockets) {
  const Listener listener;
  const Listener free;
  apply({"mode: block, network: {egress: {deny: [{cidrs: [127.0.0.0/8], ports: [{port: " +
         std::to_string(listener.port()) +
         "}, {port: 53, protocol: UDP}]}]}, bind: {deny: [{port: " + std::to_string(free.port()) +
         "}]}, sockets: {deny: [packet, raw]}}"});
  EXPECT_EQ(inside([&] { return connect_to(listener.port()); }), kRefused);
  EXPECT_EQ(inside([&] { return connect_mapped(listener.port()); }), kRefused);
  EXPECT_EQ(inside([] { return send_datagram(53); }), kRefused);
  expect_blocked(YGR_OP_EGRESS);
  EXPECT_EQ(inside([] { return send_datagram(54); }), kDone);
  EXPECT_EQ(inside([&] { return bind_to(free.port()); }), kRefused);
  expect_blocked(YGR_OP_BIND);
  EXPECT_EQ(inside([] { return error_of(socket(AF_PACKET, SOCK_RAW, 0)); }), kRefused);
  EXPECT_EQ(inside([] { return error_of(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)); }), kRefused);
  expect_blocked(YGR_OP_SOCKET);
  EXPECT_EQ(inside([] { return error_of(socket(AF_INET, SOCK_STREAM, 0)); }), kDone);
  EXPECT_EQ(outside([&] { return connect_to(listener.port()); }), kDone);
  EXPECT_EQ(outside([] { return error_of(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)); }), kDone);
}

TEST_F(TierA, RefusesAnUnspecifiedFamilyThatMeansIpv4) {
  apply({"mode: block, network: {egress: {deny: [{ports: [{port: 53, protocol: UDP}]}]}}"});
  EXPECT_EQ(inside([] {
              const int fd = socket(AF_INET, SOCK_DGRAM, 0);
              sockaddr_in address = loopback(53);
              address.sin_family = AF_UNSPEC;
              return error_of(sendto(fd, "x", 1, 0, reinterpret_cast<const sockaddr*>(&address),
                                     sizeof(address)));
            }),
            kRefused);
}

TEST_F(TierA, RefusesListening) {
  apply({"mode: block, network: {listen: deny}"});
  const auto listening = [] { return error_of(listen(socket(AF_INET, SOCK_STREAM, 0), 1)); };
  EXPECT_EQ(inside(listening), kRefused);
  EXPECT_EQ(outside(listening), kDone);
  expect_blocked(YGR_OP_LISTEN);
}

TEST_F(TierA, RefusesMounts) {
  const std::string place = folder_ / "place";
  std::filesystem::create_directory(place);
  apply({"mode: block, mounts: deny"});
  const auto mounting = [&] { return error_of(mount("none", place.c_str(), "tmpfs", 0, nullptr)); };
  EXPECT_EQ(inside(mounting), kRefused);
  EXPECT_EQ(outside(mounting), kDone);
  EXPECT_EQ(inside([&] { return error_of(umount(place.c_str())); }), kRefused);
  EXPECT_EQ(outside([&] { return error_of(umount(place.c_str())); }), kDone);
  const auto seen = verdicts();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].path, place);
}

TEST_F(TierA, RefusesTracing) {
  apply({"mode: block, ptrace: deny"});
  const auto traced = [] { return error_of(ptrace(PTRACE_TRACEME, 0, nullptr, nullptr)); };
  const pid_t victim = fork();
  if (victim == 0) {
    pause();
    _exit(0);
  }
  const auto attach = [&] { return error_of(ptrace(PTRACE_SEIZE, victim, nullptr, nullptr)); };
  EXPECT_EQ(inside(traced), kRefused);
  EXPECT_EQ(inside(attach), kRefused);
  expect_blocked(YGR_OP_PTRACE);
  EXPECT_EQ(outside(traced), kDone);
  EXPECT_EQ(outside(attach), kDone);
  kill(victim, SIGKILL);
  waitpid(victim, nullptr, 0);
}

TEST_F(TierA, RefusesNamespaces) {
  apply({"mode: block, namespaces: {deny: [user, mount]}"});
  EXPECT_EQ(inside([] { return error_of(unshare(CLONE_NEWUSER)); }), kRefused);
  EXPECT_EQ(inside([] { return error_of(unshare(CLONE_NEWNS)); }), kRefused);
  EXPECT_EQ(inside([] { return error_of(unshare(CLONE_NEWUTS)); }), kDone);
  EXPECT_EQ(inside([] {
              const long child =
                  syscall(SYS_clone, CLONE_NEWNS | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
              if (child == 0) _exit(0);
              return error_of(child);
            }),
            kRefused);
  EXPECT_EQ(inside([] {
              const int own = open("/proc/self/ns/mnt", O_RDONLY);
              return error_of(setns(own, 0));
            }),
            kRefused);
  expect_blocked(YGR_OP_NAMESPACE);
  EXPECT_EQ(outside([] { return error_of(unshare(CLONE_NEWNS)); }), kDone);
}

TEST_F(TierA, RefusesCapabilities) {
  const std::string foreign = file("foreign");
  apply({"mode: block, capabilities: {deny: [SYS_CHROOT, SYS_NICE]}"});
  EXPECT_EQ(inside([] { return error_of(chroot("/")); }), kRefused);
  EXPECT_EQ(inside([&] { return error_of(chown(foreign.c_str(), 0, 0)); }), kDone);
  EXPECT_EQ(outside([] { return error_of(chroot("/")); }), kDone);
  const auto seen = verdicts();
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].verdict.operation, YGR_OP_CAPABILITY);
  EXPECT_EQ(seen[0].verdict.subject, 18U);
}

TEST_F(TierA, RefusesModulesBpfUsersMemoryAndCalls) {
  apply(
      {"mode: block, kernelModules: deny, bpf: deny, users: {deny: [4711]}, "
       "writableExecutableMemory: deny, ioUring: "
       "deny, userfaultfd: deny"});
  const std::string module = file("module.ko", "no module at all");
  const auto insert = [&] {
    return error_of(syscall(SYS_finit_module, open(module.c_str(), O_RDONLY), "", 0));
  };
  EXPECT_EQ(inside(insert), kRefused);
  EXPECT_EQ(outside(insert), (Outcome{.error = ENOEXEC}));
  expect_blocked(YGR_OP_MODULE);
  const auto make_map = [] {
    union {
      struct {
        std::uint32_t type, key, value, entries;
      } map;
      char bytes[120];
    } attributes{};
    attributes.map = {2, 4, 4, 1};
    return error_of(syscall(SYS_bpf, 0, &attributes, sizeof(attributes)));
  };
  EXPECT_EQ(inside(make_map), kRefused);
  EXPECT_EQ(outside(make_map), kDone);
  expect_blocked(YGR_OP_BPF);
  EXPECT_EQ(inside([] { return error_of(setuid(4711)); }), kRefused);
  EXPECT_EQ(inside([] { return error_of(setuid(4712)); }), kDone);
  expect_blocked(YGR_OP_SETUID);
  const auto map_both = [] {
    void* page =
        mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? errno : 0;
  };
  const auto protect_both = [] {
    void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return error_of(mprotect(page, 4096, PROT_READ | PROT_WRITE | PROT_EXEC));
  };
  EXPECT_EQ(inside(map_both), kRefused);
  EXPECT_EQ(inside(protect_both), kRefused);
  expect_blocked(YGR_OP_WX_MEMORY);
  EXPECT_EQ(outside(map_both), kDone);
  const auto ring = [] {
    char parameters[120] = {};
    return error_of(syscall(SYS_io_uring_setup, 8, parameters));
  };
  EXPECT_EQ(inside(ring), kRefused);
  EXPECT_EQ(outside(ring), kDone);
  expect_blocked(YGR_OP_IO_URING);
  EXPECT_EQ(inside([] { return error_of(syscall(SYS_userfaultfd, 0)); }), kRefused);
  EXPECT_EQ(outside([] { return error_of(syscall(SYS_userfaultfd, 0)); }), kDone);
  expect_blocked(YGR_OP_USERFAULTFD);
}

TEST_F(TierA, ObserveAndAlertRefuseNothing) {
  const std::string kept = file("kept");
  for (const auto& [mode, action] :
       {std::pair{"observe", YGR_OBSERVED}, {"alert", YGR_WOULD_BLOCK}}) {
    apply({std::string("mode: ") + mode + ", files: [{action: deny, operations: [read], paths: [" +
           kept + "]}], executables: {deny: [/bin/true]}"});
    EXPECT_EQ(inside([&] { return open_it(kept, O_RDONLY); }), kDone);
    EXPECT_EQ(inside([] { return run("/bin/true"); }), kDone);
    const auto seen = verdicts();
    ASSERT_EQ(seen.size(), 2U);
    for (const Verdict& one : seen) EXPECT_EQ(one.verdict.action, action);
  }
}

TEST_F(TierA, SpareExemptProcessesInThePolicedGroup) {
  const std::string kept = file("kept");
  apply({deny("read", kept)});
  EXPECT_EQ(inside([&] { return open_it(kept, O_RDONLY); }), kRefused);
  // The child exempts itself: another Enforcer over the same tables.
  const auto exempt = [&] {
    auto own = Enforcer::open(
        {.pins = pins_, .attach_cgroup = policed_->folder(), .spares_runtime = false});
    return own ? open_it(kept, O_RDONLY) : 97;
  };
  EXPECT_EQ(inside(exempt), kDone);
  EXPECT_EQ(inside([&] { return open_it(kept, O_RDONLY); }), kRefused);
}

// What a runtime does: enters the group with a program of the host, makes a mount namespace, and
// starts a program of the container there.
TEST_F(TierA, SparesTheRuntimeUntilItStartsTheContainersProgram) {
  start('A', true);
  const std::string denied = program("denied");
  const std::string kept = file("kept");
  apply({"mode: block, namespaces: {deny: [mount]}, mounts: deny, executables: {deny: [" + denied +
         "]}, files: [{action: deny, operations: [read], paths: [" + kept + "]}]"});
  const auto prepare = [] { return unshare(CLONE_NEWNS) == 0 ? 0 : errno; };
  const auto shell = [](const std::string& command) {
    execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
    return errno;
  };
  EXPECT_EQ(inside(prepare), kDone);
  EXPECT_EQ(inside([&] { return error_of(open(kept.c_str(), O_RDONLY)); }), kDone);
  EXPECT_EQ(verdicts().size(), 0U);
  EXPECT_EQ(inside([&] { return prepare() + run(denied); }), kRefused);
  EXPECT_EQ(inside([&] { return prepare() + run("/bin/true"); }), kDone);
  EXPECT_NE(inside([&] { return prepare() + shell("read x < " + kept + "; true < " + kept); }),
            kDone);
  EXPECT_EQ(inside([&] { return prepare() + shell("read x < /proc/self/stat"); }), kDone);
  const auto seen = verdicts();
  ASSERT_GE(seen.size(), 2U);
  EXPECT_EQ(seen[0].verdict.operation, YGR_OP_EXEC);
  EXPECT_EQ(seen[1].verdict.operation, YGR_OP_READ);
  start('A');
}

TEST_F(TierA, StaysInForceWhenTheProcessIsKilledAndIsTakenOver) {
  const std::string kept = file("kept");
  enforcer_.reset();
  ASSERT_TRUE(Enforcer::remove_all(pins_).has_value());
  EXPECT_EQ(inside([&] { return open_it(kept, O_RDONLY); }), kDone);
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t agent = fork();
  if (agent == 0) {
    auto opened = Enforcer::open(
        {.pins = pins_, .attach_cgroup = policed_->folder(), .spares_runtime = false});
    const PolicedContainer container = policed_->container();
    const bool ok =
        opened.has_value() &&
        (*opened)->apply(policies_of({deny("read", kept)}), std::span(&container, 1)).has_value();
    if (write(ready[1], ok ? "y" : "n", 1) != 1) _exit(1);
    pause();
    _exit(0);
  }
  char answer = 0;
  ASSERT_EQ(read(ready[0], &answer, 1), 1);
  ASSERT_EQ(answer, 'y');
  EXPECT_EQ(inside([&] { return open_it(kept, O_RDONLY); }), kRefused);
  kill(agent, SIGKILL);
  ASSERT_EQ(waitpid(agent, nullptr, 0), agent);
  EXPECT_EQ(inside([&] { return open_it(kept, O_RDONLY); }), kRefused);
  // Somebody tries all the time while the next one takes over.
  const pid_t prober = fork();
  if (prober == 0) {
    const int entry = open((policed_->folder() / "cgroup.procs").c_str(), O_WRONLY);
    if (write(entry, "0", 1) != 1) _exit(3);
    if (write(ready[1], "y", 1) != 1) _exit(3);
    while (open_it(kept, O_RDONLY) == EPERM) {
    }
    _exit(2);  // a gap
  }
  ASSERT_EQ(read(ready[0], &answer, 1), 1);
  start('A');
  EXPECT_EQ(waitpid(prober, nullptr, WNOHANG), 0);
  kill(prober, SIGKILL);
  ASSERT_EQ(waitpid(prober, nullptr, 0), prober);
  EXPECT_EQ(inside([&] { return open_it(kept, O_RDONLY); }), kRefused);
  apply({deny("write", kept)});
  EXPECT_EQ(inside([&] { return open_it(kept, O_RDONLY); }), kDone);
  EXPECT_EQ(inside([&] { return open_it(kept, O_WRONLY); }), kRefused);
}

}  // namespace
}  // namespace yagura::sensor::enforce
