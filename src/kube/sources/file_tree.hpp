#pragma once

// Folders and files to read, from a disk or from an archive that was read into memory: the walk,
// Kustomize and the recognition of charts work on both alike.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace yagura::kube {

enum class EntryKind : std::uint8_t { kMissing, kFile, kDirectory, kSymlink, kOther };

struct TreeEntry {
  std::string name;  // one segment
  EntryKind kind = EntryKind::kFile;
};

// Identity of a file whatever path led to it. Zero: it has none (in memory).
struct FileId {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  friend auto operator<=>(const FileId&, const FileId&) = default;
};

// Paths are relative to the tree's root or absolute on disk, always as normalise_path() makes them;
// "" is the root.
class FileTree {
 public:
  FileTree() = default;
  FileTree(const FileTree&) = delete;
  FileTree& operator=(const FileTree&) = delete;
  virtual ~FileTree() = default;

  // Sorted by name. kLimitExceeded where there are more than `max_entries`.
  [[nodiscard]] virtual Result<std::vector<TreeEntry>> list(const std::string& path,
                                                            std::size_t max_entries) const = 0;
  // Follows symlinks.
  [[nodiscard]] virtual EntryKind kind(const std::string& path) const = 0;
  // The whole regular file; kLimitExceeded above `max_size` bytes; never blocks on a pipe or a
  // device.
  [[nodiscard]] virtual Result<std::string> read(const std::string& path,
                                                 std::uint64_t max_size) const = 0;
  // Of what symlinks lead to.
  [[nodiscard]] virtual FileId id(const std::string& path) const = 0;
  // Whether `path`, all symlinks resolved, lies in `folder`, all symlinks resolved. A folder lies
  // in itself.
  [[nodiscard]] virtual bool is_inside(const std::string& path,
                                       const std::string& folder) const = 0;
  // As messages show it.
  [[nodiscard]] virtual std::string display(const std::string& path) const = 0;
  [[nodiscard]] virtual bool on_disk() const = 0;
};

// Lexical: no empty segments, no `.`, `a/..` folded. Leading `..` stay for relative paths. "" is
// the folder itself.
[[nodiscard]] std::string normalise_path(std::string_view path);
// normalise_path(folder + "/" + path); an absolute `path` stands alone.
[[nodiscard]] std::string join_path(std::string_view folder, std::string_view path);
// The folder that holds `path` ("" for a single segment), and the last segment.
[[nodiscard]] std::string_view parent_of(std::string_view path);
[[nodiscard]] std::string_view name_of(std::string_view path);

class DiskTree final : public FileTree {
 public:
  [[nodiscard]] Result<std::vector<TreeEntry>> list(const std::string& path,
                                                    std::size_t max_entries) const override;
  [[nodiscard]] EntryKind kind(const std::string& path) const override;
  [[nodiscard]] Result<std::string> read(const std::string& path,
                                         std::uint64_t max_size) const override;
  [[nodiscard]] FileId id(const std::string& path) const override;
  [[nodiscard]] bool is_inside(const std::string& path, const std::string& folder) const override;
  [[nodiscard]] std::string display(const std::string& path) const override;
  [[nodiscard]] bool on_disk() const override { return true; }
};

// Nothing leads out of it: `..` above the root names nothing.
class MemoryTree final : public FileTree {
 public:
  // `prefix` stands before every path in messages: "archive.tgz!".
  explicit MemoryTree(std::string prefix = {}) : prefix_(std::move(prefix)) {}

  // The path is made harmless: leading slashes and `..` are dropped. A later file replaces an
  // earlier one.
  void add(std::string_view path, std::string text);
  [[nodiscard]] std::size_t file_count() const { return files_.size(); }

  [[nodiscard]] Result<std::vector<TreeEntry>> list(const std::string& path,
                                                    std::size_t max_entries) const override;
  [[nodiscard]] EntryKind kind(const std::string& path) const override;
  [[nodiscard]] Result<std::string> read(const std::string& path,
                                         std::uint64_t max_size) const override;
  [[nodiscard]] FileId id(const std::string& path) const override;
  [[nodiscard]] bool is_inside(const std::string& path, const std::string& folder) const override;
  [[nodiscard]] std::string display(const std::string& path) const override;
  [[nodiscard]] bool on_disk() const override { return false; }

 private:
  std::string prefix_;
  std::map<std::string, std::string, std::less<>> files_;
};

}  // namespace yagura::kube
