#pragma once

#include <span>

#include "cli/command.hpp"
#include "kube/document.hpp"
#include "posture/scan.hpp"

namespace yagura::cli {

struct FixOptions {
  bool write = false;  // change the files; else show a diff
  bool color = false;
};

// Applies the fixes of the failing findings: prints a unified diff, and with `write` replaces the
// files, each atomically. What cannot be mended mechanically is counted and said. Exit code:
// kFindings where something is left to mend (or would be), else kClean.
[[nodiscard]] Result<ExitCode> run_fix(std::span<const kube::Document> documents,
                                       const posture::ScanResult& result, const FixOptions& options,
                                       Diagnostics& diagnostics);

}  // namespace yagura::cli
