#include "cli/sensor_respond.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "sensor/identity/resolver.hpp"
#include "sensor/incident/response/responder.hpp"

namespace yagura::cli {
namespace {

using sensor::Container;

struct Options {
  std::string action;
  std::string container;
  std::string pod;
  std::uint32_t pid = 0;
  std::vector<std::string> endpoints;
  std::vector<std::string> states;
  std::string kubeconfig;
};

bool is_pod(const Container& container, const std::string& name) {
  if (container.pod == nullptr) return false;
  return name == container.pod->name ||
         name == container.pod->name_space + "/" + container.pod->name;
}

// By the beginning of its id, or any container of the pod.
Result<std::shared_ptr<const Container>> find(const Options& options,
                                              const sensor::Resolver& resolver) {
  std::vector<std::shared_ptr<const Container>> found;
  for (auto& container : resolver.containers()) {
    const bool is_it = options.pod.empty() ? container->id.starts_with(options.container)
                                           : is_pod(*container, options.pod);
    if (is_it) found.push_back(std::move(container));
  }
  const std::string what =
      options.pod.empty() ? "container " + options.container : "pod " + options.pod;
  if (found.empty()) return fail(ErrorCode::kNotFound, "no " + what + " on this node");
  if (options.pod.empty() && found.size() > 1) {
    return fail(ErrorCode::kInvalidInput, "several containers begin with " + options.container);
  }
  if (!options.pod.empty()) {
    for (const auto& container : found) {
      if (container->pod->uid == found.front()->pod->uid) continue;
      return fail(ErrorCode::kInvalidInput,
                  "several namespaces have a pod " + options.pod + ": write NAMESPACE/NAME");
    }
  }
  return found.front();
}

// When a process began, in nanoseconds since boot, to a tick: the 22nd word of its stat (proc(5)).
Result<std::uint64_t> start_of(std::uint32_t pid) {
  YAGURA_TRY(const std::string stat, core::read_file("/proc/" + std::to_string(pid) + "/stat"));
  std::string_view rest = stat;
  rest.remove_prefix(std::min(rest.size(), rest.rfind(')') + 2));
  for (int word = 3; word < 22; ++word) {
    rest.remove_prefix(std::min(rest.size(), rest.find(' ') + 1));
  }
  std::uint64_t ticks = 0;
  std::from_chars(rest.data(), rest.data() + rest.size(), ticks);
  if (ticks == 0) return fail(ErrorCode::kInvalidInput, "/proc/PID/stat makes no sense");
  return ticks * 10'000'000;
}

// A process of that container, and no other's.
Result<void> check_process(const Options& options, const Container& container) {
  YAGURA_TRY(const std::string text,
             core::read_file("/proc/" + std::to_string(options.pid) + "/cgroup"));
  if (text.find(container.id) != std::string::npos) return {};
  return fail(ErrorCode::kInvalidInput, "process " + std::to_string(options.pid) +
                                            " does not belong to container " +
                                            std::string(container.short_id()));
}

Result<sensor::ResponderOptions> responder_options(const Options& options) {
  sensor::ResponderOptions made;
  if (!options.kubeconfig.empty()) {
    YAGURA_TRY(made.kubernetes, sensor::kubeconfig_endpoint(options.kubeconfig));
  } else if (auto endpoint = sensor::in_cluster_endpoint()) {
    made.kubernetes = *std::move(endpoint);
  }
  return made;
}

Result<ExitCode> respond(const Options& options) {
  if (options.container.empty() == options.pod.empty()) {
    return fail(ErrorCode::kInvalidInput, "give --container or --pod");
  }
  const auto action = *sensor::find_response_action(options.action);
  if ((action == sensor::ResponseAction::kKill) != (options.pid != 0)) {
    return fail(ErrorCode::kInvalidInput, "--pid goes with kill, and kill with --pid");
  }
  sensor::ResolverOptions resolving;
  if (!options.endpoints.empty()) resolving.cri_sockets = options.endpoints;
  if (!options.states.empty()) resolving.runtimes.containerd_states = options.states;
  YAGURA_TRY(const auto resolver, sensor::Resolver::open(resolving));
  YAGURA_TRY(const auto container, find(options, *resolver));
  sensor::ResponseRequest request{
      .action = action, .pid = options.pid, .container = container, .reason = "by hand"};
  if (options.pid != 0) {
    // In this order: whoever has the number by then is not killed.
    YAGURA_TRY(request.start_ns, start_of(options.pid));
    YAGURA_TRY_VOID(check_process(options, *container));
  }
  YAGURA_TRY(sensor::ResponderOptions responding, responder_options(options));
  std::promise<Result<void>> promise;
  sensor::Responder responder(
      std::move(responding),
      [&](const sensor::ResponseRequest&, const Result<void>& done) { promise.set_value(done); });
  (void)responder.submit(std::move(request));
  const Result<void> done = promise.get_future().get();
  if (!done) return std::unexpected(done.error());
  std::printf(
      "%s: done for container %s%s%s\n", options.action.c_str(),
      std::string(container->short_id()).c_str(), container->pod ? " of pod " : "",
      container->pod ? (container->pod->name_space + "/" + container->pod->name).c_str() : "");
  return ExitCode::kClean;
}

}  // namespace

void add_sensor_respond(CLI::App& sensor, ExitCode& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* const command = sensor.add_subcommand(
      "respond", "Act by hand: kill a process, pause a container, cut a pod off, label it");
  command->footer(
      "Examples:\n"
      "  yagura sensor respond isolate --pod shop/web-5d8f7c6b9-x2x4z\n"
      "  yagura sensor respond release --pod shop/web-5d8f7c6b9-x2x4z\n"
      "  yagura sensor respond kill --container 4f1c --pid 8123");
  command->add_option("ACTION", options->action, "kill, pause, resume, isolate, release, label, …")
      ->required()
      ->check(CLI::IsMember({"kill", "pause", "resume", "isolate", "release", "label", "unlabel"}));
  command->add_option("--container", options->container, "Its id, or the beginning of it");
  command->add_option("--pod", options->pod, "NAME or NAMESPACE/NAME");
  command->add_option("--pid", options->pid, "kill: the process, by its number on the node");
  command->add_option("--runtime-endpoint", options->endpoints, "CRI sockets, else the usual ones");
  command->add_option("--runtime-state", options->states, "containerd's state folders");
  command->add_option("--kubeconfig", options->kubeconfig, "label: how to reach the API server");
  command->callback([options, &exit_code] {
    const Result<ExitCode> code = respond(*options);
    exit_code = code ? *code : report_error(code.error());
  });
}

}  // namespace yagura::cli
