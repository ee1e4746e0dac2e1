#include "image/layer/facts_builder.hpp"

#include <algorithm>
#include <tuple>

namespace yagura::image {

namespace {

constexpr std::string_view kWhiteout = ".wh.";
constexpr std::string_view kOpaque = ".wh..wh..opq";
constexpr std::string_view kAufs = ".wh..wh.";

// Whiteouts before the file of the same path.
int rank(LayerFile::Whiteout whiteout) {
  switch (whiteout) {
    case LayerFile::Whiteout::kFile:
      return 0;
    case LayerFile::Whiteout::kOpaque:
      return 1;
    case LayerFile::Whiteout::kNone:
      break;
  }
  return 2;
}

auto key(const LayerFile& file) { return std::tuple(file.path, rank(file.whiteout)); }

std::string_view parent(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

}  // namespace

FactsBuilder::Added FactsBuilder::add(const FileEntry& entry) {
  const std::string_view name = entry.name();
  if (!name.starts_with(kWhiteout)) return add_plain(entry);
  if (name != kOpaque && name.starts_with(kAufs)) return {};
  const std::string_view directory = parent(entry.path);
  LayerFile file{.modified = entry.modified};
  if (name == kOpaque) {
    file.whiteout = LayerFile::Whiteout::kOpaque;
    file.path = facts_.texts.copy(directory);
  } else {
    const std::string_view gone = name.substr(kWhiteout.size());
    if (gone.empty() || gone == "." || gone == "..") {
      note("the whiteout " + shown_path(entry.path) + " names nothing");
      return {};
    }
    std::string path(directory);
    if (!path.empty()) path.push_back('/');
    path.append(gone);
    file.whiteout = LayerFile::Whiteout::kFile;
    file.path = facts_.texts.copy(path);
  }
  facts_.files.push_back(file);
  return {};
}

FactsBuilder::Added FactsBuilder::add_plain(const FileEntry& entry) {
  Added added{.position = facts_.files.size(),
              .has_content = entry.kind == FileKind::kRegular,
              .entry = entry};
  added.entry.path = facts_.texts.copy(entry.path);
  added.entry.link = facts_.texts.copy(entry.link);
  facts_.files.push_back({.path = added.entry.path,
                          .link = added.entry.link,
                          .size = entry.size,
                          .modified = entry.modified,
                          .mode = entry.mode,
                          .uid = entry.uid,
                          .gid = entry.gid,
                          .kind = entry.kind,
                          .has_capabilities = entry.has_capabilities});
  return added;
}

void FactsBuilder::set_facts(std::size_t position, FileFacts facts) {
  if (facts.empty()) return;
  const std::scoped_lock lock(mutex_);
  found_.emplace_back(position, std::move(facts));
}

LayerFacts FactsBuilder::finish() {
  std::vector<LayerFile>& files = facts_.files;
  // For the time of sorting, a file's facts are where they were found.
  for (std::size_t i = 0; i < found_.size(); ++i) {
    files[found_[i].first].facts = static_cast<std::uint32_t>(i);
  }
  const auto before = [](const LayerFile& a, const LayerFile& b) { return key(a) < key(b); };
  if (!std::is_sorted(files.begin(), files.end(), before)) {
    std::stable_sort(files.begin(), files.end(), before);
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (i + 1 < files.size() && key(files[i]) == key(files[i + 1])) continue;  // the last counts
    files[kept++] = files[i];
  }
  files.resize(kept);
  files.shrink_to_fit();
  facts_.facts.reserve(found_.size());
  for (LayerFile& file : files) {
    if (file.facts == LayerFile::kNoFacts) continue;
    facts_.facts.push_back(std::move(found_[file.facts].second));
    file.facts = static_cast<std::uint32_t>(facts_.facts.size() - 1);
  }
  found_.clear();
  facts_.incomplete = notes_.take();
  return std::move(facts_);
}

}  // namespace yagura::image
