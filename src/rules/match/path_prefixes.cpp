#include "rules/match/path_prefixes.hpp"

// A tree by components. With globs several branches can go on at once, so a lookup carries the set
// of nodes that are reached, each once: no backtracking.

#include <algorithm>

namespace yagura::rules {

namespace {

// The next component from `at` on, empty ones passed over; empty: none is left.
std::string_view next_component(std::string_view path, std::size_t& at) {
  while (at < path.size() && path[at] == '/') ++at;
  const std::size_t begin = at;
  while (at < path.size() && path[at] != '/') ++at;
  return path.substr(begin, at - begin);
}

bool is_glob(std::string_view name) {
  for (const std::string_view group : {"@(", "+(", "!("}) {
    if (name.find(group) != std::string_view::npos) return true;
  }
  return name.find_first_of("?*[") != std::string_view::npos;
}

}  // namespace

std::uint32_t PathPrefixes::new_node() {
  nodes_.emplace_back();
  return static_cast<std::uint32_t>(nodes_.size() - 1);
}

Result<std::uint32_t> PathPrefixes::child(std::uint32_t parent, std::string_view name) {
  if (!is_glob(name)) {
    const auto found = nodes_[parent].names.find(name);
    if (found != nodes_[parent].names.end()) return found->second;
    const std::uint32_t made = new_node();
    nodes_[parent].names.emplace(name, made);
    return made;
  }
  for (const Glob& glob : nodes_[parent].globs) {
    if (glob.text == name) return glob.next;
  }
  YAGURA_TRY(Pattern pattern, Pattern::glob(name, PatternCase::kSensitive));
  cost_ += pattern.cost();
  const std::uint32_t made = new_node();
  nodes_[parent].globs.push_back({std::string(name), std::move(pattern), made});
  return made;
}

Result<void> PathPrefixes::add(std::string_view path) {
  std::uint32_t node = 0;
  std::size_t at = 0;
  for (auto name = next_component(path, at); !name.empty(); name = next_component(path, at)) {
    YAGURA_TRY(node, child(node, name));
  }
  nodes_[node].ends = true;
  return {};
}

bool PathPrefixes::matches(std::string_view path) const {
  if (nodes_.front().ends) return true;
  std::uint32_t single = 0;
  std::size_t at = 0;
  std::vector<std::uint32_t> reached;  // used once globs have split the way
  std::vector<std::uint32_t> next;
  bool is_split = false;
  for (auto name = next_component(path, at); !name.empty(); name = next_component(path, at)) {
    if (!is_split && nodes_[single].globs.empty()) {
      const auto found = nodes_[single].names.find(name);
      if (found == nodes_[single].names.end()) return false;
      single = found->second;
      if (nodes_[single].ends) return true;
      continue;
    }
    if (!is_split) reached.assign(1, single);
    is_split = true;
    next.clear();
    for (const std::uint32_t node : reached) {
      const auto found = nodes_[node].names.find(name);
      if (found != nodes_[node].names.end()) next.push_back(found->second);
      for (const Glob& glob : nodes_[node].globs) {
        if (glob.pattern.matches(name)) next.push_back(glob.next);
      }
    }
    if (next.empty()) return false;
    if (std::ranges::any_of(next, [&](std::uint32_t node) { return nodes_[node].ends; }))
      return true;
    reached.swap(next);
  }
  return false;
}

}  // namespace yagura::rules
