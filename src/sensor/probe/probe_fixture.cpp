#include "sensor/probe/probe_fixture.hpp"

#include <fcntl.h>
#include <linux/bpf.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace yagura::sensor {

namespace fs = std::filesystem;

namespace {

std::string unique_name() {
  static int number = 0;
  return "yagura-probe-" + std::to_string(getpid()) + "-" + std::to_string(++number);
}

bool may_use_bpf() {
  bpf_attr attributes{};
  attributes.map_type = BPF_MAP_TYPE_RINGBUF;
  attributes.max_entries = 4096;
  const long map = syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof(attributes));
  if (map < 0) return false;
  close(static_cast<int>(map));
  return true;
}

}  // namespace

void ProbeFixture::SetUp() {
  if (geteuid() != 0) GTEST_SKIP() << "skipped: not root";
  if (access("/sys/kernel/btf/vmlinux", R_OK) != 0) GTEST_SKIP() << "skipped: kernel without BTF";
  if (!may_use_bpf()) GTEST_SKIP() << "skipped: no BPF ring buffers here";
  if (!cgroup_.is_there()) GTEST_SKIP() << "skipped: no cgroup2 that we may write";
  directory_ = fs::path("/tmp") / unique_name();
  fs::create_directory(directory_);
}

void ProbeFixture::TearDown() {
  probe_.reset();
  if (!directory_.empty()) fs::remove_all(directory_);
}

void ProbeFixture::watch(std::vector<std::string_view> types, ProbeOptions options) {
  for (const std::string_view type : types) {
    options.event_types.push_back(rules::find_event_type(type).value());
  }
  options.scope_cgroups = {cgroup_.id()};
  auto probe = Probe::open(options);
  ASSERT_TRUE(probe.has_value()) << probe.error().message;
  probe_ = *std::move(probe);
}

int ProbeFixture::in_child(const std::function<void()>& what) {
  int gate[2];
  if (pipe(gate) != 0) return -1;
  child_ = fork();
  if (child_ == 0) {
    char go = 0;
    close(gate[1]);
    if (read(gate[0], &go, 1) != 1 || chdir(directory_.c_str()) != 0) _exit(99);
    close(gate[0]);
    what();
    _exit(0);
  }
  close(gate[0]);
  cgroup_.add(child_);
  static_cast<void>(!write(gate[1], "g", 1));
  close(gate[1]);
  int status = -1;
  waitpid(child_, &status, 0);
  collect();
  return status;
}

// The child is gone: whatever it did lies in the rings.
void ProbeFixture::collect() {
  while (true) {
    const auto count = probe_->poll({}, [this](const RecordView& record, unsigned ring) {
      records_.push_back({{record.bytes().begin(), record.bytes().end()}, ring});
    });
    ASSERT_TRUE(count.has_value()) << count.error().message;
    if (*count == 0) return;
  }
}

RecordView ProbeFixture::record(ygr_kind kind, std::string_view type, std::size_t index) {
  const rules::EventType wanted = type.empty() ? 0 : rules::find_event_type(type).value();
  for (const KeptRecord& kept : records_) {
    const RecordView view = kept.view();
    if (view.kind() != kind || view.header().type != wanted) continue;
    if (index-- == 0) return view;
  }
  ADD_FAILURE() << "no record of kind " << kind << " and type " << type << " among "
                << records_.size();
  return {};
}

std::size_t ProbeFixture::count(ygr_kind kind, std::string_view type) const {
  const rules::EventType wanted = type.empty() ? 0 : rules::find_event_type(type).value();
  return static_cast<std::size_t>(std::ranges::count_if(records_, [&](const KeptRecord& kept) {
    const RecordView view = kept.view();
    return view.kind() == kind && view.header().type == wanted;
  }));
}

}  // namespace yagura::sensor
