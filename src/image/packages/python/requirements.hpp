#pragma once

#include <string_view>

#include "image/model/facts.hpp"

namespace yagura::image {

// Whether the path is a requirements file: "requirements*.txt", "*requirements.txt", or a text in a
// directory "requirements".
[[nodiscard]] bool is_requirements_file(std::string_view path);

// The pins of a requirements file: "name[extra]==1.2.3 ; marker --hash=…", with continuation lines
// and comments; archives of wheels by their file names. Ranges, options ("-r", "-c", "-e") and what
// comes from repositories or directories are left out: which version they mean is not told here.
// `development`: of those that their file's name gives away (dev, test).
//
// https://pip.pypa.io/en/stable/reference/requirements-file-format
void read_requirements(std::string_view path, std::string_view bytes, FileFacts& facts);

}  // namespace yagura::image
