// Reading, judging, mending, reporting: each a step of ScanRun, in that order.

#include "cli/scan_command.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/fix_run.hpp"
#include "core/file.hpp"
#include "kube/reader.hpp"
#include "kube/sources/sources.hpp"
#include "model/severity.hpp"
#include "posture/baseline.hpp"
#include "posture/glob.hpp"
#include "posture/scan.hpp"
#include "report/report.hpp"

namespace yagura::cli {

namespace {

namespace fs = std::filesystem;

struct ScanOptions {
  std::vector<std::string> paths;
  std::string format = "table";
  std::string output_file = "-";
  std::string fail_on;
  std::string minimum_severity = "info";
  std::vector<std::string> controls;
  std::vector<std::string> skipped_controls;
  std::string pod_security;
  std::vector<std::string> policies;
  bool only_policy = false;
  std::string config;
  std::string baseline;
  std::vector<std::string> excludes;
  bool fix = false;
  bool write = false;
  bool passed = false;
  bool show_ignored = false;
  bool no_inline_ignores = false;
  bool verbose = false;
  std::string color = "auto";
};

constexpr const char* kDefaultConfig = "yagura.yaml";

class ScanRun {
 public:
  explicit ScanRun(const ScanOptions& options) : options_(options) {}

  ExitCode run() {
    const auto outcome = run_steps();
    print_diagnostics_to_user();
    if (!outcome) return report_error(outcome.error());
    return *outcome;
  }

 private:
  Result<ExitCode> run_steps() {
    const auto start = std::chrono::steady_clock::now();
    YAGURA_TRY_VOID(read_options());
    YAGURA_TRY_VOID(read_config());
    YAGURA_TRY_VOID(read_policies());
    read_documents();
    const posture::Ruleset rules = posture::Ruleset::load(config_, ruleset_options(), setup_);
    if (setup_.has_errors()) return ExitCode::kUsage;
    posture::ScanResult result = posture::scan(rules, config_, documents_, settings(), input_);
    if (options_.fix) return mend(result);
    YAGURA_TRY_VOID(drop_known(result));
    nothing_judged_ = result.judged == 0 && !input_.has_errors();
    std::erase_if(result.findings,
                  [this](const model::Finding& f) { return f.severity < minimum_severity_; });
    const ExitCode code = exit_code_of(result.findings);
    YAGURA_TRY_VOID(write_report(rules, std::move(result), start));
    return code;
  }

  Result<void> read_options() {
    YAGURA_TRY(format_, report::format_from_string(options_.format));
    const auto minimum = model::severity_from_string(options_.minimum_severity);
    if (!minimum) return unknown_severity("--severity", options_.minimum_severity);
    minimum_severity_ = *minimum;
    if (!options_.pod_security.empty()) {
      YAGURA_TRY(pod_security_, posture::pss::parse_level(options_.pod_security));
      if (!pod_security_->note.empty()) setup_.warning({}, 0, 0, pod_security_->note);
    }
    if (options_.only_policy && options_.policies.empty()) {
      return fail(ErrorCode::kInvalidInput, "--only-policy needs --policy FILE|DIR");
    }
    if (options_.write && !options_.fix) {
      return fail(ErrorCode::kInvalidInput,
                  "--write goes with --fix: without it nothing is changed");
    }
    return {};
  }

  Result<void> read_config() {
    std::error_code ignored;
    const bool named = !options_.config.empty();
    if (!named && !fs::is_regular_file(kDefaultConfig, ignored)) return set_fail_on();
    const std::string path = named ? options_.config : kDefaultConfig;
    YAGURA_TRY(std::string text, core::read_file(path, {.max_size = std::uint64_t{4} << 20}));
    const auto source =
        std::make_shared<const kube::Source>(path, std::move(text), kube::SourceFormat::kYaml);
    const auto documents = kube::read_documents(source, setup_);
    if (documents.size() == 1) {
      config_ = posture::read_config(documents[0], setup_);
    } else if (documents.size() > 1) {
      setup_.error(path, 0, 0, "the configuration holds several documents", "keep one");
    }
    return set_fail_on();
  }

  Result<void> set_fail_on() {
    const std::string text =
        !options_.fail_on.empty() ? options_.fail_on : config_.fail_on.value_or("low");
    if (text == "never") return {};
    fail_on_ = model::severity_from_string(text);
    if (!fail_on_) return unknown_severity("--fail-on", text);
    return {};
  }

  static std::unexpected<Error> unknown_severity(const char* option, const std::string& text) {
    return fail(ErrorCode::kInvalidInput,
                std::string(option) + ": \"" + text +
                    "\" is no severity: one of info, low, medium, high, critical" +
                    (std::string_view(option) == "--fail-on" ? ", never" : ""));
  }

  Result<void> read_policies() {
    if (options_.policies.empty()) return {};
    kube::load_sources(
        options_.policies, kube::SourceOptions{},
        [this](kube::Document&& document) { policies_.push_back(std::move(document)); }, setup_);
    return {};
  }

  void read_documents() {
    std::vector<std::string> excluded = config_.exclude;
    excluded.insert(excluded.end(), options_.excludes.begin(), options_.excludes.end());
    source_summary_ = kube::load_sources(
        options_.paths, kube::SourceOptions{},
        [&](kube::Document&& document) {
          if (!is_excluded(document.source().name(), excluded))
            documents_.push_back(std::move(document));
        },
        input_);
  }

  // Globs are of the path as it is shown, or of what is below one of the folders named.
  [[nodiscard]] bool is_excluded(std::string_view file,
                                 const std::vector<std::string>& globs) const {
    return std::ranges::any_of(globs, [&](const std::string& glob) {
      if (posture::glob_match(glob, file)) return true;
      return std::ranges::any_of(options_.paths, [&](const std::string& path) {
        if (!file.starts_with(path)) return false;
        std::string_view below = file.substr(path.size());
        while (below.starts_with('/')) below.remove_prefix(1);
        return posture::glob_match(glob, below);
      });
    });
  }

  [[nodiscard]] posture::RulesetOptions ruleset_options() const {
    posture::RulesetOptions options;
    options.controls = options_.controls;
    options.skipped_controls = options_.skipped_controls;
    options.shipped = !options_.only_policy;
    options.user_policies = policies_;
    return options;
  }

  [[nodiscard]] posture::ScanSettings settings() const {
    return {.pod_security = pod_security_,
            .report_passed = options_.passed,
            .inline_ignores = !options_.no_inline_ignores,
            .today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now())};
  }

  Result<ExitCode> mend(const posture::ScanResult& result) {
    return run_fix(documents_, result, {.write = options_.write, .color = wants_color(true)},
                   input_);
  }

  Result<void> drop_known(posture::ScanResult& result) {
    if (options_.baseline.empty()) return {};
    YAGURA_TRY(std::string text,
               core::read_file(options_.baseline, {.max_size = std::uint64_t{1} << 30}));
    YAGURA_TRY(const posture::Baseline baseline,
               posture::Baseline::read(options_.baseline, std::move(text)));
    known_ = baseline.remove_known(result.findings);
    return {};
  }

  [[nodiscard]] ExitCode exit_code_of(const std::vector<model::Finding>& findings) const {
    const bool found = std::ranges::any_of(findings, [this](const model::Finding& finding) {
      return fail_on_ && finding.status == model::Status::kFail && finding.severity >= *fail_on_;
    });
    // What could not be read was not judged: that is no clean result.
    if (input_.has_errors() || nothing_judged_) return ExitCode::kUsage;
    return found ? ExitCode::kFindings : ExitCode::kClean;
  }

  Result<void> write_report(const posture::Ruleset& rules, posture::ScanResult result,
                            std::chrono::steady_clock::time_point start) {
    report::Report report;
    report.findings = std::move(result.findings);
    report.controls = result.controls;
    report.diagnostics = input_.list();
    report.dropped_diagnostics = input_.dropped_count();
    report.summary = {.files = source_summary_.files,
                      .resources = result.judged,
                      .controls = report.controls.size(),
                      .duration = std::chrono::duration_cast<std::chrono::milliseconds>(
                          std::chrono::steady_clock::now() - start)};
    report.target = target();
    report.tool_version = kVersion;
    report.time = std::chrono::system_clock::now();
    (void)rules;
    in_report_ = true;
    const bool to_terminal = options_.output_file == "-";
    const report::WriteOptions write_options{.color = wants_color(to_terminal),
                                             .width = terminal_width(120),
                                             .show_passed = options_.passed,
                                             .show_ignored = options_.show_ignored};
    return write_to(options_.output_file, report, write_options);
  }

  [[nodiscard]] bool wants_color(bool to_terminal) const {
    if (options_.color != "auto") return options_.color == "always";
    return to_terminal && use_color(STDOUT_FILENO);
  }

  // In pieces: a report may be larger than what was scanned.
  Result<void> write_to(const std::string& path, const report::Report& report,
                        const report::WriteOptions& options) {
    YAGURA_TRY(core::FileWriter file, core::FileWriter::open(path));
    YAGURA_TRY_VOID(report::write(report, format_, options,
                                  [&file](std::string_view text) { return file.append(text); }));
    return file.commit();
  }

  [[nodiscard]] std::string target() const {
    std::string text;
    for (const std::string& path : options_.paths) text += (text.empty() ? "" : " ") + path;
    return text;
  }

  // Problems of the set-up always; problems of the input only where the report does not show them.
  void print_diagnostics_to_user() {
    print_diagnostics(setup_);
    if (nothing_judged_) {
      std::fprintf(stderr,
                   "yagura: nothing was judged: there is no Kubernetes object of a kind that is "
                   "looked at in %s\n",
                   target().c_str());
    }
    if (!in_report_) print_diagnostics(input_);
    if (in_report_ && options_.output_file == "-" && format_ != report::Format::kTable)
      print_diagnostics(input_);
    if (known_ > 0)
      std::fprintf(stderr, "%zu known findings of the baseline are not shown\n", known_);
    if (options_.verbose) {
      for (std::size_t i = 0; i < kube::kSkipReasons; ++i) {
        if (source_summary_.skipped[i] == 0) continue;
        std::fprintf(stderr, "%llu files passed over: %s\n",
                     static_cast<unsigned long long>(source_summary_.skipped[i]),
                     std::string(kube::to_string(static_cast<kube::SkipReason>(i))).c_str());
      }
    }
  }

  const ScanOptions& options_;
  report::Format format_ = report::Format::kTable;
  model::Severity minimum_severity_ = model::Severity::kInfo;
  std::optional<model::Severity> fail_on_;
  std::optional<posture::pss::LevelVersion> pod_security_;
  posture::Config config_;
  std::vector<kube::Document> policies_;
  std::vector<kube::Document> documents_;
  kube::SourceSummary source_summary_;
  Diagnostics setup_;  // configuration, policies, usage: nothing is judged where there are errors
  Diagnostics input_;  // what is scanned: the rest is judged all the same
  std::size_t known_ = 0;
  bool in_report_ = false;
  bool nothing_judged_ = false;
};

}  // namespace

void add_scan_command(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<ScanOptions>();
  CLI::App* scan = app.add_subcommand(
      "scan",
      "Judge manifests: files, folders, archives, Kustomize, Helm, or - for standard input");
  scan->add_option("PATH", options->paths, "What to scan; - is standard input")->required();
  scan->add_option("-o,--output", options->format,
                   "table, json, sarif, junit, policy-report, ocsf, markdown or html")
      ->capture_default_str();
  scan->add_option("--output-file", options->output_file,
                   "Where to write the report; - is standard output");
  scan->add_option(
      "--fail-on", options->fail_on,
      "Exit code 1 from this severity on: info, low (default), medium, high, critical; or never");
  scan->add_option("--severity", options->minimum_severity,
                   "Leave out findings below this severity");
  scan->add_option("--control", options->controls,
                   "These controls alone, by our id or any other tool's (C-0057, KSV-0017)")
      ->delimiter(',');
  scan->add_option("--skip-control", options->skipped_controls, "Leave these controls out")
      ->delimiter(',');
  scan->add_option("--pod-security", options->pod_security,
                   "Judge by one Pod Security level alone: LEVEL[@VERSION], as restricted@v1.31");
  scan->add_option("--policy", options->policies,
                   "Also judge by these ValidatingAdmissionPolicies, with the bindings and "
                   "parameter objects beside them");
  scan->add_flag("--only-policy", options->only_policy, "Judge by the policies of --policy alone");
  scan->add_option("--config", options->config,
                   "Configuration (default: yagura.yaml, where there is one)");
  scan->add_option("--baseline", options->baseline,
                   "An earlier JSON report: show only what is new");
  scan->add_option("--exclude", options->excludes,
                   "Leave out paths that match this glob, as charts/**")
      ->delimiter(',');
  scan->add_flag("--fix", options->fix, "Show what would mend the findings, as a diff");
  scan->add_flag("--write", options->write, "With --fix: change the files");
  scan->add_flag("--passed", options->passed, "Also list what passes");
  scan->add_flag("--show-ignored", options->show_ignored,
                 "Also list what exceptions cover, with their reasons");
  scan->add_flag("--no-inline-ignores", options->no_inline_ignores,
                 "Do not heed ignore comments and annotations in what is scanned");
  scan->add_option("--color", options->color,
                   "auto (a terminal, and NO_COLOR is not set), always, never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
  scan->add_flag("-v,--verbose", options->verbose, "Say what was passed over, and why");
  scan->callback([options, &exit_code] { exit_code = ScanRun(*options).run(); });
}

}  // namespace yagura::cli
