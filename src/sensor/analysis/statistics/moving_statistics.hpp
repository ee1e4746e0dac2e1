#pragma once

// The usual count of a window, and how far one is from it.
//
// Mean and variance are exponentially weighted (West 1979; Finch 2009, "Incremental calculation of
// weighted mean and variance"): with weight a and difference d = x - mean,
//   mean' = mean + a d,    variance' = (1 - a) (variance + a d^2).
// Until 1/a windows were seen the weight is 1/n, which makes both the plain mean and variance of
// what was seen: the first windows count as much as the later ones. The deviation that a z-score
// divides by is at least sqrt(mean + 1), that of a Poisson count: a workload that did exactly the
// same in every window so far must not alarm at one event more. A window that is far out moves the
// mean only as far as the bound below, so that one flood does not make the next one usual.

#include <cstdint>

namespace yagura::sensor {

class MovingStatistics {
 public:
  static constexpr double kWeight = 1.0 / 60;  // of one window: with minutes, an hour's memory
  static constexpr double kMaxPull = 6;        // deviations that one window can pull by

  // (count - mean) / deviation; before add(count). 0 where nothing was seen yet.
  [[nodiscard]] double z_score(double count) const;
  void add(double count);

  [[nodiscard]] std::uint32_t windows() const { return windows_; }
  [[nodiscard]] double mean() const { return mean_; }
  [[nodiscard]] double deviation() const;

 private:
  std::uint32_t windows_ = 0;
  double mean_ = 0;
  double variance_ = 0;
};

}  // namespace yagura::sensor
