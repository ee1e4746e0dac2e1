#include "kube/sources/walk.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "kube/sources/helm.hpp"

namespace yagura::kube {

namespace {

bool is_manifest_name(std::string_view name) {
  return name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".json");
}

bool is_kustomization_name(std::string_view name) {
  return name == "kustomization.yaml" || name == "kustomization.yml" || name == "Kustomization";
}

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) {
    text.pop_back();
  }
  return text;
}

std::string absolute(const std::string& path) {
  struct Free {
    void operator()(char* text) const { std::free(text); }
  };
  const std::unique_ptr<char, Free> real(::realpath(path.empty() ? "." : path.c_str(), nullptr));
  return real == nullptr ? std::string() : std::string(real.get());
}

constexpr std::uint64_t kMaxGitFile = 4096;  // bytes of a `.git` or `commondir` file

// The folder that holds info/exclude. `.git` is a folder, or (worktrees, submodules) a file that
// names one.
std::string git_folder(const FileTree& tree, const std::string& top) {
  std::string git = join_path(top, ".git");
  if (tree.kind(git) == EntryKind::kDirectory) return git;
  const auto text = tree.read(git, kMaxGitFile);
  constexpr std::string_view kPrefix = "gitdir: ";
  if (!text || !text->starts_with(kPrefix)) return git;
  const std::string folder = join_path(top, trimmed(text->substr(kPrefix.size())));
  const auto common = tree.read(join_path(folder, "commondir"), kMaxGitFile);
  return common ? join_path(folder, trimmed(*common)) : folder;
}

}  // namespace

Walk::Walk(const FileTree& tree, const SourceOptions& options, OnSkipped on_skipped,
           Diagnostics& diagnostics)
    : tree_(tree),
      options_(options),
      on_skipped_(std::move(on_skipped)),
      diagnostics_(diagnostics) {}

std::vector<WalkItem> Walk::run(const std::string& root) {
  root_ = root;
  visit(start(root));
  visit_links();
  return std::move(items_);
}

GitIgnoreStack Walk::with_ignore_file(const GitIgnoreStack& stack, const std::string& file,
                                      const std::string& folder) {
  if (tree_.kind(file) != EntryKind::kFile) return stack;
  const auto text = tree_.read(file, options_.limits.max_file_size);
  if (!text) {
    diagnostics_.warning(tree_.display(file), 0, 0, text.error().message);
    return stack;
  }
  GitIgnoreFile patterns(*text, options_.limits.gitignore);
  if (patterns.truncated()) {
    diagnostics_.warning(tree_.display(file), 0, 0,
                         "too many or too long patterns; the rest is not used");
  }
  return stack.with(std::move(patterns), folder);
}

Walk::Folder Walk::start(const std::string& root) {
  Folder folder{.path = root, .git_path = {}, .ignores = {}, .depth = 0};
  if (!options_.use_gitignore || !tree_.on_disk()) return folder;
  const std::string real = absolute(root);
  std::string top = real;
  while (!top.empty() && tree_.kind(join_path(top, ".git")) == EntryKind::kMissing) {
    top = top == "/" ? std::string() : std::string(parent_of(top));
  }
  if (top.empty()) return folder;
  GitIgnoreStack stack =
      with_ignore_file({}, join_path(git_folder(tree_, top), "info/exclude"), "");
  // From the top down to the folder above `root`; visit() adds that of `root` itself.
  std::string_view rest = std::string_view(real).substr(top == "/" ? 1 : top.size());
  std::string relative;
  while (!rest.empty()) {
    if (rest.starts_with('/')) rest.remove_prefix(1);
    if (rest.empty()) break;
    stack = with_ignore_file(stack, join_path(join_path(top, relative), ".gitignore"), relative);
    const std::string_view name = rest.substr(0, rest.find('/'));
    rest.remove_prefix(name.size());
    relative = join_path(relative, name);
    // The user named a folder that is ignored, or lies in one: then what is outside of it does not
    // count.
    if (stack.ignores(relative, true)) return folder;
  }
  folder.git_path = relative;
  folder.ignores = stack;
  return folder;
}

void Walk::visit(const Folder& folder) {
  if (full_) return;
  if (folder.depth > options_.limits.max_folder_depth) {
    diagnostics_.error(tree_.display(folder.path), 0, 0,
                       "folders are nested deeper than " +
                           std::to_string(options_.limits.max_folder_depth) +
                           "; this one was not read");
    return;
  }
  if (const FileId id = tree_.id(folder.path); id != FileId{} && !seen_.insert(id).second) return;
  auto entries = tree_.list(folder.path, options_.limits.max_folder_entries);
  if (!entries) {
    diagnostics_.error(tree_.display(folder.path), 0, 0, entries.error().message);
    return;
  }
  Folder here = folder;
  if (options_.use_gitignore && tree_.on_disk()) {
    here.ignores =
        with_ignore_file(folder.ignores, join_path(folder.path, ".gitignore"), folder.git_path);
  }
  const bool chart = is_helm_chart(tree_, folder.path);
  if (chart) items_.push_back({.kind = WalkItem::Kind::kChart, .path = folder.path});
  if (options_.build_kustomizations && !find_kustomization(tree_, folder.path).empty()) {
    items_.push_back({.kind = WalkItem::Kind::kKustomization, .path = folder.path});
  }
  for (const TreeEntry& entry : *entries) visit_entry(here, entry, chart);
}

void Walk::visit_entry(const Folder& folder, const TreeEntry& entry, bool in_chart) {
  if (full_) return;
  const std::string path = join_path(folder.path, entry.name);
  const std::string git_path = join_path(folder.git_path, entry.name);
  const bool directory = entry.kind == EntryKind::kDirectory;
  if (directory && entry.name.starts_with('.')) {
    if (entry.name != ".git") on_skipped_(path, SkipReason::kHiddenFolder);
    return;
  }
  if (folder.ignores.ignores(git_path, directory)) {
    on_skipped_(path, SkipReason::kGitIgnored);
    return;
  }
  if (directory && in_chart && (entry.name == "templates" || entry.name == "charts")) {
    on_skipped_(path, SkipReason::kChartTemplate);
    return;
  }
  Folder child{
      .path = path, .git_path = git_path, .ignores = folder.ignores, .depth = folder.depth + 1};
  switch (entry.kind) {
    case EntryKind::kDirectory:
      visit(child);
      break;
    case EntryKind::kFile:
      add_file(path);
      break;
    case EntryKind::kSymlink:
      links_.push_back(std::move(child));
      break;
    default:
      on_skipped_(path, SkipReason::kSpecial);
      break;
  }
}

void Walk::add_file(const std::string& path) {
  const std::string_view name = name_of(path);
  if (is_kustomization_name(name) && !is_manifest_name(name)) return;
  if (!is_manifest_name(name)) {
    on_skipped_(path, SkipReason::kOtherFormat);
    return;
  }
  if (const FileId id = tree_.id(path); id != FileId{} && !seen_.insert(id).second) {
    on_skipped_(path, SkipReason::kRepeated);
    return;
  }
  if (items_.size() >= options_.limits.max_files) {
    full_ = true;
    diagnostics_.error(tree_.display(root_), 0, 0,
                       "more than " + std::to_string(options_.limits.max_files) +
                           " files; those behind " + tree_.display(path) + " were not read");
    return;
  }
  items_.push_back({.kind = WalkItem::Kind::kFile, .path = path});
}

// After everything else, so that a file is told by its own name and not by a link's. A ConfigMap
// mounted into a pod is such a folder: its files are links into a hidden folder.
void Walk::visit_links() {
  for (std::size_t i = 0; i < links_.size() && !full_; ++i) {
    const Folder link = links_[i];
    const EntryKind target = tree_.kind(link.path);
    const FileId id = tree_.id(link.path);
    const bool relevant = target == EntryKind::kDirectory ||
                          (target == EntryKind::kFile && is_manifest_name(name_of(link.path)));
    if (!relevant) {
      on_skipped_(link.path, SkipReason::kOtherFormat);
    } else if (!tree_.is_inside(link.path, root_) || seen_.contains(id)) {
      on_skipped_(link.path, SkipReason::kSymlink);
    } else if (target == EntryKind::kDirectory) {
      visit(link);
    } else {
      add_file(link.path);
    }
  }
}

}  // namespace yagura::kube
