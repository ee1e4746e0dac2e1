#include "sensor/enforce/exec_guard.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "sensor/enforce/compile/judge.hpp"
#include "sensor/enforce/hash_files.hpp"
#include "sensor/enforce/kernel/cgroup_files.hpp"
#include "sensor/record/record_writer.hpp"

namespace yagura::sensor::enforce {
namespace {

constexpr std::size_t kMaxKept = 4096;

struct Asked {
  std::uint32_t pid = 0;
  std::uint64_t cgroup_id = 0;
  std::string path;
  ygr_file file{};
};

ygr_file describe(const struct stat& facts) {
  ygr_file file{};
  file.fd = -1;
  file.mode = facts.st_mode;
  file.links = static_cast<ygr_u32>(facts.st_nlink);
  file.dev = static_cast<ygr_u64>(major(facts.st_dev)) << 20 | minor(facts.st_dev);
  file.ino = facts.st_ino;
  file.ctime_ns = static_cast<ygr_u64>(facts.st_ctim.tv_sec) * 1'000'000'000U +
                  static_cast<ygr_u64>(facts.st_ctim.tv_nsec);
  file.size = static_cast<ygr_u64>(facts.st_size);
  file.uid = facts.st_uid;
  file.gid = facts.st_gid;
  if (facts.st_nlink == 0) file.flags |= YGR_FILE_UNLINKED;
  return file;
}

std::string path_of_descriptor(int fd) {
  std::array<char, 8192> buffer{};
  const ssize_t size =
      readlink(fmt::format("/proc/self/fd/{}", fd).c_str(), buffer.data(), buffer.size());
  return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : std::string();
}

std::vector<std::byte> make_record(const Asked& asked, const Judgement& judgement,
                                   ygr_operation operation, std::uint64_t sequence) {
  ygr_header header{};
  header.kind = YGR_VERDICT;
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  header.time_ns =
      static_cast<ygr_u64>(now.tv_sec) * 1'000'000'000U + static_cast<ygr_u64>(now.tv_nsec);
  header.sequence = sequence;
  header.cgroup_id = asked.cgroup_id;
  header.tid = header.pid = asked.pid;
  header.cpu = 0xffff;  // none: its sequence is this process's own
  header.result = -EPERM;
  ygr_verdict verdict{};
  verdict.policy = judgement.policy;
  verdict.rule = judgement.rule;
  verdict.operation = static_cast<ygr_u16>(operation);
  verdict.action = YGR_BLOCKED;
  verdict.tier = 'B';
  RecordWriter writer;
  writer.begin(header);
  writer.add_struct(YGR_S_VERDICT, verdict);
  writer.add_struct(YGR_S_FD, asked.file);
  writer.add(YGR_S_FD_PATH, std::string_view(asked.path).substr(0, YGR_MAX_PATH));
  const auto bytes = writer.finish();
  return {bytes.begin(), bytes.end()};
}

}  // namespace

struct ExecGuard::State {
  Options options;
  int group = -1;
  int stop = -1;
  std::atomic<std::shared_ptr<const Policing>> policing;
  std::mutex mutex;  // what follows
  std::deque<std::vector<std::byte>> verdicts;
  std::set<dev_t> watched;
  std::uint64_t sequence = 0;
  std::jthread thread;

  ~State() {
    if (stop >= 0) {
      const std::uint64_t one = 1;
      [[maybe_unused]] const ssize_t written = write(stop, &one, sizeof(one));
    }
    if (thread.joinable()) thread.join();
    if (group >= 0) close(group);
    if (stop >= 0) close(stop);
  }

  void run() {
    while (true) {
      std::array<pollfd, 2> waits{pollfd{group, POLLIN, 0}, pollfd{stop, POLLIN, 0}};
      if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) return;
      if ((waits[1].revents & POLLIN) != 0) return;
      if ((waits[0].revents & POLLIN) != 0) answer_all();
    }
  }

  void answer_all() {
    alignas(fanotify_event_metadata) std::array<char, 65536> buffer{};
    ssize_t size = read(group, buffer.data(), buffer.size());
    const auto* event = reinterpret_cast<const fanotify_event_metadata*>(buffer.data());
    while (size > 0 && FAN_EVENT_OK(event, size)) {
      if (event->fd >= 0) {
        const bool denied = is_denied(*event);
        const fanotify_response response{
            .fd = event->fd, .response = static_cast<__u32>(denied ? FAN_DENY : FAN_ALLOW)};
        [[maybe_unused]] const ssize_t written = write(group, &response, sizeof(response));
        close(event->fd);
      }
      event = FAN_EVENT_NEXT(event, size);
    }
  }

  std::shared_ptr<const Group> group_of(const Policing& now, std::uint32_t pid,
                                        std::uint64_t& cgroup_id) const {
    const auto path = cgroup_path_of(pid);
    if (!path) return nullptr;
    std::filesystem::path folder =
        options.cgroup_root / std::filesystem::path(*path).relative_path();
    if (folder.filename().empty()) folder = folder.parent_path();
    cgroup_id = cgroup_id_of(folder).value_or(0);
    while (folder.string().size() >= options.cgroup_root.string().size()) {
      const auto id = cgroup_id_of(folder);
      const auto found = id ? now.groups.find(*id) : now.groups.end();
      if (found != now.groups.end()) return found->second;
      if (folder == folder.parent_path()) break;
      folder = folder.parent_path();
    }
    return nullptr;
  }

  bool is_denied(const fanotify_event_metadata& event) {
    const auto now = policing.load();
    if (!now || event.pid <= 0) return false;
    const auto pid = static_cast<std::uint32_t>(event.pid);
    for (const std::uint32_t exempt : options.exempt_pids) {
      if (exempt == pid) return false;
    }
    Asked asked{.pid = pid};
    const auto said = group_of(*now, pid, asked.cgroup_id);
    struct stat facts{};
    if (!said || fstat(event.fd, &facts) != 0) return false;
    asked.file = describe(facts);
    asked.path = path_of_descriptor(event.fd);
    return refuses(*said, now->seed, event.fd, asked);
  }

  bool refuses(const Group& said, std::uint64_t seed, int fd, const Asked& asked) {
    if (facts_deny(said, YGR_OP_EXEC_MEMFD, asked.file.links == 0, asked)) return true;
    const auto& exec = said.operations[YGR_OP_EXEC];
    if (!exec) return false;
    std::optional<Sha256> hash;
    if ((exec->flags & YGR_HAS_HASHES) != 0) hash = hash_descriptor(fd);
    const auto judgement = judge_path(said, seed, YGR_OP_EXEC, asked.path, hash ? &*hash : nullptr);
    return blocks(judgement, YGR_OP_EXEC, asked);
  }

  bool facts_deny(const Group& said, ygr_operation operation, bool applies, const Asked& asked) {
    return applies && blocks(judge_number(said, operation, 0), operation, asked);
  }

  // What is not refused here the kernel's own program tells of when it is started.
  bool blocks(const std::optional<Judgement>& judgement, ygr_operation operation,
              const Asked& asked) {
    if (!judgement || judgement->mode != Mode::kBlock) return false;
    if (options.still_blocks && !options.still_blocks(judgement->policy)) return false;
    keep(asked, *judgement, operation);
    return true;
  }

  void keep(const Asked& asked, const Judgement& judgement, ygr_operation operation) {
    const std::scoped_lock lock(mutex);
    verdicts.push_back(make_record(asked, judgement, operation, ++sequence));
    if (verdicts.size() > kMaxKept) verdicts.pop_front();
  }
};

ExecGuard::ExecGuard() : state_(std::make_unique<State>()) {}
ExecGuard::~ExecGuard() = default;

Result<std::unique_ptr<ExecGuard>> ExecGuard::start(Options options) {
  std::unique_ptr<ExecGuard> guard(new ExecGuard);
  State& state = *guard->state_;
  state.options = std::move(options);
  state.group = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC | FAN_UNLIMITED_QUEUE,
                              O_RDONLY | O_CLOEXEC | O_LARGEFILE);
  if (state.group < 0)
    return fail(ErrorCode::kUnsupported, fmt::format("fanotify: {}", std::strerror(errno)));
  state.stop = eventfd(0, EFD_CLOEXEC);
  if (state.stop < 0) return fail(ErrorCode::kIo, std::strerror(errno));
  state.thread = std::jthread([&state] { state.run(); });
  return guard;
}

void ExecGuard::set_policing(std::shared_ptr<const Policing> policing) {
  state_->policing.store(std::move(policing));
}

Result<void> ExecGuard::watch(const std::filesystem::path& path) {
  struct stat facts{};
  if (stat(path.c_str(), &facts) != 0) return fail(ErrorCode::kNotFound, path.string());
  {
    const std::scoped_lock lock(state_->mutex);
    if (!state_->watched.insert(facts.st_dev).second) return {};
  }
  if (fanotify_mark(state_->group, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, FAN_OPEN_EXEC_PERM, AT_FDCWD,
                    path.c_str()) != 0) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("watching {}: {}", path.string(), std::strerror(errno)));
  }
  return {};
}

void ExecGuard::take_verdicts(const std::function<void(const RecordView&)>& take) {
  std::deque<std::vector<std::byte>> taken;
  {
    const std::scoped_lock lock(state_->mutex);
    taken.swap(state_->verdicts);
  }
  for (const auto& bytes : taken) {
    const auto view = RecordView::read(bytes);
    if (view) take(*view);
  }
}

}  // namespace yagura::sensor::enforce
