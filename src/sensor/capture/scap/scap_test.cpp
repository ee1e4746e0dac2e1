#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "rules/event_type.hpp"
#include "sensor/capture/capture_reader.hpp"
#include "sensor/capture/scap/call_shapes.hpp"
#include "sensor/capture/scap/flags.hpp"
#include "sensor/capture/scap/scap_reader.hpp"
#include "sensor/capture/scap/testing.hpp"

namespace yagura::sensor {
namespace {

using namespace scap::testing;

constexpr std::uint64_t kTime = 1'700'000'000'000'000'000;
constexpr std::string_view kContainer =
    "3ad7b26ded6d0123456789abcdef0123456789abcdef0123456789abcdef0123";

std::string cgroups() {
  return "cpu=/kubepods/burstable/pod1/" + std::string(kContainer) + std::string(1, '\0');
}

std::string lists() {
  std::string file = section_header() + machine("falco-node");
  file += block(0x215, thread_entry({}) + thread_entry({.tid = 50,
                                                        .pid = 50,
                                                        .parent = 1,
                                                        .comm = "sh",
                                                        .exe = "sh",
                                                        .exe_path = "/bin/sh",
                                                        .arguments = std::string("-i\0", 3),
                                                        .cwd = "/home/",
                                                        .cgroups = cgroups(),
                                                        .uid = 1000,
                                                        .gid = 100}));
  file += block(0x218, raw(std::uint64_t{50}) + descriptor_file(0, "/dev/pts/1") +
                           descriptor_file(9, "/srv/data"));
  file += block(0x220, entry(raw(std::uint8_t{0}) + u32(1000) + u32(100) + text16("ann") +
                             text16("/home/ann") + text16("/bin/sh")) +
                           entry(raw(std::uint8_t{1}) + u32(100) + text16("users")));
  return file;
}

// A record with bytes of its own.
struct Kept {
  std::vector<std::byte> bytes;
  RecordView view;

  explicit Kept(const RecordView& record)
      : bytes(record.bytes().begin(), record.bytes().end()), view(*RecordView::read(bytes)) {}
  [[nodiscard]] std::string_view type() const { return rules::event_type_name(view.header().type); }
  [[nodiscard]] std::string text(ygr_section_id id) const { return std::string(view.text(id)); }
};

class Scap : public ::testing::Test {
 protected:
  std::string file = lists();
  std::unique_ptr<ScapReader> reader;

  std::vector<std::unique_ptr<Kept>> read() {
    std::vector<std::unique_ptr<Kept>> all;
    auto opened = ScapReader::open(memory_source(std::as_bytes(std::span(file))));
    EXPECT_TRUE(opened.has_value()) << (opened ? "" : opened.error().message);
    if (!opened) return all;
    reader = std::move(*opened);
    RecordView record;
    while (true) {
      const auto more = reader->next(record);
      EXPECT_TRUE(more.has_value());
      if (!more.value_or(false)) return all;
      all.push_back(std::make_unique<Kept>(record));
    }
  }
  // Without those of the lists.
  std::vector<std::unique_ptr<Kept>> read_events() {
    auto all = read();
    std::erase_if(all, [](const auto& kept) { return kept->view.kind() == YGR_TASK; });
    return all;
  }
};

TEST_F(Scap, ListsBecomeTasksWithParentsFirst) {
  const auto all = read();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0]->view.header().pid, 1U);
  const Kept& shell = *all[1];
  EXPECT_EQ(shell.view.header().pid, 50U);
  const auto task = shell.view.get<ygr_task>(YGR_S_TASK);
  ASSERT_TRUE(task.has_value());
  EXPECT_EQ(task->parent_pid, 1U);
  EXPECT_EQ(shell.text(YGR_S_COMM), "sh");
  EXPECT_EQ(shell.text(YGR_S_EXE_PATH), "/bin/sh");
  EXPECT_EQ(shell.text(YGR_S_ARGV), std::string("sh\0-i\0", 6));
  EXPECT_EQ(shell.text(YGR_S_CWD), "/home");
  EXPECT_EQ(shell.view.get<ygr_credentials>(YGR_S_CREDENTIALS)->uid, 1000U);
  const auto container = reader->containers().find(shell.view.header().cgroup_id);
  ASSERT_NE(container, nullptr);
  EXPECT_EQ(container->id, kContainer);
  EXPECT_EQ(reader->containers().find(all[0]->view.header().cgroup_id), nullptr);
  EXPECT_EQ(reader->machine().hostname, "falco-node");
  ASSERT_EQ(reader->users().size(), 1U);
  EXPECT_EQ(reader->users()[0].name, "ann");
  EXPECT_EQ(reader->groups()[0].name, "users");
}

// openat of the form with both directions told apart: 102/103 are its first version.
TEST_F(Scap, BeginningAndEndAreOneRecord) {
  file += event(102, kTime, 50, {i64(-100), text("../etc/shadow"), u32(1), u32(0)});
  file += event(103, kTime + 5, 50, {i64(4)});
  const auto all = read_events();
  ASSERT_EQ(all.size(), 1U);
  const Kept& open = *all[0];
  EXPECT_EQ(open.type(), "openat");
  EXPECT_EQ(open.view.header().time_ns, kTime + 5);
  EXPECT_EQ(open.view.header().result, 4);
  EXPECT_EQ(open.text(YGR_S_PATH0), "../etc/shadow");
  EXPECT_EQ(open.text(YGR_S_DIR0), "/home");
  EXPECT_EQ(open.text(YGR_S_FD_PATH), "/etc/shadow");
  const auto args = open.view.get<ygr_args>(YGR_S_ARGS);
  EXPECT_EQ(static_cast<std::int32_t>(args->value[0]), AT_FDCWD);
  EXPECT_EQ(args->value[2], static_cast<std::uint64_t>(O_RDONLY));
}

TEST_F(Scap, EndsAloneSayEverythingSince2025) {
  // CREAT, WRONLY, TRUNC, made by this call, on an overlay's upper layer.
  const std::uint32_t flags = 1U << 2 | 1U << 1 | 1U << 8 | 1U << 14 | 1U << 15;
  file += event(307, kTime, 50,
                {i64(5), i64(9), text("sub/file"), u32(flags), u32(0644), u32(0x803), i64(123)});
  const auto all = read_events();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0]->text(YGR_S_DIR0), "/srv/data");
  EXPECT_EQ(all[0]->text(YGR_S_FD_PATH), "/srv/data/sub/file");
  const auto args = all[0]->view.get<ygr_args>(YGR_S_ARGS);
  EXPECT_EQ(args->value[2], static_cast<std::uint64_t>(O_CREAT | O_WRONLY | O_TRUNC));
  EXPECT_EQ(args->value[3], 0644U);
  const auto fd = all[0]->view.get<ygr_file>(YGR_S_FD);
  EXPECT_EQ(fd->layer, YGR_LAYER_UPPER);
  EXPECT_NE(fd->flags & YGR_FILE_CREATED, 0);
  EXPECT_EQ(fd->ino, 123U);
  EXPECT_EQ(fd->dev, 8U << 20 | 3U);
}

TEST_F(Scap, DescriptorsAreFollowed) {
  file += event(307, kTime, 50, {i64(5), i64(-100), text("/tmp/a"), u32(2), u32(0), u32(0)});
  file += event(363, kTime + 1, 50, {i64(1), i64(5), i64(1)});  // dup2(5, 1)
  file += event(9, kTime + 2, 50, {i64(2), std::string("hi"), i64(1), u32(2)});
  file += event(5, kTime + 3, 50, {i64(0), i64(1)});  // close(1)
  file += event(9, kTime + 4, 50, {i64(-9), std::string("hi"), i64(1), u32(2)});
  const auto all = read_events();
  ASSERT_EQ(all.size(), 5U);
  EXPECT_EQ(all[1]->type(), "dup2");
  EXPECT_EQ(all[1]->view.get<ygr_file>(YGR_S_OTHER_FD)->fd, 5);
  EXPECT_EQ(all[1]->view.get<ygr_file>(YGR_S_FD)->fd, 1);
  EXPECT_EQ(all[2]->text(YGR_S_FD_PATH), "/tmp/a");
  EXPECT_EQ(all[2]->text(YGR_S_DATA), "hi");
  EXPECT_EQ(all[3]->text(YGR_S_FD_PATH), "/tmp/a");
  EXPECT_FALSE(all[4]->view.has(YGR_S_FD));
  EXPECT_EQ(all[4]->view.header().result, -9);
}

TEST_F(Scap, ForkedProcessesInheritAndExecTellsWhoTheyAre) {
  file += event(307, kTime, 50, {i64(6), i64(-100), text("/tmp/kept"), u32(1), u32(0), u32(0)});
  file += event(307, kTime, 50,
                {i64(7), i64(-100), text("/tmp/closed"), u32(1 | 1U << 12), u32(0), u32(0)});
  const auto clone = [](std::int64_t result, std::uint64_t tid, std::int64_t pid,
                        std::int64_t parent) {
    return event(223, kTime + 10, tid,
                 {i64(result),
                  text("sh"),
                  std::string("-i\0", 3),
                  i64(static_cast<std::int64_t>(tid)),
                  i64(pid),
                  i64(parent),
                  text(""),
                  i64(1024),
                  i64(0),
                  i64(0),
                  u32(1),
                  u32(1),
                  u32(0),
                  text("sh"),
                  cgroups(),
                  u32(0),
                  u32(1000),
                  u32(100),
                  i64(static_cast<std::int64_t>(tid)),
                  i64(pid)});
  };
  file += clone(0, 60, 60, 50);  // the child's end
  file += clone(60, 50, 50, 1);  // the parent's: the same fork
  file += event(293, kTime + 20, 60,
                {i64(0),
                 text("curl"),
                 std::string("-s\0http://x\0", 12),
                 i64(60),
                 i64(60),
                 i64(50),
                 text("/srv/"),
                 i64(1024),
                 i64(0),
                 i64(0),
                 u32(10),
                 u32(5),
                 u32(0),
                 text("curl"),
                 cgroups(),
                 std::string("A=1\0", 4),
                 u32(34816),
                 i64(60),
                 u32(1000),
                 u32(5),
                 i64(0),
                 i64(0x20),
                 i64(0x20),
                 i64(99),
                 i64(7),
                 i64(8),
                 u32(33),
                 text("/usr/bin/curl"),
                 i64(60),
                 u32(33)});
  file += event(9, kTime + 21, 60, {i64(1), std::string("x"), i64(6), u32(1)});
  file += event(9, kTime + 22, 60, {i64(1), std::string("x"), i64(7), u32(1)});
  file +=
      event(186, kTime + 30, 60, {i64(256), i64(1), raw(std::uint8_t{0}), raw(std::uint8_t{0})});
  const auto all = read_events();
  ASSERT_EQ(all.size(), 7U);
  const Kept& fork = *all[2];
  EXPECT_EQ(fork.view.kind(), YGR_FORK);
  EXPECT_EQ(fork.view.header().pid, 60U);
  EXPECT_EQ(fork.view.get<ygr_task>(YGR_S_TASK)->parent_pid, 50U);
  EXPECT_EQ(fork.view.get<ygr_task>(YGR_S_TASK)->creator_tid, 50U);
  const Kept& exec = *all[3];
  EXPECT_EQ(exec.view.kind(), YGR_EXEC);
  EXPECT_EQ(exec.type(), "execve");
  EXPECT_EQ(exec.text(YGR_S_ARGV), std::string("curl\0-s\0http://x\0", 17));
  EXPECT_EQ(exec.text(YGR_S_EXE_PATH), "/usr/bin/curl");
  EXPECT_EQ(exec.text(YGR_S_CWD), "/srv");
  EXPECT_EQ(exec.text(YGR_S_ENV), std::string("A=1\0", 4));
  const auto exe = exec.view.get<ygr_file>(YGR_S_EXE);
  EXPECT_EQ(exe->flags, YGR_FILE_WRITABLE | YGR_FILE_MEMFD);
  EXPECT_EQ(exe->ino, 99U);
  const auto credentials = exec.view.get<ygr_credentials>(YGR_S_CREDENTIALS);
  EXPECT_EQ(credentials->euid, 33U);
  EXPECT_EQ(credentials->cap_effective, 0x20U);
  ASSERT_EQ(exec.view.count<ygr_file>(YGR_S_FDS), 1U);
  EXPECT_EQ(all[4]->text(YGR_S_FD_PATH), "/tmp/kept");
  EXPECT_FALSE(all[5]->view.has(YGR_S_FD));  // closed by the exec
  EXPECT_EQ(all[6]->view.kind(), YGR_EXIT);
  EXPECT_EQ(all[6]->view.header().result, 256);
}

TEST_F(Scap, ThreadsAreNoProcesses) {
  file +=
      event(335, kTime, 50, {i64(61),   text("sh"),    "",     i64(50), i64(50), i64(1), text(""),
                             i64(1024), i64(0),        i64(0), u32(1),  u32(1),  u32(0), text("sh"),
                             cgroups(), u32(1U << 13), u32(0), u32(0),  i64(50), i64(50)});
  file += event(307, kTime + 1, 61, {i64(5), i64(-100), text("x"), u32(1), u32(0), u32(0)});
  const auto all = read_events();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0]->view.header().tid, 61U);
  EXPECT_EQ(all[0]->view.header().pid, 50U);
  EXPECT_EQ(all[1]->view.header().pid, 50U);
  EXPECT_EQ(all[1]->text(YGR_S_FD_PATH), "/home/x");
}

TEST_F(Scap, SocketsTellBothEnds) {
  file += event(18, kTime, 50, {u32(AF_INET), u32(SOCK_STREAM), u32(0)});
  file += event(19, kTime, 50, {i64(3)});
  const std::string tuple = tuple4({10, 0, 0, 1}, 40000, {1, 2, 3, 4}, 443);
  file += event(22, kTime, 50, {i64(3), ""});
  file += event(23, kTime, 50, {i64(-EINPROGRESS), tuple});
  file += event(247, kTime, 50,
                {i64(4), tuple4({9, 9, 9, 9}, 50000, {10, 0, 0, 1}, 80), raw(std::uint8_t{0}),
                 u32(0), u32(5)});
  const auto all = read_events();
  ASSERT_EQ(all.size(), 3U);
  const auto connected = all[1]->view.get<ygr_socket>(YGR_S_SOCKET);
  ASSERT_TRUE(connected.has_value());
  EXPECT_EQ(connected->remote_port, 443);
  EXPECT_EQ(connected->local_port, 40000);
  EXPECT_EQ(connected->remote[3], 4);
  EXPECT_EQ(connected->protocol, IPPROTO_TCP);
  EXPECT_EQ(connected->is_server, 0);
  ASSERT_EQ(all[1]->view.text(YGR_S_ADDRESS).size(), sizeof(sockaddr_in));
  const auto accepted = all[2]->view.get<ygr_socket>(YGR_S_SOCKET);
  EXPECT_EQ(accepted->is_server, 1);
  EXPECT_EQ(accepted->local_port, 80);
  EXPECT_EQ(accepted->remote_port, 50000);
}

TEST_F(Scap, MessagesOfNameServersAreDnsToo) {
  file += event(19, kTime, 50, {i64(3), u32(AF_INET), u32(SOCK_DGRAM), u32(0)});
  file += event(35, kTime, 50,
                {i64(5), std::string("query"), tuple4({8, 8, 8, 8}, 53, {10, 0, 0, 1}, 5353),
                 i64(3), u32(512)});
  const auto all = read_events();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[2]->view.kind(), YGR_DNS);
  EXPECT_EQ(all[2]->text(YGR_S_DATA), "query");
  EXPECT_EQ(all[2]->view.get<ygr_socket>(YGR_S_SOCKET)->remote_port, 53);
}

TEST_F(Scap, ContainersGetNamesFromTheirEvents) {
  file += event(324, kTime, 50, {text(R"({"container":{"id":"3ad7b26ded6d","name":"web","type":7,
      "image":"nginx:1","imagerepo":"nginx","imagetag":"1","privileged":true,
      "Mounts":[{"Source":"/","Destination":"/host","Mode":"","RW":true,"Propagation":"private"}],
      "labels":{"io.kubernetes.pod.name":"web-1","io.kubernetes.pod.namespace":"shop"}}})")});
  const auto all = read();
  const auto container = reader->containers().find(all[1]->view.header().cgroup_id);
  ASSERT_NE(container, nullptr);
  EXPECT_EQ(container->id, kContainer);
  EXPECT_EQ(container->image_repository, "nginx");
  EXPECT_TRUE(container->is_privileged);
  EXPECT_EQ(container->runtime, Runtime::kContainerd);
  ASSERT_NE(container->pod, nullptr);
  EXPECT_EQ(container->pod->name_space, "shop");
}

TEST_F(Scap, OldFormsAreRead) {
  file = section_header();
  // Version 1 of the list: no lengths, neither memory nor environment.
  file += block(0x202, raw(std::uint64_t{7}) + raw(std::uint64_t{7}) + raw(std::uint64_t{1}) +
                           text16("cat") + text16("cat") + text16("") + text16("/etc") + i64(99) +
                           u32(0) + u32(5) + u32(6));
  file += old_event(3, kTime, 7, {i64(3), text("passwd"), u32(1), u32(0)});
  const auto all = read();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0]->view.header().uid, 5U);
  EXPECT_EQ(all[1]->text(YGR_S_FD_PATH), "/etc/passwd");
  EXPECT_EQ(reader->counts().bad_blocks, 0U);
}

TEST_F(Scap, GzipIsUnpacked) {
  file += event(307, kTime, 50, {i64(5), i64(-100), text("x"), u32(1), u32(0), u32(0)});
  file = gzip(file);
  EXPECT_EQ(read_events().size(), 1U);
  EXPECT_TRUE(reader->remarks().empty());
  file.resize(file.size() - 20);
  EXPECT_EQ(read_events().size(), 0U);
  EXPECT_TRUE(reader->counts().is_cut);
}

TEST_F(Scap, UnknownEventsAreCountedAndNamed) {
  file += event(9999, kTime, 50, {i64(1)});
  file += event(1, kTime, 50, {raw(std::uint16_t{3})});
  file += event(65, kTime, 50, {i64(0)});
  EXPECT_TRUE(read_events().empty());
  const auto counts = reader->counts().converted;
  EXPECT_EQ(counts.unknown_events, 1U);
  EXPECT_EQ(counts.generic, 1U);
  ASSERT_EQ(counts.left_out.size(), 1U);
  EXPECT_EQ(counts.left_out.begin()->first, "futex");
  EXPECT_EQ(reader->remarks().size(), 3U);
}

TEST_F(Scap, CutAnywhereItIsReadUpToThere) {
  for (int i = 0; i < 3; ++i) {
    file += event(307, kTime, 50, {i64(5), i64(-100), text("x"), u32(1), u32(0), u32(0)});
  }
  const std::string whole = file;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string part = whole.substr(0, size);
    auto opened = ScapReader::open(memory_source(std::as_bytes(std::span(part))));
    if (!opened) continue;
    RecordView record;
    while ((*opened)->next(record).value_or(false)) {
    }
  }
  file = whole.substr(0, whole.size() - 1);
  EXPECT_EQ(read_events().size(), 2U);
  EXPECT_TRUE(reader->counts().is_cut);
}

TEST_F(Scap, DamagedBlocksAreCounted) {
  file += block(0x216, std::string(10, 'x'));
  file += block(0x216, raw(std::uint16_t{0}) + raw(kTime) + raw(std::uint64_t{50}) + u32(26) +
                           raw(std::uint16_t{5}) + u32(0xffffffff));
  EXPECT_TRUE(read_events().empty());
  EXPECT_EQ(reader->counts().bad_blocks, 2U);
}

TEST_F(Scap, LengthsAreNotBelieved) {
  file += raw(std::uint32_t{0x216}) + raw(std::uint32_t{0xfffffff0});
  EXPECT_TRUE(read_events().empty());
  EXPECT_TRUE(reader->counts().is_cut);
}

TEST_F(Scap, OtherFilesAreRefused) {
  const auto code = [](const std::string& bytes) {
    const auto opened = ScapReader::open(memory_source(std::as_bytes(std::span(bytes))));
    return opened ? ErrorCode::kInternal : opened.error().code;
  };
  EXPECT_EQ(code(""), ErrorCode::kInvalidInput);
  EXPECT_EQ(code("not a capture, but long enough to be one"), ErrorCode::kInvalidInput);
  EXPECT_EQ(code(block(scap::kSectionHeader,
                       raw(__builtin_bswap32(scap::kByteOrderMagic)) + std::string(12, '\0'))),
            ErrorCode::kUnsupported);
  EXPECT_EQ(code(block(scap::kSectionHeader,
                       raw(scap::kByteOrderMagic) + raw(std::uint16_t{2}) + std::string(10, '\0'))),
            ErrorCode::kUnsupported);
}

// A process may open more than we keep; its table stays bounded, later ones have no description.
TEST_F(Scap, DescriptorTablesAreBounded) {
  for (std::int64_t fd = 10; fd < 5000; ++fd) {
    file += event(307, kTime, 50, {i64(fd), i64(-100), text("x"), u32(1), u32(0), u32(0)});
  }
  const auto all = read_events();
  EXPECT_TRUE(all.front()->view.has(YGR_S_FD));
  EXPECT_FALSE(all.back()->view.has(YGR_S_FD));
}

// Thousands of processes that each got a table and change it: what all keep is bounded.
TEST(ScapState, TablesOfAllProcessesAreBounded) {
  const scap::Budget budget(1 << 20);
  scap::Descriptors first(budget);
  for (int fd = 0; fd < 1000; ++fd) {
    first.set(fd, {.path = std::string(100, 'x')});
  }
  std::vector<std::unique_ptr<scap::Descriptors>> copies;
  for (int i = 0; i < 100; ++i) copies.push_back(std::make_unique<scap::Descriptors>(first));
  EXPECT_LE(budget.used(), 1U << 20);
  EXPECT_NE(copies.front()->find(999), nullptr);
  EXPECT_EQ(copies.back()->find(999), nullptr);
  copies.clear();
  for (int fd = 0; fd < 1000; ++fd) first.remove(fd);
  EXPECT_EQ(budget.used(), 0U);
}

TEST(ScapState, ProgramsAreCutAndTheirTextsGivenUpFirst) {
  scap::State state;
  std::vector<std::shared_ptr<const scap::Program>> kept;
  for (int i = 0; i < 17'000; ++i) {
    scap::Program program;
    program.exe_path = "/bin/sh";
    program.argv = std::string(100'000, 'x');
    kept.push_back(state.keep(std::move(program)));
  }
  EXPECT_EQ(kept.front()->argv.size(), static_cast<std::size_t>(YGR_MAX_ARGV));
  EXPECT_TRUE(kept.back()->argv.empty());
  EXPECT_EQ(kept.back()->exe_path, "/bin/sh");
}

TEST(ScapFlags, BecomeTheKernels) {
  EXPECT_EQ(scap::native_open_flags(3), static_cast<std::uint32_t>(O_RDWR));
  EXPECT_EQ(scap::native_clone_flags(1U << 5 | 1U << 20),
            static_cast<std::uint64_t>(CLONE_NEWNS | CLONE_NEWUSER));
  EXPECT_EQ(scap::native_fcntl_command(26), static_cast<std::uint32_t>(F_DUPFD_CLOEXEC));
  EXPECT_EQ(scap::native_ptrace_request(11), 16U);
  EXPECT_EQ(scap::native_ptrace_request(1000), 0xffffffffU);
}

TEST(ScapShapes, AreOfEventsThatThereAre) {
  for (std::uint16_t type = 1; scap::find_event_kind(type) != nullptr; type += 2) {
    const scap::EventKind& kind = *scap::find_event_kind(type);
    const scap::CallShape* const shape = scap::find_call_shape(kind.name);
    if (shape == nullptr) continue;
    EXPECT_TRUE(rules::find_event_type(kind.name).has_value()) << kind.name;
  }
}

bool has_sysdig() { return std::system("sysdig --version >/dev/null 2>&1") == 0; }

std::filesystem::path scratch_file(std::string_view name) {
  return std::filesystem::temp_directory_path() /
         ("yagura-" + std::to_string(getpid()) + "-" + std::string(name));
}

// sysdig writes the file anew, in its own form and compressed: it says the same.
TEST_F(Scap, WhatSysdigWritesIsRead) {
  if (!has_sysdig()) GTEST_SKIP() << "skipped: no sysdig";
  file += event(306, kTime, 50, {i64(-100), text("a/../b"), u32(1), u32(0)});
  file += event(307, kTime, 50, {i64(5), i64(-100), text("a/../b"), u32(1), u32(0), u32(0)});
  file += event(8, kTime + 1, 50, {i64(9), u32(1)});
  file += event(9, kTime + 1, 50, {i64(1), std::string("x")});
  const auto lines = [this] {
    std::vector<std::string> all;
    for (const auto& kept : read()) {
      all.push_back(std::to_string(kept->view.header().time_ns) + " " + std::string(kept->type()) +
                    " " + std::to_string(kept->view.header().pid) + " " + kept->text(YGR_S_COMM) +
                    " " + kept->text(YGR_S_EXE_PATH) + " " + kept->text(YGR_S_ARGV) + " " +
                    kept->text(YGR_S_CWD) + " " + kept->text(YGR_S_FD_PATH) + " " +
                    kept->text(YGR_S_DATA) + " " + std::to_string(kept->view.header().cgroup_id));
    }
    for (const UserFacts& user : reader->users()) all.push_back(user.name + user.home);
    return all;
  };
  const auto ours = lines();
  const auto from = scratch_file("from.scap");
  const auto to = scratch_file("to.scap");
  std::ofstream(from, std::ios::binary) << file;
  const std::string command = "sysdig -q -r " + from.string() + " -z -w " + to.string();
  EXPECT_EQ(std::system((command + " >/dev/null 2>&1").c_str()), 0);
  std::ifstream written(to, std::ios::binary);
  file.assign(std::istreambuf_iterator<char>(written), {});
  std::filesystem::remove(from);
  std::filesystem::remove(to);
  EXPECT_EQ(lines(), ours);
  EXPECT_GT(ours.size(), 4U);
}

// sysdig reads the same file and says the same of it.
TEST_F(Scap, SysdigAgrees) {
  if (!has_sysdig()) GTEST_SKIP() << "skipped: no sysdig";
  file += event(306, kTime, 50, {i64(-100), text("a/../b"), u32(1), u32(0)});
  file += event(307, kTime, 50, {i64(5), i64(-100), text("a/../b"), u32(1), u32(0), u32(0)});
  file += event(8, kTime + 1, 50, {i64(9), u32(1)});
  file += event(9, kTime + 1, 50, {i64(1), std::string("x")});
  file += event(18, kTime + 2, 50, {u32(AF_INET), u32(SOCK_STREAM), u32(0)});
  file += event(19, kTime + 2, 50, {i64(3)});
  file += event(22, kTime + 3, 50, {i64(3), ""});
  file += event(23, kTime + 3, 50, {i64(0), tuple4({10, 0, 0, 1}, 40000, {1, 2, 3, 4}, 443)});
  const auto path = scratch_file("read.scap");
  std::ofstream(path, std::ios::binary) << file;
  const std::string command = "sysdig -r " + path.string() +
                              " -p '%evt.type %proc.name %proc.exepath %user.uid %fd.name' "
                              "'evt.dir=<' 2>&1";
  std::string output;
  FILE* const pipe = popen(command.c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  char line[4096];
  while (fgets(line, sizeof(line), pipe) != nullptr) output += line;
  pclose(pipe);
  std::filesystem::remove(path);

  std::string ours;
  std::string comm;
  std::string exe;
  for (const auto& kept : read()) {
    if (kept->view.header().pid != 50) continue;
    if (kept->view.kind() == YGR_TASK) {
      comm = kept->text(YGR_S_COMM);
      exe = kept->text(YGR_S_EXE_PATH);
      continue;
    }
    std::string name = kept->text(YGR_S_FD_PATH);
    if (const auto socket = kept->view.get<ygr_socket>(YGR_S_SOCKET); socket && name.empty()) {
      const auto end = [](const ygr_u8(&ip)[16], std::uint16_t port) {
        return std::to_string(ip[0]) + "." + std::to_string(ip[1]) + "." + std::to_string(ip[2]) +
               "." + std::to_string(ip[3]) + ":" + std::to_string(port);
      };
      if (socket->remote_port != 0) {
        name = end(socket->local, socket->local_port) + "->" +
               end(socket->remote, socket->remote_port);
      }
    }
    ours += std::string(kept->type()) + " " + comm + " " + exe + " " +
            std::to_string(kept->view.header().uid) + " " + name + "\n";
  }
  ASSERT_FALSE(ours.empty());
  EXPECT_EQ(output, ours);
}

}  // namespace
}  // namespace yagura::sensor
