#pragma once

// Which events a person wants to see: a condition in Falco's language, and shorthands.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics.hpp"
#include "core/result.hpp"
#include "rules/engine/evaluator.hpp"
#include "rules/event_type.hpp"
#include "sensor/event/sensor_event.hpp"
#include "sensor/view/sensor_event_view.hpp"

namespace yagura::sensor {

// What is empty says nothing; what is given must all hold.
struct EventFilterOptions {
  std::string condition;  // "evt.type = openat and fd.name startswith /etc"
  std::string pod;        // "name", "namespace/name", "namespace/"; a star at the end: begins so
  std::string container;  // the beginning of its id, or its name; "host": processes of none
  std::uint32_t pid = 0;  // the process and whatever descends from it; host's number
  std::vector<std::string> types;  // "execve", "connect"
};

// Not thread-safe.
class EventFilter {
 public:
  // Errors: a condition that does not compile (all problems in `diagnostics`), an unknown type.
  [[nodiscard]] static Result<EventFilter> make(const EventFilterOptions& options,
                                                Diagnostics& diagnostics);

  // `view` is set to the event. Records that are no events of rules (DNS messages, verdicts) pass
  // only where neither condition nor types are asked for.
  [[nodiscard]] bool matches(const SensorEvent& event, const SensorEventView& view);

  // The types that can pass, for those who choose what the probe tells; empty: any.
  [[nodiscard]] const std::vector<rules::EventType>& event_types() const { return types_; }

 private:
  EventFilter() = default;
  [[nodiscard]] bool is_of_pod(const Container* container) const;
  [[nodiscard]] bool is_of_container(const Container* container) const;

  EventFilterOptions options_;
  std::vector<rules::EventType> types_;
  bool has_types_ = false;  // asked for by name
  std::unique_ptr<rules::Evaluator> evaluator_;
};

}  // namespace yagura::sensor
