#include "kube/sources/file_tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include "core/file.hpp"

namespace yagura::kube {

namespace {

EntryKind kind_of_mode(mode_t mode) {
  if (S_ISREG(mode)) return EntryKind::kFile;
  if (S_ISDIR(mode)) return EntryKind::kDirectory;
  if (S_ISLNK(mode)) return EntryKind::kSymlink;
  return EntryKind::kOther;
}

const char* on_disk_path(const std::string& path) { return path.empty() ? "." : path.c_str(); }

std::string resolved(const std::string& path) {
  struct Free {
    void operator()(char* text) const { std::free(text); }
  };
  const std::unique_ptr<char, Free> real(::realpath(on_disk_path(path), nullptr));
  return real == nullptr ? std::string() : std::string(real.get());
}

bool lies_in(std::string_view path, std::string_view folder) {
  if (folder.empty() || folder == "/") return true;
  return path == folder || (path.starts_with(folder) && path[folder.size()] == '/');
}

Error too_many_entries(const std::string& folder, std::size_t limit) {
  return {.code = ErrorCode::kLimitExceeded,
          .message = folder + ": more than " + std::to_string(limit) + " entries in one folder"};
}

Error not_found(const std::string& path) {
  return {.code = ErrorCode::kNotFound, .message = path + ": no such file"};
}

}  // namespace

std::string normalise_path(std::string_view path) {
  const bool absolute = path.starts_with('/');
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    if (segment.empty() || segment == ".") continue;
    if (segment != "..") {
      segments.push_back(segment);
    } else if (!segments.empty() && segments.back() != "..") {
      segments.pop_back();
    } else if (!absolute) {
      segments.push_back(segment);
    }
  }
  std::string result;
  for (const std::string_view segment : segments) {
    if (absolute || !result.empty()) result += '/';
    result += segment;
  }
  if (absolute && result.empty()) result = "/";
  return result;
}

std::string join_path(std::string_view folder, std::string_view path) {
  if (path.starts_with('/') || folder.empty()) return normalise_path(path);
  std::string joined(folder);
  joined += '/';
  joined += path;
  return normalise_path(joined);
}

std::string_view parent_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {};
  return slash == 0 ? path.substr(0, 1) : path.substr(0, slash);
}

std::string_view name_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

Result<std::vector<TreeEntry>> DiskTree::list(const std::string& path,
                                              std::size_t max_entries) const {
  struct Close {
    void operator()(DIR* folder) const { ::closedir(folder); }
  };
  const std::unique_ptr<DIR, Close> folder(::opendir(on_disk_path(path)));
  if (folder == nullptr) {
    return fail(ErrorCode::kIo, "reading " + display(path) + ": " + std::strerror(errno));
  }
  std::vector<TreeEntry> entries;
  while (const dirent* entry = ::readdir(folder.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (entries.size() >= max_entries) {
      return std::unexpected(too_many_entries(display(path), max_entries));
    }
    struct stat status{};
    if (::fstatat(::dirfd(folder.get()), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
      continue;
    entries.push_back({.name = std::string(name), .kind = kind_of_mode(status.st_mode)});
  }
  std::ranges::sort(entries, {}, &TreeEntry::name);
  return entries;
}

EntryKind DiskTree::kind(const std::string& path) const {
  struct stat status{};
  if (::stat(on_disk_path(path), &status) != 0) return EntryKind::kMissing;
  return kind_of_mode(status.st_mode);
}

Result<std::string> DiskTree::read(const std::string& path, std::uint64_t max_size) const {
  const EntryKind what = kind(path);
  if (what == EntryKind::kMissing) return std::unexpected(not_found(display(path)));
  if (what != EntryKind::kFile) {
    return fail(ErrorCode::kInvalidInput, display(path) + ": not a regular file");
  }
  return core::read_file(path == "-" ? "./-" : path, {.max_size = max_size});
}

FileId DiskTree::id(const std::string& path) const {
  struct stat status{};
  if (::stat(on_disk_path(path), &status) != 0) return {};
  return {.device = status.st_dev, .inode = status.st_ino};
}

bool DiskTree::is_inside(const std::string& path, const std::string& folder) const {
  const std::string real = resolved(path);
  const std::string root = resolved(folder);
  return !real.empty() && !root.empty() && lies_in(real, root);
}

std::string DiskTree::display(const std::string& path) const { return path.empty() ? "." : path; }

void MemoryTree::add(std::string_view path, std::string text) {
  std::string clean = normalise_path(path);
  while (clean.starts_with('/') || clean.starts_with("../")) {
    clean.erase(0, clean.starts_with('/') ? 1 : 3);
  }
  if (clean.empty() || clean == "..") return;
  files_.insert_or_assign(std::move(clean), std::move(text));
}

Result<std::vector<TreeEntry>> MemoryTree::list(const std::string& path,
                                                std::size_t max_entries) const {
  const std::string prefix = path.empty() ? std::string() : path + "/";
  std::vector<TreeEntry> entries;
  auto file = files_.lower_bound(prefix);
  while (file != files_.end() && file->first.starts_with(prefix)) {
    if (entries.size() >= max_entries) {
      return std::unexpected(too_many_entries(display(path), max_entries));
    }
    const std::string_view rest = std::string_view(file->first).substr(prefix.size());
    const std::size_t slash = rest.find('/');
    if (slash == std::string_view::npos) {
      entries.push_back({.name = std::string(rest), .kind = EntryKind::kFile});
      ++file;
      continue;
    }
    const std::string name(rest.substr(0, slash));
    entries.push_back({.name = name, .kind = EntryKind::kDirectory});
    file = files_.lower_bound(prefix + name + static_cast<char>('/' + 1));
  }
  // "a.b" sorts between "a" and "a/…": the same name can be met twice, as a file and as a folder.
  std::ranges::sort(entries, {}, &TreeEntry::name);
  const auto repeated = std::ranges::unique(entries, [](const TreeEntry& a, const TreeEntry& b) {
    return a.name == b.name && a.kind == b.kind;
  });
  entries.erase(repeated.begin(), repeated.end());
  return entries;
}

EntryKind MemoryTree::kind(const std::string& path) const {
  if (path.empty()) return EntryKind::kDirectory;
  if (files_.contains(path)) return EntryKind::kFile;
  const std::string prefix = path + "/";
  const auto below = files_.lower_bound(prefix);
  return below != files_.end() && below->first.starts_with(prefix) ? EntryKind::kDirectory
                                                                   : EntryKind::kMissing;
}

Result<std::string> MemoryTree::read(const std::string& path, std::uint64_t max_size) const {
  const auto file = files_.find(path);
  if (file == files_.end()) return std::unexpected(not_found(display(path)));
  if (file->second.size() > max_size) {
    return fail(ErrorCode::kLimitExceeded, "reading " + display(path) +
                                               ": larger than the limit of " +
                                               std::to_string(max_size) + " bytes");
  }
  return file->second;
}

FileId MemoryTree::id(const std::string& /*path*/) const { return {}; }

bool MemoryTree::is_inside(const std::string& path, const std::string& folder) const {
  return lies_in(path, folder);
}

std::string MemoryTree::display(const std::string& path) const { return prefix_ + path; }

}  // namespace yagura::kube
