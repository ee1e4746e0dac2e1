#pragma once

// What is done when a rule fires: an AlertSink that asks the responder and hands alerts on.

#include <string>
#include <vector>

#include "sensor/agent/configuration.hpp"
#include "sensor/event/alert.hpp"
#include "sensor/incident/response/responder.hpp"

namespace yagura::sensor {

class RuleResponses final : public AlertSink {
 public:
  // Both outlive this.
  RuleResponses(std::vector<ResponseSelection> selections, Responder& responder, AlertSink& next)
      : selections_(std::move(selections)), responder_(responder), next_(next) {}

  void on_alert(const SensorAlert& alert) override;

 private:
  std::vector<ResponseSelection> selections_;
  Responder& responder_;
  AlertSink& next_;
};

}  // namespace yagura::sensor
