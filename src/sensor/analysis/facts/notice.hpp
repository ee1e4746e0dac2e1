#pragma once

// How analyses speak: kinds of alerts are constants, and what is particular goes into fields.

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sensor/event/alert.hpp"

namespace yagura::sensor {

// One kind of alert. `output` is Falco's template; fields of analyses follow it in the alert.
struct NoticeKind {
  AlertOrigin origin = AlertOrigin::kPattern;
  std::string_view rule;
  std::string_view priority;
  std::string_view output;
  std::vector<std::string> tags;  // "network", "mitre_command_and_control", "T1071"
};

class Notice {
 public:
  // `kind` must outlive the notice.
  explicit Notice(const NoticeKind& kind) : kind_(kind), priority_(kind.priority) {}

  Notice& field(std::string_view name, std::string value) {
    fields_.emplace_back(std::string(name), std::move(value));
    return *this;
  }
  Notice& priority(std::string_view priority) {
    priority_ = priority;
    return *this;
  }
  // "0.00" to "1.00", under yagura.score.
  Notice& score(double score);
  void send(AlertSink& sink, const SensorEvent& event) const;

 private:
  const NoticeKind& kind_;
  std::string_view priority_;
  std::vector<std::pair<std::string, std::string>> fields_;
};

}  // namespace yagura::sensor
