#pragma once

#include <string_view>

#include "image/model/facts.hpp"

namespace yagura::image {

// NAME.deps.json: libraries of type "package" and "runtimepack" that have something at run time.
// Those that the target lists without any asset are not deployed: the framework has its own.
// https://github.com/dotnet/sdk/blob/main/documentation/specs/runtime-configuration-file.md
void read_deps_json(std::string_view bytes, FileFacts& facts);
// obj/project.assets.json: libraries of type "package".
void read_project_assets(std::string_view bytes, FileFacts& facts);
// packages.lock.json: all frameworks; projects are own code.
void read_packages_lock(std::string_view bytes, FileFacts& facts);
// packages.config: <package id version developmentDependency>.
void read_packages_config(std::string_view bytes, FileFacts& facts);

}  // namespace yagura::image
