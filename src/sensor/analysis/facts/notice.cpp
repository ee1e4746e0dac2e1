#include "sensor/analysis/facts/notice.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace yagura::sensor {

Notice& Notice::score(double score) {
  return field("yagura.score", fmt::format("{:.2f}", std::clamp(score, 0.0, 1.0)));
}

void Notice::send(AlertSink& sink, const SensorEvent& event) const {
  const SensorAlert alert{.origin = kind_.origin,
                          .rule = kind_.rule,
                          .priority = priority_,
                          .tags = kind_.tags,
                          .output = kind_.output,
                          .fields = fields_,
                          .event = &event};
  sink.on_alert(alert);
}

}  // namespace yagura::sensor
