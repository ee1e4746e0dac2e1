#include "sensor/analysis/aggregate/aggregator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "sensor/analysis/facts/hash.hpp"

namespace yagura::sensor {

namespace {

constexpr std::size_t kMaxProcesses = 5;

// The pod where there is one, else the container, else the host. The priority belongs to it: what
// is worse than the first is not held back.
std::uint64_t key_of(const SensorAlert& alert) {
  const Container* container = alert.event->container();
  std::string_view place;
  if (container != nullptr) {
    place = container->pod != nullptr && !container->pod->uid.empty()
                ? std::string_view(container->pod->uid)
                : std::string_view(container->id);
  }
  return combine_hash(combine_hash(hash_text(place), hash_text(alert.rule)),
                      hash_text(alert.priority));
}

std::string time_text(std::int64_t wall_ns) {
  const std::time_t seconds = wall_ns / 1'000'000'000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     wall_ns % 1'000'000'000);
}

std::string processes_text(const std::vector<std::pair<std::string, std::uint32_t>>& processes) {
  std::string text;
  for (const auto& [name, count] : processes) {
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", name, count);
  }
  return text;
}

}  // namespace

Aggregator::Aggregator(const AggregatorOptions& options, AlertSink& next)
    : options_(options), next_(next) {}

void Aggregator::on_alert(const SensorAlert& alert) {
  ++counts_.received;
  const std::uint64_t key = key_of(alert);
  const auto found = groups_.find(key);
  if (found == groups_.end()) {
    ++counts_.passed;
    open_group(key, alert);
    next_.on_alert(alert);
    return;
  }
  uses_.splice(uses_.begin(), uses_, found->second.use);
  if (alert.event->wall_ns >= found->second.window_end) on_tick(alert.event->wall_ns);
  // The tick may have closed the group.
  const auto open = groups_.find(key);
  if (open == groups_.end()) {
    ++counts_.passed;
    open_group(key, alert);
    next_.on_alert(alert);
    return;
  }
  if (open->second.passed < options_.at_once) {
    ++open->second.passed;
    ++counts_.passed;
    next_.on_alert(alert);
    return;
  }
  hold(open->second, alert);
}

void Aggregator::open_group(std::uint64_t key, const SensorAlert& alert) {
  if (groups_.size() >= std::max<std::size_t>(options_.max_groups, 1)) evict_oldest();
  uses_.push_front(key);
  Group& group = groups_[key];
  group.rule = alert.rule;
  group.priority = alert.priority;
  group.output = alert.output;
  group.tags.assign(alert.tags.begin(), alert.tags.end());
  group.origin = alert.origin;
  group.window_ns = options_.window_ns;
  group.window_end = alert.event->wall_ns + options_.window_ns;
  group.use = uses_.begin();
}

void Aggregator::hold(Group& group, const SensorAlert& alert) {
  ++counts_.held;
  ++group.count;
  const SensorEvent& event = *alert.event;
  if (group.count == 1) group.first_ns = event.wall_ns;
  group.last_ns = event.wall_ns;
  // A copy costs more than a count: the first, and then those whose number is a power of two.
  if ((group.count & (group.count - 1)) == 0) {
    group.last = std::make_unique<StoredEvent>(event, options_.max_event_bytes);
    group.fields.assign(alert.fields.begin(), alert.fields.end());
    group.by_given_name = alert.by_given_name;
  }
  const std::string& name = event.process->comm;
  const auto known =
      std::ranges::find(group.processes, name, &std::pair<std::string, std::uint32_t>::first);
  if (known != group.processes.end()) {
    ++known->second;
  } else if (group.processes.size() < kMaxProcesses) {
    group.processes.emplace_back(name, 1);
  }
}

void Aggregator::write_summary(Group& group) {
  ++counts_.summaries;
  auto fields = std::move(group.fields);
  fields.emplace_back("yagura.count", std::to_string(group.count));
  fields.emplace_back("yagura.first", time_text(group.first_ns));
  fields.emplace_back("yagura.last", time_text(group.last_ns));
  fields.emplace_back("yagura.processes", processes_text(group.processes));
  next_.on_alert({.origin = group.origin,
                  .rule = group.rule,
                  .priority = group.priority,
                  .tags = group.tags,
                  .output = group.output,
                  .fields = fields,
                  .event = &group.last->event(),
                  .by_given_name = group.by_given_name});
  group.count = 0;
  group.fields.clear();
  group.processes.clear();
  group.last.reset();
}

void Aggregator::on_tick(std::int64_t wall_ns) {
  for (auto at = groups_.begin(); at != groups_.end();) {
    Group& group = at->second;
    if (wall_ns < group.window_end) {
      ++at;
      continue;
    }
    if (group.count == 0) {
      uses_.erase(group.use);
      at = groups_.erase(at);
      continue;
    }
    write_summary(group);
    group.window_ns = std::min(group.window_ns * 2, options_.max_window_ns);
    group.window_end = wall_ns + group.window_ns;
    ++at;
  }
}

void Aggregator::flush() {
  for (auto& [key, group] : groups_) {
    if (group.count != 0) write_summary(group);
  }
  groups_.clear();
  uses_.clear();
}

void Aggregator::evict_oldest() {
  ++counts_.evicted;
  const auto oldest = groups_.find(uses_.back());
  if (oldest->second.count != 0) write_summary(oldest->second);
  uses_.pop_back();
  groups_.erase(oldest);
}

}  // namespace yagura::sensor
