#include "sensor/trace/trace_writer.hpp"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <utility>

#include "core/json_text.hpp"
#include "core/visible_text.hpp"
#include "rules/output/timestamp.hpp"
#include "rules/output/value_text.hpp"
#include "sensor/incident/notes.hpp"

namespace yagura::sensor {

namespace {

constexpr std::string_view kDim = "2";
constexpr std::string_view kCyan = "36";
constexpr std::string_view kYellow = "33";
constexpr std::string_view kRed = "31";

// What --output json says unless it is told.
constexpr std::string_view kJsonFields =
    "%evt.type %evt.args %evt.res %proc.name %proc.pid %proc.cmdline %proc.exepath %proc.pname "
    "%user.name %fd.name %container.id %container.name %container.image.repository %k8s.ns.name "
    "%k8s.pod.name";

std::string place_of(const Container* container) {
  if (container == nullptr) return "host";
  if (container->pod != nullptr && !container->pod->name.empty()) {
    return container->pod->name_space + "/" + container->pod->name;
  }
  return container->name.empty() ? std::string(container->short_id()) : container->name;
}

bool is_shown(const RecordView& record) {
  switch (record.kind()) {
    case YGR_CALL:
    case YGR_EXEC:
    case YGR_FORK:
    case YGR_EXIT:
    case YGR_DNS:
    case YGR_VERDICT:
      return true;
    default:
      return false;
  }
}

std::string exit_text(std::int64_t status) {
  const int code = static_cast<int>(status);
  if (WIFSIGNALED(code)) return fmt::format("killed by signal {}", WTERMSIG(code));
  return fmt::format("exit {}", WEXITSTATUS(code));
}

}  // namespace

Result<std::unique_ptr<TraceWriter>> TraceWriter::make(const TraceOptions& options,
                                                       const ViewSources& sources, OnLine on_line,
                                                       Diagnostics& diagnostics) {
  YAGURA_TRY(EventFilter filter, EventFilter::make(options.filter, diagnostics));
  std::unique_ptr<TraceWriter> writer(
      new TraceWriter(options, sources, std::move(on_line), std::move(filter)));
  std::string_view output = options.output;
  if (output.empty() && options.format == TraceFormat::kJson) output = kJsonFields;
  if (!output.empty()) {
    auto parsed = rules::OutputTemplate::parse(rules::Source::kSyscall, output);
    if (!parsed) {
      const auto& problem = parsed.error();
      return fail(ErrorCode::kInvalidInput,
                  problem.message + (problem.hint.empty() ? "" : " (" + problem.hint + ")"));
    }
    writer->output_ = std::move(*parsed);
  }
  writer->arguments_ = *rules::resolve_field(rules::Source::kSyscall, "evt.args");
  writer->result_ = *rules::resolve_field(rules::Source::kSyscall, "evt.res");
  return writer;
}

void TraceWriter::on_event(const SensorEvent& event) {
  if (!is_shown(*event.record)) return;
  ++counts_.seen;
  view_.set(event);
  if (!filter_.matches(event, view_)) return;
  ++counts_.shown;
  line_.clear();
  if (options_.format == TraceFormat::kJson) {
    append_json_line(event);
  } else if (output_) {
    scratch_.clear();
    output_->append(scratch_, view_);
    core::append_visible(line_, scratch_);
  } else {
    append_text_line(event);
  }
  on_line_(line_);
}

void TraceWriter::append_painted(std::string_view code, std::string_view text) {
  if (options_.has_colours) line_.append("\x1b[").append(code).append("m");
  core::append_visible(line_, text);
  if (options_.has_colours) line_ += "\x1b[0m";
}

void TraceWriter::append_cut(std::string_view text) {
  core::append_visible(line_, text.substr(0, options_.max_arguments));
  if (text.size() > options_.max_arguments) line_ += "…";
}

std::string_view TraceWriter::text_of(const rules::FieldRef& field) {
  const rules::Value value = view_.get(field);
  if (value.is_absent()) return {};
  if (value.kind() == rules::Value::Kind::kString) return value.as_string();
  scratch_.clear();
  rules::append_text(scratch_, value);
  return scratch_;
}

void TraceWriter::append_text_line(const SensorEvent& event) {
  std::string time;
  rules::append_time(time, event.wall_ns, rules::TimeFormat::kTime);
  append_painted(kDim, time);
  line_ += ' ';
  append_painted(kCyan, place_of(event.container()));
  line_ += ' ';
  core::append_visible(line_, event.thread_comm);
  line_ += fmt::format("[{}] ", event.record->header().tid);
  append_what(event);
}

void TraceWriter::append_what(const SensorEvent& event) {
  const RecordView& record = *event.record;
  switch (record.kind()) {
    case YGR_EXEC:
      append_painted(kYellow, "exec ");
      append_cut(event.process->image->exe_path);
      line_ += ": ";
      append_cut(command_line(event.process->image->argv, options_.max_arguments));
      return;
    case YGR_FORK: {
      const auto task = record.get<ygr_task>(YGR_S_TASK);
      append_painted(kYellow, rules::event_type_name(record.header().type));
      line_ += fmt::format(" by {}", task ? task->creator_tid : 0);
      return;
    }
    case YGR_EXIT:
      append_painted(kYellow, exit_text(record.header().result));
      return;
    case YGR_DNS:
      append_painted(kYellow, "dns ");
      append_cut(dns_text(record.text(YGR_S_DATA)));
      return;
    case YGR_VERDICT:
      append_painted(kRed, verdict_text(record).substr(0, options_.max_arguments));
      return;
    default:
      append_call(event);
  }
}

void TraceWriter::append_call(const SensorEvent& event) {
  append_painted(kYellow, rules::event_type_name(event.record->header().type));
  line_ += '(';
  append_cut(text_of(arguments_));
  line_ += ") = ";
  const std::int64_t result = event.record->header().result;
  if (result < 0) {
    append_painted(kRed, text_of(result_));
  } else {
    line_ += std::to_string(result);
  }
}

// {"time":…,"time_ns":…} and a member for each field of the output.
void TraceWriter::append_json_line(const SensorEvent& event) {
  core::JsonWriter json(line_, 0);
  json.begin_object();
  std::string time;
  rules::append_time(time, event.wall_ns, rules::TimeFormat::kRfc3339);
  json.member("time", time);
  json.member("time_ns", static_cast<long long>(event.wall_ns));
  if (event.record->kind() == YGR_DNS) {
    json.member("dns", dns_text(event.record->text(YGR_S_DATA)));
  }
  core::Arena arena;
  for (const rules::OutputTemplate::Field& field : output_->fields()) {
    std::string value;
    rules::append_json(value, field.value(view_, arena));
    json.key(field.name).raw(value);
  }
  json.end_object();
}

}  // namespace yagura::sensor
