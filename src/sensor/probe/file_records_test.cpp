// Calls on files: names, directories, resolved paths, facts of the inode.

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "sensor/probe/probe_fixture.hpp"

namespace yagura::sensor {
namespace {

using FileRecords = ProbeFixture;

TEST_F(FileRecords, NamesRelativeToADirectoryDescriptor) {
  ASSERT_NO_FATAL_FAILURE(watch({"openat"}));
  in_child([] {
    mkdir("sub", 0755);
    const int sub = open("sub", O_PATH | O_DIRECTORY);
    openat(sub, "file", O_CREAT | O_WRONLY, 0600);
  });
  const RecordView opened = call("openat", 1);
  EXPECT_EQ(opened.text(YGR_S_DIR0), directory() + "/sub");
  EXPECT_EQ(opened.text(YGR_S_FD_PATH), directory() + "/sub/file");
}

TEST_F(FileRecords, SymbolicLinksAreResolvedAndTheNameIsKept) {
  ASSERT_NO_FATAL_FAILURE(watch({"openat"}));
  ASSERT_EQ(symlink("/proc/cpuinfo", (directory() + "/harmless").c_str()), 0);
  in_child([] { open("./harmless", O_RDONLY); });
  const RecordView opened = call("openat");
  EXPECT_EQ(opened.text(YGR_S_PATH0), "./harmless");
  EXPECT_EQ(opened.text(YGR_S_FD_PATH), "/proc/cpuinfo");
}

TEST_F(FileRecords, MountsAreCrossed) {
  ASSERT_NO_FATAL_FAILURE(watch({"openat"}));
  in_child([] { open("/proc/self/status", O_RDONLY); });
  EXPECT_EQ(call("openat").text(YGR_S_FD_PATH), "/proc/" + std::to_string(child_) + "/status");
}

TEST_F(FileRecords, PathsAreThoseOfTheMountNamespaceAlsoInAJail) {
  ASSERT_NO_FATAL_FAILURE(watch({"openat"}));
  in_child([] {
    mkdir("jail", 0755);
    if (chroot("jail") == 0 && chdir("/") == 0) open("inside", O_CREAT | O_WRONLY, 0600);
  });
  const RecordView opened = call("openat");
  EXPECT_EQ(opened.text(YGR_S_FD_PATH), directory() + "/jail/inside");
  EXPECT_EQ(opened.text(YGR_S_DIR0), directory() + "/jail");
}

TEST_F(FileRecords, OfPathsThatAreTooDeepASuffixIsKept) {
  ASSERT_NO_FATAL_FAILURE(watch({"openat"}));
  in_child([] {
    for (int i = 0; i < YGR_MAX_COMPONENTS + 5; ++i) {
      if (mkdir("d", 0755) != 0 || chdir("d") != 0) _exit(1);
    }
    open("leaf", O_CREAT | O_WRONLY, 0600);
  });
  const RecordView opened = call("openat");
  EXPECT_TRUE(opened.is_truncated(YGR_S_FD_PATH));
  EXPECT_TRUE(opened.text(YGR_S_FD_PATH).ends_with("/d/d/leaf"));
  EXPECT_EQ(opened.text(YGR_S_FD_PATH).size(), (YGR_MAX_COMPONENTS - 1) * 2 + 5U);
}

TEST_F(FileRecords, OfPathsThatAreTooLongASuffixIsKept) {
  ASSERT_NO_FATAL_FAILURE(watch({"openat"}));
  in_child([] {
    const std::string name(200, 'x');
    for (int i = 0; i < 30; ++i) {
      if (mkdir(name.c_str(), 0755) != 0 || chdir(name.c_str()) != 0) _exit(1);
    }
    open("leaf", O_CREAT | O_WRONLY, 0600);
  });
  const RecordView opened = call("openat");
  EXPECT_TRUE(opened.is_truncated(YGR_S_FD_PATH));
  EXPECT_EQ(opened.text(YGR_S_FD_PATH).size(), 20 * 201 + 5U);
  EXPECT_FALSE(opened.is_truncated(YGR_S_PATH0));
}

TEST_F(FileRecords, NamesThatAreNoTextAndNamesThatAreTooLong) {
  ASSERT_NO_FATAL_FAILURE(watch({"openat"}));
  in_child([] {
    open("\xff\xfe\x01", O_RDONLY);
    const std::string endless(6000, 'y');
    open(endless.c_str(), O_RDONLY);
  });
  EXPECT_EQ(call("openat").text(YGR_S_PATH0), "\xff\xfe\x01");
  const RecordView second = call("openat", 1);
  EXPECT_EQ(second.header().result, -ENAMETOOLONG);
  EXPECT_EQ(second.text(YGR_S_PATH0), std::string(YGR_MAX_PATH, 'y'));
  EXPECT_TRUE(second.is_truncated(YGR_S_PATH0));
}

TEST_F(FileRecords, UnreadableNamesAreSaidToBeLost) {
  ASSERT_NO_FATAL_FAILURE(watch({"openat"}));
  in_child([] { syscall(SYS_openat, AT_FDCWD, 8, O_RDONLY); });
  const RecordView opened = call("openat");
  EXPECT_EQ(opened.header().result, -EFAULT);
  EXPECT_NE(opened.header().flags & YGR_SECTION_LOST, 0);
  EXPECT_FALSE(opened.has(YGR_S_PATH0));
  EXPECT_EQ(probe_->counts().unreadable, 1U);
}

TEST_F(FileRecords, CallsWithTwoNames) {
  ASSERT_NO_FATAL_FAILURE(
      watch({"rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat"}));
  in_child([] {
    close(open("a", O_CREAT | O_WRONLY, 0600));
    static_cast<void>(!renameat(AT_FDCWD, "a", AT_FDCWD, "b"));
    static_cast<void>(!linkat(AT_FDCWD, "b", AT_FDCWD, "/no/such/c", 0));
    static_cast<void>(!symlinkat("the target", AT_FDCWD, "d"));
  });
  const RecordView renamed = call("renameat");
  EXPECT_EQ(renamed.text(YGR_S_PATH0), "a");
  EXPECT_EQ(renamed.text(YGR_S_DIR0), directory());
  EXPECT_EQ(renamed.text(YGR_S_PATH1), "b");
  EXPECT_EQ(renamed.text(YGR_S_DIR1), directory());
  const RecordView linked = call("linkat");
  EXPECT_EQ(linked.text(YGR_S_PATH1), "/no/such/c");
  EXPECT_FALSE(linked.has(YGR_S_DIR1));
  EXPECT_EQ(linked.header().result, -ENOENT);
  const RecordView symbolic = call("symlinkat");
  EXPECT_EQ(symbolic.text(YGR_S_PATH0), "the target");
  EXPECT_FALSE(symbolic.has(YGR_S_DIR0));
  EXPECT_EQ(symbolic.text(YGR_S_PATH1), "d");
  EXPECT_EQ(symbolic.text(YGR_S_DIR1), directory());
}

TEST_F(FileRecords, CallsWithOneName) {
  ASSERT_NO_FATAL_FAILURE(
      watch({"mkdirat", "unlinkat", "fchmodat", "fchownat", "chroot", "umount2", "mknodat"}));
  in_child([] {
    static_cast<void>(!mkdirat(AT_FDCWD, "m", 0700));
    static_cast<void>(!unlinkat(AT_FDCWD, "m", AT_REMOVEDIR));
    static_cast<void>(!fchmodat(AT_FDCWD, "/no/such", 0777, 0));
    static_cast<void>(!fchownat(AT_FDCWD, "gone", 1, 2, 0));
    static_cast<void>(!umount2("gone", MNT_DETACH));
    static_cast<void>(!mknodat(AT_FDCWD, "fifo", S_IFIFO | 0600, 0));
    static_cast<void>(!chroot("gone"));
  });
  for (const char* type : {"mkdirat", "unlinkat", "fchownat", "umount2", "mknodat", "chroot"}) {
    EXPECT_EQ(call(type).text(YGR_S_DIR0), directory()) << type;
    EXPECT_FALSE(call(type).text(YGR_S_PATH0).empty()) << type;
  }
  EXPECT_EQ(call("fchmodat").text(YGR_S_PATH0), "/no/such");
  EXPECT_EQ(call("fchmodat").get<ygr_args>(YGR_S_ARGS)->value[2], 0777U);
  EXPECT_EQ(call("mkdirat").header().result, 0);
}

TEST_F(FileRecords, ChangedDirectoriesAreTold) {
  ASSERT_NO_FATAL_FAILURE(watch({"chdir", "fchdir"}));
  in_child([] {
    mkdir("w", 0755);
    static_cast<void>(!chdir("w"));
    static_cast<void>(!fchdir(open("/proc", O_RDONLY)));
  });
  // The fixture's own change to the test's directory comes first.
  const RecordView changed = call("chdir", 1);
  EXPECT_EQ(changed.text(YGR_S_PATH0), "w");
  EXPECT_EQ(changed.text(YGR_S_CWD), directory() + "/w");
  EXPECT_EQ(call("fchdir").text(YGR_S_CWD), "/proc");
  EXPECT_EQ(call("fchdir").text(YGR_S_FD_PATH), "/proc");
}

TEST_F(FileRecords, MountsTellDeviceDirectoryAndType) {
  ASSERT_NO_FATAL_FAILURE(watch({"mount"}));
  in_child([] { static_cast<void>(!mount("dev", "no/such", "tmpfs", MS_NOSUID, nullptr)); });
  const RecordView mounted = call("mount");
  EXPECT_EQ(mounted.text(YGR_S_PATH0), "dev");
  EXPECT_EQ(mounted.text(YGR_S_PATH1), "no/such");
  EXPECT_EQ(mounted.text(YGR_S_DIR1), directory());
  EXPECT_EQ(mounted.text(YGR_S_PATH2), "tmpfs");
  EXPECT_EQ(mounted.header().result, -ENOENT);
}

TEST_F(FileRecords, HeadsOfBuffersAreTold) {
  ASSERT_NO_FATAL_FAILURE(watch({"write", "read", "writev"}, {.data_bytes = 8}));
  in_child([] {
    const int file = open("data", O_CREAT | O_RDWR, 0600);
    static_cast<void>(!write(file, "0123456789", 10));
    lseek(file, 5, SEEK_SET);
    char buffer[64];
    static_cast<void>(!read(file, buffer, sizeof(buffer)));
    iovec pieces[] = {{const_cast<char*>("ab"), 2}, {const_cast<char*>("cd"), 2}};
    static_cast<void>(!writev(file, pieces, 2));
  });
  const RecordView written = call("write");
  EXPECT_EQ(written.text(YGR_S_DATA), "01234567");
  EXPECT_TRUE(written.is_truncated(YGR_S_DATA));
  EXPECT_EQ(written.text(YGR_S_FD_PATH), directory() + "/data");
  const RecordView last = call("read", 1);  // the first is that of the fixture
  EXPECT_EQ(last.header().result, 5);
  EXPECT_EQ(last.text(YGR_S_DATA), "56789");
  EXPECT_EQ(call("writev").text(YGR_S_DATA), "abcd");
}

TEST_F(FileRecords, OpenHowOfOpenat2) {
  ASSERT_NO_FATAL_FAILURE(watch({"openat2"}));
  in_child([] {
    const std::uint64_t how[3] = {O_RDONLY, 0, 0};
    syscall(SYS_openat2, AT_FDCWD, ".", how, sizeof(how));
  });
  const RecordView opened = call("openat2");
  EXPECT_EQ(opened.text(YGR_S_BLOB).size(), 24U);
  EXPECT_EQ(opened.text(YGR_S_FD_PATH), directory());
}

TEST_F(FileRecords, MemfdsAndUnlinkedFilesAreMarked) {
  ASSERT_NO_FATAL_FAILURE(watch({"memfd_create", "fstat", "newfstatat", "fchmod"}));
  in_child([] {
    const int memory = memfd_create("secret", 0);
    static_cast<void>(!fchmod(memory, 0755));
    const int file = open("gone", O_CREAT | O_RDWR, 0600);
    unlink("gone");
    static_cast<void>(!fchmod(file, 0640));
  });
  const RecordView made = call("memfd_create");
  EXPECT_EQ(made.text(YGR_S_PATH0), "secret");
  EXPECT_EQ(made.text(YGR_S_FD_PATH), "memfd:secret");
  EXPECT_NE(made.get<ygr_file>(YGR_S_FD)->flags & YGR_FILE_MEMFD, 0);
  const RecordView unlinked = call("fchmod", 1);
  EXPECT_EQ(unlinked.get<ygr_file>(YGR_S_FD)->flags, YGR_FILE_UNLINKED);
  EXPECT_EQ(unlinked.get<ygr_file>(YGR_S_FD)->links, 0U);
}

TEST_F(FileRecords, ReadOnlyOpensCanBeLeftOut) {
  ASSERT_NO_FATAL_FAILURE(watch({"openat"}, {.opens = OpenInterest::kNotReadOnly}));
  in_child([] {
    open("/proc/cpuinfo", O_RDONLY);
    open("written", O_CREAT | O_WRONLY, 0600);
  });
  EXPECT_EQ(count(YGR_CALL, "openat"), 1U);
  EXPECT_EQ(call("openat").text(YGR_S_PATH0), "written");
}

TEST_F(FileRecords, LayersOfOverlaysAreToldApart) {
  const std::string base = directory();
  for (const char* part : {"/lower", "/upper", "/work", "/merged"}) {
    ASSERT_EQ(mkdir((base + part).c_str(), 0755), 0);
  }
  // An upper layer cannot lie on an overlay itself.
  ASSERT_EQ(mount("tmpfs", (base + "/upper").c_str(), "tmpfs", 0, nullptr), 0);
  mkdir((base + "/upper/u").c_str(), 0755);
  mkdir((base + "/upper/w").c_str(), 0755);
  close(open((base + "/lower/old").c_str(), O_CREAT | O_WRONLY, 0644));
  const std::string options =
      "lowerdir=" + base + "/lower,upperdir=" + base + "/upper/u,workdir=" + base + "/upper/w";
  const bool is_mounted =
      mount("overlay", (base + "/merged").c_str(), "overlay", 0, options.c_str()) == 0;
  if (is_mounted) {
    watch({"openat"});
    in_child([] {
      open("merged/old", O_RDONLY);
      open("merged/new", O_CREAT | O_WRONLY, 0644);
    });
    umount2((base + "/merged").c_str(), MNT_DETACH);
  }
  umount2((base + "/upper").c_str(), MNT_DETACH);
  if (!is_mounted) GTEST_SKIP() << "skipped: no overlayfs here";
  EXPECT_EQ(call("openat", 0).get<ygr_file>(YGR_S_FD)->layer, YGR_LAYER_LOWER);
  EXPECT_EQ(call("openat", 1).get<ygr_file>(YGR_S_FD)->layer, YGR_LAYER_UPPER);
  EXPECT_EQ(call("openat", 1).text(YGR_S_FD_PATH), base + "/merged/new");
}

}  // namespace
}  // namespace yagura::sensor
