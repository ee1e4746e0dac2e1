// evt.*, syscall.type and syslog.*.

#include <fcntl.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "rules/event_type.hpp"
#include "rules/output/timestamp.hpp"
#include "sensor/view/flag_names.hpp"
#include "sensor/view/sensor_event_view.hpp"
#include "sensor/view/time_between.hpp"

namespace yagura::sensor {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::uint64_t word_of(std::string_view bytes, std::size_t index) {
  std::uint64_t word = 0;
  if (bytes.size() >= (index + 1) * sizeof(word)) {
    std::memcpy(&word, bytes.data() + index * sizeof(word), sizeof(word));
  }
  return word;
}

constexpr std::string_view kFacilities[] = {
    "kern",   "user",   "mail",     "daemon", "auth",   "syslog",   "lpr",      "news",
    "uucp",   "cron",   "authpriv", "ftp",    "ntp",    "logaudit", "logalert", "clock",
    "local0", "local1", "local2",   "local3", "local4", "local5",   "local6",   "local7"};
constexpr std::string_view kSeverities[] = {"emerg", "alert",  "crit", "err",
                                            "warn",  "notice", "info", "debug"};

bool is_syslog(std::string_view name) {
  return name == "/dev/log" || name.ends_with("/journal/dev-log");
}

}  // namespace

bool SensorEventView::has_result() const {
  return header().kind == YGR_CALL || header().kind == YGR_EXEC || header().kind == YGR_FORK;
}

// O_… of a call that opens. Operations of io_uring have no registers: the file's own flags then.
std::uint64_t SensorEventView::open_flags() const {
  const RecordView& record = *event_->record;
  const std::string_view type = rules::event_type_name(header().type);
  const auto args = record.get<ygr_args>(YGR_S_ARGS);
  const bool is_call = args && (header().flags & YGR_FROM_IO_URING) == 0;
  if (type == "openat2") {
    if (record.text(YGR_S_BLOB).size() >= sizeof(std::uint64_t)) {
      return word_of(record.text(YGR_S_BLOB), 0);
    }
  } else if (is_call) {
    if (type == "open") return args->value[1];
    if (type == "openat" || type == "open_by_handle_at") return args->value[2];
    if (type == "creat") return O_CREAT | O_WRONLY | O_TRUNC;
  }
  if (const auto file = record.get<ygr_file>(YGR_S_FD)) return file->open_flags;
  return type == "creat" ? O_CREAT | O_WRONLY | O_TRUNC : 0;
}

std::string_view SensorEventView::category() const {
  const std::string_view category = info().category;
  if (!category.empty()) return category;
  switch (descriptor().type) {
    case DescriptorType::kFile:
    case DescriptorType::kDirectory:
      return "file";
    case DescriptorType::kIpv4:
    case DescriptorType::kIpv6:
      return "net";
    case DescriptorType::kUnix:
    case DescriptorType::kPipe:
    case DescriptorType::kEvent:
    case DescriptorType::kSignal:
    case DescriptorType::kInotify:
      return "IPC";
    case DescriptorType::kEpoll:
      return "wait";
    case DescriptorType::kMemfd:
      return "memory";
    default:
      return "unknown";
  }
}

rules::Value SensorEventView::time_field(Field field) const {
  const std::int64_t now = event_->wall_ns;
  const auto formatted = [&](rules::TimeFormat format) {
    std::string& out = scratch();
    rules::append_time(out, now, format);
    return keep(out);
  };
  switch (field) {
    case Field::kEvtTime:
    case Field::kEvtOutputtime:
      return formatted(rules::TimeFormat::kTime);
    case Field::kEvtTimeS:
      return formatted(rules::TimeFormat::kTimeSeconds);
    case Field::kEvtTimeIso8601:
      return formatted(rules::TimeFormat::kIso8601);
    case Field::kEvtDatetime:
      return formatted(rules::TimeFormat::kDateTime);
    case Field::kEvtDatetimeS:
      return formatted(rules::TimeFormat::kDateTimeSeconds);
    case Field::kEvtRawtime:
      return Value::integer(now);
    case Field::kEvtRawtimeS:
      return Value::integer(now / kSecond);
    case Field::kEvtRawtimeNs:
      return Value::integer(now % kSecond);
    case Field::kEvtReltime:
      return Value::integer(time_between(first_ns_, now));
    case Field::kEvtReltimeS:
      return Value::integer(time_between(first_ns_, now) / kSecond);
    case Field::kEvtReltimeNs:
      return Value::integer(time_between(first_ns_, now) % kSecond);
    default:
      break;
  }
  const std::int64_t delta = last_ns_ == 0 ? 0 : time_between(last_ns_, now);
  if (field == Field::kEvtDeltatimeS) return Value::integer(delta / kSecond);
  if (field == Field::kEvtDeltatimeNs) return Value::integer(delta % kSecond);
  return Value::integer(delta);
}

rules::Value SensorEventView::count_field(Field field) const {
  const bool failed = has_result() && header().result < 0;
  const std::string_view kind = failed ? category() : std::string_view();
  const auto one_if = [](bool is_so) { return Value::integer(is_so ? 1 : 0); };
  switch (field) {
    case Field::kEvtCountError:
      return one_if(failed);
    case Field::kEvtCountErrorFile:
      return one_if(kind == "file");
    case Field::kEvtCountErrorNet:
      return one_if(kind == "net");
    case Field::kEvtCountErrorMemory:
      return one_if(kind == "memory");
    case Field::kEvtCountErrorOther:
      return one_if(failed && kind != "file" && kind != "net" && kind != "memory");
    case Field::kEvtCount:
    case Field::kEvtCountExit:
      return Value::integer(1);
    default:  // procinfo events are not made
      return Value::integer(0);
  }
}

// evt.buflen.* and what is asked of input and output.
rules::Value SensorEventView::io_field(Field field) const {
  const TypeInfo& type = info();
  const bool is_io = type.is_read || type.is_write;
  switch (field) {
    case Field::kEvtIsIo:
      return Value::boolean(is_io);
    case Field::kEvtIsIoRead:
      return Value::boolean(type.is_read);
    case Field::kEvtIsIoWrite:
      return Value::boolean(type.is_write);
    case Field::kEvtIoDir:
      return is_io ? Value::string(type.is_read ? "R" : "w") : Value::absent();
    case Field::kEvtBuffer:
      return event_->record->has(YGR_S_DATA) ? Value::string(event_->record->text(YGR_S_DATA))
                                             : Value::absent();
    default:
      break;
  }
  if (!is_io || header().result < 0) return Value::absent();
  const bool is_file = descriptor().type == DescriptorType::kFile;
  const bool is_net =
      descriptor().type == DescriptorType::kIpv4 || descriptor().type == DescriptorType::kIpv6;
  bool applies = true;
  switch (field) {
    case Field::kEvtBuflenIn:
      applies = type.is_read;
      break;
    case Field::kEvtBuflenOut:
      applies = type.is_write;
      break;
    case Field::kEvtBuflenFile:
      applies = is_file;
      break;
    case Field::kEvtBuflenFileIn:
      applies = is_file && type.is_read;
      break;
    case Field::kEvtBuflenFileOut:
      applies = is_file && type.is_write;
      break;
    case Field::kEvtBuflenNet:
      applies = is_net;
      break;
    case Field::kEvtBuflenNetIn:
      applies = is_net && type.is_read;
      break;
    case Field::kEvtBuflenNetOut:
      applies = is_net && type.is_write;
      break;
    default:
      break;
  }
  return applies ? Value::integer(header().result) : Value::absent();
}

rules::Value SensorEventView::open_field(Field field) const {
  if (!info().is_open) return Value::boolean(false);
  const std::uint64_t flags = open_flags();
  const std::uint64_t access = flags & O_ACCMODE;
  switch (field) {
    case Field::kEvtIsOpenRead:
      return Value::boolean((access == O_RDONLY || access == O_RDWR) && (flags & O_PATH) == 0);
    case Field::kEvtIsOpenWrite:
      return Value::boolean(access == O_WRONLY || access == O_RDWR);
    case Field::kEvtIsOpenCreate: {
      const auto file = event_->record->get<ygr_file>(YGR_S_FD);
      return Value::boolean(file && (file->flags & YGR_FILE_CREATED) != 0);
    }
    default:
      break;
  }
  // A new file that may be executed: the mode counts only where a file is made.
  const bool makes = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  if (!makes) return Value::boolean(false);
  const std::string_view type = rules::event_type_name(header().type);
  std::uint64_t mode = 0;
  if (type == "openat2") {
    mode = word_of(event_->record->text(YGR_S_BLOB), 1);
  } else if (const auto args = event_->record->get<ygr_args>(YGR_S_ARGS)) {
    mode = args->value[type == "creat" ? 1 : type == "open" ? 2 : 3];
  }
  return Value::boolean((mode & 0111U) != 0);
}

rules::Value SensorEventView::event_field(const FieldRef& ref) const {
  const auto field = static_cast<Field>(ref.id);
  const ygr_header& head = header();
  switch (field) {
    case Field::kEvtNum:
      return Value::integer(static_cast<std::int64_t>(event_->number));
    case Field::kEvtSource:
      return Value::string("syscall");
    case Field::kEvtIsAsync:
      return Value::boolean(false);
    case Field::kEvtHostname:
      return sources_.hostname.empty() ? Value::absent() : Value::string(sources_.hostname);
    case Field::kEvtPluginname:
    case Field::kEvtPlugininfo:
    case Field::kEvtAsynctype:
    case Field::kEvtAround:
    case Field::kEvtLatency:
    case Field::kEvtLatencyS:
    case Field::kEvtLatencyNs:
    case Field::kEvtLatencyHuman:
    case Field::kEvtLatencyQuantized:
    case Field::kEvtWaitLatency:
      return Value::absent();
    case Field::kEvtDir:
      return Value::string("<");
    case Field::kEvtType:
      return Value::string(rules::event_type_name(head.type));
    case Field::kEvtTypeIs:
      return Value::integer(rules::event_type_name(head.type) == ref.key ? 1 : 0);
    case Field::kSyscallType:
      return head.kind == YGR_EXIT ? Value::absent()
                                   : Value::string(rules::event_type_name(head.type));
    case Field::kEvtCategory:
      return Value::string(category());
    case Field::kEvtCpu:
      return Value::integer(head.cpu);
    case Field::kEvtArgs:
    case Field::kEvtInfo:
      return arguments_text();
    case Field::kEvtArg:
      return argument_field(ref);
    case Field::kEvtRawarg:
      return raw_argument_field(ref);
    case Field::kEvtAbspath:
      return absolute_path_field(ref);
    case Field::kEvtRes: {
      if (!has_result()) return Value::absent();
      if (head.result >= 0) return Value::string("SUCCESS");
      const std::string_view name = error_name_of_result(head.result);
      return name.empty() ? keep(std::to_string(head.result)) : Value::string(name);
    }
    case Field::kEvtRawres:
      return has_result() ? Value::integer(head.result) : Value::absent();
    case Field::kEvtFailed:
      return Value::boolean(has_result() && head.result < 0);
    case Field::kEvtIsWait:
      return Value::boolean(info().is_wait);
    case Field::kEvtIsSyslog:
      return Value::boolean(info().is_write && is_syslog(descriptor().name));
    case Field::kEvtBuflen:
    case Field::kEvtBuflenIn:
    case Field::kEvtBuflenOut:
    case Field::kEvtBuflenFile:
    case Field::kEvtBuflenFileIn:
    case Field::kEvtBuflenFileOut:
    case Field::kEvtBuflenNet:
    case Field::kEvtBuflenNetIn:
    case Field::kEvtBuflenNetOut:
    case Field::kEvtBuffer:
    case Field::kEvtIsIo:
    case Field::kEvtIsIoRead:
    case Field::kEvtIsIoWrite:
    case Field::kEvtIoDir:
      return io_field(field);
    case Field::kEvtIsOpenRead:
    case Field::kEvtIsOpenWrite:
    case Field::kEvtIsOpenExec:
    case Field::kEvtIsOpenCreate:
      return open_field(field);
    case Field::kEvtCount:
    case Field::kEvtCountError:
    case Field::kEvtCountErrorFile:
    case Field::kEvtCountErrorNet:
    case Field::kEvtCountErrorMemory:
    case Field::kEvtCountErrorOther:
    case Field::kEvtCountExit:
    case Field::kEvtCountProcinfo:
    case Field::kEvtCountThreadinfo:
      return count_field(field);
    default:
      return time_field(field);
  }
}

// "<134>May 1 …": the number is facility * 8 + severity (RFC 3164, 4.1.1).
rules::Value SensorEventView::syslog_field(Field field) const {
  if (!info().is_write || !event_->record->has(YGR_S_DATA)) return Value::absent();
  const std::string_view name = descriptor().name;
  if (!is_syslog(name)) return Value::absent();
  std::string_view data = event_->record->text(YGR_S_DATA);
  if (!data.starts_with('<')) return Value::absent();
  unsigned priority = 0;
  const auto [end, error] = std::from_chars(data.data() + 1, data.data() + data.size(), priority);
  if (error != std::errc() || end == data.data() + data.size() || *end != '>' || priority > 191) {
    return Value::absent();
  }
  data.remove_prefix(static_cast<std::size_t>(end - data.data()) + 1);
  switch (field) {
    case Field::kSyslogFacility:
      return Value::integer(priority / 8);
    case Field::kSyslogFacilityStr:
      return Value::string(kFacilities[priority / 8]);
    case Field::kSyslogSeverity:
      return Value::integer(priority % 8);
    case Field::kSyslogSeverityStr:
      return Value::string(kSeverities[priority % 8]);
    default:
      return Value::string(data);
  }
}

}  // namespace yagura::sensor
