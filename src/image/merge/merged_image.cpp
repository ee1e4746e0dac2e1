// A tree of names that layers are written into one after another, from the base up, as a runtime
// unpacks them. Children are found by a hash of parent and name; nothing is ever taken out of the
// table, so that positions stay.

#include "image/merge/merged_image.hpp"

#include <xxhash.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace yagura::image {

namespace {

constexpr int kMaxLinks = 40;    // as Linux
constexpr int kMaxSteps = 1024;  // components in all, links followed
constexpr std::size_t kFirstTable = 1024;

std::size_t slot_of(std::uint32_t parent, std::string_view name) {
  return XXH3_64bits_withSeed(name.data(), name.size(), parent);
}

std::string_view parent_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

std::string_view name_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

bool is_directory(const LayerFile* file) {
  return file == nullptr || file->kind == FileKind::kDirectory;
}

// The components of a path with those of links put in front as they are met.
class Components {
 public:
  explicit Components(std::string_view path) : rest_(path) {}

  // Empty: the end.
  std::string_view next() { return take(rest_); }
  [[nodiscard]] bool last() const {
    std::string_view rest = rest_;
    return take(rest).empty();
  }
  void follow(std::string_view target) {
    std::string longer(target);
    longer.push_back('/');
    longer.append(rest_);
    text_ = std::move(longer);
    rest_ = text_;
  }

 private:
  static std::string_view take(std::string_view& rest) {
    while (!rest.empty()) {
      const std::size_t slash = rest.find('/');
      const std::string_view part = rest.substr(0, slash);
      rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
      if (!part.empty() && part != ".") return part;
    }
    return {};
  }

  std::string text_;
  std::string_view rest_;
};

}  // namespace

// Writes layers into the tree.
class Merger {
 public:
  explicit Merger(MergedImage& image) : image_(image) {
    std::size_t files = 0;
    for (const LayerFacts& layer : image.layers_) files += layer.files.size();
    image_.nodes_.reserve(files + files / 8 + 1);
    image_.nodes_.push_back({.present = true});
    std::size_t size = kFirstTable;
    while (size < 2 * files) size *= 2;
    image_.table_.assign(size, kNone);
  }

  void apply(std::uint32_t layer) {
    layer_ = layer;
    parent_known_ = false;
    const std::vector<LayerFile>& files = image_.layers_[layer].files;
    // Whiteouts speak of lower layers alone, wherever they stand in the archive.
    for (const LayerFile& file : files) remove_by(file);
    std::vector<std::uint32_t>& nodes = nodes_of_layers_.emplace_back();
    nodes.reserve(files.size());
    for (const LayerFile& file : files) {
      nodes.push_back(file.whiteout == LayerFile::Whiteout::kNone ? put(file) : kNone);
    }
  }

  // The list of what is visible, by path.
  void finish() {
    std::vector<std::size_t> ends;
    std::vector<MergedFile>& files = image_.files_;
    files.reserve(image_.nodes_.size());
    for (std::uint32_t layer = 0; layer < nodes_of_layers_.size(); ++layer) {
      const std::size_t begin = files.size();
      bool moved = false;
      for (std::size_t i = 0; i < nodes_of_layers_[layer].size(); ++i) {
        const LayerFile& file = image_.layers_[layer].files[i];
        const std::uint32_t node = nodes_of_layers_[layer][i];
        if (node == kNone || image_.nodes_[node].file != &file) continue;
        const auto elsewhere = moved_.empty() ? moved_.end() : moved_.find(&file);
        moved = moved || elsewhere != moved_.end();
        files.push_back(
            {elsewhere != moved_.end() ? elsewhere->second : file.path, &file, layer, node});
      }
      if (moved) std::sort(at(begin), files.end(), by_path);
      ends.push_back(files.size());
    }
    merge_runs(0, ends);
    for (std::size_t i = 0; i < files.size(); ++i) {
      image_.nodes_[files[i].node].position = static_cast<std::uint32_t>(i);
    }
  }

 private:
  using Node = MergedImage::Node;
  static constexpr std::uint32_t kNone = MergedImage::kNone;
  static constexpr std::uint32_t kRoot = MergedImage::kRoot;

  static bool by_path(const MergedFile& a, const MergedFile& b) { return a.path < b.path; }
  std::vector<MergedFile>::iterator at(std::size_t position) {
    return image_.files_.begin() + static_cast<std::ptrdiff_t>(position);
  }

  // Sorted runs, a layer each, that end at `ends`: neighbours are merged, so that each file moves
  // only as often as the number of layers can be halved.
  void merge_runs(std::size_t begin, std::span<const std::size_t> ends) {
    if (ends.size() < 2) return;
    const std::size_t half = ends.size() / 2;
    const std::size_t middle = ends[half - 1];
    merge_runs(begin, ends.subspan(0, half));
    merge_runs(middle, ends.subspan(half));
    std::inplace_merge(at(begin), at(middle), at(ends.back()), by_path);
  }

  void remove_by(const LayerFile& whiteout) {
    if (whiteout.whiteout == LayerFile::Whiteout::kNone) return;
    const std::uint32_t node = image_.walk(whiteout.path, MergedImage::Follow::kParents);
    if (node == kNone) return;
    remove_below(node);
    if (whiteout.whiteout == LayerFile::Whiteout::kFile && node != kRoot) remove(node, false);
  }

  std::uint32_t put(const LayerFile& file) {
    const std::string_view directory = parent_of(file.path);
    if (!parent_known_ || directory != parent_path_) {
      parent_ = make_directories(directory);
      parent_path_ = directory;
      parent_known_ = true;
    }
    const bool is_root = file.path.empty();
    const std::uint32_t node = is_root ? kRoot : child_or_new(parent_, name_of(file.path));
    Node& there = image_.nodes_[node];
    if (there.present && !(is_directory(there.file) && file.kind == FileKind::kDirectory)) {
      remove_below(node);
      if (there.file != nullptr) remove(node, true);
    }
    there.present = true;
    there.file = &file;
    there.layer = layer_;
    if (over_link_ && !is_root) moved_.emplace(&file, path_at(node));
    return node;
  }

  // The node of a directory; what is missing is made, links are followed, and what is neither link
  // nor directory makes room.
  std::uint32_t make_directories(std::string_view path) {
    over_link_ = false;
    Components components(path);
    std::uint32_t node = kRoot;
    int links = 0;
    for (int steps = 0; steps < kMaxSteps; ++steps) {
      const std::string_view name = components.next();
      if (name.empty()) return node;
      if (name == "..") {
        if (node != kRoot) node = image_.nodes_[node].parent;
        continue;
      }
      const std::uint32_t parent = node;
      node = child_or_new(parent, name);
      Node& there = image_.nodes_[node];
      if (!there.present) {
        there.present = true;
        there.file = nullptr;
        there.layer = layer_;
      } else if (there.file != nullptr && there.file->kind == FileKind::kSymlink &&
                 ++links <= kMaxLinks) {
        over_link_ = true;
        components.follow(there.file->link);
        node = there.file->link.starts_with('/') ? kRoot : parent;
      } else if (!is_directory(there.file)) {
        remove(node, true);
        there.present = true;
        there.layer = layer_;
      }
    }
    return node;
  }

  std::uint32_t child_or_new(std::uint32_t parent, std::string_view name) {
    if (2 * image_.nodes_.size() >= image_.table_.size()) grow();
    std::vector<std::uint32_t>& table = image_.table_;
    const std::size_t mask = table.size() - 1;
    std::size_t slot = slot_of(parent, name) & mask;
    for (; table[slot] != kNone; slot = (slot + 1) & mask) {
      const Node& node = image_.nodes_[table[slot]];
      if (node.parent == parent && node.name == name) return table[slot];
    }
    const auto made = static_cast<std::uint32_t>(image_.nodes_.size());
    // A link's target does not outlive the walk; a file's path does.
    image_.nodes_.push_back({.name = over_link_ ? image_.paths_.copy(name) : name,
                             .parent = parent,
                             .next_sibling = image_.nodes_[parent].first_child});
    image_.nodes_[parent].first_child = made;
    table[slot] = made;
    return made;
  }

  void grow() {
    std::vector<std::uint32_t> larger(image_.table_.size() * 2, kNone);
    const std::size_t mask = larger.size() - 1;
    for (std::uint32_t i = 1; i < image_.nodes_.size(); ++i) {
      std::size_t slot = slot_of(image_.nodes_[i].parent, image_.nodes_[i].name) & mask;
      while (larger[slot] != kNone) slot = (slot + 1) & mask;
      larger[slot] = i;
    }
    image_.table_ = std::move(larger);
  }

  void remove(std::uint32_t node, bool replaced) {
    Node& gone = image_.nodes_[node];
    if (gone.present && gone.file != nullptr) {
      const std::string_view path = path_at(node);
      image_.removed_.push_back({{path, gone.file, gone.layer, node}, layer_, replaced});
    }
    gone.present = false;
    gone.file = nullptr;
  }

  // Everything below, not the node itself. Only what is present is gone into: nothing is removed
  // twice, so that all removals together cost as much as all files.
  void remove_below(std::uint32_t top) {
    std::vector<std::uint32_t> open = {top};
    while (!open.empty()) {
      const std::uint32_t node = open.back();
      open.pop_back();
      for (std::uint32_t child = image_.nodes_[node].first_child; child != kNone;
           child = image_.nodes_[child].next_sibling) {
        if (!image_.nodes_[child].present) continue;
        open.push_back(child);
        remove(child, false);
      }
    }
  }

  std::string_view path_at(std::uint32_t node) {
    const Node& here = image_.nodes_[node];
    if (here.file != nullptr && !here.file->path.empty() && !below_link(node)) {
      return here.file->path;
    }
    std::string path;
    for (; node != kRoot; node = image_.nodes_[node].parent) {
      path.insert(0, image_.nodes_[node].name);
      if (image_.nodes_[node].parent != kRoot) path.insert(0, "/");
    }
    return image_.paths_.copy(path);
  }

  // Whether the file's own path is not where the node is.
  bool below_link(std::uint32_t node) const {
    std::string_view rest = image_.nodes_[node].file->path;
    for (; node != kRoot; node = image_.nodes_[node].parent) {
      const std::string_view name = image_.nodes_[node].name;
      if (!rest.ends_with(name)) return true;
      rest.remove_suffix(name.size());
      if (rest.ends_with('/')) rest.remove_suffix(1);
    }
    return !rest.empty();
  }

  MergedImage& image_;
  std::uint32_t layer_ = 0;
  std::vector<std::vector<std::uint32_t>> nodes_of_layers_;  // as their files; kNone: a whiteout
  std::unordered_map<const LayerFile*, std::string_view> moved_;  // where they are, below links
  // Files come by path: mostly in the directory of the one before, and what is written behind it
  // leaves it where it is.
  std::string_view parent_path_;
  std::uint32_t parent_ = 0;
  bool parent_known_ = false;
  bool over_link_ = false;  // the directory was reached over a link
};

MergedImage::MergedImage(std::vector<LayerFacts> layers) : layers_(std::move(layers)) {
  Merger merger(*this);
  for (std::uint32_t i = 0; i < layers_.size(); ++i) merger.apply(i);
  merger.finish();
}

std::uint32_t MergedImage::child(std::uint32_t parent, std::string_view name) const {
  const std::size_t mask = table_.size() - 1;
  for (std::size_t slot = slot_of(parent, name) & mask; table_[slot] != kNone;
       slot = (slot + 1) & mask) {
    const Node& node = nodes_[table_[slot]];
    if (node.parent == parent && node.name == name) return node.present ? table_[slot] : kNone;
  }
  return kNone;
}

std::uint32_t MergedImage::walk(std::string_view path, Follow follow) const {
  Components components(path);
  std::uint32_t node = kRoot;
  int links = 0;
  for (int steps = 0; steps < kMaxSteps; ++steps) {
    const std::string_view name = components.next();
    if (name.empty()) return node;
    if (name == "..") {
      if (node != kRoot) node = nodes_[node].parent;
      continue;
    }
    const std::uint32_t parent = node;
    node = child(parent, name);
    if (node == kNone) return kNone;
    const LayerFile* file = nodes_[node].file;
    if (file == nullptr || file->kind != FileKind::kSymlink) continue;
    const bool last = components.last();
    if (last ? follow != Follow::kAll : follow == Follow::kNothing) {
      if (last) return node;
      return kNone;
    }
    if (++links > kMaxLinks) return kNone;
    components.follow(file->link);
    node = file->link.starts_with('/') ? kRoot : parent;
  }
  return kNone;
}

const MergedFile* MergedImage::at(std::uint32_t node) const {
  if (node == kNone || nodes_[node].position == kNone) return nullptr;
  return &files_[nodes_[node].position];
}

const MergedFile* MergedImage::find(std::string_view path) const {
  return at(walk(path, Follow::kNothing));
}
const MergedFile* MergedImage::locate(std::string_view path) const {
  return at(walk(path, Follow::kParents));
}
const MergedFile* MergedImage::resolve(std::string_view path) const {
  return at(walk(path, Follow::kAll));
}

const MergedFile* MergedImage::Locator::locate(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  const std::string_view name = name_of(path);
  if (name.empty() || name == "." || name == "..") return image_.locate(path);
  const std::string_view directory = parent_of(path);
  if (!known_ || directory != directory_) {
    directory_ = directory;
    node_ = image_.walk(directory, Follow::kAll);
    known_ = true;
  }
  return node_ == kNone ? nullptr : image_.at(image_.child(node_, name));
}

MergedImage::Content MergedImage::content(const MergedFile& file) const {
  Content at_hand{file.file, file.layer};
  // A link of a layer means the file as that layer has it, whatever came later; where the layer has
  // it not, a lower one's. Links to links end after a few.
  for (int hops = 0; hops < 8 && at_hand.file->kind == FileKind::kHardLink; ++hops) {
    const std::vector<LayerFile>& files = layers_[at_hand.layer].files;
    const std::string_view target = at_hand.file->link;
    auto found =
        std::lower_bound(files.begin(), files.end(), target,
                         [](const LayerFile& a, std::string_view b) { return a.path < b; });
    while (found != files.end() && found->path == target &&
           found->whiteout != LayerFile::Whiteout::kNone) {
      ++found;
    }
    if (found != files.end() && found->path == target) {
      at_hand.file = &*found;
      continue;
    }
    const MergedFile* visible = locate(target);
    if (visible == nullptr) break;
    at_hand = {visible->file, visible->layer};
  }
  return at_hand;
}

const FileFacts* MergedImage::facts(const MergedFile& file) const {
  const Content where = content(file);
  return layers_[where.layer].facts_of(*where.file);
}

}  // namespace yagura::image
