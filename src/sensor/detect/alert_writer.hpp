#pragma once

// Alerts as lines: Falco's text or Falco's JSON (rules/output), which whoever reads Falco reads.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "rules/output/alert.hpp"
#include "sensor/event/alert.hpp"
#include "sensor/view/sensor_event_view.hpp"

namespace yagura::sensor {

enum class AlertFormat : std::uint8_t { kText, kJson };

// A bucket for each rule and pod (or container, or the host): so many at once, and so many a
// second after that. What is left out is counted, and the next one of the same that is let through
// says how many in its field "yagura.suppressed".
struct AlertRate {
  double per_second = 0;  // 0: no limit
  double burst = 100;
  std::size_t max_buckets = 4'096;  // beyond it all begin anew
};

struct AlertWriterOptions {
  AlertFormat format = AlertFormat::kText;
  rules::AlertTime time_style = rules::AlertTime::kLocal;
  // Puts container and pod behind each output, as Falco does by default.
  bool append_container = true;
  rules::JsonMembers json_members;
  AlertRate rate;
};

struct AlertCounts {
  std::uint64_t written = 0;
  std::uint64_t suppressed = 0;   // by the rate
  std::uint64_t bad_outputs = 0;  // whose text no template could be made of: written without fields
};

// On the pipeline's thread.
class AlertWriter : public AlertSink {
 public:
  // `line` has no end and lives until the call returns.
  using OnLine = std::function<void(std::string_view line)>;

  // What the sources point to outlives it.
  AlertWriter(AlertWriterOptions options, ViewSources sources, OnLine on_line);

  void on_alert(const SensorAlert& alert) override;

  // The output's text alone, filled in from the event; counts nothing.
  [[nodiscard]] std::string text_of(const SensorAlert& alert);

  [[nodiscard]] const AlertCounts& counts() const { return counts_; }

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  struct Bucket {
    double tokens = 0;
    std::int64_t time_ns = 0;
    std::uint64_t suppressed = 0;
  };

  const rules::OutputTemplate& template_of(std::string_view output);
  Bucket* bucket_of(const SensorAlert& alert);
  static bool take(Bucket& bucket, const AlertRate& rate, std::int64_t now_ns);

  AlertWriterOptions options_;
  std::string hostname_;
  SensorEventView view_;
  OnLine on_line_;
  std::unordered_map<std::string, rules::OutputTemplate, TextHash, std::equal_to<>> templates_;
  std::unordered_map<std::string, Bucket, TextHash, std::equal_to<>> buckets_;
  std::vector<std::pair<std::string, std::string>> fields_;
  std::string bucket_key_;
  std::string line_;
  AlertCounts counts_;
};

}  // namespace yagura::sensor
