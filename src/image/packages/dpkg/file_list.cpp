#include "image/packages/dpkg/file_list.hpp"

#include <algorithm>
#include <cstddef>

namespace yagura::image {
namespace {

// The first line of `text`, which moves on behind it.
std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// "/usr/bin/a", "./usr/bin/a" as FileEntry::path has it; "/." is the root, which is no file.
std::string_view as_entry_path(std::string_view path) {
  if (path.starts_with("./")) path.remove_prefix(2);
  while (path.starts_with('/')) path.remove_prefix(1);
  return path == "." ? std::string_view{} : path;
}

bool is_directory_of(std::string_view path, std::string_view next) {
  return next.size() > path.size() && next[path.size()] == '/' && next.starts_with(path);
}

}  // namespace

PathList read_file_list(std::string_view text) {
  PathList paths;
  std::string_view pending;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    line = as_entry_path(line.substr(0, line.find('\t')));  // opkg: the mode stands behind a tab
    if (line.empty()) continue;
    if (!pending.empty() && !is_directory_of(pending, line)) paths.push_back(pending);
    pending = line;
  }
  if (!pending.empty()) paths.push_back(pending);
  return paths;
}

PathList read_checksum_list(std::string_view text) {
  PathList paths;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const auto blank = line.find("  ");
    if (blank == std::string_view::npos) continue;
    const std::string_view path = as_entry_path(line.substr(blank + 2));
    if (!path.empty()) paths.push_back(path);
  }
  return paths;
}

}  // namespace yagura::image
