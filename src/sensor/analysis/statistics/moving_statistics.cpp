#include "sensor/analysis/statistics/moving_statistics.hpp"

#include <algorithm>
#include <cmath>

namespace yagura::sensor {

double MovingStatistics::deviation() const { return std::sqrt(std::max(variance_, mean_ + 1)); }

double MovingStatistics::z_score(double count) const {
  return windows_ == 0 ? 0 : (count - mean_) / deviation();
}

void MovingStatistics::add(double count) {
  ++windows_;
  const double weight = std::max(kWeight, 1.0 / windows_);
  double difference = count - mean_;
  if (windows_ > 10) {
    const double bound = kMaxPull * deviation();
    difference = std::clamp(difference, -bound, bound);
  }
  mean_ += weight * difference;
  variance_ = (1 - weight) * (variance_ + weight * difference * difference);
}

}  // namespace yagura::sensor
