#pragma once

// What is done when a rule fires: an AlertSink that asks the responder and hands alerts on.
//
// What is only far from usual leads to nothing by itself: alerts of statistics and profiles are
// answered where a selection names them exactly. The same action on the same process or container
// is asked for once in a while, however often rules fire. The host's processes are left alone.

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "sensor/agent/configuration.hpp"
#include "sensor/event/alert.hpp"
#include "sensor/incident/response/responder.hpp"

namespace yagura::sensor {

class RuleResponses final : public AlertSink {
 public:
  using Submit = std::function<void(ResponseRequest)>;
  static constexpr std::chrono::seconds kQuiet{30};
  static constexpr std::size_t kMaxRemembered = 4096;

  // `next` outlives this.
  RuleResponses(std::vector<ResponseSelection> selections, Submit submit, AlertSink& next)
      : selections_(std::move(selections)), submit_(std::move(submit)), next_(next) {}

  void on_alert(const SensorAlert& alert) override;

 private:
  [[nodiscard]] bool is_due(const ResponseRequest& request, std::int64_t wall_ns);

  std::vector<ResponseSelection> selections_;
  Submit submit_;
  AlertSink& next_;
  std::unordered_map<std::string, std::int64_t> asked_;  // for what, and when
};

}  // namespace yagura::sensor
