#pragma once

#include <memory>

#include "image/model/analyzer.hpp"

namespace yagura::image {

// Looks for secrets in files: all kinds in texts, those that their form gives away in binaries.
// Pictures, sound, fonts and compressed files are passed over; of files above 32 MiB that are texts
// and 128 MiB that are none, the first bytes are searched, and that is a problem of the file.
[[nodiscard]] std::unique_ptr<const Analyzer> make_secret_analyzer();

}  // namespace yagura::image
