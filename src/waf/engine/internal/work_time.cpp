#include "waf/engine/internal/work_time.hpp"

#include <ctime>

namespace yagura::waf::internal {
namespace {

// A budget of less is for tests and for the desperate: counted from the beginning.
constexpr std::chrono::milliseconds kSmallBudget{1};

}  // namespace

WorkTime::Nanoseconds WorkTime::thread_cpu_time() {
  std::timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec);
}

void WorkTime::reset(Nanoseconds budget, Clocks clocks) {
  *this = WorkTime();
  clocks_ = clocks;
  budget_ = budget;
  has_budget_ = budget.count() != 0;
  uncounted_ = budget < kSmallBudget ? Nanoseconds(0) : budget / 8;
}

void WorkTime::enter() {
  entered_ = clocks_.wall();
  if (!has_budget_) return;
  if (counts_cpu_ || wall_time_ >= uncounted_) {
    start_counting();
  } else {
    deadline_ = entered_ + (uncounted_ - wall_time_);
  }
}

void WorkTime::start_counting() {
  counts_cpu_ = true;
  entered_cpu_ = clocks_.cpu();
  deadline_ = clocks_.wall() + (budget_ - cpu_time_);
}

void WorkTime::leave() {
  wall_time_ += clocks_.wall() - entered_;
  if (counts_cpu_) cpu_time_ += clocks_.cpu() - entered_cpu_;
}

bool WorkTime::looks_over() {
  if (!counts_cpu_) {
    start_counting();
    return false;
  }
  const Nanoseconds used = cpu_time_ + clocks_.cpu() - entered_cpu_;
  if (used >= budget_) return true;
  deadline_ = clocks_.wall() + (budget_ - used);
  return false;
}

}  // namespace yagura::waf::internal
