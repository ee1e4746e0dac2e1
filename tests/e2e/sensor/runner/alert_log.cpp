#include "runner/alert_log.hpp"

#include <algorithm>

namespace yagura::sensor::e2e {

std::string list_of(const std::vector<SeenAlert>& alerts) {
  std::string text = alerts.empty() ? "no alert at all" : "";
  for (const SeenAlert& alert : alerts) {
    text += "\n  " + alert.rule + " | " + alert.process + " | pod " + alert.pod + " | container " +
            alert.container_id;
  }
  return text;
}

void AlertLog::add_alert(SeenAlert alert) {
  const std::lock_guard lock(mutex_);
  entries_.push_back({.mark = {}, .alert = std::move(alert)});
}

void AlertLog::add_mark(std::string mark) {
  {
    const std::lock_guard lock(mutex_);
    entries_.push_back({.mark = std::move(mark), .alert = {}});
  }
  changed_.notify_all();
}

std::vector<AlertLog::Entry>::const_iterator AlertLog::find(std::string_view mark) const {
  return std::find_if(entries_.begin(), entries_.end(),
                      [&](const Entry& entry) { return entry.mark == mark; });
}

bool AlertLog::wait_for_mark(std::string_view mark) {
  constexpr std::chrono::seconds kNeverThatLong{20};
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kNeverThatLong, [&] { return find(mark) != entries_.end(); });
}

std::vector<SeenAlert> AlertLog::between(std::string_view from, std::string_view to) const {
  const std::lock_guard lock(mutex_);
  const auto begin = find(from);
  const auto end = find(to);
  std::vector<SeenAlert> alerts;
  if (begin == entries_.end() || end == entries_.end()) return alerts;
  for (auto entry = begin; entry < end; ++entry) {
    if (entry->mark.empty()) alerts.push_back(entry->alert);
  }
  return alerts;
}

}  // namespace yagura::sensor::e2e
