#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "image/merge/merged_image.hpp"
#include "image/merge/ownership.hpp"
#include "image/model/suspicion.hpp"

namespace yagura::image {

struct FileSuspicion {
  Suspicion suspicion;
  std::string path;
  std::uint32_t layer = 0;
  std::string owner;  // of the distribution's packages; empty: nobody
};

// What stands out in the merged image: setuid, setgid and capabilities where no package put them
// (CIS Docker 4.8), files and directories that anybody may write to, device nodes, version control
// left behind, core dumps, an SSH server. At most 50 of a kind; the last says how many more.
// Linear.
[[nodiscard]] std::vector<FileSuspicion> check_files(const MergedImage& image,
                                                     const Ownership& ownership);

}  // namespace yagura::image
