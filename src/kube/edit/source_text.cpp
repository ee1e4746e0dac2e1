#include "kube/edit/source_text.hpp"

#include <algorithm>

namespace yagura::kube::edit {

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_line_end(char c) { return c == '\n' || c == '\r'; }

}  // namespace

SourceText::SourceText(std::string_view text) : text_(text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) begin_ = kByteOrderMark.size();
  lines_.push_back(0);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\n') continue;
    if (lines_.size() == 1 && i > 0 && text[i - 1] == '\r') newline_ = "\r\n";
    lines_.push_back(static_cast<std::uint32_t>(i + 1));
  }
}

std::size_t SourceText::line_of(std::uint32_t offset) const {
  const auto next = std::ranges::upper_bound(lines_, offset);
  return static_cast<std::size_t>(next - lines_.begin()) - 1;
}

std::uint32_t SourceText::line_start(std::uint32_t offset) const {
  const std::size_t line = line_of(offset);
  return line == 0 ? begin_ : lines_[line];
}

std::uint32_t SourceText::line_end(std::uint32_t offset) const {
  const std::uint32_t next = next_line(offset);
  if (!has_line_end(offset)) return next;
  const std::uint32_t end = next - 1;
  return end > 0 && text_[end - 1] == '\r' && end > line_start(offset) ? end - 1 : end;
}

std::uint32_t SourceText::next_line(std::uint32_t offset) const {
  const std::size_t line = line_of(offset);
  return line + 1 < lines_.size() ? lines_[line + 1] : size();
}

bool SourceText::has_line_end(std::uint32_t offset) const {
  return line_of(offset) + 1 < lines_.size();
}

std::uint32_t SourceText::first_on_line(std::uint32_t offset) const {
  std::uint32_t at = line_start(offset);
  const std::uint32_t end = line_end(offset);
  while (at < end && is_blank(text_[at])) ++at;
  return at;
}

bool SourceText::is_first_on_line(std::uint32_t offset) const {
  return first_on_line(offset) == offset;
}

std::uint32_t SourceText::skip_blanks(std::uint32_t offset) const {
  while (offset < text_.size() && is_blank(text_[offset])) ++offset;
  return offset;
}

std::uint32_t SourceText::skip_space(std::uint32_t offset) const {
  while (offset < text_.size()) {
    const char c = text_[offset];
    if (is_blank(c) || is_line_end(c)) {
      ++offset;
    } else if (c == '#' && offset > 0 &&
               (is_blank(text_[offset - 1]) || is_line_end(text_[offset - 1]))) {
      offset = line_end(offset);
    } else {
      break;
    }
  }
  return offset;
}

}  // namespace yagura::kube::edit
