#include "sensor/detect/detector.hpp"

#include <algorithm>

#include "rules/fields/fields_syscall.hpp"

namespace yagura::sensor {

namespace {

// Whether all that rules ask of evt.num is whether it is 0 (the published files write "never" so).
bool is_number_compared_with_zero_alone(const rules::RuleSet& set) {
  const auto is_number = [&set](rules::ValueId id) {
    return id != rules::kNoValue && set.values[id].kind == rules::ValueKind::kField &&
           set.values[id].source == rules::Source::kSyscall &&
           set.values[id].field.id == static_cast<rules::FieldId>(rules::SyscallField::kEvtNum);
  };
  if (std::ranges::any_of(set.arguments, is_number)) return false;
  return std::ranges::all_of(set.comparisons, [&](const rules::Comparison& comparison) {
    if (is_number(comparison.right)) return false;
    if (!is_number(comparison.value)) return true;
    return comparison.kind == rules::ComparisonKind::kExists ||
           (comparison.kind == rules::ComparisonKind::kNumber &&
            comparison.op == rules::Operator::kEqual &&
            comparison.numbers == std::vector<std::int64_t>{0});
  });
}

}  // namespace

Detector::Detector(std::shared_ptr<const rules::LoadedRules> rules, DetectorOptions options,
                   ViewSources sources, AlertSink& sink)
    : options_(options),
      users_(sources.users),
      sink_(&sink),
      view_(std::move(sources)),
      verdicts_(std::max<std::size_t>(options.remembered_verdicts, 1)) {
  set_rules(std::move(rules));
}

void Detector::set_rules(std::shared_ptr<const rules::LoadedRules> rules) {
  rules_ = std::move(rules);
  const rules::RuleSet& set = *rules_->set;
  evaluator_ = std::make_unique<rules::Evaluator>(rules_->set);
  view_.take_number_as_constant(is_number_compared_with_zero_alone(set));
  is_everything_wanted_ = std::ranges::all_of(set.rules, [this](const rules::CompiledRule& rule) {
    return rule.priority <= options_.minimum;
  });
  by_rule_.assign(set.rules.size(), 0);
  verdicts_.clear();
  ++rules_epoch_;
}

void Detector::on_event(const SensorEvent& event) {
  const ygr_header& header = event.record->header();
  if (header.kind > YGR_EXIT) return;
  if (rules_->set->rules_for(rules::Source::kSyscall, header.type).empty()) return;
  ++counts_.events;
  std::optional<Hash128> key;
  if (options_.remembered_verdicts != 0) {
    key = verdicts_.key_of(event, epoch(event));
    if (key && verdicts_.contains(*key)) {
      ++counts_.remembered;
      return;
    }
  }
  if (!judge(event) && key && !view_.has_asked_volatile()) verdicts_.insert(*key);
}

// What answers hang on beside the event. The minute is in it, since users' files are looked at
// again only when somebody asks for a name.
std::uint64_t Detector::epoch(const SensorEvent& event) const {
  constexpr unsigned kMinuteBits = 36;  // of nanoseconds: 69 seconds
  const std::uint64_t names = users_ != nullptr ? users_->generation() : 0;
  const std::uint64_t minute = static_cast<std::uint64_t>(event.wall_ns) >> kMinuteBits;
  return rules_epoch_ << 56U ^ minute << 24U ^ names;
}

// Whether any rule fired.
bool Detector::judge(const SensorEvent& event) {
  fired_.clear();
  view_.set(event);
  judge_reading(event, false);
  const bool is_done = options_.matching == Matching::kFirst && !fired_.empty();
  if (!is_done && view_.has_two_names()) {
    view_.set_reading(Reading::kAsGiven);
    judge_reading(event, true);
  }
  return !fired_.empty();
}

bool Detector::judge_reading(const SensorEvent& event, bool by_given_name) {
  if (options_.matching == Matching::kFirst && is_everything_wanted_) {
    const std::int64_t rule = evaluator_->match_first(view_);
    if (rule < 0) return false;
    fire(static_cast<std::uint32_t>(rule), event, by_given_name);
    return true;
  }
  for (const std::uint32_t rule : evaluator_->match(view_)) {
    if (rules_->set->rules[rule].priority > options_.minimum) continue;
    if (std::ranges::find(fired_, rule) != fired_.end()) continue;
    fire(rule, event, by_given_name);
    if (options_.matching == Matching::kFirst) return true;
  }
  return !fired_.empty();
}

void Detector::fire(std::uint32_t rule, const SensorEvent& event, bool by_given_name) {
  fired_.push_back(rule);
  ++counts_.fired;
  ++by_rule_[rule];
  const rules::CompiledRule& compiled = rules_->set->rules[rule];
  sink_->on_alert({.origin = AlertOrigin::kRule,
                   .rule = compiled.name,
                   .priority = rules::to_string(compiled.priority),
                   .tags = compiled.tags,
                   .output = compiled.output,
                   .fields = {},
                   .event = &event,
                   .by_given_name = by_given_name});
}

}  // namespace yagura::sensor
