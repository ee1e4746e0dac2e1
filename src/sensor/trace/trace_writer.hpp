#pragma once

// Events as lines, for a person at a terminal: `yagura sensor trace`.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "rules/output/output_template.hpp"
#include "sensor/trace/event_filter.hpp"

namespace yagura::sensor {

enum class TraceFormat : std::uint8_t { kText, kJson };

struct TraceOptions {
  EventFilterOptions filter;
  TraceFormat format = TraceFormat::kText;
  // Fields in Falco's way, "%evt.time %proc.cmdline": what a line says, and with kJson its members.
  // Empty: time, pod or container, process, call, arguments, result.
  std::string output;
  bool has_colours = false;
  std::size_t max_arguments = 400;  // bytes of a line's arguments; a cut is marked
};

struct TraceCounts {
  std::uint64_t seen = 0;
  std::uint64_t shown = 0;
};

class TraceWriter final : public EventConsumer {
 public:
  // `line` has no end and lives until the call returns. What is hostile in it is spelt out.
  using OnLine = std::function<void(std::string_view line)>;

  // Errors: the filter's, or an output that names unknown fields. What the sources point to
  // outlives the writer.
  [[nodiscard]] static Result<std::unique_ptr<TraceWriter>> make(const TraceOptions& options,
                                                                 const ViewSources& sources,
                                                                 OnLine on_line,
                                                                 Diagnostics& diagnostics);

  void on_event(const SensorEvent& event) override;

  [[nodiscard]] const TraceCounts& counts() const { return counts_; }
  [[nodiscard]] const EventFilter& filter() const { return filter_; }

 private:
  TraceWriter(TraceOptions options, const ViewSources& sources, OnLine on_line, EventFilter filter)
      : options_(std::move(options)),
        view_(sources),
        on_line_(std::move(on_line)),
        filter_(std::move(filter)) {}

  void append_text_line(const SensorEvent& event);
  void append_json_line(const SensorEvent& event);
  void append_what(const SensorEvent& event);
  void append_call(const SensorEvent& event);
  void append_painted(std::string_view code, std::string_view text);
  void append_cut(std::string_view text);
  [[nodiscard]] std::string_view text_of(const rules::FieldRef& field);

  TraceOptions options_;
  SensorEventView view_;
  OnLine on_line_;
  EventFilter filter_;
  std::optional<rules::OutputTemplate> output_;
  rules::FieldRef arguments_;
  rules::FieldRef result_;
  std::string line_;
  std::string scratch_;
  TraceCounts counts_;
};

}  // namespace yagura::sensor
