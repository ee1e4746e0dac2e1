#pragma once

// Policies in the agent: keeps the enforcer up to date with containers and DNS answers, and makes
// alerts of verdicts. On the agent's thread, but for what the resolver's threads tell.

#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/result.hpp"
#include "sensor/agent/metrics_text.hpp"
#include "sensor/enforce/enforcer.hpp"
#include "sensor/event/alert.hpp"
#include "sensor/identity/resolver.hpp"
#include "sensor/process/pipeline.hpp"

namespace yagura::sensor {

class Enforcement final : public EventConsumer {
 public:
  // Loads the kernel's part; nothing is policed yet.
  [[nodiscard]] static Result<std::unique_ptr<Enforcement>> open(enforce::EnforcerOptions options);

  // Puts policies in force for what runs, and from then on for what comes. Both outlive this.
  [[nodiscard]] Result<void> start(std::vector<enforce::Policy> policies, Resolver& resolver,
                                   AlertSink& sink);
  [[nodiscard]] Result<void> replace(std::vector<enforce::Policy> policies);

  // Feeds verdicts to the pipeline, which brings them back with their processes.
  [[nodiscard]] Result<void> poll(Pipeline& pipeline);
  void on_event(const SensorEvent& event) override;
  void on_tick(std::int64_t wall_ns) override;

  [[nodiscard]] enforce::EnforcerStatus status() const { return enforcer_->status(); }
  void write_metrics(MetricsText& text) const;

 private:
  Enforcement() = default;
  void on_change(const ContainerChange& change);
  void apply(const ContainerChange& change);
  void apply_waiting();
  void alert(const SensorEvent& event, const ygr_verdict& verdict);

  std::unique_ptr<enforce::Enforcer> enforcer_;
  Resolver* resolver_ = nullptr;
  AlertSink* sink_ = nullptr;
  std::thread::id thread_;  // the agent's
  std::mutex mutex_;
  std::vector<ContainerChange> waiting_;  // told by other threads
  std::uint64_t by_action_[4] = {};       // verdicts, by enum ygr_action
};

}  // namespace yagura::sensor
