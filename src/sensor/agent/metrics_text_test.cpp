#include "sensor/agent/metrics_text.hpp"

#include <gtest/gtest.h>

namespace yagura::sensor {
namespace {

TEST(MetricsText, IsPrometheusTextFormat) {
  MetricsText metrics;
  metrics.counter("lost_total", "Records that were lost.");
  metrics.sample(std::uint64_t{3}, {{"ring", "events"}, {"cause", "a\"b\\c\nd"}});
  metrics.gauge("processes", "Processes that are known.", 7);
  EXPECT_EQ(metrics.text(),
            "# HELP yagura_sensor_lost_total Records that were lost.\n"
            "# TYPE yagura_sensor_lost_total counter\n"
            "yagura_sensor_lost_total{ring=\"events\",cause=\"a\\\"b\\\\c\\nd\"} 3\n"
            "# HELP yagura_sensor_processes Processes that are known.\n"
            "# TYPE yagura_sensor_processes gauge\n"
            "yagura_sensor_processes 7\n");
}

}  // namespace
}  // namespace yagura::sensor
