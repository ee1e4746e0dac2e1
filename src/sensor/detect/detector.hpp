#pragma once

// Rules on events: what fires goes to the sink.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "rules/engine/evaluator.hpp"
#include "rules/judge/rule_files.hpp"
#include "sensor/detect/verdict_cache.hpp"
#include "sensor/event/alert.hpp"
#include "sensor/view/sensor_event_view.hpp"

namespace yagura::sensor {

enum class Matching : std::uint8_t {
  kFirst,  // of the rules that fire the first in order of definition: Falco's default
  kAll,
};

struct DetectorOptions {
  Matching matching = Matching::kFirst;
  rules::Priority minimum =
      rules::Priority::kDebug;  // rules below it are as if they were not there
  std::size_t remembered_verdicts = std::size_t{1} << 16U;  // 16 bytes each; 0: none
};

struct DetectorCounts {
  std::uint64_t events = 0;      // of types that any rule is about
  std::uint64_t remembered = 0;  // of these: known to be nothing
  std::uint64_t fired = 0;
};

// On the pipeline's thread.
class Detector : public EventConsumer {
 public:
  // Precondition: rules->set is not null. The sink and what the sources point to outlive it.
  Detector(std::shared_ptr<const rules::LoadedRules> rules, DetectorOptions options,
           ViewSources sources, AlertSink& sink);

  void on_event(const SensorEvent& event) override;

  // Between two events. Precondition as above. What was remembered is forgotten, the counts of
  // rules begin anew.
  void set_rules(std::shared_ptr<const rules::LoadedRules> rules);

  [[nodiscard]] const rules::LoadedRules& rules() const { return *rules_; }
  [[nodiscard]] const DetectorCounts& counts() const { return counts_; }
  // Firings by position in rules().set->rules.
  [[nodiscard]] std::span<const std::uint64_t> fired_by_rule() const { return by_rule_; }

 private:
  [[nodiscard]] std::uint64_t epoch(const SensorEvent& event) const;
  bool judge(const SensorEvent& event);
  bool judge_reading(const SensorEvent& event, bool by_given_name);
  void fire(std::uint32_t rule, const SensorEvent& event, bool by_given_name);

  std::shared_ptr<const rules::LoadedRules> rules_;
  DetectorOptions options_;
  UserNames* users_;
  AlertSink* sink_;
  SensorEventView view_;
  std::unique_ptr<rules::Evaluator> evaluator_;
  VerdictCache verdicts_;
  bool is_everything_wanted_ = true;  // no rule is below the minimum
  std::uint64_t rules_epoch_ = 0;
  std::vector<std::uint32_t> fired_;  // by the event at hand
  std::vector<std::uint64_t> by_rule_;
  DetectorCounts counts_;
};

}  // namespace yagura::sensor
