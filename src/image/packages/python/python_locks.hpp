#pragma once

// Lock files of Python's package managers. Directories of the project are left out: they are its
// own code. What comes from git carries its commit.

#include <string_view>

#include "image/model/facts.hpp"

namespace yagura::image {

// "default" and "develop", versions as "==1.0". https://pipenv.pypa.io/en/latest/pipfile.html
void read_pipfile_lock(std::string_view bytes, FileFacts& facts);
// Development: `category = "dev"` before Poetry 1.5, `groups` without "main" from 2.0 on.
void read_poetry_lock(std::string_view bytes, FileFacts& facts);
// Development: what the project's dependencies and extras do not lead to.
void read_uv_lock(std::string_view bytes, FileFacts& facts);
// Development: `groups` without "default".
void read_pdm_lock(std::string_view bytes, FileFacts& facts);
// PEP 751.
void read_pylock(std::string_view bytes, FileFacts& facts);

}  // namespace yagura::image
