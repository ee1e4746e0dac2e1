#include "cli/image_output.hpp"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "cli/command.hpp"
#include "core/file.hpp"
#include "image/sbom/sbom.hpp"
#include "imagescan/report/convert.hpp"
#include "imagescan/report/json.hpp"
#include "imagescan/report/table.hpp"
#include "report/report.hpp"
#include "report/text.hpp"
#include "vuln/vex/vex.hpp"

namespace yagura::cli {
namespace {

constexpr std::string_view kOwnFormats[] = {"table",  "json",    "gitlab",
                                            "github", "openvex", "cyclonedx-vex"};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool wants_color(const ImageOptions& options) {
  if (options.color != "auto") return options.color == "always";
  return options.output_file == "-" && use_color(STDOUT_FILENO);
}

Result<std::string> text_of(const imagescan::ImageReport& report, const ImageOptions& options) {
  const std::string& format = options.format;
  if (format == "table") {
    return write_table(report, {.by = options.by == "fix" ? imagescan::TableOptions::By::kFix
                                                          : imagescan::TableOptions::By::kPackage,
                                .color = wants_color(options),
                                .width = terminal_width(120),
                                .show_suppressed = options.show_ignored});
  }
  if (format == "json") return write_json(report);
  if (format == "gitlab") return write_gitlab(report);
  if (format == "github") {
    return write_github(report,
                        {.sha = environment("GITHUB_SHA"),
                         .ref = environment("GITHUB_REF"),
                         .job = environment("GITHUB_WORKFLOW") + "/" + environment("GITHUB_JOB"),
                         .run_id = environment("GITHUB_RUN_ID")});
  }
  const std::string now = report::format_time(report.time);
  if (format == "openvex" || format == "cyclonedx-vex") {
    const vuln::VexWriteOptions vex{.timestamp = now, .tool_version = report.tool_version};
    return format == "openvex" ? write_openvex(report.inventory, report.vulnerabilities, vex)
                               : write_cyclonedx_vex(report.inventory, report.vulnerabilities, vex);
  }
  if (const auto sbom = image::sbom_format(format))
    return image::write_sbom(report.inventory, *sbom, {.tool_version = report.tool_version});
  YAGURA_TRY(const report::Format shared, report::format_from_string(format));
  return report::write(imagescan::to_report(report), shared,
                       {.color = wants_color(options),
                        .width = terminal_width(120),
                        .show_ignored = options.show_ignored});
}

}  // namespace

bool is_inventory_format(const std::string& format) {
  return image::sbom_format(format).has_value() || format == "github";
}

Result<void> check_image_format(const std::string& format) {
  for (const std::string_view own : kOwnFormats) {
    if (format == own) return {};
  }
  if (image::sbom_format(format) || report::format_from_string(format)) return {};
  return fail(
      ErrorCode::kInvalidInput,
      "-o: \"" + format +
          "\" is no format: one of table, json, sarif, junit, markdown, html, ocsf, gitlab, "
          "github, cyclonedx, cyclonedx-1.5, cyclonedx-1.4, spdx, spdx-tag-value, openvex, "
          "cyclonedx-vex");
}

Result<void> write_image_report(const imagescan::ImageReport& report, const ImageOptions& options) {
  YAGURA_TRY(const std::string text, text_of(report, options));
  return core::write_file(options.output_file, text);
}

}  // namespace yagura::cli
