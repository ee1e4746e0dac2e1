// The options of `yagura waf`; what the commands do stands in waf_test.cpp and waf_check.cpp.

#include "cli/waf_command.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/waf_check.hpp"
#include "cli/waf_list.hpp"
#include "cli/waf_test.hpp"

namespace yagura::cli {

namespace {

constexpr const char* kDefaultRules = "/usr/share/modsecurity-crs";

void add_test(CLI::App& waf, ExitCode& exit_code) {
  auto options = std::make_shared<WafTestOptions>();
  CLI::App* command = waf.add_subcommand(
      "test", "Run go-ftw regression tests against rules, in this process or through a server");
  command->footer(
      "Examples:\n"
      "  yagura waf test --rules crs --tests crs/tests/regression/tests\n"
      "  yagura waf test --rules crs --tests 920100.yaml --filter '^920100-4$'\n"
      "  yagura waf test --tests tests --overrides nginx-overrides.yaml \\\n"
      "    --connect 127.0.0.1:8080 --log /var/log/nginx/error.log\n\n"
      "In this process the rules run under --setup crs-tests: SecRuleEngine DetectionOnly, "
      "paranoia\n"
      "level 4, the limits that the CRS tests assume, and a backend that answers 200 to "
      "everything\n"
      "and to POST /reflect what its JSON asks for. A server must be set up so itself, with a "
      "rule\n"
      "that logs the header X-CRS-Test.\n\n"
      "Exit code: 0 all passed, 1 some failed, 2 wrong usage or input.");
  command->add_option("--rules", options->rules, "A rule set's folder, or one file");
  command->add_option("--tests", options->tests, "Test files, searched to the bottom")->required();
  command->add_option("--overrides", options->overrides,
                      "What this platform answers otherwise (go-ftw's test_overrides)");
  command->add_option("--connect", options->connect, "HOST:PORT of a server with the rules in it");
  command->add_option("--log", options->log, "Its error log, with the lines of the rules");
  command->add_option("--filter", options->filter,
                      "Only tests whose title, as 920100-4, this regular expression matches");
  command->add_option("--setup", options->setup, "crs-tests, or none: only what the rules say")
      ->capture_default_str();
  command->add_option("--cache", options->cache, "Folder for compiled patterns, kept between runs");
  command->add_option("-o,--output", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->callback([options, &exit_code] { exit_code = run_waf_test(*options); });
}

void add_check(CLI::App& waf, ExitCode& exit_code) {
  auto options = std::make_shared<WafCheckOptions>();
  options->rules = kDefaultRules;
  CLI::App* command = waf.add_subcommand(
      "check", "Show what rules say of raw HTTP requests in files, and how to allow them");
  command->footer(
      "Examples:\n"
      "  yagura waf check --rules crs login.http\n"
      "  yagura waf check --paranoia 2 --threshold 10 requests/\n"
      "  printf 'GET /?q=<script> HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n' | yagura waf check -o json "
      "-\n\n"
      "A request is a file as it goes over the wire; line ends may be LF. Without Content-Length\n"
      "the rest of the file is the body.\n\n"
      "Exit code: 0 none is blocked, 1 some are, 2 wrong usage or input.");
  command->add_option("REQUEST", options->requests, "Files, folders, or - for standard input")
      ->required();
  command->add_option("--rules", options->rules, "A rule set's folder, or one file")
      ->capture_default_str();
  command->add_option("--response", options->response,
                      "File with the raw response to inspect as well");
  command->add_option("--paranoia", options->paranoia, "Paranoia level of CRS")
      ->check(CLI::Range(1, 4));
  command->add_option("--threshold", options->threshold, "Anomaly score from which CRS blocks")
      ->check(CLI::PositiveNumber);
  command->add_option("--cache", options->cache, "Folder for compiled patterns, kept between runs");
  command->add_flag("-v,--verbose", options->verbose,
                    "The details of each request, not of one alone");
  command->add_option("-o,--output", options->format, "table or json")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  command->callback([options, &exit_code] { exit_code = run_waf_check(*options); });
}

void add_lint(CLI::App& waf, ExitCode& exit_code) {
  auto options = std::make_shared<WafLintOptions>();
  CLI::App* command =
      waf.add_subcommand("lint", "Check SecLang rules: every problem with file, line and column");
  command->footer(
      "Examples:\n"
      "  yagura waf lint crs\n"
      "  yagura waf lint --strict my-exclusions.conf -o json\n\n"
      "Exit code: 0 usable, 1 errors (with --strict also warnings), 2 wrong usage.");
  command->add_option("PATH,--rules", options->paths, "Rule sets' folders, or files")->required();
  command->add_flag("--strict", options->strict, "Warnings are failures too");
  command->add_option("-o,--output", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->callback([options, &exit_code] { exit_code = run_waf_lint(*options); });
}

void add_list(CLI::App& waf, ExitCode& exit_code) {
  auto options = std::make_shared<WafListOptions>();
  options->rules = kDefaultRules;
  CLI::App* command =
      waf.add_subcommand("list", "Show which rules are loaded, and what exclusions did to them");
  command->footer(
      "Examples:\n"
      "  yagura waf list --rules crs --level 1\n"
      "  yagura waf list --rules crs --exclusions own.conf -o json \\\n"
      "    | jq '.[] | select(.state != \"loaded\") | {id, removedBy, updatedBy}'\n\n"
      "PL is the paranoia level of the rule's tags; SCAN says whether the first stage searches "
      "all,\nsome or none of the rule's targets, so that requests without a hit cost the rule "
      "nothing.\nExceptions at run time (ctl) depend on the request and are not shown.\n\n"
      "Exit code: 0 listed, 2 wrong usage or rules that cannot be used.");
  command->add_option("--rules", options->rules, "A rule set's folder, or one file")
      ->capture_default_str();
  command
      ->add_option("--level", options->level,
                   "Only what runs at this paranoia level: rules up to it, and those of none")
      ->check(CLI::Range(1, 4));
  command->add_option("--exclusions", options->exclusions,
                      "SecLang file of exceptions, as for `yagura gateway`");
  command->add_option("--shadow", options->shadow,
                      "Ids, ranges and tags of rules that are only reported");
  command->add_option("--cache", options->cache, "Folder for compiled patterns, kept between runs");
  command->add_flag("-v,--verbose", options->verbose, "Tags, and which directive changed a rule");
  command->add_option("-o,--output", options->format, "table or json")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  command->callback([options, &exit_code] { exit_code = run_waf_list(*options); });
}

}  // namespace

void add_waf_command(CLI::App& app, ExitCode& exit_code) {
  CLI::App* command =
      app.add_subcommand("waf", "Test, try and check web application firewall rules (SecLang)");
  command->require_subcommand(1);
  add_test(*command, exit_code);
  add_check(*command, exit_code);
  add_lint(*command, exit_code);
  add_list(*command, exit_code);
}

}  // namespace yagura::cli
