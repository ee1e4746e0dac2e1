#pragma once

// Judges a recording by rules, as the sensor would have judged it live.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "rules/judge/rule_files.hpp"
#include "sensor/capture/record_source.hpp"
#include "sensor/detect/alert_writer.hpp"
#include "sensor/detect/detector.hpp"
#include "sensor/process/pipeline.hpp"

namespace yagura::sensor {

struct ReplayOptions {
  DetectorOptions detector;
  AlertWriterOptions alerts;
  std::string hostname;  // empty: the recording's
  // Incidents of the alerts are written here (incident/); empty: none.
  std::filesystem::path incidents;
};

struct ReplaySinks {
  // A line an alert, as AlertWriter makes them; may be empty.
  AlertWriter::OnLine on_line;
  // Adds further consumers before the first record. They and what they keep of the sources must
  // outlive the replay; they must not touch either afterwards.
  std::function<void(Pipeline& pipeline, const ViewSources& sources)> attach;
  // Asked between records; true ends the replay.
  std::function<bool()> should_stop;
};

struct ReplayStatistics {
  std::uint64_t records = 0;
  std::uint64_t events = 0;  // calls, execs, forks, exits
  std::uint64_t alerts = 0;
  std::int64_t first_ns = 0;  // wall time of the first and last event
  std::int64_t last_ns = 0;
  PipelineCounts pipeline;
  DetectorCounts detector;
  std::vector<std::pair<std::string, std::uint64_t>> by_rule;  // that fired, most often first
  std::vector<std::pair<std::string, std::uint64_t>> by_type;  // events, most often first
  std::vector<std::string> remarks;                            // of the recording
  std::uint64_t incidents = 0;
};

// `rules`: its set may not be null; null itself: nothing is judged. Errors: reading the recording,
// or the folder of incidents. Linear.
[[nodiscard]] Result<ReplayStatistics> run_replay(RecordSource& source,
                                                  std::shared_ptr<const rules::LoadedRules> rules,
                                                  const ReplayOptions& options,
                                                  const ReplaySinks& sinks);

// For people, several lines.
[[nodiscard]] std::string summary(const ReplayStatistics& statistics);

}  // namespace yagura::sensor
