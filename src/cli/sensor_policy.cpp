#include "cli/sensor_policy.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "core/json_text.hpp"
#include "sensor/enforce/enforcer.hpp"
#include "sensor/enforce/policy/policy_reader.hpp"

namespace yagura::cli {
namespace {

namespace enforce = sensor::enforce;

constexpr const char* kDefaultPins = "/sys/fs/bpf/yagura";

ExitCode check(const std::vector<std::string>& paths) {
  Diagnostics diagnostics;
  std::size_t count = 0;
  for (const std::string& path : paths) {
    const auto policies = enforce::load_policies(path, diagnostics);
    if (!policies) return report_error(policies.error());
    count += policies->size();
  }
  print_diagnostics(diagnostics);
  if (diagnostics.has_errors()) return ExitCode::kUsage;
  std::printf("%zu %s, no errors\n", count, count == 1 ? "policy" : "policies");
  return ExitCode::kClean;
}

void print_step(const char* what, const std::string& problem) {
  std::printf("  %-16s %s\n", what, problem.empty() ? "works" : problem.c_str());
}

ExitCode node(const std::string& format) {
  const enforce::Ladder ladder = enforce::probe_ladder();
  if (format == "json") {
    std::string text;
    core::JsonWriter json(text);
    json.begin_object().member("tier", std::string(1, ladder.tier()));
    json.member("lsm", ladder.lsm).member("cgroup_hooks", ladder.cgroup_hooks);
    json.member("tracepoints", ladder.tracepoints).member("fanotify", ladder.fanotify);
    json.end_object();
    std::printf("%s\n", text.c_str());
    return ExitCode::kClean;
  }
  switch (ladder.tier()) {
    case 'A':
      std::printf("tier A: the kernel refuses before the effect (EPERM)\n");
      break;
    case 'B':
      std::printf(
          "tier B: connections and programs are refused (EPERM); of everything else the process is "
          "killed, when\nthe call may have had its effect\n");
      break;
    default:
      std::printf("tier C: nothing can be refused here, policies tell what they would\n");
  }
  print_step("BPF LSM", ladder.lsm);
  print_step("cgroup programs", ladder.cgroup_hooks);
  print_step("tracepoints", ladder.tracepoints);
  print_step("fanotify", ladder.fanotify);
  return ExitCode::kClean;
}

}  // namespace

void add_sensor_policy(CLI::App& sensor, ExitCode& exit_code) {
  CLI::App* const policy =
      sensor.add_subcommand("policy", "Runtime policies: what workloads must not do");
  policy->require_subcommand(1);

  auto paths = std::make_shared<std::vector<std::string>>();
  CLI::App* const checks = policy->add_subcommand("check", "Read policies, say what is wrong");
  checks->add_option("PATH", *paths, "Files or folders")->required();
  checks->callback([paths, &exit_code] { exit_code = check(*paths); });

  auto format = std::make_shared<std::string>("text");
  CLI::App* const node_of = policy->add_subcommand("node", "What this node's kernel can refuse");
  node_of->add_option("-o,--output", *format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  node_of->callback([format, &exit_code] { exit_code = node(*format); });

  auto pins = std::make_shared<std::string>(kDefaultPins);
  CLI::App* const remove = policy->add_subcommand(
      "remove", "End all enforcement of this node, also what an agent left that is gone");
  remove->add_option("--pins", *pins, "Where the agent pins programs")->capture_default_str();
  remove->callback([pins, &exit_code] {
    const Result<void> removed = enforce::Enforcer::remove_all(*pins);
    exit_code = removed ? ExitCode::kClean : report_error(removed.error());
  });
}

}  // namespace yagura::cli
