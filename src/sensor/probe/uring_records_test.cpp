// What operations of io_uring tell, which no system call ends. Needs the real kernel.

#include <fcntl.h>
#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstring>

#include "sensor/probe/probe_fixture.hpp"

namespace yagura::sensor {

namespace {

constexpr int kNoRing = 90;  // the child's status where the kernel gives none

// A ring of a few entries that is used for one operation after the other.
class Ring {
 public:
  Ring() : fd_(static_cast<int>(syscall(SYS_io_uring_setup, 4, &parameters_))) {
    if (fd_ < 0) return;
    submissions_ = map(parameters_.sq_off.array + parameters_.sq_entries * sizeof(unsigned),
                       IORING_OFF_SQ_RING);
    completions_ = map(parameters_.cq_off.cqes + parameters_.cq_entries * sizeof(io_uring_cqe),
                       IORING_OFF_CQ_RING);
    entries_ = reinterpret_cast<io_uring_sqe*>(
        map(parameters_.sq_entries * sizeof(io_uring_sqe), IORING_OFF_SQES));
  }
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }

  // Waits for the result of the operation, unless it is one without a completion.
  int submit(const io_uring_sqe& entry) {
    entries_[0] = entry;
    *at<unsigned>(submissions_, parameters_.sq_off.array) = 0;
    std::atomic_ref(*at<unsigned>(submissions_, parameters_.sq_off.tail)).fetch_add(1);
    const bool is_silent = (entry.flags & IOSQE_CQE_SKIP_SUCCESS) != 0;
    if (syscall(SYS_io_uring_enter, fd_, 1, is_silent ? 0 : 1, IORING_ENTER_GETEVENTS, nullptr, 0) <
        0) {
      return -1;
    }
    return is_silent ? 0 : at<io_uring_cqe>(completions_, parameters_.cq_off.cqes)[done_++].res;
  }

 private:
  unsigned char* map(std::size_t size, off_t what) const {
    return static_cast<unsigned char*>(
        mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, what));
  }
  template <typename T>
  static T* at(unsigned char* memory, std::size_t offset) {
    return reinterpret_cast<T*>(memory + offset);
  }

  io_uring_params parameters_{};
  int fd_ = -1;
  unsigned char* submissions_ = nullptr;
  unsigned char* completions_ = nullptr;
  io_uring_sqe* entries_ = nullptr;
  std::size_t done_ = 0;
};

io_uring_sqe open_of(const char* path, unsigned char flags = 0) {
  io_uring_sqe entry{};
  entry.opcode = IORING_OP_OPENAT;
  entry.flags = flags;
  entry.fd = AT_FDCWD;
  entry.addr = reinterpret_cast<std::uintptr_t>(path);
  entry.open_flags = O_RDONLY;
  return entry;
}

class UringRecords : public ProbeFixture {
 protected:
  // Submits the operation in the child; false: there is no io_uring here, the test is skipped.
  bool submit_in_child(const io_uring_sqe& entry) {
    const int status = in_child([&] {
      Ring ring;
      _exit(!ring.is_open() ? kNoRing : ring.submit(entry) < 0 ? 1 : 0);
    });
    EXPECT_TRUE(status == 0 || WEXITSTATUS(status) == kNoRing);
    return status == 0;
  }
};

TEST_F(UringRecords, AnOpenTellsTheFileThatWasOpened) {
  ASSERT_NO_FATAL_FAILURE(watch({"openat"}));
  if (!submit_in_child(open_of("/proc/../proc/cpuinfo"))) GTEST_SKIP() << "no io_uring";
  const RecordView opened = call("openat");
  EXPECT_EQ(opened.header().flags & YGR_FROM_IO_URING, YGR_FROM_IO_URING);
  EXPECT_GE(opened.header().result, 0);
  EXPECT_EQ(opened.text(YGR_S_FD_PATH), "/proc/cpuinfo");
}

TEST_F(UringRecords, AnOpenByAWorkerOfTheKernelIsTheProcesss) {
  ASSERT_NO_FATAL_FAILURE(watch({"openat"}));
  if (!submit_in_child(open_of("/proc/cpuinfo", IOSQE_ASYNC))) GTEST_SKIP() << "no io_uring";
  const RecordView opened = call("openat");
  EXPECT_EQ(opened.text(YGR_S_FD_PATH), "/proc/cpuinfo");
  EXPECT_EQ(opened.header().pid, static_cast<std::uint32_t>(child_));
}

TEST_F(UringRecords, AnOpenWithoutCompletionIsToldByItsName) {
  ASSERT_NO_FATAL_FAILURE(watch({"openat"}));
  if (!submit_in_child(open_of("/proc/cpuinfo", IOSQE_CQE_SKIP_SUCCESS)))
    GTEST_SKIP() << "no io_uring";
  const RecordView opened = call("openat");
  EXPECT_EQ(opened.text(YGR_S_PATH0), "/proc/cpuinfo");
  EXPECT_FALSE(opened.has(YGR_S_FD));
}

TEST_F(UringRecords, NamesAreToldWithTheirDirectories) {
  ASSERT_NO_FATAL_FAILURE(watch({"unlinkat"}));
  io_uring_sqe entry{};
  entry.opcode = IORING_OP_UNLINKAT;
  entry.fd = AT_FDCWD;
  entry.addr = reinterpret_cast<std::uintptr_t>("gone");
  const int status = in_child([&] {
    close(open("gone", O_CREAT | O_WRONLY, 0600));
    Ring ring;
    _exit(!ring.is_open() ? kNoRing : ring.submit(entry) < 0 ? 1 : 0);
  });
  if (status != 0) GTEST_SKIP() << "no io_uring";
  const RecordView removed = call("unlinkat");
  EXPECT_EQ(removed.text(YGR_S_PATH0), "gone");
  EXPECT_EQ(removed.text(YGR_S_DIR0), directory());
}

}  // namespace

}  // namespace yagura::sensor
