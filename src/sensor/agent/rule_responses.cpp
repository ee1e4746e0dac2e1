#include "sensor/agent/rule_responses.hpp"

#include <algorithm>

#include "sensor/agent/agent_rules.hpp"

namespace yagura::sensor {

void RuleResponses::on_alert(const SensorAlert& alert) {
  for (const ResponseSelection& selection : selections_) {
    const bool is_selected = selection.tag.empty()
                                 ? matches_rule_name(selection.rule, alert.rule)
                                 : std::ranges::count(alert.tags, selection.tag) > 0;
    if (!is_selected) continue;
    for (const std::string& name : selection.actions) {
      const auto action = find_response_action(name);
      if (!action) continue;  // the configuration was refused for it
      (void)responder_.submit(response_to(*action, *alert.event->process, std::string(alert.rule)));
    }
  }
  next_.on_alert(alert);
}

}  // namespace yagura::sensor
