#pragma once

#include "report/internal/output.hpp"

namespace yagura::report {

// Our own format, with everything in it: docs/json-report.md, docs/schemas/report.schema.json. One
// finding a line, so that grep and diff work on it too.
void write_json(const Report& report, const WriteOptions& options, Output& output);

}  // namespace yagura::report
