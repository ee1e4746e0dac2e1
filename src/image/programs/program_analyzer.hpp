#pragma once

#include <memory>

#include "image/model/analyzer.hpp"

namespace yagura::image {

// Writes down what programs, libraries and scripts need: for what nothing needs, and for "in use".
[[nodiscard]] std::unique_ptr<const Analyzer> make_program_analyzer();

}  // namespace yagura::image
