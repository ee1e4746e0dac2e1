#pragma once

#include <string_view>

#include "image/model/facts.hpp"
#include "image/packages/rpm/package.hpp"

namespace yagura::image {

// var/lib/rpmmanifest/container-manifest-2 of CBL-Mariner's and Azure Linux's distroless images,
// which have no database: one package a line, fields divided by tabs: name, version-release, time
// of installation, of building, vendor, epoch ("(none)"), size, architecture, epoch as a number,
// source package file (github.com/microsoft/azurelinux, toolkit).
void read_rpm_manifest(std::string_view text, RpmBudget& budget, FileFacts& facts);

}  // namespace yagura::image
