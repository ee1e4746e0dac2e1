#pragma once

// A directory as if it were a layer: the root file system of a machine, a project.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "image/layer/layer.hpp"
#include "image/model/analyzer.hpp"
#include "image/model/facts.hpp"

namespace yagura::image {

struct DirectoryOptions {
  LayerLimits limits;               // of its tar limits: entries and paths
  std::filesystem::path temporary;  // empty: TMPDIR, or /tmp
  unsigned threads = 0;             // 0: as many as the machine has processors
  // Directories whose content is passed over, relative to the root: what a kernel makes up.
  std::vector<std::string> skip = {"proc", "sys", "dev"};
};

// Opens regular files only (a root file system has pipes, and devices that never end) and follows
// no link: every name is opened beneath its directory, so that nothing outside the root is read,
// also where somebody moves things meanwhile. File systems that a kernel makes up are passed over
// wherever they are mounted. What can't be opened is a sentence in LayerFacts::incomplete.
// LayerFile::content_hash is known of files that an analyzer wanted alone: the others are not read.
// Errors: the root is no directory, or can't be read.
[[nodiscard]] Result<LayerFacts> read_directory(const std::filesystem::path& root,
                                                const Analyzers& analyzers,
                                                const DirectoryOptions& options = {});

}  // namespace yagura::image
