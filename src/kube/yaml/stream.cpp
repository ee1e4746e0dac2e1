#include "kube/yaml/stream.hpp"

#include <string.h>

#include <algorithm>

#include "kube/yaml/chars.hpp"

namespace yagura::kube::yaml {

namespace {

// As text.find(), with glibc's faster search.
std::size_t find_from(std::string_view text, std::string_view pattern, std::size_t from) {
  if (from >= text.size()) return std::string_view::npos;
  const void* found =
      memmem(text.data() + from, text.size() - from, pattern.data(), pattern.size());
  return found == nullptr ? std::string_view::npos
                          : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

}  // namespace

DocumentCutter::DocumentCutter(std::string_view text)
    : text_(text), searches_{{{"\n---"}, {"\n..."}, {"\r---"}, {"\r..."}}} {
  if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  if (text_.find('\r') != std::string_view::npos) search_count_ = 4;
  for (Search& search : searches_) search.found = find_from(text_, search.pattern, 0);
}

DocumentCutter::Marker DocumentCutter::marker_at(std::size_t line) const {
  const std::string_view rest = text_.substr(line, 4);
  if (rest.size() == 4 && !is(rest[3], kBlank | kBreak)) return Marker::kNone;
  if (rest.starts_with("---")) return Marker::kStart;
  if (rest.starts_with("...")) return Marker::kEnd;
  return Marker::kNone;
}

// Begin of the first line from `from` (a line's begin) on that holds a marker; the text's size:
// none does.
std::size_t DocumentCutter::next_marker_line(std::size_t from) {
  if (from < text_.size() && marker_at(from) != Marker::kNone) return from;
  std::size_t nearest = text_.size();
  for (std::size_t i = 0; i < search_count_; ++i) {
    Search& search = searches_[i];
    while (search.found != std::string_view::npos &&
           (search.found < from || marker_at(search.found + 1) == Marker::kNone)) {
      search.found = find_from(text_, search.pattern, std::max(search.found + 1, from));
    }
    if (search.found != std::string_view::npos) nearest = std::min(nearest, search.found + 1);
  }
  return nearest;
}

// Blank lines, comments, and directives.
bool DocumentCutter::only_directives(std::string_view part) const {
  for (std::size_t at = 0; at < part.size();) {
    const bool directive = part[at] == '%';
    const std::size_t content = part.find_first_not_of(" \t", at);
    if (content == std::string_view::npos) break;
    if (!directive && part[content] != '#' && !is(part[content], kBreak)) return false;
    const std::size_t line_end = part.find_first_of("\r\n", content);
    if (line_end == std::string_view::npos) break;
    at = line_end + 1;
  }
  return true;
}

bool DocumentCutter::next(DocumentSlice& slice) {
  while (at_ < text_.size()) {
    const std::size_t begin = at_;
    std::size_t marker = next_marker_line(begin);
    const std::string_view before = text_.substr(begin, marker - begin);
    if (!only_directives(before) || marker == text_.size()) {
      at_ = marker;
      slice = {.prefix = {}, .body = before, .line = before.data(), .on_marker_line = false};
      return true;
    }
    if (marker_at(marker) == Marker::kEnd) {  // nothing stood before it
      at_ = std::min(text_.find_first_of("\r\n", marker), text_.size() - 1) + 1;
      continue;
    }
    const std::size_t body = marker + 3;
    const std::size_t next_line = std::min(text_.find_first_of("\r\n", body), text_.size() - 1) + 1;
    at_ = next_line < text_.size() ? next_marker_line(next_line) : text_.size();
    slice = {.prefix = before,
             .body = text_.substr(body, at_ - body),
             .line = text_.data() + marker,
             .on_marker_line = true};
    return true;
  }
  return false;
}

}  // namespace yagura::kube::yaml
