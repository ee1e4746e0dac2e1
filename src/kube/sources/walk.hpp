#pragma once

// A folder's files, kustomizations and charts in order. Internal to src/kube/sources.

#include <set>
#include <string>
#include <vector>

#include "core/diagnostics.hpp"
#include "kube/sources/file_tree.hpp"
#include "kube/sources/gitignore.hpp"
#include "kube/sources/sources.hpp"

namespace yagura::kube {

struct WalkItem {
  enum class Kind : std::uint8_t { kFile, kKustomization, kChart };
  Kind kind = Kind::kFile;
  std::string path;  // of the file or the folder
};

using OnSkipped = std::function<void(const std::string& path, SkipReason reason)>;

class Walk {
 public:
  Walk(const FileTree& tree, const SourceOptions& options, OnSkipped on_skipped,
       Diagnostics& diagnostics);

  [[nodiscard]] std::vector<WalkItem> run(const std::string& root);

 private:
  struct Folder {
    std::string path;
    std::string git_path;  // relative to what the ignore stack is relative to
    GitIgnoreStack ignores;
    std::uint32_t depth = 0;
  };

  void visit(const Folder& folder);
  void visit_entry(const Folder& folder, const TreeEntry& entry, bool in_chart);
  void visit_links();
  void add_file(const std::string& path);
  [[nodiscard]] GitIgnoreStack with_ignore_file(const GitIgnoreStack& stack,
                                                const std::string& file, const std::string& folder);
  // The ignore files between the top of the Git work tree and `root`.
  [[nodiscard]] Folder start(const std::string& root);

  const FileTree& tree_;
  const SourceOptions& options_;
  OnSkipped on_skipped_;
  Diagnostics& diagnostics_;
  std::string root_;
  std::vector<WalkItem> items_;
  std::vector<Folder> links_;  // symlinks, seen after everything else: `path` is the link
  std::set<FileId> seen_;
  bool full_ = false;
};

}  // namespace yagura::kube
