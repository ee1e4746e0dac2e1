#pragma once

// What is to be asked, and when: each name at most once, due times doubling with each try. Used by
// one thread; the caller locks.

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

namespace yagura::sensor {

class RetryQueue {
 public:
  using Time = std::chrono::steady_clock::time_point;

  RetryQueue(std::chrono::milliseconds first, std::chrono::milliseconds last)
      : first_(first), last_(last) {}

  // Due at once, as for the first time.
  void add(const std::string& name, Time now) { put(name, now, 0); }
  // After take(): due again later. Returns how often it was taken so far.
  unsigned again(const std::string& name, unsigned tries, Time now) {
    const auto delay = first_ * (std::int64_t{1} << std::min(tries, 20U));
    put(name, now + std::min<std::chrono::milliseconds>(delay, last_), tries + 1);
    return tries + 1;
  }
  void remove(const std::string& name) {
    if (const auto found = entries_.find(name); found != entries_.end()) {
      due_.erase({found->second.due, name});
      entries_.erase(found);
    }
  }

  struct Taken {
    std::string name;
    unsigned tries = 0;
  };
  std::optional<Taken> take(Time now) {
    if (due_.empty() || due_.begin()->first > now) {
      return std::nullopt;
    }
    Taken taken{due_.begin()->second, 0};
    taken.tries = entries_.at(taken.name).tries;
    entries_.erase(taken.name);
    due_.erase(due_.begin());
    return taken;
  }
  [[nodiscard]] std::optional<Time> next() const {
    return due_.empty() ? std::nullopt : std::optional(due_.begin()->first);
  }

 private:
  struct Entry {
    Time due;
    unsigned tries = 0;
  };
  void put(const std::string& name, Time due, unsigned tries) {
    remove(name);
    entries_[name] = {due, tries};
    due_.emplace(due, name);
  }

  std::chrono::milliseconds first_;
  std::chrono::milliseconds last_;
  std::unordered_map<std::string, Entry> entries_;
  std::set<std::pair<Time, std::string>> due_;
};

}  // namespace yagura::sensor
