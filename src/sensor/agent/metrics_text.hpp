#pragma once

// Prometheus' text format (0.0.4), built line by line.

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace yagura::sensor {

class MetricsText {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  // Starts a metric; its samples follow. `name` without the prefix "yagura_sensor_".
  void counter(std::string_view name, std::string_view help) { begin(name, "counter", help); }
  void gauge(std::string_view name, std::string_view help) { begin(name, "gauge", help); }
  void sample(std::uint64_t value, Labels labels = {});
  void sample(double value, Labels labels = {});
  // A metric with one sample.
  void counter(std::string_view name, std::string_view help, std::uint64_t value) {
    counter(name, help);
    sample(value);
  }
  void gauge(std::string_view name, std::string_view help, std::uint64_t value) {
    gauge(name, help);
    sample(value);
  }

  [[nodiscard]] const std::string& text() const { return text_; }
  // Lines that another part made.
  void append(std::string_view lines) { text_ += lines; }

 private:
  void begin(std::string_view name, std::string_view type, std::string_view help);
  void write_name(Labels labels);

  std::string text_;
  std::string name_;
};

}  // namespace yagura::sensor
