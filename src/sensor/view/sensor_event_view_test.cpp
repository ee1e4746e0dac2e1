// Every class of fields, by records made by hand: "field" on the left, what it says on the right.

#include "sensor/view/sensor_event_view.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "rules/event_type.hpp"
#include "rules/output/value_text.hpp"
#include "sensor/dns/message.hpp"
#include "sensor/process/pipeline.hpp"
#include "sensor/process/testing/record_maker.hpp"

namespace yagura::sensor {
namespace {

using testing::RecordMaker;
using testing::ScriptedResolver;
using testing::zero_ended;

constexpr std::uint64_t kCgroup = 500;
constexpr std::int64_t kBoot = 1'700'000'000'000'000'000;

struct Expected {
  const char* field;
  const char* text;  // "<NA>" with nothing in front: absent, or Falco's own word
};

class SensorEventViewTest : public ::testing::Test, public EventConsumer {
 protected:
  SensorEventViewTest()
      : folder_(::testing::TempDir() + "view-" + std::to_string(::getpid())),
        users_({.host_root = folder_, .proc = {}}),
        pipeline_(resolver_, {.boot_offset_ns = kBoot}),
        view_({.processes = &pipeline_.processes(),
               .users = &users_,
               .domain_names = &names_,
               .hostname = "node-1"}) {
    std::filesystem::create_directories(folder_ + "/etc");
    std::ofstream(folder_ + "/etc/passwd")
        << "root:x:0:0::/root:/bin/sh\nalice:x:1000:100::/home/alice:/bin/zsh\n"
           "alias:x:1000:100::/other:/x\nbroken line\nbad:x:many:1::/:/\n";
    std::ofstream(folder_ + "/etc/group") << "root:x:0:\nstaff:x:100:alice\n";
    pipeline_.add_consumer(*this);
    feed(exec(1, 0, "/sbin/init", {"init"}));
    feed(exec(10, 1, "/usr/sbin/sshd", {"/usr/sbin/sshd", "-D"})
             .text(YGR_S_ENV, zero_ended({"A=1"})));
    feed(exec(20, 10, "/bin/bash", {"-bash"}));
  }
  ~SensorEventViewTest() override { std::filesystem::remove_all(folder_); }

  void on_event(const SensorEvent& event) override {
    event_ = event;
    if (check_) check_();
  }
  void feed(RecordMaker record) { pipeline_.feed(record.view()); }
  // Feeds it and compares what fields say.
  void expect(RecordMaker record, std::initializer_list<Expected> table,
              Reading reading = Reading::kResolved) {
    check_ = [&] {
      view_.set(event_, reading);
      has_two_names_ = view_.has_two_names();
      for (const Expected& one : table) {
        EXPECT_EQ(text(one.field), one.text) << one.field;
      }
    };
    feed(std::move(record));
    check_ = {};
  }
  std::string text(std::string_view field) {
    const auto ref = rules::resolve_field(rules::Source::kSyscall, field);
    if (!ref) return "no such field";
    std::string out;
    rules::append_text(out, view_.get(*ref));
    return out;
  }

  static RecordMaker exec(std::uint32_t pid, std::uint32_t parent, std::string_view path,
                          std::initializer_list<std::string_view> argv) {
    RecordMaker record(YGR_EXEC, "execve", pid);
    record.time(5'000'000'000).task(parent, 4'000'000'000).credentials(1000, 100, 0x201);
    return std::move(record.program(path, argv).text(YGR_S_CWD, "/home/alice"));
  }
  static RecordMaker call(std::string_view type, std::int64_t result = 0) {
    RecordMaker record(YGR_CALL, type, 20);
    return std::move(record.time(6'000'000'000).uid(1000).result(result));
  }
  void use_container() {
    auto pod = std::make_shared<Pod>();
    pod->name = "web-1";
    pod->name_space = "shop";
    pod->uid = "0a1b";
    pod->sandbox_id = std::string(64, 's');
    pod->ip = "10.2.0.7";
    pod->labels = {{"app", "web"}, {"tier", "front"}};
    pod->workload_kind = "Deployment";
    pod->workload_name = "web";
    auto made = std::make_shared<Container>();
    made->cgroup_id = kCgroup;
    made->cgroup_path = "/kubepods/pod0a1b/x";
    made->id = "0123456789abcdef" + std::string(48, 'f');
    made->name = "nginx";
    made->runtime = Runtime::kContainerd;
    made->metadata = Metadata::kComplete;
    made->image = "docker.io/library/nginx:1.27";
    made->image_repository = "docker.io/library/nginx";
    made->image_tag = "1.27";
    made->image_digest = "sha256:aa";
    made->is_privileged = true;
    made->labels = {{"io.kubernetes.container.name", "nginx"}};
    made->started_ns = kBoot + 1'000'000'000;
    made->mounts = {{.source = "/var/lib/x",
                     .destination = "/data",
                     .mode = "rw",
                     .propagation = "rprivate",
                     .is_writable = true},
                    {.source = "/root/keys", .destination = "/keys", .mode = "ro"}};
    made->pod = pod;
    resolver_.set(kCgroup, made);
  }

  std::string folder_;
  ScriptedResolver resolver_;
  UserNames users_;
  DomainNames names_;
  Pipeline pipeline_;
  SensorEventView view_;
  SensorEvent event_;
  bool has_two_names_ = false;
  std::function<void()> check_;
};

TEST_F(SensorEventViewTest, EventsSayWhatAndWhen) {
  expect(call("openat", -2).cpu(3, 0), {{"evt.type", "openat"},
                                        {"syscall.type", "openat"},
                                        {"evt.type.is.openat", "1"},
                                        {"evt.type.is.open", "0"},
                                        {"evt.category", "file"},
                                        {"evt.dir", "<"},
                                        {"evt.cpu", "3"},
                                        {"evt.num", "4"},
                                        {"evt.source", "syscall"},
                                        {"evt.hostname", "node-1"},
                                        {"evt.is_async", "false"},
                                        {"evt.res", "ENOENT"},
                                        {"evt.rawres", "-2"},
                                        {"evt.failed", "true"},
                                        {"evt.count", "1"},
                                        {"evt.count.error", "1"},
                                        {"evt.count.error.file", "1"},
                                        {"evt.count.error.net", "0"},
                                        {"evt.rawtime", "1700000006000000000"},
                                        {"evt.rawtime.s", "1700000006"},
                                        {"evt.time.iso8601", "2023-11-14T22:13:26.000000000+0000"},
                                        {"evt.is_wait", "false"},
                                        {"evt.latency", "<NA>"}});
  expect(call("nanosleep"), {{"evt.res", "SUCCESS"}, {"evt.is_wait", "true"}});
}

TEST_F(SensorEventViewTest, OpensTellTheirFileByBothNames) {
  RecordMaker open = call("openat", 3);
  open.args({static_cast<std::uint64_t>(AT_FDCWD), 0, O_RDWR | O_CREAT | O_CLOEXEC, 0755});
  open.text(YGR_S_PATH0, "link//x").text(YGR_S_DIR0, "/home/alice").file(3, "/etc/passwd");
  expect(open, {{"fd.name", "/etc/passwd"},
                {"fd.nameraw", "link/x"},
                {"fd.directory", "/etc"},
                {"fd.filename", "passwd"},
                {"fd.num", "3"},
                {"fd.type", "file"},
                {"fd.typechar", "f"},
                {"fd.ino", "4711"},
                {"fd.dev.major", "8"},
                {"fd.dev.minor", "1"},
                {"fd.containername", "host:/etc/passwd"},
                {"fd.is_upper_layer", "false"},
                {"fs.path.name", "/etc/passwd"},
                {"fs.path.nameraw", "link//x"},
                {"evt.is_open_read", "true"},
                {"evt.is_open_write", "true"},
                {"evt.is_open_exec", "true"},
                {"evt.is_open_create", "false"},
                {"evt.arg.flags", "O_CREAT|O_RDWR|O_CLOEXEC"},
                {"evt.rawarg.flags", "4103"},
                {"evt.arg.mode", "S_IXOTH|S_IROTH|S_IXGRP|S_IRGRP|S_IXUSR|S_IWUSR|S_IRUSR"},
                {"evt.arg.name", "/home/alice/link/x"},
                {"evt.arg.dirfd", "AT_FDCWD"},
                {"evt.arg.fd", "<f>/etc/passwd"},
                {"evt.arg[0]", "<f>/etc/passwd"},
                {"evt.rawarg.fd", "3"},
                {"evt.rawarg.name", "link//x"},
                {"evt.abspath", "/home/alice/link/x"},
                {"evt.arg.nothing", "<NA>"}});
  EXPECT_TRUE(has_two_names_);
  expect(open, {{"fd.name", "/home/alice/link/x"}, {"fd.filename", "x"}}, Reading::kAsGiven);
  RecordMaker same = call("openat", 3);
  same.args({0, 0, 0}).text(YGR_S_PATH0, "../../etc/./passwd").text(YGR_S_DIR0, "/home/alice");
  same.file(3, "/etc/passwd");
  expect(same, {{"fd.name", "/etc/passwd"}});
  EXPECT_FALSE(has_two_names_);
}

TEST_F(SensorEventViewTest, FailedOpensHaveANameAndNoNumber) {
  expect(call("open", -13).args({0, 0}).text(YGR_S_PATH0, "/root/x"), {{"fd.name", "/root/x"},
                                                                       {"fd.num", "-1"},
                                                                       {"fd.typechar", "f"},
                                                                       {"fd.type", "<NA>"},
                                                                       {"fd.directory", "/root"},
                                                                       {"evt.arg.fd", "EACCES"}});
}

TEST_F(SensorEventViewTest, Openat2TellsItsHow) {
  const std::uint64_t how[3] = {O_WRONLY | O_TRUNC, 0600, 8};
  expect(call("openat2", 3)
             .args({0, 0, 0, 24})
             .text(YGR_S_PATH0, "/x")
             .file(3, "/x")
             .text(YGR_S_BLOB, {reinterpret_cast<const char*>(how), sizeof(how)}),
         {{"evt.arg.flags", "O_TRUNC|O_WRONLY"},
          {"evt.arg.mode", "S_IWUSR|S_IRUSR"},
          {"evt.arg.resolve", "RESOLVE_BENEATH"},
          {"evt.is_open_write", "true"}});
}

TEST_F(SensorEventViewTest, PathsOfCallsAreMadeAbsolute) {
  expect(call("renameat2")
             .args({3, 0, 4, 0, 1})
             .text(YGR_S_PATH0, "a")
             .text(YGR_S_PATH1, "/b")
             .text(YGR_S_DIR0, "/srv"),
         {{"evt.arg.oldpath", "/srv/a"},
          {"evt.arg.newpath", "/b"},
          {"evt.arg.olddirfd", "<d>/srv"},
          {"evt.arg.flags", "RENAME_NOREPLACE"},
          {"evt.abspath.src", "/srv/a"},
          {"evt.abspath.dst", "/b"},
          {"fs.path.source", "/srv/a"},
          {"fs.path.sourceraw", "a"},
          {"fs.path.target", "/b"},
          {"fs.path.name", "<NA>"},
          {"fd.name", "<NA>"},
          {"fd.num", "<NA>"}});
  expect(
      call("symlink").text(YGR_S_PATH0, "../shadow").text(YGR_S_PATH1, "l").text(YGR_S_DIR1, "/t"),
      {{"evt.arg.target", "../shadow"}, {"evt.arg.linkpath", "/t/l"}});
  expect(call("unlinkat").args({0, 0, 0x200}).text(YGR_S_PATH0, "x"),
         {{"evt.arg.name", "/home/alice/x"}, {"evt.arg.flags", "AT_REMOVEDIR"}});
  expect(call("mount")
             .args({0, 0, 0, 4096})
             .text(YGR_S_PATH0, "tmpfs")
             .text(YGR_S_PATH1, "/mnt")
             .text(YGR_S_PATH2, "ext4"),
         {{"evt.arg.dev", "tmpfs"},
          {"evt.arg.dir", "/mnt"},
          {"evt.arg.type", "ext4"},
          {"evt.arg.flags", "BIND"},
          {"fs.path.target", "/mnt"}});
}

TEST_F(SensorEventViewTest, ArgumentsAreWrittenAsFalcoWritesThem) {
  expect(call("ptrace").args({16, 77, 0xabc}),
         {{"evt.arg.request", "PTRACE_ATTACH"}, {"evt.arg.pid", "77"}, {"evt.arg.addr", "abc"}});
  expect(call("socket", 4).args({17, 3, 768}),
         {{"evt.arg.domain", "AF_PACKET"}, {"evt.arg.type", "3"}});
  expect(call("setuid").args({1000}), {{"evt.arg.uid", "alice"}, {"evt.rawarg.uid", "1000"}});
  expect(call("kill").args({20, 9}), {{"evt.arg.sig", "SIGKILL"}, {"evt.rawarg.sig", "9"}});
  expect(call("bpf", 4).args({5}), {{"evt.arg.cmd", "BPF_PROG_LOAD"}, {"evt.rawarg.cmd", "5"}});
  expect(call("setns").args({4, 0x40000000}), {{"evt.arg.nstype", "CLONE_NEWNET"}});
  expect(call("chmod").args({0, 04755}).text(YGR_S_PATH0, "/x"),
         {{"evt.rawarg.mode", "2541"},
          {"evt.args",
           "res=0 filename=/x "
           "mode=04755(S_IXOTH|S_IROTH|S_IXGRP|S_IRGRP|S_IXUSR|S_IWUSR|S_IRUSR|S_ISUID)"}});
  expect(call("mprotect").args({0x1000, 4096, 7}),
         {{"evt.arg.prot", "PROT_READ|PROT_WRITE|PROT_EXEC"}, {"evt.arg.length", "4096"}});
  expect(call("prctl").args({15}).text(YGR_S_PATH0, "new"),
         {{"evt.arg.option", "PR_SET_NAME"}, {"evt.arg.arg2_str", "new"}});
  expect(
      call("pipe2").args({0, O_CLOEXEC}).text(YGR_S_BLOB, std::string_view("\3\0\0\0\4\0\0\0", 8)),
      {{"evt.arg.fd1", "3"}, {"evt.arg.fd2", "4"}, {"evt.arg.flags", "O_CLOEXEC"}});
  expect(call("memfd_create", 4).args({0, 1}).text(YGR_S_PATH0, "hid"),
         {{"evt.arg.name", "hid"}, {"evt.arg.flags", "MFD_CLOEXEC"}, {"fd.num", "4"}});
}

TEST_F(SensorEventViewTest, ConnectionsHaveEnds) {
  expect(call("connect").args({5}).socket(5, "10.0.0.1", 40'000, "1.2.3.4", 443),
         {{"fd.name", "10.0.0.1:40000->1.2.3.4:443"},
          {"fd.type", "ipv4"},
          {"fd.typechar", "4"},
          {"fd.sockfamily", "ip"},
          {"fd.l4proto", "tcp"},
          {"fd.cip", "10.0.0.1"},
          {"fd.sip", "1.2.3.4"},
          {"fd.lip", "10.0.0.1"},
          {"fd.rip", "1.2.3.4"},
          {"fd.cport", "40000"},
          {"fd.sport", "443"},
          {"fd.lport", "40000"},
          {"fd.rport", "443"},
          {"fd.sproto", "https"},
          {"fd.is_server", "false"},
          {"fd.connected", "true"},
          {"fd.name_changed", "true"},
          {"fd.directory", "<NA>"},
          {"evt.arg.fd", "<4>10.0.0.1:40000->1.2.3.4:443"},
          {"evt.arg.tuple", "10.0.0.1:40000->1.2.3.4:443"}});
  expect(call("accept4", 6).socket(6, "10.0.0.1", 80, "10.0.0.9", 5555, SOCK_STREAM, 1),
         {{"fd.name", "10.0.0.9:5555->10.0.0.1:80"},
          {"fd.cip", "10.0.0.9"},
          {"fd.sport", "80"},
          {"fd.lport", "80"},
          {"fd.rport", "5555"},
          {"fd.is_server", "true"}});
  expect(call("listen").args({6}).socket(6, "0.0.0.0", 80, "", 0, SOCK_STREAM, 1),
         {{"fd.name", "0.0.0.0:80"}, {"fd.sport", "80"}, {"fd.rip", "<NA>"}, {"fd.cip", "<NA>"}});
  expect(call("sendto", 9)
             .args({7, 0, 9})
             .socket(7, "0.0.0.0", 0, "", 0, SOCK_DGRAM)
             .address("8.8.8.8", 53)
             .text(YGR_S_DATA, "query\1"),
         {{"fd.rip", "8.8.8.8"},
          {"fd.sport", "53"},
          {"fd.l4proto", "udp"},
          {"fd.connected", "false"},
          {"fd.name_changed", "true"},
          {"evt.is_io_write", "true"},
          {"evt.buflen", "9"},
          {"evt.buflen.net.out", "9"},
          {"evt.buflen.file", "<NA>"},
          {"evt.arg.data", "query."}});
  expect(call("connect").args({5}).socket(5, "::1", 40'000, "::1", 80),
         {{"fd.name", "::1:40000->::1:80"}, {"fd.typechar", "6"}});
  expect(call("connect").args({5}).socket(5, "::ffff:10.0.0.1", 40'000, "::ffff:1.2.3.4", 80),
         {{"fd.name", "10.0.0.1:40000->1.2.3.4:80"}, {"fd.typechar", "4"}});
  expect(call("bind").args({5}).socket(5, "0.0.0.0", 9, "", 0).address("0.0.0.0", 9),
         {{"evt.arg.addr", "0.0.0.0:9"}});
}

TEST_F(SensorEventViewTest, OtherDescriptorsSayWhatTheyAre) {
  expect(call("read").args({5}).file(5, "/tmp", S_IFDIR | 0777),
         {{"fd.type", "directory"}, {"fd.typechar", "d"}, {"fd.directory", "/tmp"}});
  RecordMaker pipe = call("read");
  ygr_file end{};
  end.fd = 5;
  end.mode = S_IFIFO | 0600;
  end.ino = 77;
  expect(pipe.args({5}).with(YGR_S_FD, end),
         {{"fd.type", "pipe"}, {"fd.name", "pipe:[77]"}, {"evt.category", "IPC"}});
  RecordMaker epoll = call("epoll_create1", 5);
  end.mode = 0600;
  end.flags = YGR_FILE_ANON_INODE;
  expect(epoll.with(YGR_S_FD, end).text(YGR_S_FD_PATH, "[eventpoll]"),
         {{"fd.type", "eventpoll"}, {"fd.typechar", "l"}});
  expect(call("write", 4).args({5, 0, 4}).file(5, "/dev/log").text(YGR_S_DATA, "<134>hello"),
         {{"evt.is_syslog", "true"},
          {"syslog.facility.str", "local0"},
          {"syslog.facility", "16"},
          {"syslog.severity.str", "info"},
          {"syslog.message", "hello"}});
}

TEST_F(SensorEventViewTest, ProcessesSayWhoTheyAreAndWhereTheyComeFrom) {
  feed(exec(30, 20, "/usr/bin/python3", {"python3", "-c", "a b"})
           .text(YGR_S_ENV, zero_ended({"PATH=/bin", "TOKEN=s=1"})));
  RecordMaker open(YGR_CALL, "openat", 30);
  expect(open.time(6'000'000'000).uid(1000),
         {{"proc.name", "python3"},
          {"proc.exe", "python3"},
          {"proc.exepath", "/usr/bin/python3"},
          {"proc.args", "-c a b"},
          {"proc.args[1]", "a b"},
          {"proc.cmdline", "python3 -c a b"},
          {"proc.exeline", "python3 -c a b"},
          {"proc.cmdnargs", "2"},
          {"proc.cmdlenargs", "5"},
          {"proc.pname", "bash"},
          {"proc.pexe", "-bash"},
          {"proc.pcmdline", "bash"},
          {"proc.aname", "(bash,sshd,init)"},
          {"proc.aname[0]", "python3"},
          {"proc.aname[2]", "sshd"},
          {"proc.aname[9]", "<NA>"},
          {"proc.aexepath[2]", "/usr/sbin/sshd"},
          {"proc.acmdline[2]", "sshd -D"},
          {"proc.apid", "(20,10,1)"},
          {"proc.env", "PATH=/bin TOKEN=s=1"},
          {"proc.env[TOKEN]", "s=1"},
          {"proc.env[NO]", "<NA>"},
          {"proc.aenv[A]", "1"},
          {"proc.aenv[2]", "A=1"},
          {"proc.cwd", "/home/alice/"},
          {"proc.pid", "30"},
          {"proc.ppid", "20"},
          {"proc.vpid", "30"},
          {"proc.sid", "30"},
          {"proc.sname", "python3"},
          {"proc.vpgid.name", "python3"},
          {"proc.is_sid_leader", "true"},
          {"proc.is_vpgid_leader", "true"},
          {"proc.loginshellid", "20"},
          {"proc.tty", "0"},
          {"proc.duration", "2000000000"},
          {"proc.ppid.duration", "2000000000"},
          {"proc.pid.ts", "1700000004000000000"},
          {"proc.nthreads", "1"},
          {"thread.tid", "30"},
          {"thread.ismain", "true"},
          {"thread.cap_effective", "CAP_CHOWN CAP_LINUX_IMMUTABLE"},
          {"user.uid", "1000"},
          {"user.name", "alice"},
          {"user.homedir", "/home/alice"},
          {"user.shell", "/bin/zsh"},
          {"user.loginuid", "-1"},
          {"user.loginname", "<NA>"},
          {"group.gid", "100"},
          {"group.name", "staff"}});
}

TEST_F(SensorEventViewTest, ExecutablesAndStreamsSayWhatTheyAre) {
  ygr_file exe{};
  exe.ino = 12;
  exe.mode = 0100755;
  exe.layer = YGR_LAYER_UPPER;
  exe.flags = YGR_FILE_WRITABLE | YGR_FILE_MEMFD;
  exe.ctime_ns = static_cast<ygr_u64>(kBoot) + 3'000'000'000;
  ygr_file streams[2] = {};
  streams[0].fd = 0;
  streams[0].mode = S_IFIFO;
  streams[0].ino = 7;
  streams[1].fd = 2;
  streams[1].mode = 0100644;
  expect(exec(30, 20, "/tmp/x", {"x"})
             .with(YGR_S_EXE, exe)
             .text(YGR_S_FDS, {reinterpret_cast<const char*>(streams), sizeof(streams)}),
         {{"proc.is_exe_writable", "true"},
          {"proc.is_exe_upper_layer", "true"},
          {"proc.is_exe_lower_layer", "false"},
          {"proc.is_exe_from_memfd", "true"},
          {"proc.exe_ino", "12"},
          {"proc.exe_ino.ctime", "1700000003000000000"},
          {"proc.exe_ino.ctime_duration_proc_start", "1000000000"},
          {"proc.stdin.type", "pipe"},
          {"proc.stdin.name", "pipe:[7]"},
          {"proc.stdout.type", "<NA>"},
          {"proc.stderr.type", "file"},
          {"fd.types", "(pipe,file)"},
          {"fd.types[0]", "pipe"},
          {"fd.name", "<NA>"},
          {"evt.arg.flags", "EXE_WRITABLE|EXE_UPPER_LAYER|EXE_FROM_MEMFD"},
          {"evt.arg.exe", "x"},
          {"evt.arg.filename", "/tmp/x"},
          {"evt.arg.uid", "alice"},
          {"evt.res", "SUCCESS"}});
}

TEST_F(SensorEventViewTest, ForksAndExitsTellTheirs) {
  RecordMaker fork(YGR_FORK, "clone", 40);
  fork.task(20, 7).change_task([](ygr_task& task) { task.clone_flags = 0x10000000; });
  expect(fork, {{"evt.type", "clone"}, {"evt.arg.flags", "CLONE_NEWUSER"}, {"evt.arg.ptid", "20"}});
  RecordMaker exit(YGR_EXIT, "procexit", 40);
  expect(exit.result(9),
         {{"evt.arg.sig", "SIGKILL"}, {"evt.arg.status", "9"}, {"evt.res", "<NA>"}});
}

TEST_F(SensorEventViewTest, ContainersAndPodsAreNamed) {
  expect(call("openat"), {{"container.id", "host"},
                          {"container.name", "host"},
                          {"container.image.repository", "<NA>"},
                          {"container.privileged", "<NA>"},
                          {"k8s.pod.name", "<NA>"}});
  use_container();
  expect(call("openat").cgroup(kCgroup),
         {{"container.id", "0123456789ab"},
          {"container.name", "nginx"},
          {"container.image", "docker.io/library/nginx:1.27"},
          {"container.image.repository", "docker.io/library/nginx"},
          {"container.image.tag", "1.27"},
          {"container.image.digest", "sha256:aa"},
          {"container.type", "containerd"},
          {"container.privileged", "true"},
          {"container.mounts", "/var/lib/x:/data:rw:true:rprivate,/root/keys:/keys:ro:false:"},
          {"container.mount[0]", "/var/lib/x:/data:rw:true:rprivate"},
          {"container.mount.dest[/root*]", "/keys"},
          {"container.mount.dest[/etc]", "N/A"},
          {"container.mount.source[/data]", "/var/lib/x"},
          {"container.mount.rdwr[0]", "true"},
          {"container.label.io.kubernetes.container.name", "nginx"},
          {"container.start_ts", "1700000001000000000"},
          {"container.duration", "5000000000"},
          {"container.ip", "10.2.0.7"},
          {"container.healthcheck", "NONE"},
          {"container.host_network", "false"},
          {"thread.cgroups", "/kubepods/pod0a1b/x"},
          {"k8s.ns.name", "shop"},
          {"k8s.pod.name", "web-1"},
          {"k8s.pod.uid", "0a1b"},
          {"k8s.pod.sandbox_id", "ssssssssssss"},
          {"k8s.pod.ip", "10.2.0.7"},
          {"k8s.pod.label.app", "web"},
          {"k8s.pod.labels", "app:web, tier:front"},
          {"k8s.deployment.name", "web"},
          {"k8s.rs.name", "<NA>"},
          {"user.name", "<NA>"}});
}

TEST_F(SensorEventViewTest, DomainNamesAreThoseThatTheContainerWasAnswered) {
  use_container();
  DnsMessage answer;
  answer.is_answer = true;
  answer.questions = {{.name = "evil.example", .type = kDnsA, .dns_class = 1}};
  answer.answers = {{.name = "evil.example",
                     .type = kDnsA,
                     .dns_class = 1,
                     .ttl_seconds = 60,
                     .address = *IpAddress::parse("1.2.3.4")}};
  names_.learn(kCgroup, answer, 5'000'000'000);
  const auto connect = [&](std::uint64_t cgroup) {
    return call("connect").args({5}).socket(5, "10.0.0.1", 4, "1.2.3.4", 443).cgroup(cgroup);
  };
  expect(connect(kCgroup), {{"fd.sip.name", "evil.example"}, {"fd.rip.name", "evil.example"}});
  EXPECT_TRUE(view_.has_asked_volatile());
  expect(connect(1), {{"fd.sip.name", "<NA>"}});
}

TEST_F(SensorEventViewTest, VolatileIsWhatAnEqualRecordCouldAnswerDifferently) {
  expect(call("openat", 3).args({0, 0, 0}).text(YGR_S_PATH0, "/x"),
         {{"fd.name", "/x"}, {"evt.arg.flags", "O_RDONLY"}, {"proc.aname[2]", "init"}});
  EXPECT_FALSE(view_.has_asked_volatile());
  expect(call("openat"), {{"proc.duration", "2000000000"}});
  EXPECT_TRUE(view_.has_asked_volatile());
  view_.take_number_as_constant(true);
  expect(call("openat"), {{"evt.num", "6"}});
  EXPECT_FALSE(view_.has_asked_volatile());
}

// A field of each name is asked for on each kind of record: nothing breaks, and what is asked for
// twice is answered alike.
TEST_F(SensorEventViewTest, EveryFieldAnswersEveryEvent) {
  use_container();
  const auto fields = rules::fields_of(rules::Source::kSyscall);
  EXPECT_EQ(fields.size(), static_cast<std::size_t>(rules::SyscallField::kCount));
  std::size_t answered = 0;
  check_ = [&] {
    view_.set(event_);
    for (std::size_t id = 0; id < fields.size(); ++id) {
      rules::FieldRef ref{.id = static_cast<rules::FieldId>(id)};
      if (fields[id].argument == rules::FieldArgument::kRequired) ref.key = "name";
      std::string once;
      std::string twice;
      rules::append_text(once, view_.get(ref));
      rules::append_text(twice, view_.get(ref));
      EXPECT_EQ(once, twice) << fields[id].name;
      answered += once != "<NA>" ? 1 : 0;
    }
  };
  for (const std::string_view type : rules::event_types()) {
    feed(call(type).args({1, 2, 3, 4, 5, 6}).cgroup(kCgroup));
    feed(call(type, -1).file(3, "/x").text(YGR_S_PATH0, "a").cgroup(kCgroup));
    feed(call(type));
  }
  check_ = {};
  EXPECT_GT(answered, 100'000U);
}

}  // namespace
}  // namespace yagura::sensor
