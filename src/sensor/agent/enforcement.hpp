#pragma once

// Policies in the agent: keeps the enforcer up to date with containers and DNS answers, and makes
// alerts of verdicts. On the agent's thread, but for what the resolver's threads tell.

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/result.hpp"
#include "sensor/agent/listed_addresses.hpp"
#include "sensor/agent/metrics_text.hpp"
#include "sensor/enforce/enforcer.hpp"
#include "sensor/event/alert.hpp"
#include "sensor/identity/resolver.hpp"
#include "sensor/process/pipeline.hpp"

namespace yagura::sensor {

class Enforcement final : public EventConsumer {
 public:
  // Loads the kernel's part; nothing is policed yet. `watch_lists`: files that policies may name.
  [[nodiscard]] static Result<std::unique_ptr<Enforcement>> open(
      enforce::EnforcerOptions options, std::vector<std::filesystem::path> watch_lists = {});

  // Puts policies in force for what runs, and from then on for what comes. Both outlive this.
  // `on_problem` is told once of each thing that is not in force, on the agent's thread.
  using OnProblem = std::function<void(const std::string&)>;
  [[nodiscard]] Result<void> start(std::vector<enforce::Policy> policies, Resolver& resolver,
                                   AlertSink& sink, OnProblem on_problem);
  [[nodiscard]] Result<void> replace(std::vector<enforce::Policy> policies);

  // Feeds verdicts to the pipeline, which brings them back with their processes.
  [[nodiscard]] Result<void> poll(Pipeline& pipeline);
  void on_event(const SensorEvent& event) override;
  void on_tick(std::int64_t wall_ns) override;

  [[nodiscard]] enforce::EnforcerStatus status() const { return enforcer_->status(); }
  void write_metrics(MetricsText& text) const;

 private:
  explicit Enforcement(std::vector<std::filesystem::path> watch_lists)
      : listed_(std::move(watch_lists)) {}
  void update_listed(std::int64_t wall_ns);
  void on_change(const ContainerChange& change);
  void apply(const ContainerChange& change);
  void apply_waiting();
  void tell_problems();
  void alert(const SensorEvent& event, const ygr_verdict& verdict);

  std::unique_ptr<enforce::Enforcer> enforcer_;
  ListedAddresses listed_;
  Resolver* resolver_ = nullptr;
  AlertSink* sink_ = nullptr;
  std::thread::id thread_;  // the agent's
  std::mutex mutex_;
  std::vector<ContainerChange> waiting_;  // told by other threads
  OnProblem on_problem_;
  std::set<std::string> told_;       // of the problems that there are
  std::uint64_t by_action_[4] = {};  // verdicts, by enum ygr_action
};

}  // namespace yagura::sensor
