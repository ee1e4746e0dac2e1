#pragma once

#include "report/internal/output.hpp"

namespace yagura::report {

// SARIF 2.1.0 (OASIS, with errata 01), as GitHub code scanning, Azure DevOps and editors read it.
// Columns are bytes, which equals SARIF's unicodeCodePoints for lines that are ASCII up to the
// field. GitHub shows at most 25,000 results of a run.
void write_sarif(const Report& report, const WriteOptions& options, Output& output);

}  // namespace yagura::report
