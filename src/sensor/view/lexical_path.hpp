#pragma once

// Paths by their letters alone: what the caller wrote, made absolute. Nothing is looked up.

#include <string>
#include <string_view>

namespace yagura::sensor {

// Appends `path` behind `directory` (unless it is absolute itself) without ".", ".." and doubled
// slashes; "/" where nothing is left. A path without a directory stays relative: nobody knows
// better. Linear.
void append_absolute(std::string& out, std::string_view directory, std::string_view path);

// Doubled slashes out, nothing else.
void append_without_double_slashes(std::string& out, std::string_view path);

// As Falco splits names: of "/" the directory and the file are "/"; of "/etc/" both are the whole.
[[nodiscard]] std::string_view directory_of(std::string_view path);
[[nodiscard]] std::string_view file_of(std::string_view path);

}  // namespace yagura::sensor
