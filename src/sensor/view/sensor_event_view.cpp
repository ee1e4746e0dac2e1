#include "sensor/view/sensor_event_view.hpp"

// Nothing is made before it is asked for. Texts that have to be put together lie in an arena that
// is emptied with the next event; everything else points into the record, the process or the
// container.

#include <algorithm>

namespace yagura::sensor {

namespace {

using Field = rules::SyscallField;

bool is_between(Field field, Field first, Field last) { return field >= first && field <= last; }

// Fields whose answer hangs on more than the record and the process's generation.
bool is_volatile(Field field) {
  switch (field) {
    case Field::kEvtNum:
    case Field::kEvtTime:
    case Field::kEvtTimeS:
    case Field::kEvtTimeIso8601:
    case Field::kEvtDatetime:
    case Field::kEvtDatetimeS:
    case Field::kEvtRawtime:
    case Field::kEvtRawtimeS:
    case Field::kEvtRawtimeNs:
    case Field::kEvtReltime:
    case Field::kEvtReltimeS:
    case Field::kEvtReltimeNs:
    case Field::kEvtDeltatime:
    case Field::kEvtDeltatimeS:
    case Field::kEvtDeltatimeNs:
    case Field::kEvtOutputtime:
    case Field::kEvtAround:
    case Field::kEvtCpu:
    case Field::kEvtArgs:  // some tell the thread's number
    case Field::kEvtArg:
    case Field::kEvtRawarg:
    case Field::kEvtInfo:
    case Field::kProcSname:  // leaders need not be ancestors: their changes are not told
    case Field::kProcSidExe:
    case Field::kProcSidExepath:
    case Field::kProcVpgidName:
    case Field::kProcVpgidExe:
    case Field::kProcVpgidExepath:
    case Field::kProcPgidName:
    case Field::kProcPgidExe:
    case Field::kProcPgidExepath:
    case Field::kProcDuration:
    case Field::kProcPpidDuration:
    case Field::kProcVmsize:
    case Field::kProcVmrss:
    case Field::kProcVmswap:
    case Field::kProcNthreads:
    case Field::kProcNchilds:
    case Field::kThreadTid:
    case Field::kThreadIsmain:
    case Field::kThreadVtid:
    case Field::kThreadNametid:
    case Field::kThreadVmsize:
    case Field::kThreadVmrss:
    case Field::kThreadVmsizeB:
    case Field::kThreadVmrssB:
    case Field::kFdUid:
    case Field::kFdCipName:
    case Field::kFdSipName:
    case Field::kFdLipName:
    case Field::kFdRipName:
    case Field::kContainerDuration:
      return true;
    default:
      return false;
  }
}

std::vector<bool> make_volatile_table() {
  std::vector<bool> table(static_cast<std::size_t>(Field::kCount));
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = is_volatile(static_cast<Field>(i));
  return table;
}

}  // namespace

SensorEventView::SensorEventView(ViewSources sources) : sources_(std::move(sources)) {
  first_ns_ = sources_.first_event_ns;
  (void)type_infos();
}

void SensorEventView::set(const SensorEvent& event, Reading reading) {
  event_ = &event;
  if (first_ns_ == 0) first_ns_ = event.wall_ns;
  last_ns_ = previous_ns_;
  previous_ns_ = event.wall_ns;
  asked_volatile_ = false;
  set_reading(reading);
}

void SensorEventView::set_reading(Reading reading) {
  reading_ = reading;
  has_descriptor_ = false;
  if (is_arena_used_) arena_.reset();
  is_arena_used_ = false;
}

bool SensorEventView::has_two_names() const {
  const RecordView& record = *event_->record;
  if (!info().is_open || !record.has(YGR_S_FD_PATH) || !has_text(0)) return false;
  const std::string_view resolved = record.text(YGR_S_FD_PATH);
  const std::string_view given = text(0);
  // The usual case costs no allocation: an absolute path that is as it was found.
  if (given == resolved) return false;
  return absolute_text(0) != resolved;
}

std::string_view SensorEventView::arena_copy(std::string_view made) const {
  is_arena_used_ = true;
  return made.empty() ? std::string_view("") : arena_.copy(made);
}

const TypeInfo& SensorEventView::info() const {
  static const TypeInfo none{.parameters = {}, .category = "other"};
  const auto infos = type_infos();
  const std::uint16_t number = header().type;
  return number < infos.size() ? infos[number] : none;
}

std::int64_t SensorEventView::wall_of(std::uint64_t boot_ns) const {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(event_->wall_ns) - header().time_ns +
                                   boot_ns);
}

rules::Value SensorEventView::get(const rules::FieldRef& ref) const {
  static const std::vector<bool> volatile_fields = make_volatile_table();
  const auto field = static_cast<Field>(ref.id);
  if (volatile_fields[ref.id]) {
    const bool is_stable =
        (field == Field::kEvtNum && is_number_constant_) ||
        // Parameters of calls stand in the record; those of tasks tell numbers and times.
        ((field == Field::kEvtArg || field == Field::kEvtRawarg || field == Field::kEvtArgs ||
          field == Field::kEvtInfo) &&
         header().kind == YGR_CALL);
    asked_volatile_ = asked_volatile_ || !is_stable;
  }
  if (field <= Field::kEvtIsOpenCreate) return event_field(ref);
  if (is_between(field, Field::kProcExe, Field::kProcStderrName)) return process_field(ref);
  if (is_between(field, Field::kUserUid, Field::kGroupName)) return user_field(field);
  if (is_between(field, Field::kFdNum, Field::kFdIsLowerLayer)) return descriptor_field(ref);
  if (is_between(field, Field::kFsPathName, Field::kFsPathTargetraw)) return path_field(field);
  if (is_between(field, Field::kSyslogFacilityStr, Field::kSyslogMessage)) {
    return syslog_field(field);
  }
  if (is_between(field, Field::kContainerId, Field::kContainerLabels)) return container_field(ref);
  if (is_between(field, Field::kK8sNsName, Field::kK8sDeploymentLabels)) return pod_field(ref);
  return Value::absent();  // fdlist.*: no record tells what was polled
}

}  // namespace yagura::sensor
