#pragma once

// What rules and analyses say about an event. Everything that leaves the sensor as an alert goes
// through one AlertSink, so that aggregation, rate limits and outputs are the same for all.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sensor/event/sensor_event.hpp"

namespace yagura::sensor {

enum class AlertOrigin : std::uint8_t {
  kRule,         // a Falco rule
  kProfile,      // new for this workload
  kStatistics,   // rarity, counts far from usual
  kWatchList,    // an address or a domain of a list
  kPattern,      // beaconing, scans, tunnelling, mining, reverse shells
  kEnforcement,  // a policy's verdict
};

struct SensorAlert {
  AlertOrigin origin = AlertOrigin::kRule;
  std::string_view rule;      // name of the rule, or of the analysis: "New executable in workload"
  std::string_view priority;  // as Falco writes it: "Warning"
  std::span<const std::string> tags;
  // Falco's output text with %fields, which is filled in from the event (rules/output).
  std::string_view output;
  // Further fields of analyses, behind those of the output: ("yagura.score", "0.93").
  std::span<const std::pair<std::string, std::string>> fields;
  const SensorEvent* event = nullptr;  // never null
  // A rule that fired by the name that the caller wrote, not by the file's own (view/).
  bool by_given_name = false;
};

class AlertSink {
 public:
  AlertSink() = default;
  AlertSink(const AlertSink&) = delete;
  AlertSink& operator=(const AlertSink&) = delete;
  virtual ~AlertSink() = default;
  virtual void on_alert(const SensorAlert& alert) = 0;
};

}  // namespace yagura::sensor
