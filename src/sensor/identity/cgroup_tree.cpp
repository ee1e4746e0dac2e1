#include "sensor/identity/cgroup_tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <memory>
#include <utility>

namespace yagura::sensor {
namespace {

// "\040" of mountinfo is a blank.
std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '7'; };
    if (text[i] == '\\' && i + 3 < text.size() && digit(i + 1) && digit(i + 2) && digit(i + 3)) {
      out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
                               (text[i + 3] - '0'));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

void take_mount(std::string_view line, CgroupMounts& mounts) {
  const auto fields = split(line, ' ');
  const auto dash = std::ranges::find(fields, "-");
  if (fields.size() < 6 || fields.end() - dash < 4 || fields[3] != "/") {
    return;
  }
  const std::string_view type = dash[1];
  const std::string_view options = dash[3];
  if (type == "cgroup2" && mounts.unified.empty()) {
    mounts.unified = unescape(fields[4]);
  } else if (type == "cgroup" && options.find("name=") == std::string_view::npos) {
    mounts.legacy.push_back(unescape(fields[4]));
  }
}

using Directory = std::unique_ptr<DIR, decltype([](DIR* directory) { ::closedir(directory); })>;

struct Pending {
  std::string path;
  std::size_t depth = 0;
};

std::string child_of(const std::string& path, const char* name) {
  return path == "/" ? path + name : path + "/" + name;
}

}  // namespace

CgroupMounts find_cgroup_mounts(std::string_view mountinfo) {
  CgroupMounts mounts;
  for (const std::string_view line : split(mountinfo, '\n')) {
    take_mount(line, mounts);
  }
  return mounts;
}

Result<CgroupTree> CgroupTree::open(std::string mount) {
  CgroupTree tree;
  tree.mount_ = std::move(mount);
  tree.fd_ = ::open(tree.mount_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  struct stat status{};
  if (tree.fd_ < 0 || ::fstat(tree.fd_, &status) != 0) {
    return fail(ErrorCode::kIo,
                fmt::format("opening cgroup2 at {}: {}", tree.mount_, std::strerror(errno)));
  }
  tree.root_id_ = status.st_ino;
  return tree;
}

CgroupTree::CgroupTree(CgroupTree&& other) noexcept
    : mount_(std::move(other.mount_)),
      fd_(std::exchange(other.fd_, -1)),
      root_id_(other.root_id_) {}

CgroupTree::~CgroupTree() {
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

Result<void> CgroupTree::walk(const std::string& path, const Visit& visit,
                              const CgroupTreeLimits& limits) const {
  std::vector<Pending> pending{{path, 0}};
  std::size_t seen = 0;
  bool is_cut = false;
  if (const std::uint64_t id = id_of(path); id != 0) {
    visit(id, path);
  }
  while (!pending.empty()) {
    const Pending here = std::move(pending.back());
    pending.pop_back();
    const Directory directory(::opendir((mount_ + here.path).c_str()));
    if (!directory) {
      continue;  // gone meanwhile
    }
    while (const dirent* entry = ::readdir(directory.get())) {
      if (entry->d_type != DT_DIR || std::strcmp(entry->d_name, ".") == 0 ||
          std::strcmp(entry->d_name, "..") == 0) {
        continue;
      }
      if (++seen > limits.max_cgroups || here.depth >= limits.max_depth) {
        is_cut = true;
        break;
      }
      std::string child = child_of(here.path, entry->d_name);
      visit(entry->d_ino, child);
      pending.push_back({std::move(child), here.depth + 1});
    }
  }
  if (is_cut) {
    return fail(ErrorCode::kLimitExceeded,
                fmt::format("more cgroups below {} than are looked at", path));
  }
  return {};
}

std::optional<std::string> CgroupTree::path_of(std::uint64_t id) const {
  constexpr int kKernfsHandle = 0xfe;  // FILEID_KERNFS of <linux/exportfs.h>
  alignas(file_handle) std::array<std::byte, sizeof(file_handle) + sizeof(id)> bytes{};
  auto* handle = reinterpret_cast<file_handle*>(bytes.data());
  handle->handle_bytes = sizeof(id);
  handle->handle_type = kKernfsHandle;
  std::memcpy(handle->f_handle, &id, sizeof(id));
  const int fd = ::open_by_handle_at(fd_, handle, O_PATH | O_CLOEXEC);
  if (fd < 0) {
    return std::nullopt;
  }
  std::array<char, PATH_MAX> target{};
  const ssize_t size =
      ::readlink(fmt::format("/proc/self/fd/{}", fd).c_str(), target.data(), target.size());
  ::close(fd);
  const std::string_view path(target.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  if (path == mount_) {
    return "/";
  }
  if (!path.starts_with(mount_) || path[mount_.size()] != '/' || path.ends_with(" (deleted)")) {
    return std::nullopt;
  }
  return std::string(path.substr(mount_.size()));
}

std::uint64_t CgroupTree::id_of(const std::string& path) const {
  struct stat status{};
  return ::stat((mount_ + path).c_str(), &status) == 0 && S_ISDIR(status.st_mode) ? status.st_ino
                                                                                  : 0;
}

}  // namespace yagura::sensor
