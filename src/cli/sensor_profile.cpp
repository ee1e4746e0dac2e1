#include "cli/sensor_profile.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "core/json_text.hpp"
#include "sensor/analysis/export/apparmor.hpp"
#include "sensor/analysis/export/network_policy.hpp"
#include "sensor/analysis/export/runtime_policy.hpp"
#include "sensor/analysis/export/seccomp.hpp"
#include "sensor/analysis/export/security_context.hpp"
#include "sensor/analysis/profile/profile_json.hpp"
#include "sensor/analysis/profile/profile_store.hpp"

namespace yagura::cli {
namespace {

using sensor::FeatureKind;
using sensor::FeatureState;
using sensor::Profile;
using sensor::ProfileStore;

struct Options {
  std::string state = "/var/lib/yagura/sensor";
  std::string workload;
  std::string format = "text";
  std::string kind;
  std::string output_file = "-";
  bool only_log = false;
};

ProfileStore store_of(const Options& options) {
  return ProfileStore(std::filesystem::path(options.state) / "profiles");
}

std::string_view state_text(const Profile& profile) {
  return profile.state == sensor::ProfileState::kLearned ? "learned" : "learning";
}

std::size_t features(const Profile& profile) {
  std::size_t count = 0;
  for (std::size_t kind = 0; kind < sensor::kFeatureKinds; ++kind) {
    count += profile.table(static_cast<FeatureKind>(kind)).all().size();
  }
  return count;
}

ExitCode list(const Options& options) {
  ProfileStore store = store_of(options);
  auto loaded = store.load_all();
  for (const std::string& problem : loaded.problems) {
    std::fprintf(stderr, "yagura: warning: %s\n", problem.c_str());
  }
  std::ranges::sort(loaded.profiles, {}, [](const auto& profile) { return profile->key(); });
  if (options.format == "json") {
    std::string text;
    core::JsonWriter json(text);
    json.begin_array();
    for (const auto& profile : loaded.profiles) {
      json.begin_object().member("workload", profile->key()).member("state", state_text(*profile));
      json.member("facts", features(*profile)).member("new", profile->count_new()).end_object();
    }
    json.end_array();
    std::printf("%s\n", text.c_str());
    return ExitCode::kClean;
  }
  if (loaded.profiles.empty()) {
    std::printf("no profiles in %s\n", store.directory().c_str());
    return ExitCode::kClean;
  }
  std::printf("%-9s %6s %5s  %s\n", "STATE", "FACTS", "NEW", "WORKLOAD");
  for (const auto& profile : loaded.profiles) {
    std::printf("%-9s %6zu %5zu  %s\n", std::string(state_text(*profile)).c_str(),
                features(*profile), profile->count_new(), profile->key().c_str());
  }
  return ExitCode::kClean;
}

// The workload of that key, or the one whose key has the text in it.
Result<std::unique_ptr<Profile>> find(const Options& options) {
  ProfileStore store = store_of(options);
  auto loaded = store.load_all();
  std::vector<std::unique_ptr<Profile>*> found;
  for (auto& profile : loaded.profiles) {
    if (profile->key() == options.workload) return std::move(profile);
    if (profile->key().find(options.workload) != std::string::npos) found.push_back(&profile);
  }
  if (found.size() == 1) return std::move(*found.front());
  if (found.empty()) {
    return fail(ErrorCode::kNotFound, "no profile of \"" + options.workload + "\" in " +
                                          store.directory().string() +
                                          "; `yagura sensor profile list` shows them");
  }
  std::string names;
  for (const auto* const profile : found) names += "\n  " + (*profile)->key();
  return fail(ErrorCode::kInvalidInput, "\"" + options.workload + "\" is part of several:" + names);
}

ExitCode show(const Options& options) {
  const auto profile = find(options);
  if (!profile) return report_error(profile.error());
  if (options.format == "json") {
    std::printf("%s\n", sensor::profile_json(**profile).c_str());
    return ExitCode::kClean;
  }
  std::printf("%s: %s\n", (*profile)->key().c_str(), std::string(state_text(**profile)).c_str());
  for (std::size_t number = 0; number < sensor::kFeatureKinds; ++number) {
    const auto kind = static_cast<FeatureKind>(number);
    const auto& entries = (*profile)->table(kind).all();
    if (entries.empty()) continue;
    std::printf("%s\n", std::string(to_string(kind)).c_str());
    for (const auto& entry : entries) {
      std::printf("  %s%s\n", entry.state == FeatureState::kNew ? "NEW " : "",
                  // Paths may hold what terminals obey.
                  sensor::escape_feature(sensor::display_text(kind, entry.text)).c_str());
    }
  }
  return ExitCode::kClean;
}

ExitCode accept(const Options& options) {
  auto profile = find(options);
  if (!profile) return report_error(profile.error());
  ProfileStore store = store_of(options);
  auto own = store.load((*profile)->key());
  if (!own) return report_error(own.error());
  const std::size_t count = (*own)->accept_all();
  const Result<void> saved = store.save(**own);
  if (!saved) return report_error(saved.error());
  std::printf("%zu new facts of %s are usual from now on\n", count, (*own)->key().c_str());
  return ExitCode::kClean;
}

Result<std::string> exported(const Options& options, const Profile& profile) {
  if (options.kind == "seccomp") {
    return sensor::seccomp_profile(profile, {.only_log = options.only_log});
  }
  if (options.kind == "apparmor") return sensor::apparmor_profile(profile);
  if (options.kind == "networkpolicy") return sensor::network_policy(profile);
  if (options.kind == "securitycontext") return sensor::security_context_patch(profile);
  return sensor::runtime_policy(profile);
}

ExitCode export_profile(const Options& options) {
  const auto profile = find(options);
  if (!profile) return report_error(profile.error());
  if ((*profile)->state == sensor::ProfileState::kLearning) {
    std::fprintf(stderr, "yagura: warning: still learning: what was not seen yet is not in it\n");
  }
  if (options.kind == "seccomp" && !(*profile)->has_all_calls) {
    std::fprintf(stderr,
                 "yagura: warning: not every system call was observed, only those that rules and "
                 "analyses ask for:\nordinary calls are added; try it with --log first\n");
  }
  const auto text = exported(options, **profile);
  if (!text) return report_error(text.error());
  const Result<void> written = core::write_file(options.output_file, *text);
  return written ? ExitCode::kClean : report_error(written.error());
}

CLI::App* add(CLI::App& profile, const char* name, const char* what,
              const std::shared_ptr<Options>& options, bool of_one) {
  CLI::App* const command = profile.add_subcommand(name, what);
  command->add_option("--state", options->state, "The agent's state_directory")
      ->capture_default_str();
  if (of_one) {
    command->add_option("WORKLOAD", options->workload, "Its key, or a part that only it has")
        ->required();
  }
  return command;
}

void add_format(CLI::App& command, const std::shared_ptr<Options>& options) {
  command.add_option("-o,--output", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
}

}  // namespace

void add_sensor_profile(CLI::App& sensor, ExitCode& exit_code) {
  CLI::App* const profile =
      sensor.add_subcommand("profile", "What was learned of workloads, and what to make of it");
  profile->require_subcommand(1);
  auto options = std::make_shared<Options>();

  CLI::App* const listing = add(*profile, "list", "All workloads", options, false);
  add_format(*listing, options);
  listing->callback([options, &exit_code] { exit_code = list(*options); });

  CLI::App* const showing = add(*profile, "show", "What is usual in a workload", options, true);
  add_format(*showing, options);
  showing->callback([options, &exit_code] { exit_code = show(*options); });

  CLI::App* const accepting =
      add(*profile, "accept", "What is new in a workload becomes usual", options, true);
  accepting->callback([options, &exit_code] { exit_code = accept(*options); });

  CLI::App* const exporting =
      add(*profile, "export", "A profile as what other tools enforce", options, true);
  exporting
      ->add_option("--as", options->kind,
                   "seccomp, apparmor, networkpolicy, securitycontext or runtimepolicy")
      ->required()
      ->check(CLI::IsMember(
          {"seccomp", "apparmor", "networkpolicy", "securitycontext", "runtimepolicy"}));
  exporting->add_option("--output-file", options->output_file, "Where to write it; - is here")
      ->capture_default_str();
  exporting->add_flag("--log", options->only_log, "seccomp: log instead of refusing");
  exporting->callback([options, &exit_code] { exit_code = export_profile(*options); });
}

}  // namespace yagura::cli
