#include "sensor/view/lexical_path.hpp"

#include <algorithm>

namespace yagura::sensor {

namespace {

// Appends the names of `text`; ".." takes the last one back, but nothing in front of `begin`.
void append_names(std::string& out, std::size_t begin, std::string_view text) {
  while (!text.empty()) {
    const std::size_t slash = std::min(text.find('/'), text.size());
    const std::string_view name = text.substr(0, slash);
    text.remove_prefix(std::min(slash + 1, text.size()));
    if (name.empty() || name == ".") continue;
    if (name == "..") {
      const std::size_t last = out.rfind('/');
      out.resize(last == std::string::npos || last < begin ? begin : last);
      continue;
    }
    out += '/';
    out += name;
  }
}

}  // namespace

void append_absolute(std::string& out, std::string_view directory, std::string_view path) {
  const std::size_t begin = out.size();
  if (!path.starts_with('/')) {
    if (directory.empty()) {
      out += path;
      return;
    }
    append_names(out, begin, directory);
  }
  append_names(out, begin, path);
  if (out.size() == begin) out += '/';
}

void append_without_double_slashes(std::string& out, std::string_view path) {
  bool was_slash = false;
  for (const char c : path) {
    if (c == '/' && was_slash) continue;
    was_slash = c == '/';
    out += c;
  }
}

std::string_view directory_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos || slash == 0) return "/";
  return slash + 1 < path.size() ? path.substr(0, slash) : path;
}

std::string_view file_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return "/";
  return slash + 1 < path.size() ? path.substr(slash + 1) : path;
}

}  // namespace yagura::sensor
