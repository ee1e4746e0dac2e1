#pragma once

// Looking at paths as FileEntry::path has them. All are linear and allocate only what they return.

#include <optional>
#include <string>
#include <string_view>

namespace yagura::image {

// What stands before the last slash; "" where there is none.
[[nodiscard]] std::string_view directory_of(std::string_view path);
// What stands behind the last slash.
[[nodiscard]] std::string_view base_name(std::string_view path);
// Whether one of the directories above the file is called so: "a/node_modules/b" is in
// "node_modules".
[[nodiscard]] bool is_below(std::string_view path, std::string_view directory_name);
// ASCII alone.
[[nodiscard]] bool ends_with_ignoring_case(std::string_view text, std::string_view lower_suffix);
[[nodiscard]] std::string ascii_lowered(std::string_view text);
// Without blanks, tabs and line ends at both sides.
[[nodiscard]] std::string_view trimmed(std::string_view text);

// `relative` as seen from `directory`, "." and ".." resolved. Nothing where it leaves the root or
// is absolute in a way that can't be told (Windows drives); an absolute path is taken from the
// root.
[[nodiscard]] std::optional<std::string> joined_path(std::string_view directory,
                                                     std::string_view relative);

// Takes the next line off `text`, without its "\n" or "\r\n". Nothing at the end.
[[nodiscard]] std::optional<std::string_view> next_line(std::string_view& text);
// Without the byte order mark that editors on Windows leave.
[[nodiscard]] std::string_view without_byte_order_mark(std::string_view text);

}  // namespace yagura::image
