#pragma once

#include "report/internal/output.hpp"

namespace yagura::report {

// JUnit XML as CI systems read it (Jenkins, GitLab, Azure, GitHub actions): a test suite for each
// resource, a test case for each finding. A fail is a failure; not evaluated and ignored are
// skipped, with their reasons; what could not be read is an error; a scan that judged nothing has
// one erroneous case.
void write_junit(const Report& report, const WriteOptions& options, Output& output);

}  // namespace yagura::report
