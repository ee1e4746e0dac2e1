// Reads options, scans, filters, writes: the steps of ImageRun.

#include "cli/image_command.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "cli/image_options.hpp"
#include "cli/image_output.hpp"
#include "core/file.hpp"
#include "image/source/image_source.hpp"
#include "imagescan/scan/scan.hpp"
#include "model/severity.hpp"

namespace yagura::cli {
namespace {

// One line on standard error that is written over; gone when the scan is done.
class ProgressBar {
 public:
  explicit ProgressBar(const std::string& when)
      : shown_(when == "always" || (when == "auto" && isatty(STDERR_FILENO) == 1)) {}
  ~ProgressBar() {
    if (drawn_) std::fputs("\r\x1b[K", stderr);
  }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // From any thread.
  void update(std::uint64_t done, std::uint64_t total) {
    if (!shown_) return;
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (drawn_ && now - last_ < std::chrono::milliseconds(100)) return;
    last_ = now;
    drawn_ = true;
    constexpr std::uint64_t kColumns = 30;
    const std::uint64_t filled = total == 0 ? 0 : std::min(kColumns, done * kColumns / total);
    std::string bar(filled, '#');
    bar.append(kColumns - filled, '.');
    std::fprintf(stderr, "\r\x1b[K[%s] %llu of %llu MiB", bar.c_str(),
                 static_cast<unsigned long long>(done >> 20),
                 static_cast<unsigned long long>(total >> 20));
    std::fflush(stderr);
  }

 private:
  bool shown_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point last_;
  std::mutex mutex_;
};

class ImageRun {
 public:
  explicit ImageRun(const ImageOptions& options) : options_(options) {}

  ExitCode run() {
    const auto outcome = run_steps();
    print_diagnostics(diagnostics_);
    if (!outcome) return report_error(outcome.error());
    return *outcome;
  }

 private:
  Result<ExitCode> run_steps() {
    YAGURA_TRY_VOID(check_image_format(options_.format));
    YAGURA_TRY_VOID(read_severities());
    if (!options_.save_base.empty()) return save_base();
    YAGURA_TRY(const std::unique_ptr<ImageSetup> setup, set_up());
    if (diagnostics_.has_errors()) return ExitCode::kUsage;
    imagescan::ImageReport report;
    {
      ProgressBar progress(options_.progress);
      setup->request.progress = [&progress](std::uint64_t done, std::uint64_t total) {
        progress.update(done, total);
      };
      YAGURA_TRY(report, imagescan::scan_image(setup->request, diagnostics_));
    }
    if (diagnostics_.has_errors()) return ExitCode::kUsage;
    std::ranges::move(setup->notes, std::back_inserter(report.notes));
    if (!options_.save_baseline.empty()) {
      YAGURA_TRY_VOID(core::write_file(
          options_.save_baseline, vuln::write_baseline(report.inventory, report.vulnerabilities)));
    }
    filter(report);
    YAGURA_TRY_VOID(write_image_report(report, options_));
    say_what_is_elsewhere(report);
    return exit_code_of(report);
  }

  // An inventory alone needs no advisories.
  Result<std::unique_ptr<ImageSetup>> set_up() {
    ImageOptions options = options_;
    if (is_inventory_format(options.format) && options.sections.empty())
      options.sections = {"none"};
    return set_up_image_scan(options, diagnostics_);
  }

  Result<void> read_severities() {
    const auto minimum = model::severity_from_string(options_.minimum_severity);
    if (!minimum) return unknown_severity("--severity", options_.minimum_severity);
    minimum_ = *minimum;
    if (options_.fail_on == "never") return {};
    fail_on_ = model::severity_from_string(options_.fail_on);
    if (!fail_on_) return unknown_severity("--fail-on", options_.fail_on);
    return {};
  }

  static std::unexpected<Error> unknown_severity(const char* option, const std::string& text) {
    return fail(ErrorCode::kInvalidInput, std::string(option) + ": \"" + text +
                                              "\" is no severity: one of info, low, medium, high, "
                                              "critical");
  }

  // What the user does not want to see, nor to count.
  void filter(imagescan::ImageReport& report) const {
    const std::size_t before = size_of(report);
    filter_by_options(report);
    const std::size_t left_out = before - size_of(report);
    if (left_out > 0)
      report.notes.push_back(std::to_string(left_out) +
                             " findings are left out, as --severity or --only-fixed asks for");
  }

  static std::size_t size_of(const imagescan::ImageReport& report) {
    return report.vulnerabilities.size() + report.secrets.size() + report.suspicions.size() +
           report.configuration.size();
  }

  void filter_by_options(imagescan::ImageReport& report) const {
    std::vector<vuln::Finding> kept;
    std::vector<std::size_t> place(report.vulnerabilities.size(), report.vulnerabilities.size());
    for (std::size_t i = 0; i < report.vulnerabilities.size(); ++i) {
      vuln::Finding& finding = report.vulnerabilities[i];
      if (finding.vulnerability->severity < minimum_) continue;
      if (options_.only_fixed && finding.fix_state != vuln::FixState::kFixed) continue;
      place[i] = kept.size();
      kept.push_back(std::move(finding));
    }
    for (imagescan::PlanStep& step : report.plan) {
      std::vector<std::size_t> clears;
      for (const std::size_t index : step.clears) {
        if (place[index] < kept.size()) clears.push_back(place[index]);
      }
      step.clears = std::move(clears);
    }
    std::erase_if(report.plan, [](const imagescan::PlanStep& step) { return step.clears.empty(); });
    report.vulnerabilities = std::move(kept);
    std::erase_if(report.secrets,
                  [this](const auto& item) { return item.secret.severity < minimum_; });
    std::erase_if(report.suspicions,
                  [this](const auto& item) { return item.suspicion.severity < minimum_; });
    std::erase_if(report.configuration,
                  [this](const auto& item) { return item.severity < minimum_; });
  }

  // Formats that have no place for it.
  void say_what_is_elsewhere(const imagescan::ImageReport& report) const {
    if (options_.format == "table" && options_.output_file == "-") return;
    for (const std::string& text : report.inventory.incomplete)
      std::fprintf(stderr, "yagura: incomplete: %s\n", text.c_str());
    for (const std::string& text : report.notes)
      std::fprintf(stderr, "yagura: note: %s\n", text.c_str());
  }

  [[nodiscard]] ExitCode exit_code_of(const imagescan::ImageReport& report) const {
    if (is_inventory_format(options_.format) || !fail_on_) return ExitCode::kClean;
    const auto counts_in = [this](const imagescan::SeverityCounts& counts) {
      for (auto i = static_cast<std::size_t>(*fail_on_); i < std::size(counts.by_severity); ++i) {
        if (counts.by_severity[i] > 0) return true;
      }
      return false;
    };
    const bool refused = std::ranges::any_of(report.provenance, [](const auto& check) {
      return check.outcome == imagescan::ProvenanceCheck::Outcome::kFailed;
    });
    const bool found = counts_in(count_vulnerabilities(report)) ||
                       counts_in(count_secrets(report)) || counts_in(count_suspicions(report)) ||
                       counts_in(count_configuration(report)) || refused;
    return found ? ExitCode::kFindings : ExitCode::kClean;
  }

  Result<ExitCode> save_base() {
    ImageOptions options = options_;
    options.sections = {"none"};
    YAGURA_TRY(const std::unique_ptr<ImageSetup> setup, set_up_image_scan(options, diagnostics_));
    YAGURA_TRY(const auto source, image::open_source(options.reference, setup->request.source));
    if (source->image().config.diff_ids.empty())
      return fail(ErrorCode::kInvalidInput, options.reference + " has no layers to know it by");
    imagescan::BaseCatalogue catalogue;
    if (auto text = core::read_file(options.save_base)) {
      YAGURA_TRY(catalogue, imagescan::BaseCatalogue::parse(*text));
    } else if (text.error().code != ErrorCode::kNotFound) {
      return std::unexpected(std::move(text).error());
    }
    catalogue.add({.name = source->reference().empty() ? source->name() : source->reference(),
                   .diff_ids = source->image().config.diff_ids,
                   .created = source->image().config.created});
    YAGURA_TRY_VOID(core::write_file(options.save_base, catalogue.to_json()));
    return ExitCode::kClean;
  }

  const ImageOptions& options_;
  Diagnostics diagnostics_;
  model::Severity minimum_ = model::Severity::kInfo;
  std::optional<model::Severity> fail_on_;
};

}  // namespace

void add_image_command(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<ImageOptions>();
  CLI::App* command = app.add_subcommand(
      "image",
      "Scan an image: vulnerabilities, secrets, malware, configuration, provenance, size, SBOM");
  add_image_options(*command, *options);
  command->callback([options, &exit_code] { exit_code = ImageRun(*options).run(); });
}

}  // namespace yagura::cli
