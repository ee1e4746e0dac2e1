#pragma once

#include <string_view>

#include "image/model/facts.hpp"

namespace yagura::image {

// package-lock.json and npm-shrinkwrap.json, versions 1 ("dependencies", nested), 2 and 3
// ("packages", by path). Links and the project's own directories are left out: they are its own
// code. An alias counts by the name that it stands for. Of what comes from git the commit is told,
// with the version where the lock has it.
//
// https://docs.npmjs.com/cli/v10/configuring-npm/package-lock-json
void read_package_lock(std::string_view bytes, FileFacts& facts);

}  // namespace yagura::image
