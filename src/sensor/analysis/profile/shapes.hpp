#pragma once

// Makes names that differ each time alike, so that they can be learned.

#include <string>
#include <string_view>

namespace yagura::sensor {

// The directory of a path, without a slash at its end: "/" of "/x"; "" of what has no slash.
[[nodiscard]] std::string_view folder_of(std::string_view path);

// Components that are made up by machines become "*": all digits; hexadecimal digits (with dashes)
// of 8 and more with a digit among them; and within others runs of 6 digits and more. " (deleted)"
// at the end goes. Linear.
[[nodiscard]] std::string shape_of_path(std::string_view path);

// The same for the labels of a domain.
[[nodiscard]] std::string shape_of_domain(std::string_view name);

// Where a call acts: `path` itself or, if relative, below `directory`; "." and ".." resolved by
// their text alone. "" where the directory is not known. Linear.
[[nodiscard]] std::string join_path(std::string_view directory, std::string_view path);

}  // namespace yagura::sensor
