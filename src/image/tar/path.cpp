#include "image/tar/path.hpp"

namespace yagura::image {

PathVerdict normalise_path(std::string_view path, const PathLimits& limits, std::string& out) {
  out.clear();
  if (path.size() > limits.max_bytes) return PathVerdict::kTooLong;
  if (path.find('\0') != std::string_view::npos) return PathVerdict::kNul;
  PathVerdict verdict = PathVerdict::kFine;
  std::size_t depth = 0;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (depth == 0) return PathVerdict::kEscapes;
      verdict = PathVerdict::kParent;
      const std::size_t last = out.rfind('/');
      out.resize(last == std::string::npos ? 0 : last);
      --depth;
      continue;
    }
    if (++depth > limits.max_depth) return PathVerdict::kTooDeep;
    if (!out.empty()) out.push_back('/');
    out.append(part);
  }
  return verdict;
}

std::string_view to_string(PathVerdict verdict) {
  switch (verdict) {
    case PathVerdict::kFine:
      return "is fine";
    case PathVerdict::kParent:
      return "has \"..\" in its path";
    case PathVerdict::kEscapes:
      return "leaves the root with \"..\"";
    case PathVerdict::kNul:
      return "has a NUL in its path";
    case PathVerdict::kTooLong:
      return "has a path that is too long";
    case PathVerdict::kTooDeep:
      return "lies too deep";
  }
  return "is odd";
}

}  // namespace yagura::image
