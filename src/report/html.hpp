#pragma once

#include "report/internal/output.hpp"

namespace yagura::report {

// One self-contained HTML file: no request leaves it, and its content security policy allows its
// own style and script alone (by hash), so that nothing a manifest says can run. Complete without
// JavaScript, which only adds filters. Light and dark, keyboard, screen reader, print.
void write_html(const Report& report, const WriteOptions& options, Output& output);

}  // namespace yagura::report
