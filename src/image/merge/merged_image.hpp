#pragma once

// Layers laid over each other: what a container would see, and what it would not.
//
// Whiteouts and opaque directories (OCI image-spec 1.1, layer.md), files that replace others, files
// below links: a layer that writes "bin/x" where lower layers have "bin -> usr/bin" writes
// "usr/bin/x". Links are followed inside the root, at most 40 at once, as a kernel does after
// chroot.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "image/model/facts.hpp"

namespace yagura::image {

struct MergedFile {
  // Where it is in the image: mostly file->path, else another place below a link.
  std::string_view path;
  const LayerFile* file = nullptr;
  std::uint32_t layer = 0;  // position in MergedImage::layers()
  std::uint32_t node = 0;   // of use to MergedImage alone
};

// A file of a lower layer that the image no longer shows, and still carries.
struct RemovedFile {
  MergedFile file;
  std::uint32_t by = 0;   // the layer that removed it
  bool replaced = false;  // by a file of the same path; else it, or a directory above, was deleted
};

// Immutable, so thread-safe. Moving keeps all pointers valid; not copyable.
class MergedImage {
 public:
  // From the base up. O(files · depth).
  explicit MergedImage(std::vector<LayerFacts> layers);
  MergedImage(MergedImage&&) = default;
  MergedImage& operator=(MergedImage&&) = default;

  [[nodiscard]] const std::vector<LayerFacts>& layers() const { return layers_; }
  // The visible files, by path, bytewise. Directories that only paths tell of are not among them.
  [[nodiscard]] std::span<const MergedFile> files() const { return files_; }
  // In the order in which they were removed; directories that became other directories are none.
  [[nodiscard]] std::span<const RemovedFile> removed() const { return removed_; }

  // The file at exactly this path, links not followed. Nothing: none, or a directory that only
  // paths tell of. Paths may begin with a slash.
  [[nodiscard]] const MergedFile* find(std::string_view path) const;
  // Links in the directories followed, but not in the last component: where "bin/ls" of a package's
  // list lies.
  [[nodiscard]] const MergedFile* locate(std::string_view path) const;
  // All links followed, as open(2) does.
  [[nodiscard]] const MergedFile* resolve(std::string_view path) const;

  // The file that holds the content: for hard links the one that they lead to. Never nothing; a
  // hard link that leads nowhere is its own.
  struct Content {
    const LayerFile* file = nullptr;
    std::uint32_t layer = 0;
  };
  [[nodiscard]] Content content(const MergedFile& file) const;
  // What analyzers said of the content; nothing: nothing.
  [[nodiscard]] const FileFacts* facts(const MergedFile& file) const;
  // The same for files that are not visible (RemovedFile::file).
  [[nodiscard]] const FileFacts* own_facts(const MergedFile& file) const {
    return layers_[file.layer].facts_of(*file.file);
  }

  // locate() for many paths that mostly lie in the directory of the one before. The paths must
  // outlive it. Not thread-safe.
  class Locator {
   public:
    explicit Locator(const MergedImage& image) : image_(image) {}
    [[nodiscard]] const MergedFile* locate(std::string_view path);

   private:
    const MergedImage& image_;
    std::string_view directory_;
    std::uint32_t node_ = 0;
    bool known_ = false;
  };

  // Nodes have numbers below this: for tables beside the image.
  [[nodiscard]] std::size_t node_count() const { return nodes_.size(); }

 private:
  friend class Merger;
  static constexpr std::uint32_t kNone = 0xffffffff;
  static constexpr std::uint32_t kRoot = 0;

  // A name in a directory. One that was removed stays, and is not present.
  struct Node {
    std::string_view name;
    std::uint32_t parent = kNone;
    std::uint32_t first_child = kNone;
    std::uint32_t next_sibling = kNone;
    const LayerFile* file = nullptr;  // none: a directory that only paths tell of, or not present
    std::uint32_t layer = 0;
    std::uint32_t position = kNone;  // in files_
    bool present = false;
  };
  enum class Follow : std::uint8_t { kNothing, kParents, kAll };

  [[nodiscard]] std::uint32_t child(std::uint32_t parent, std::string_view name) const;
  [[nodiscard]] std::uint32_t walk(std::string_view path, Follow follow) const;
  [[nodiscard]] const MergedFile* at(std::uint32_t node) const;

  std::vector<LayerFacts> layers_;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> table_;  // nodes by parent and name; open addressing, a power of two
  std::vector<MergedFile> files_;
  std::vector<RemovedFile> removed_;
  core::Arena paths_;  // of files that lie below links
};

}  // namespace yagura::image
