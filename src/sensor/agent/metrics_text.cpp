#include "sensor/agent/metrics_text.hpp"

#include <fmt/format.h>

#include <iterator>

namespace yagura::sensor {

void MetricsText::begin(std::string_view name, std::string_view type, std::string_view help) {
  name_ = fmt::format("yagura_sensor_{}", name);
  fmt::format_to(std::back_inserter(text_), "# HELP {} {}\n# TYPE {} {}\n", name_, help, name_,
                 type);
}

void MetricsText::write_name(Labels labels) {
  text_ += name_;
  if (labels.size() == 0) return;
  char before = '{';
  for (const auto& [key, value] : labels) {
    text_ += before;
    text_.append(key).append("=\"");
    for (const char c : value) {
      if (c == '\n') {
        text_ += "\\n";
        continue;
      }
      if (c == '"' || c == '\\') text_ += '\\';
      text_ += c;
    }
    text_ += '"';
    before = ',';
  }
  text_ += '}';
}

void MetricsText::sample(std::uint64_t value, Labels labels) {
  write_name(labels);
  fmt::format_to(std::back_inserter(text_), " {}\n", value);
}

void MetricsText::sample(double value, Labels labels) {
  write_name(labels);
  fmt::format_to(std::back_inserter(text_), " {}\n", value);
}

}  // namespace yagura::sensor
