#include "rules/output/alert.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <vector>

#include "core/arena.hpp"
#include "core/json_text.hpp"
#include "rules/output/timestamp.hpp"
#include "rules/output/value_text.hpp"

namespace yagura::rules {
namespace {

Value value_of(const EventView& event, std::string_view name) {
  const auto id = find_field(event.source(), name);
  return id ? event.get({.id = *id}) : Value::absent();
}

void append_prefix(std::string& out, const Alert& alert, std::int64_t time) {
  append_time(out, time,
              alert.time_style == AlertTime::kLocal ? TimeFormat::kTime : TimeFormat::kIso8601);
  out += ": ";
  out += alert.priority;
  out += ' ';
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
  out += ",\"";
  out += name;
  out += "\":";
  core::append_json_string(out, value);
}

// Falco keeps them in a set.
void append_tags(std::string& out, std::span<const std::string> tags) {
  std::vector<std::string_view> sorted(tags.begin(), tags.end());
  std::ranges::sort(sorted);
  out += ",\"tags\":[";
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (i > 0) out += ',';
    core::append_json_string(out, sorted[i]);
  }
  out += ']';
}

std::string_view time_field(AlertTime style) {
  return style == AlertTime::kLocal ? "evt.time" : "evt.time.iso8601";
}

// Falco gives these as the number of nanoseconds, though they are text elsewhere.
bool is_time_field(std::string_view name) {
  static constexpr std::array<std::string_view, 5> kNames = {
      "evt.time", "evt.time.s", "evt.time.iso8601", "evt.datetime", "evt.datetime.s"};
  return std::ranges::find(kNames, name) != kNames.end();
}

void append_field(std::string& out, std::string_view name, const Value& value) {
  if (out.back() != '{') out += ',';
  core::append_json_string(out, name);
  out += ':';
  append_json(out, value);
}

void append_fields(std::string& out, const Alert& alert, std::int64_t nanoseconds,
                   std::span<const Value> values) {
  const std::string_view time = time_field(alert.time_style);
  const Value now = Value::integer(nanoseconds);
  bool time_written = false;
  out += '{';
  const auto& fields = alert.output->fields();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const OutputTemplate::Field& field = fields[i];
    if (!time_written && time <= field.name) {
      if (time != field.name) append_field(out, time, now);
      time_written = true;
    }
    append_field(out, field.name, is_time_field(field.name) ? now : values[i]);
  }
  if (!time_written) append_field(out, time, now);
  for (const auto& [name, text] : alert.extra_fields) {
    append_field(out, name, Value::string(text));
  }
  out += '}';
}

std::string text_of(const EventView& event, std::string_view name) {
  const Value value = value_of(event, name);
  std::string text;
  if (!value.is_absent()) append_text(text, value);
  return text;
}

std::uint32_t number_of(const EventView& event, std::string_view name) {
  const Value value = value_of(event, name);
  if (value.kind() != Value::Kind::kInteger || value.as_integer() < 0) return 0;
  return static_cast<std::uint32_t>(value.as_integer());
}

model::EventKind kind_of(const EventView& event) {
  if (event.source() == Source::kK8sAudit) return model::EventKind::kAudit;
  const std::string category = text_of(event, "evt.category");
  if (category == "file") return model::EventKind::kFile;
  if (category == "net") return model::EventKind::kNetwork;
  return model::EventKind::kProcess;
}

model::Outcome outcome_of(const EventView& event) {
  if (event.source() == Source::kSyscall) {
    const Value failed = value_of(event, "evt.failed");
    if (failed.kind() != Value::Kind::kBoolean) return model::Outcome::kUnknown;
    return failed.as_boolean() ? model::Outcome::kFailed : model::Outcome::kAllowed;
  }
  const std::string code = text_of(event, "ka.response.code");
  if (text_of(event, "ka.auth.decision") == "forbid" || code == "401" || code == "403") {
    return model::Outcome::kDenied;
  }
  if (code.empty()) return model::Outcome::kUnknown;
  return code.front() == '4' || code.front() == '5' ? model::Outcome::kFailed
                                                    : model::Outcome::kAllowed;
}

void fill_process(model::Event& out, const EventView& event) {
  out.action = text_of(event, "evt.type");
  out.actor.pid = number_of(event, "proc.pid");
  out.actor.parent_pid = number_of(event, "proc.ppid");
  out.actor.uid = number_of(event, "user.uid");
  out.actor.executable = text_of(event, "proc.exepath");
  out.actor.command_line = text_of(event, "proc.cmdline");
  out.actor.container_id = text_of(event, "container.full_id");
}

void fill_request(model::Event& out, const EventView& event) {
  out.action = text_of(event, "ka.verb");
  out.actor.user = text_of(event, "ka.user.name");
  const Value addresses = value_of(event, "ka.sourceips");
  if (addresses.kind() == Value::Kind::kStringList && !addresses.as_strings().empty()) {
    append_clean(out.peer.address, addresses.as_strings().front());
  }
}

}  // namespace

model::Severity severity_of(std::string_view priority) {
  if (priority == "Error") return model::Severity::kHigh;
  if (priority == "Warning") return model::Severity::kMedium;
  if (priority == "Notice") return model::Severity::kLow;
  if (priority == "Informational" || priority == "Debug") return model::Severity::kInfo;
  return model::Severity::kCritical;
}

std::int64_t event_time(const EventView& event) {
  const Value time = value_of(event, "evt.rawtime");
  return time.kind() == Value::Kind::kInteger ? time.as_integer() : 0;
}

void append_text_line(std::string& out, const Alert& alert) {
  append_prefix(out, alert, event_time(*alert.event));
  alert.output->append(out, *alert.event);
  append_clean(out, alert.addition);
}

void append_json_line(std::string& out, const Alert& alert) {
  core::Arena arena;
  std::vector<Value> values;
  alert.output->read_values(values, *alert.event, arena);
  const std::int64_t time = event_time(*alert.event);
  std::string output;
  append_prefix(output, alert, time);
  const std::size_t prefix = output.size();
  alert.output->append(output, values);
  append_clean(output, alert.addition);
  out += "{\"hostname\":";
  core::append_json_string(out, alert.hostname);
  if (alert.members.message) append_member(out, "message", output.substr(prefix));
  if (alert.members.output) append_member(out, "output", output);
  if (alert.members.output_fields) {
    out += ",\"output_fields\":";
    append_fields(out, alert, time, values);
  }
  append_member(out, "priority", alert.priority);
  append_member(out, "rule", alert.rule);
  append_member(out, "source", to_string(alert.event->source()));
  if (alert.members.tags) append_tags(out, alert.tags);
  out += ",\"time\":\"";
  append_time(out, time, TimeFormat::kRfc3339);
  out += "\"}";
}

model::Event to_event(const Alert& alert) {
  const EventView& event = *alert.event;
  model::Event out;
  out.kind = kind_of(event);
  out.severity = severity_of(alert.priority);
  out.outcome = outcome_of(event);
  out.time = std::chrono::system_clock::time_point(
      std::chrono::duration_cast<std::chrono::system_clock::duration>(
          std::chrono::nanoseconds(event_time(event))));
  out.rule = alert.rule;
  alert.output->append(out.message, event);
  out.node = alert.hostname;
  if (event.source() == Source::kSyscall) {
    fill_process(out, event);
  } else {
    fill_request(out, event);
  }
  core::Arena arena;
  for (const OutputTemplate::Field& field : alert.output->fields()) {
    const Value value = field.value(event, arena);
    if (value.is_absent()) continue;
    std::string text;
    append_text(text, value);
    out.attributes.emplace_back(field.name, std::move(text));
  }
  return out;
}

}  // namespace yagura::rules
