// normalizePath and normalizePathWin: empty segments, "." and ".." with the segment before it go
// (RFC 3986, section 5.2.4). ".." at the root goes; at the front of a relative path it stays. A
// slash at the end stays where there was one. The Windows form takes \ for /.

#include <algorithm>

#include "waf/transform/internal/functions.hpp"
#include "waf/transform/internal/write.hpp"

namespace yagura::waf::internal {
namespace {

// Is there anything to do at all? A segment that is empty or only dots.
bool is_normal(std::string_view path) {
  std::size_t start = 0;
  while (true) {
    const std::size_t slash = path.find('/', start);
    const std::string_view segment = path.substr(start, slash - start);
    const bool at_edge = start == 0 || slash == std::string_view::npos;
    if ((segment.empty() && !at_edge) || segment == "." || segment == "..") return false;
    if (slash == std::string_view::npos) return true;
    start = slash + 1;
  }
}

// Builds the result at `begin`, segments each followed by a slash.
class PathWriter {
 public:
  PathWriter(char* begin, bool absolute) : begin_(begin), end_(begin), absolute_(absolute) {
    if (absolute) *end_++ = '/';
    floor_ = end_;
  }

  void add(std::string_view segment) {
    if (segment.empty() || segment == ".") return;
    if (segment == "..") {
      up();
      return;
    }
    append(segment);
  }

  // `slash`: the path ended in one.
  char* finish(bool slash) {
    const bool only_root = absolute_ && end_ == begin_ + 1;
    return end_ != begin_ && !slash && !only_root ? end_ - 1 : end_;
  }

 private:
  void append(std::string_view segment) {
    end_ = copy_span(segment.data(), segment.data() + segment.size(), end_);
    *end_++ = '/';
  }

  // Takes the last segment back, down to `floor_`: the root or what "../" a relative path needs.
  void up() {
    if (end_ == floor_) {
      if (absolute_) return;
      append("..");
      floor_ = end_;
      return;
    }
    --end_;
    while (end_ != floor_ && end_[-1] != '/') --end_;
  }

  char* begin_;
  char* end_;
  char* floor_ = nullptr;
  bool absolute_;
};

char* normalize_to(std::string_view path, char* to) {
  const bool slash = path.ends_with('/');
  PathWriter writer(to, path.starts_with('/'));
  std::size_t start = 0;
  while (start <= path.size()) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    writer.add(path.substr(start, end - start));
    start = end + 1;
  }
  return writer.finish(slash);
}

}  // namespace

std::string_view normalize_path(std::string_view input, std::string& out) {
  if (is_normal(input)) return input;
  // One byte more than the input: the slash behind the last segment, which finish() takes back.
  return write_to(out, input.size() + 1, [&](char* to) { return normalize_to(input, to); });
}

std::string_view normalize_path_win(std::string_view input, std::string& out) {
  if (input.find('\\') == std::string_view::npos) return normalize_path(input, out);
  // The slashes go to the back half of the buffer, the result to the front.
  return write_to(out, input.size() * 2 + 1, [&](char* to) {
    char* const slashes = to + input.size() + 1;
    std::replace_copy(input.begin(), input.end(), slashes, '\\', '/');
    return normalize_to({slashes, input.size()}, to);
  });
}

}  // namespace yagura::waf::internal
