#pragma once

// How long the engine has worked for one transaction: by the wall clock, for the statistics, and by
// the CPU clock of its thread, for the budget. Time in which the machine lets others run is no
// fault of the request's.
//
// The CPU clock is a system call, the wall clock is not, and the first never runs faster than the
// second: the CPU clock is asked only where the wall clock says that the budget might be used up,
// and not at all before an eighth of the budget has gone by, which is therefore not counted. A
// request is given up after between one budget and nine eighths of CPU time.

#include <chrono>
#include <cstdint>

namespace yagura::waf::internal {

class WorkTime {
 public:
  using Wall = std::chrono::steady_clock::time_point;
  using Nanoseconds = std::chrono::nanoseconds;

  // Where time comes from; tests give their own.
  struct Clocks {
    Wall (*wall)() = &std::chrono::steady_clock::now;
    Nanoseconds (*cpu)() = &thread_cpu_time;
  };

  // A new transaction. A budget of 0: none.
  void reset(Nanoseconds budget) { reset(budget, Clocks()); }
  void reset(Nanoseconds budget, Clocks clocks);

  // Around each piece of work, on one thread. Not nested.
  void enter();
  void leave();

  // Within such a piece: has the budget been used up? Cheap until it nearly has.
  [[nodiscard]] bool is_over() {
    return has_budget_ && clocks_.wall() >= deadline_ && looks_over();
  }

  [[nodiscard]] Nanoseconds wall_time() const { return wall_time_; }  // of the pieces that are done

  [[nodiscard]] static Nanoseconds thread_cpu_time();

 private:
  [[nodiscard]] bool looks_over();
  void start_counting();

  Clocks clocks_;
  Nanoseconds budget_{}, uncounted_{};
  Nanoseconds wall_time_{}, cpu_time_{};
  Wall entered_, deadline_;  // before the deadline nothing can be over
  Nanoseconds entered_cpu_{};
  bool has_budget_ = false, counts_cpu_ = false;
};

}  // namespace yagura::waf::internal
