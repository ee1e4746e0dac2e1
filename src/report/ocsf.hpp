#pragma once

#include "report/internal/output.hpp"

namespace yagura::report {

// OCSF 1.5.0, class Compliance Finding (2003): one JSON object a line, as collectors and data lakes
// take it. A scan that judged nothing gives one event of unknown status.
void write_ocsf(const Report& report, const WriteOptions& options, Output& output);

}  // namespace yagura::report
