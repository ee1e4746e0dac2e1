#include "sensor/agent/enforcement.hpp"

#include <fmt/format.h>
#include <time.h>

#include <array>
#include <chrono>
#include <utility>

#include "sensor/incident/notes.hpp"

namespace yagura::sensor {
namespace {

constexpr unsigned kVerdicts = 2;  // ring, for the pipeline
constexpr std::array<std::string_view, 4> kActions = {"observed", "would_block", "blocked",
                                                      "killed"};

std::string_view priority_of(unsigned action) {
  switch (action) {
    case YGR_BLOCKED:
    case YGR_KILLED:
      return "Critical";
    case YGR_WOULD_BLOCK:
      return "Warning";
    default:
      return "Notice";
  }
}

}  // namespace

Result<std::unique_ptr<Enforcement>> Enforcement::open(
    enforce::EnforcerOptions options, std::vector<std::filesystem::path> watch_lists) {
  auto made = std::unique_ptr<Enforcement>(new Enforcement(std::move(watch_lists)));
  YAGURA_TRY(made->enforcer_, enforce::Enforcer::open(std::move(options)));
  return made;
}

Result<void> Enforcement::start(std::vector<enforce::Policy> policies, Resolver& resolver,
                                AlertSink& sink, OnProblem on_problem) {
  on_problem_ = std::move(on_problem);
  resolver_ = &resolver;
  sink_ = &sink;
  thread_ = std::this_thread::get_id();
  YAGURA_TRY_VOID(replace(std::move(policies)));
  resolver.set_listener([this](const ContainerChange& change) { on_change(change); });
  return {};
}

Result<void> Enforcement::replace(std::vector<enforce::Policy> policies) {
  std::vector<enforce::PolicedContainer> containers;
  for (auto& container : resolver_->containers()) {
    containers.push_back({.cgroup_id = container->cgroup_id, .container = container});
  }
  auto applied = enforcer_->apply(std::move(policies), containers);
  for (const std::string& name : listed_.want(enforcer_->named_watch_lists())) {
    on_problem_(fmt::format("there is no watch list \"{}\", which policies name", name));
  }
  tell_problems();
  return applied;
}

// Policies fail open where they do not fit: that must not be silent.
void Enforcement::tell_problems() {
  const auto& problems = enforcer_->problems();
  std::set<std::string> current(problems.begin(), problems.end());
  if (current == told_) return;
  for (const std::string& problem : current) {
    if (!told_.contains(problem) && on_problem_) on_problem_(problem);
  }
  told_ = std::move(current);
}

// A new container is told on the agent's own thread before its first exec is judged; it is policed
// then and there. What other threads learn later waits for the next turn.
void Enforcement::on_change(const ContainerChange& change) {
  if (std::this_thread::get_id() == thread_) {
    apply(change);
    return;
  }
  const std::lock_guard lock(mutex_);
  waiting_.push_back(change);
}

void Enforcement::apply(const ContainerChange& change) {
  if (change.container->cgroup_id == 0) return;  // of version 1 alone: nothing to police it by
  if (change.kind == ChangeKind::kGone) {
    enforcer_->on_container_gone(change.container->cgroup_id);
    return;
  }
  enforcer_->on_container(
      {.cgroup_id = change.container->cgroup_id, .container = change.container});
}

void Enforcement::apply_waiting() {
  std::vector<ContainerChange> changes;
  {
    const std::lock_guard lock(mutex_);
    changes.swap(waiting_);
  }
  for (const ContainerChange& change : changes) apply(change);
}

Result<void> Enforcement::poll(Pipeline& pipeline) {
  apply_waiting();
  const auto polled = enforcer_->poll(std::chrono::milliseconds(0), [&](const RecordView& record) {
    pipeline.feed(record, kVerdicts);
  });
  if (!polled) return std::unexpected(polled.error());
  return {};
}

void Enforcement::on_event(const SensorEvent& event) {
  if (event.record->kind() == YGR_DNS) {
    const ygr_header& header = event.record->header();
    if (const auto answer = read_dns_message(event.record->text(YGR_S_DATA))) {
      enforcer_->on_dns_answer(header.cgroup_id, *answer, std::chrono::nanoseconds(header.time_ns));
    }
    return;
  }
  if (event.record->kind() != YGR_VERDICT) return;
  if (const auto verdict = event.record->get<ygr_verdict>(YGR_S_VERDICT)) alert(event, *verdict);
}

void Enforcement::alert(const SensorEvent& event, const ygr_verdict& verdict) {
  const unsigned action = verdict.action < kActions.size() ? verdict.action : 0;
  ++by_action_[action];
  const auto [policy, rule] = enforcer_->names_of(verdict);
  const std::string name = "Policy " + (policy.empty() ? "unknown" : policy);
  std::vector<std::pair<std::string, std::string>> fields = {
      {"yagura.policy", policy},
      {"yagura.policy_rule", rule},
      {"yagura.action", std::string(kActions[action])},
      {"yagura.tier", std::string(1, static_cast<char>(verdict.tier))},
      {"yagura.operation", std::string(enforce::operation_name(verdict.operation))},
  };
  const std::string_view path = event.record->text(YGR_S_FD_PATH);
  const std::string_view named = event.record->text(YGR_S_PATH0);
  if (!path.empty() || !named.empty()) {
    fields.emplace_back("yagura.subject", path.empty() ? named : path);
  } else if (verdict.subject != 0) {
    fields.emplace_back("yagura.subject", std::to_string(verdict.subject));
  }
  const std::string peer = address_text(event.record->text(YGR_S_ADDRESS));
  if (!peer.empty()) fields.emplace_back("yagura.peer", peer);
  const std::vector<std::string> tags = {"yagura_policy"};
  // A packet from outside is nobody's deed.
  const bool has_process = event.record->header().pid != 0;
  const std::string output =
      fmt::format("{} {} by policy{}", fields[4].second, kActions[action],
                  has_process ? " (process=%proc.name proc_exepath=%proc.exepath "
                                "parent=%proc.pname command=%proc.cmdline user=%user.name)"
                              : "");
  sink_->on_alert({.origin = AlertOrigin::kEnforcement,
                   .rule = name,
                   .priority = priority_of(action),
                   .tags = tags,
                   .output = output,
                   .fields = fields,
                   .event = &event});
}

void Enforcement::update_listed(std::int64_t wall_ns) {
  const auto made = listed_.poll(wall_ns);
  if (!made) return;
  const Result<void> done =
      *made ? enforcer_->set_watched(**made) : Result<void>(std::unexpected((*made).error()));
  if (!done && on_problem_) on_problem_("watch lists of policies: " + done.error().message);
}

void Enforcement::on_tick(std::int64_t wall_ns) {
  update_listed(wall_ns);
  enforcer_->tick(std::chrono::nanoseconds([] {
    timespec time{};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  }()));
  tell_problems();
}

void Enforcement::write_metrics(MetricsText& text) const {
  const enforce::EnforcerStatus status = enforcer_->status();
  text.gauge("enforcement_tier", "1 for the tier that this node enforces by.");
  text.sample(std::uint64_t{1}, {{"tier", std::string_view(&status.tier, 1)}});
  text.gauge("policed_cgroups", "Control groups that policies are in force for.",
             status.policed_cgroups);
  text.gauge("policies", "Policies, by what became of their mode.");
  std::uint64_t reverted = 0;
  for (const auto& policy : status.policies) reverted += policy.is_reverted ? 1 : 0;
  text.sample(std::uint64_t{status.policies.size()} - reverted, {{"state", "in_force"}});
  text.sample(reverted, {{"state", "reverted"}});
  text.counter("verdicts_total", "Verdicts of policies, by what was done.");
  for (std::size_t action = 0; action < kActions.size(); ++action) {
    text.sample(by_action_[action], {{"action", kActions[action]}});
  }
  text.counter("verdicts_lost_total", "Verdicts that the ring had no room for.",
               status.verdicts_lost);
  text.counter("let_through_total", "Actions that were not judged for want of memory.",
               status.let_through);
  text.gauge("enforcement_problems", "What policies say and is not in force.",
             status.problems.size());
}

}  // namespace yagura::sensor
