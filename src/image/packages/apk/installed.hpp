#pragma once

#include <cstddef>
#include <string_view>

#include "image/model/facts.hpp"

namespace yagura::image {

struct ApkLimits {
  std::size_t max_packages = 100'000;
  std::size_t max_relations = 500'000;            // names in D: and p: of all packages
  std::size_t max_text = 1024;                    // bytes of a name, a version, an architecture
  std::size_t max_path = 4096;                    // bytes of a path; longer ones are left out
  std::size_t max_paths_text = 64 * 1024 * 1024;  // bytes of the paths of all packages
};

// lib/apk/db/installed: records of lines "X:value", divided by empty lines. P name, V version, A
// architecture, L licences, o origin (the source package), I installed size, m maintainer, D
// depends, p provides; F opens a directory whose files are the R lines behind it (apk-tools,
// doc/apk-package.5 and src/database.c; wiki.alpinelinux.org/wiki/Apk_spec). Linear.
void read_apk_installed(std::string_view text, FileFacts& facts, const ApkLimits& limits = {});

// etc/apk/world: the packages that a person asked for, each "name", with a version or a repository
// behind it. Becomes notes.
void read_apk_world(std::string_view text, FileFacts& facts, const ApkLimits& limits = {});

}  // namespace yagura::image
