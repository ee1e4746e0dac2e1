#include "sensor/agent/rule_responses.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sensor/agent/agent_rules.hpp"

namespace yagura::sensor {
namespace {

bool is_guess(AlertOrigin origin) {
  return origin == AlertOrigin::kStatistics || origin == AlertOrigin::kProfile;
}

bool answers(const ResponseSelection& selection, const SensorAlert& alert) {
  if (is_guess(alert.origin)) return !selection.rule.empty() && selection.rule == alert.rule;
  return selection.tag.empty() ? matches_rule_name(selection.rule, alert.rule)
                               : std::ranges::count(alert.tags, selection.tag) > 0;
}

}  // namespace

void RuleResponses::on_alert(const SensorAlert& alert) {
  const Process& process = *alert.event->process;
  if (process.container != nullptr) {
    for (const ResponseSelection& selection : selections_) {
      if (!answers(selection, alert)) continue;
      for (const std::string& name : selection.actions) {
        const auto action = find_response_action(name);
        if (!action) continue;  // the configuration was refused for it
        ResponseRequest request = response_to(*action, process, std::string(alert.rule));
        if (is_due(request, alert.event->wall_ns)) submit_(std::move(request));
      }
    }
  }
  next_.on_alert(alert);
}

bool RuleResponses::is_due(const ResponseRequest& request, std::int64_t wall_ns) {
  constexpr std::int64_t kQuietNs = std::chrono::nanoseconds(kQuiet).count();
  const std::string subject = request.action == ResponseAction::kKill
                                  ? fmt::format("{} {}", request.pid, request.start_ns)
                                  : request.container->id;
  const std::string key = fmt::format("{} {}", to_string(request.action), subject);
  const auto found = asked_.find(key);
  if (found != asked_.end() && wall_ns - found->second < kQuietNs) return false;
  if (asked_.size() >= kMaxRemembered) {
    std::erase_if(asked_, [&](const auto& item) { return wall_ns - item.second >= kQuietNs; });
  }
  // Too many at once: rather asked for twice than never.
  if (asked_.size() < kMaxRemembered) asked_[key] = wall_ns;
  return true;
}

}  // namespace yagura::sensor
