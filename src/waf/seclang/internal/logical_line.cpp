#include "waf/seclang/internal/logical_line.hpp"

#include <algorithm>

#include "waf/seclang/ascii.hpp"

namespace yagura::waf::seclang {
namespace {

// An odd number of backslashes at the end continues the line; an even one is escaped backslashes.
bool continues(std::string_view line) {
  const std::size_t last = line.find_last_not_of('\\');
  const std::size_t count = line.size() - (last == std::string_view::npos ? 0 : last + 1);
  return count % 2 == 1;
}

bool has_blank_after_backslash(std::string_view line) {
  const std::size_t last = line.find_last_not_of(" \t");
  return last != std::string_view::npos && last + 1 < line.size() && line[last] == '\\';
}

bool is_plain_comment(std::string_view line) {
  line = trim(line);
  return line.starts_with('#') && !same_name(trim(line.substr(1)).substr(0, 3), "Sec");
}

}  // namespace

TextMap::TextMap(const Position& start) : file_(start.file) {
  segments_.push_back({0, start.line, start.column});
}

void TextMap::add(std::size_t offset, std::uint32_t line, std::uint32_t column) {
  segments_.push_back({offset, line, column});
}

Position TextMap::at(std::size_t offset) const {
  Position position{.file = file_};
  const auto after = std::upper_bound(
      segments_.begin(), segments_.end(), offset,
      [](std::size_t wanted, const Segment& each) { return wanted < each.offset; });
  if (after == segments_.begin()) return position;
  const Segment& segment = *(after - 1);
  position.line = segment.line;
  position.column = segment.column + static_cast<std::uint32_t>(offset - segment.offset);
  return position;
}

std::optional<LogicalLine> LineReader::next() {
  if (offset_ >= text_.size()) return std::nullopt;
  LogicalLine result{.map = TextMap(file_)};
  const std::size_t start = offset_;
  while (offset_ < text_.size()) {
    ++line_;
    const std::size_t end = std::min(text_.find('\n', offset_), text_.size());
    std::string_view line = text_.substr(offset_, end - offset_);
    if (line.ends_with('\r')) line.remove_suffix(1);
    result.raw = text_.substr(start, offset_ - start + line.size());
    offset_ = std::min(end + 1, text_.size());
    if (has_blank_after_backslash(line)) result.blank_after_backslash = true;
    const bool is_first = result.map.empty();
    result.map.add(result.text.size(), line_, 1);
    if (!continues(line) || (is_first && is_plain_comment(line))) {
      result.text += line;
      break;
    }
    result.text += line.substr(0, line.size() - 1);
  }
  return result;
}

}  // namespace yagura::waf::seclang
