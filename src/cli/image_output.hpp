#pragma once

#include <string>

#include "cli/image_options.hpp"
#include "core/result.hpp"
#include "imagescan/report/image_report.hpp"

namespace yagura::cli {

// True for "table", "json", …; the error lists them.
[[nodiscard]] Result<void> check_image_format(const std::string& format);
// True for what lists packages rather than findings: it is complete whatever was found.
[[nodiscard]] bool is_inventory_format(const std::string& format);

// Writes the report as options.format asks, to options.output_file.
[[nodiscard]] Result<void> write_image_report(const imagescan::ImageReport& report,
                                              const ImageOptions& options);

}  // namespace yagura::cli
