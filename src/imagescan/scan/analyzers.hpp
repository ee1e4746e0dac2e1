#pragma once

#include "core/diagnostics.hpp"
#include "core/result.hpp"
#include "image/model/analyzer.hpp"
#include "imagescan/scan/scan.hpp"

namespace yagura::imagescan {

// The analyzers that the sections ask for. Packages are always read.
[[nodiscard]] Result<image::Analyzers> make_analyzers(const ScanRequest& request,
                                                      Diagnostics& diagnostics);

}  // namespace yagura::imagescan
