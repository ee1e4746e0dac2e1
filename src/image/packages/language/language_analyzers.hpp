#pragma once

#include "image/model/analyzer.hpp"

namespace yagura::image {

// Adds an analyzer for each ecosystem's packages (npm, python, golang, java, ruby, php, rust,
// dotnet, conda), and `packed`, which tells of programs that none of them can see into.
void add_language_analyzers(Analyzers& analyzers);

}  // namespace yagura::image
