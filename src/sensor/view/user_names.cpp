#include "sensor/view/user_names.hpp"

// A container's /etc/passwd may be a link to anywhere, a pipe that nobody writes, or a file of a
// FUSE file system that never answers. openat2() with RESOLVE_IN_ROOT and RESOLVE_NO_XDEV, from the
// process's root, leaves none of that; a root that is FUSE itself is not read at all.

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <optional>

#include "sensor/view/time_between.hpp"

namespace yagura::sensor {

namespace {

constexpr std::int64_t kRetryNs = 100'000'000;  // while a container has no root of its own yet
constexpr int kMaxAncestors = 8;
constexpr int kMaxMembers = 8;
constexpr long kFuseMagic = 0x65735546;  // linux/magic.h: FUSE_SUPER_MAGIC

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

struct Stamp {
  std::uint64_t ino = 0;
  std::int64_t size = -1;
  std::int64_t mtime_ns = 0;
  friend bool operator==(const Stamp&, const Stamp&) = default;
};

int open_in(int root, const char* path) {
  open_how how{};
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof(how)));
}

// Nothing: the same as `known`, or not to be read; then `known` says which.
std::optional<std::string> read_if_changed(int root, const char* path, std::size_t max,
                                           Stamp& known) {
  const File file(open_in(root, path));
  struct stat status{};
  Stamp now;
  const bool is_readable = file.get() >= 0 && ::fstat(file.get(), &status) == 0 &&
                           S_ISREG(status.st_mode) && status.st_size <= static_cast<off_t>(max);
  if (is_readable) {
    now = {.ino = status.st_ino,
           .size = status.st_size,
           .mtime_ns = status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
  }
  if (now == known) return std::nullopt;
  known = now;
  if (!is_readable) return std::string();
  std::string text(max, '\0');
  std::size_t size = 0;
  while (size < max) {
    const ssize_t got = ::read(file.get(), text.data() + size, max - size);
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
  }
  text.resize(size);
  return text;
}

bool is_same_directory(int directory, const std::filesystem::path& other) {
  struct stat a{};
  struct stat b{};
  return ::fstat(directory, &a) == 0 && ::stat(other.c_str(), &b) == 0 && a.st_dev == b.st_dev &&
         a.st_ino == b.st_ino;
}

std::string_view take(std::string_view& text, char end) {
  const std::size_t at = std::min(text.find(end), text.size());
  const std::string_view head = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return head;
}

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

struct UserNames::Table {
  std::unordered_map<std::uint32_t, UserEntry> users;
  std::unordered_map<std::uint32_t, std::string> groups;
  Stamp passwd;
  Stamp group;
  std::int64_t checked_ns = 0;
  bool is_loaded = false;

  // name:password:uid:gid:gecos:home:shell; the first of a number counts, as for getpwuid().
  void read_passwd(std::string_view text, std::size_t max) {
    users.clear();
    while (!text.empty() && users.size() < max) {
      std::string_view line = take(text, '\n');
      const std::string_view name = take(line, ':');
      take(line, ':');
      const auto uid = number(take(line, ':'));
      take(line, ':');
      take(line, ':');
      const std::string_view home = take(line, ':');
      if (!uid || name.empty() || name.size() > 256) continue;
      users.try_emplace(*uid, UserEntry{.name = std::string(name),
                                        .home = std::string(home.substr(0, 4096)),
                                        .shell = std::string(line.substr(0, 4096))});
    }
  }
  void read_group(std::string_view text, std::size_t max) {
    groups.clear();
    while (!text.empty() && groups.size() < max) {
      std::string_view line = take(text, '\n');
      const std::string_view name = take(line, ':');
      take(line, ':');
      const auto gid = number(take(line, ':'));
      if (!gid || name.empty() || name.size() > 256) continue;
      groups.try_emplace(*gid, name);
    }
  }
};

UserNames::UserNames(UserNamesOptions options)
    : options_(std::move(options)), host_(std::make_unique<Table>()) {}

UserNames::~UserNames() = default;

bool UserNames::load(Table& table, const std::filesystem::path& root, std::int64_t wall_ns) {
  table.checked_ns = wall_ns;
  const File directory(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0) return false;  // it is over: what was known stays
  // A runtime that makes a container is in its cgroup before it is in its root.
  if (&table != host_.get() && is_same_directory(directory.get(), options_.host_root)) return false;
  table.is_loaded = true;
  struct statfs system{};
  if (::fstatfs(directory.get(), &system) != 0 || system.f_type == kFuseMagic) return true;
  if (const auto text =
          read_if_changed(directory.get(), "etc/passwd", options_.max_file, table.passwd)) {
    table.read_passwd(*text, options_.max_entries);
    ++generation_;
  }
  if (const auto text =
          read_if_changed(directory.get(), "etc/group", options_.max_file, table.group)) {
    table.read_group(*text, options_.max_entries);
    ++generation_;
  }
  return true;
}

// A process that lives for a millisecond is over before it is asked about; who made it, or whoever
// else is in its cgroup, sees the same root.
void UserNames::load_of_container(Table& table, const Process& process, std::int64_t wall_ns) {
  const Process* member = &process;
  for (int steps = 0; member != nullptr && steps < kMaxAncestors; ++steps) {
    if (member->cgroup_id != process.cgroup_id) break;
    if (!member->has_exited &&
        load(table, options_.proc / std::to_string(member->pid) / "root", wall_ns)) {
      return;
    }
    member = member->parent.get();
  }
  for (const std::filesystem::path& mount : options_.cgroup_mounts) {
    std::ifstream members(mount.string() + process.container->cgroup_path + "/cgroup.procs");
    std::uint32_t pid = 0;
    for (int tries = 0; tries < kMaxMembers && members >> pid; ++tries) {
      if (load(table, options_.proc / std::to_string(pid) / "root", wall_ns)) return;
    }
  }
}

UserNames::Table& UserNames::host(std::int64_t wall_ns) {
  // Also where nothing could be read: not with each question.
  if (host_->checked_ns == 0 || time_between(host_->checked_ns, wall_ns) > options_.recheck_ns) {
    load(*host_, options_.host_root, wall_ns);
  }
  return *host_;
}

UserNames::Table& UserNames::table_of(const Process& process, std::int64_t wall_ns) {
  if (process.container == nullptr) return host(wall_ns);
  auto found = containers_.find(process.container->cgroup_id);
  if (found == containers_.end()) {
    if (containers_.size() >= options_.max_containers) containers_.erase(containers_.begin());
    found = containers_.emplace(process.container->cgroup_id, std::make_unique<Table>()).first;
    auto& users = found->second->users;
    users.try_emplace(0, UserEntry{.name = "root", .home = "/root", .shell = {}});
    found->second->groups.try_emplace(0, "root");
  }
  Table& table = *found->second;
  const std::int64_t interval = table.is_loaded ? options_.recheck_ns : kRetryNs;
  const bool is_due = table.checked_ns == 0 || time_between(table.checked_ns, wall_ns) > interval;
  if (!options_.proc.empty() && is_due) load_of_container(table, process, wall_ns);
  return table;
}

const UserEntry* UserNames::user(const Process& process, std::uint32_t uid, std::int64_t wall_ns) {
  const auto& users = table_of(process, wall_ns).users;
  const auto found = users.find(uid);
  return found == users.end() ? nullptr : &found->second;
}

const std::string* UserNames::group(const Process& process, std::uint32_t gid,
                                    std::int64_t wall_ns) {
  const auto& groups = table_of(process, wall_ns).groups;
  const auto found = groups.find(gid);
  return found == groups.end() ? nullptr : &found->second;
}

const UserEntry* UserNames::host_user(std::uint32_t uid, std::int64_t wall_ns) {
  const auto& users = host(wall_ns).users;
  const auto found = users.find(uid);
  return found == users.end() ? nullptr : &found->second;
}

}  // namespace yagura::sensor
