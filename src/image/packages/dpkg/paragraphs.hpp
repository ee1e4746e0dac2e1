#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace yagura::image {

// One "Name: value". The views point into the text that is read.
struct ParagraphField {
  std::string_view name;
  // Without the blanks around it. Continuation lines are left as they are: the first line ends at
  // the first '\n', and each further one begins with a blank.
  std::string_view value;

  [[nodiscard]] std::string_view first_line() const;
};

// Paragraphs of fields (deb822(5), Debian Policy 5.1), divided by empty lines: dpkg's status, apt's
// extended_states, copyright files, opkg's. Linear; keeps no more than one paragraph's fields.
class ParagraphReader {
 public:
  // More fields than any real paragraph has are read over.
  static constexpr std::size_t kMaxFields = 256;

  explicit ParagraphReader(std::string_view text) : rest_(text) {}

  // The next paragraph that has fields; false at the end.
  [[nodiscard]] bool next();
  [[nodiscard]] const std::vector<ParagraphField>& fields() const { return fields_; }
  // The value of the field by that name, upper and lower case alike; empty where it is not there.
  [[nodiscard]] std::string_view find(std::string_view name) const;
  // 1-based number of the paragraph that next() read last.
  [[nodiscard]] std::size_t number() const { return number_; }
  // Lines of it that are no field and continue none, and fields beyond kMaxFields.
  [[nodiscard]] std::size_t stray_lines() const { return stray_lines_; }

 private:
  void take_line(std::string_view line);

  std::string_view rest_;
  std::vector<ParagraphField> fields_;
  std::size_t number_ = 0;
  std::size_t stray_lines_ = 0;
};

// ASCII alone.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);
// Without blanks, tabs and line ends at both ends.
[[nodiscard]] std::string_view without_blanks(std::string_view text);

}  // namespace yagura::image
