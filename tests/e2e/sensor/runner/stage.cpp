#include "runner/stage.hpp"

#include <unistd.h>

namespace yagura::sensor::e2e {
namespace {

constexpr std::chrono::seconds kStepsTimeout{60};

void append_step(std::vector<std::string>& script, std::vector<std::string> words) {
  if (!script.empty()) script.emplace_back(";;");
  script.insert(script.end(), words.begin(), words.end());
}

void append_steps(std::vector<std::string>& script, const Steps& steps) {
  for (const std::string& step : steps) append_step(script, split_words(step));
}

void append_mark(std::vector<std::string>& script, const std::string& mark) {
  append_step(script, {"mark", mark});
}

void append_place(std::vector<std::string>& script, Place place) {
  if (place != Place::kNetwork) return;
  std::vector<std::string> words{"netns"};
  for (const std::string_view address : network_addresses()) words.emplace_back(address);
  append_step(script, std::move(words));
}

CriContainerSpec container_of(StartVariant variant, const std::string& mark) {
  CriContainerSpec container;
  container.image = variant == StartVariant::kForeignImage ? kOtherImage : kImage;
  container.command = {"/opt/bin/actor", "mark", mark};
  container.is_privileged = variant == StartVariant::kPrivileged;
  if (variant == StartVariant::kUser) container.user_id = 1;
  if (variant == StartVariant::kCapable) container.added_capabilities = {"SYS_PTRACE"};
  if (variant == StartVariant::kSensitiveMount) {
    container.mounts = {{.host_path = "/etc", .container_path = "/mnt", .is_read_only = true}};
  }
  return container;
}

}  // namespace

std::vector<SeenAlert> Part::of(std::string_view rule) const {
  std::vector<SeenAlert> found;
  for (const SeenAlert& alert : alerts) {
    if (alert.rule == rule && alert.container_id == container_id) found.push_back(alert);
  }
  return found;
}

std::string Stage::next_mark() {
  return std::string(kMarkPrefix) + std::to_string(getpid()) + "-" + std::to_string(marks_++);
}

const RunningPod& Stage::pod_of(Place place) const {
  return place == Place::kWorkload ? pods_.workload() : pods_.privileged();
}

Part Stage::make_part(Place place) const {
  if (place == Place::kHost) return {};
  const RunningPod& pod = pod_of(place);
  return {.container_id = pod.container_id, .pod = pod.specification.name, .alerts = {}};
}

std::string Stage::wait(const std::string& mark) {
  return log_.wait_for_mark(mark) ? "" : "the sensor never told of " + mark;
}

std::string Stage::run_script(Place place, const std::vector<std::string>& words,
                              std::string* output) {
  std::vector<std::string> command{"actor", "script"};
  command.insert(command.end(), words.begin(), words.end());
  if (place == Place::kHost) {
    const std::filesystem::path programs = pods_.host_programs();
    command.front() = programs / "actor";
    const CommandResult result =
        run_command(command, pods_.cgroup().make("host"), {"PATH=" + programs.string()});
    return result.status == 0 ? "" : "on the host: " + result.output;
  }
  command.front() = "/opt/bin/actor";
  const auto result =
      pods_.containerd().cri().exec_sync(pod_of(place).container_id, command, kStepsTimeout);
  if (!result) return result.error().message;
  if (output != nullptr) *output = result->out;
  return result->exit_code == 0 ? "" : "in the container: " + result->err + result->out;
}

std::string Stage::run_direct(Place place, const std::string& step) {
  const auto result = pods_.containerd().cri().exec_sync(pod_of(place).container_id,
                                                         split_words(step), kStepsTimeout);
  if (!result) return result.error().message;
  return result->exit_code == 0 ? "" : "in the container: " + result->err;
}

std::string Stage::run_in_terminal_of(Place place, const std::string& step) {
  std::vector<std::string> arguments{"task",
                                     "exec",
                                     "--tty",
                                     "--exec-id",
                                     "tty" + std::to_string(starts_++),
                                     pod_of(place).container_id};
  for (std::string& word : split_words(step)) arguments.push_back(std::move(word));
  const CommandResult result = run_in_terminal(pods_.containerd().ctr(std::move(arguments)));
  return result.status == 0 ? "" : "in the terminal: " + result.output;
}

std::string Stage::set_mark(const std::string& mark) {
  return run_script(Place::kWorkload, {"mark", mark});
}

Outcome Stage::play(const Scenario& scenario) {
  if (scenario.form == Form::kStart) return play_starts(scenario);
  if (scenario.form != Form::kSteps) return play_direct(scenario);
  return scenario.place == scenario.benign_place ? play_in_one_place(scenario)
                                                 : play_in_two_places(scenario);
}

Outcome Stage::play_steps(Place place, const Steps& setup, const Steps& action) {
  return play_in_one_place({.rule = {}, .place = place, .setup = setup, .action = action});
}

Outcome Stage::play_in_one_place(const Scenario& scenario) {
  const std::string first = next_mark();
  const std::string second = next_mark();
  const std::string third = next_mark();
  std::vector<std::string> script;
  append_place(script, scenario.place);
  append_steps(script, scenario.setup);
  append_mark(script, first);
  append_steps(script, scenario.benign);
  append_mark(script, second);
  append_steps(script, scenario.action);
  append_mark(script, third);
  Outcome outcome{make_part(scenario.place), make_part(scenario.place), {}, {}};
  outcome.problem = run_script(scenario.place, script, &outcome.output);
  if (outcome.problem.empty()) outcome.problem = wait(third);
  outcome.benign.alerts = log_.between(first, second);
  outcome.action.alerts = log_.between(second, third);
  return outcome;
}

Outcome Stage::play_in_two_places(const Scenario& scenario) {
  Scenario twin = scenario;
  twin.place = scenario.benign_place;
  twin.action.clear();
  Outcome outcome = play_in_one_place(twin);
  if (!outcome.problem.empty()) return outcome;
  Scenario bad = scenario;
  bad.benign.clear();
  Outcome second = play_in_one_place(bad);
  return {std::move(outcome.benign), std::move(second.action), std::move(second.problem), {}};
}

Outcome Stage::play_direct(const Scenario& scenario) {
  const std::string first = next_mark();
  const std::string second = next_mark();
  const std::string third = next_mark();
  Outcome outcome{make_part(scenario.place), make_part(scenario.place), set_mark(first), {}};
  const auto then = [&](auto what) {
    if (outcome.problem.empty()) outcome.problem = what();
  };
  then([&] { return run_direct(scenario.place, scenario.benign.front()); });
  then([&] { return set_mark(second); });
  then([&] {
    return scenario.form == Form::kTerminal
               ? run_in_terminal_of(scenario.place, scenario.action.front())
               : run_direct(scenario.place, scenario.action.front());
  });
  then([&] { return set_mark(third); });
  then([&] { return wait(third); });
  outcome.benign.alerts = log_.between(first, second);
  outcome.action.alerts = log_.between(second, third);
  return outcome;
}

std::string Stage::start(StartVariant variant, const std::string& mark, Part& part) {
  const RunningPod& pod = pods_.privileged();
  CriContainerSpec container = container_of(variant, mark);
  container.name = "started-" + std::to_string(starts_++);
  container.labels = {{"io.kubernetes.container.name", container.name}};
  const auto id = pods_.containerd().run_container(pod.sandbox_id, pod.specification, container);
  if (!id) return id.error().message;
  part.container_id = *id;
  part.pod = pod.specification.name;
  return wait(mark);  // it goes with its pod
}

Outcome Stage::play_starts(const Scenario& scenario) {
  const std::string first = next_mark();
  const std::string second = next_mark();
  const std::string third = next_mark();
  Outcome outcome;
  outcome.problem = set_mark(first);
  if (outcome.problem.empty()) {
    outcome.problem = start(scenario.benign_started, second, outcome.benign);
  }
  if (outcome.problem.empty()) outcome.problem = start(scenario.started, third, outcome.action);
  outcome.benign.alerts = log_.between(first, second);
  outcome.action.alerts = log_.between(second, third);
  return outcome;
}

}  // namespace yagura::sensor::e2e
