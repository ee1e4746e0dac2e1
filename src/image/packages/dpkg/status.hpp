#pragma once

#include <cstddef>
#include <string_view>

#include "image/model/facts.hpp"

namespace yagura::image {

struct StatusLimits {
  std::size_t max_packages = 100'000;
  std::size_t max_relations = 500'000;  // names in Depends, Provides of all packages
  std::size_t max_text = 1024;          // bytes of a name, a version, an architecture
};

// Packages of a status file as dpkg keeps it (paragraphs of fields, dpkg(1) "package states"):
// those whose files are there, which are all but "not-installed" and "config-files". A paragraph
// without a Status counts: the files of distroless images have none. opkg writes the same form.
void read_status(std::string_view text, PackageType type, FileFacts& facts,
                 const StatusLimits& limits = {});

// Of apt's extended_states, and of opkg's status: notes for the packages that were installed
// because another one needed them.
void read_automatic_marks(std::string_view text, PackageType type, FileFacts& facts,
                          const StatusLimits& limits = {});

}  // namespace yagura::image
