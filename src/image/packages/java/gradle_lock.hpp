#pragma once

#include <string_view>

#include "image/model/facts.hpp"

namespace yagura::image {

// gradle.lockfile and buildscript-gradle.lockfile: "group:artifact:version=configuration,…" a line.
// What is in test configurations alone is development.
// https://docs.gradle.org/current/userguide/dependency_locking.html
void read_gradle_lock(std::string_view bytes, FileFacts& facts);

}  // namespace yagura::image
