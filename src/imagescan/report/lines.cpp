#include "imagescan/report/lines.hpp"

#include <algorithm>
#include <array>

#include "core/visible_text.hpp"
#include "report/width.hpp"

namespace yagura::imagescan {
namespace {

constexpr std::size_t kLongestText = 4096;  // bytes; a terminal is not the place for more

std::string_view code_of(Ink ink) {
  static constexpr std::array<std::string_view, 7> kCodes = {
      "", "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[33m", "\x1b[31m", "\x1b[36m"};
  return kCodes[static_cast<std::size_t>(ink)];
}

std::string_view code_of(model::Severity severity) {
  static constexpr std::array<std::string_view, 5> kCodes = {"\x1b[2m", "\x1b[34m", "\x1b[33m",
                                                             "\x1b[1;31m", "\x1b[1;97;41m"};
  return kCodes[static_cast<std::size_t>(severity)];
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

// The first bytes of a text, whole code points.
std::string_view bounded(std::string_view text) {
  if (text.size() <= kLongestText) return text;
  std::size_t end = kLongestText;
  while (end > kLongestText - 4 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

std::string cut_visible(const std::string& text, std::size_t columns) {
  if (report::display_width(text) <= columns) return text;
  if (columns == 0) return {};
  // Whole code points while they fit beside the ellipsis.
  std::size_t end = 0;
  std::size_t taken = 0;
  while (end < text.size()) {
    std::size_t next = end + 1;
    while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xC0) == 0x80) ++next;
    const std::size_t wide = report::display_width(std::string_view(text).substr(end, next - end));
    if (taken + wide > columns - 1) break;
    taken += wide;
    end = next;
  }
  return text.substr(0, end) + "…";
}

}  // namespace

std::string cut(std::string_view text, std::size_t columns) {
  return cut_visible(core::visible(bounded(text)), columns);
}

Lines::Lines(std::string& out, std::size_t width, bool color)
    : out_(out), width_(std::clamp<std::size_t>(width, 40, 200)), color_(color) {}

void Lines::raw(std::string_view text, std::string_view code) {
  if (text.empty()) return;
  if (color_) out_ += code;
  out_ += text;
  if (color_ && !code.empty()) out_ += "\x1b[0m";
  at_ += report::display_width(text);
}

Lines& Lines::put(std::string_view text, Ink ink) {
  raw(cut(text, room()), code_of(ink));
  return *this;
}

Lines& Lines::severity(model::Severity severity) {
  raw(upper(model::to_string(severity)), code_of(severity));
  return *this;
}

Lines& Lines::column(std::size_t column) {
  const std::size_t blanks = column > at_ ? column - at_ : (at_ > 0 ? 1 : 0);
  out_.append(blanks, ' ');
  at_ += blanks;
  return *this;
}

void Lines::end() {
  while (!out_.empty() && out_.back() == ' ') out_.pop_back();
  out_ += '\n';
  at_ = 0;
}

void Lines::header(std::string_view title, std::string_view right) {
  const std::string shown_right = cut(right, width_ / 2);
  const std::size_t right_width = report::display_width(shown_right);
  const std::string shown_title = cut(title, width_ - right_width - 4);
  raw(shown_title, code_of(Ink::kBold));
  raw(" ", {});
  const std::size_t taken = at_ + right_width + (right_width > 0 ? 1 : 0);
  std::string rule;
  for (std::size_t i = taken; i < width_; ++i) rule += "─";
  raw(rule, code_of(Ink::kDim));
  if (right_width > 0) {
    raw(" ", {});
    raw(shown_right, code_of(Ink::kPlace));
  }
  end();
}

void Lines::paragraph(std::size_t indent, std::string_view text, Ink ink) {
  field(indent, {}, text, ink);
}

void Lines::field(std::size_t indent, std::string_view word, std::string_view text, Ink ink) {
  const std::size_t left = indent + (word.empty() ? 0 : report::display_width(word) + 1);
  bool first = true;
  for (const std::string& line :
       report::wrap(core::visible(bounded(text)), width_ > left + 20 ? width_ - left : 20)) {
    if (first && !word.empty()) {
      column(indent);
      raw(word, code_of(Ink::kDim));
    }
    column(left);
    raw(line, code_of(ink));
    end();
    first = false;
  }
}

}  // namespace yagura::imagescan
