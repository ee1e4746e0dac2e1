#pragma once

// Lines and columns of a text that is to be edited. Internal to src/kube.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yagura::kube::edit {

// Offsets are bytes. All lookups are O(log lines): a manifest may be one long line.
class SourceText {
 public:
  explicit SourceText(std::string_view text);

  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(text_.size()); }
  [[nodiscard]] char at(std::uint32_t offset) const {
    return offset < text_.size() ? text_[offset] : '\0';
  }
  [[nodiscard]] std::string_view between(std::uint32_t begin, std::uint32_t end) const {
    return text_.substr(begin, end - begin);
  }
  // The line end that the file uses: "\n" or "\r\n".
  [[nodiscard]] std::string_view newline() const { return newline_; }

  [[nodiscard]] std::size_t line_of(std::uint32_t offset) const;  // 0-based
  [[nodiscard]] bool same_line(std::uint32_t a, std::uint32_t b) const {
    return line_of(a) == line_of(b);
  }
  // Behind a byte order mark.
  [[nodiscard]] std::uint32_t line_start(std::uint32_t offset) const;
  // Of the line end's first byte, or the size of the text.
  [[nodiscard]] std::uint32_t line_end(std::uint32_t offset) const;
  // Start of the next line, or the size of the text.
  [[nodiscard]] std::uint32_t next_line(std::uint32_t offset) const;
  // Does the line end with a line end (and not with the text)?
  [[nodiscard]] bool has_line_end(std::uint32_t offset) const;
  [[nodiscard]] std::uint32_t column(std::uint32_t offset) const {  // 0-based
    return offset - line_start(offset);
  }
  // Nothing but blanks before it on its line.
  [[nodiscard]] bool is_first_on_line(std::uint32_t offset) const;
  // Offset of the first byte on the line that is no blank; line_end() where there is none.
  [[nodiscard]] std::uint32_t first_on_line(std::uint32_t offset) const;
  // Over blanks (and, where asked, line ends and comments too) to the next other byte.
  [[nodiscard]] std::uint32_t skip_blanks(std::uint32_t offset) const;
  [[nodiscard]] std::uint32_t skip_space(std::uint32_t offset) const;

 private:
  std::string_view text_;
  std::string_view newline_ = "\n";
  std::uint32_t begin_ = 0;  // behind a byte order mark
  std::vector<std::uint32_t> lines_;
};

}  // namespace yagura::kube::edit
