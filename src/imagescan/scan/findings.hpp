#pragma once

// From the facts of a merged image to what the report lists.

#include "image/merge/merged_image.hpp"
#include "image/merge/ownership.hpp"
#include "image/source/image_config.hpp"
#include "imagescan/report/image_report.hpp"

namespace yagura::imagescan {

// Secrets of visible files, of files that a later layer removed, and of the configuration:
// environment, history, labels. A file that a distribution's package owns is the same everywhere,
// so what it holds is no secret: it is left out. Keys among a language package's own files are
// mostly its tests': low.
[[nodiscard]] std::vector<LocatedSecret> collect_secrets(const image::MergedImage& image,
                                                         const image::Ownership& ownership,
                                                         const image::ImageConfig* config);

// What analyzers and file_checks.hpp suspect. What patterns of ours see in a file that a
// distribution's package owns is left out: documentation shows attacks.
[[nodiscard]] std::vector<LocatedSuspicion> collect_suspicions(const image::MergedImage& image,
                                                               const image::Ownership& ownership);

// Where the bytes are: layers, packages, kinds, what is there twice or hidden.
[[nodiscard]] std::vector<SizeItem> collect_sizes(const image::MergedImage& image,
                                                  const image::Ownership& ownership,
                                                  const image::Inventory& inventory);

}  // namespace yagura::imagescan
