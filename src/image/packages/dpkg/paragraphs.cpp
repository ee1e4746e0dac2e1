#include "image/packages/dpkg/paragraphs.hpp"

#include <algorithm>

namespace yagura::image {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

char lowered(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view without_carriage_return(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return x == y || lowered(x) == lowered(y);
         });
}

std::string_view without_blanks(std::string_view text) {
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string_view ParagraphField::first_line() const {
  return without_blanks(value.substr(0, value.find('\n')));
}

bool ParagraphReader::next() {
  fields_.clear();
  stray_lines_ = 0;
  while (!rest_.empty()) {
    const auto end = rest_.find('\n');
    const std::string_view line = without_carriage_return(rest_.substr(0, end));
    const std::size_t step = end == std::string_view::npos ? rest_.size() : end + 1;
    if (line.empty()) {
      rest_.remove_prefix(step);
      if (!fields_.empty()) break;
      continue;
    }
    take_line(line);
    rest_.remove_prefix(step);
  }
  if (fields_.empty()) return false;
  for (ParagraphField& field : fields_) field.value = without_blanks(field.value);
  ++number_;
  return true;
}

void ParagraphReader::take_line(std::string_view line) {
  if (is_blank(line.front())) {
    if (fields_.empty()) {
      ++stray_lines_;
      return;
    }
    // Both views lie in the same text: the value grows to the end of this line.
    std::string_view& value = fields_.back().value;
    value = {value.data(), static_cast<std::size_t>(line.data() + line.size() - value.data())};
    return;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0 || fields_.size() >= kMaxFields) {
    ++stray_lines_;
    return;
  }
  fields_.push_back(
      {.name = without_blanks(line.substr(0, colon)), .value = line.substr(colon + 1)});
}

std::string_view ParagraphReader::find(std::string_view name) const {
  for (const ParagraphField& field : fields_) {
    if (equal_ignoring_case(field.name, name)) return field.value;
  }
  return {};
}

}  // namespace yagura::image
