#pragma once

#include "report/internal/output.hpp"

namespace yagura::report {

// For a terminal: what fails by resource, worst first; what nobody could judge and why; what could
// not be read; the sum. UTF-8 with box-drawing characters; ANSI colours (SGR of 16 colours) only
// with options.color.
void write_table(const Report& report, const WriteOptions& options, Output& output);

}  // namespace yagura::report
