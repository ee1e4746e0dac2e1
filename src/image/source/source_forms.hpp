#pragma once

// What a user's text names, before anything is opened.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace yagura::image {

struct SourceForm {
  enum class Kind : std::uint8_t {
    kRegistry,
    kOciLayout,
    kOciArchive,
    kDockerArchive,
    kDockerDaemon,
    kContainerd,
    kRootFileSystem,
    kPath,  // that exists: what it holds has to be looked at
    kStandardInput,
  };
  Kind kind = Kind::kRegistry;
  std::filesystem::path path;
  std::string selector;  // behind the path; or the reference of registry, daemon, containerd
};

// A text with one of the prefixes of docs/image-sources.md is what its prefix says. Without: a path
// where it starts with "/", "./" or "../" or where such a file exists, else a registry's reference.
// Of "PATH:SELECTOR" the path is the longest part before a colon (or "@") that exists.
[[nodiscard]] Result<SourceForm> parse_source_form(std::string_view text);

}  // namespace yagura::image
