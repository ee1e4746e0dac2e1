#pragma once

#include "report/internal/output.hpp"

namespace yagura::report {

// GitHub-flavoured Markdown for a comment on a pull request: the verdict, a table of counts, and a
// folded block for each resource. Stops listing at options.markdown_limit bytes and says how much
// it left out.
void write_markdown(const Report& report, const WriteOptions& options, Output& output);

}  // namespace yagura::report
