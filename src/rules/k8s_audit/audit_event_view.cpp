#include "rules/k8s_audit/audit_event_view.hpp"

#include <optional>
#include <utility>

#include "rules/event_type.hpp"
#include "rules/fields/fields_k8s_audit.hpp"
#include "rules/k8s_audit/extraction.hpp"
#include "rules/output/timestamp.hpp"

namespace yagura::rules {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::optional<std::int64_t> time_at(const kube::Node& event, std::string_view member) {
  const kube::Node* const text = event.find(member);
  return text == nullptr ? std::nullopt : parse_rfc3339(text->string_or());
}

Value text(core::Arena& arena, std::int64_t time, TimeFormat format) {
  std::string made;
  append_time(made, time, format);
  return Value::string(arena.copy(made));
}

}  // namespace

AuditEventView::AuditEventView(AuditViewOptions options) : options_(std::move(options)) {}

void AuditEventView::set(const kube::Node& event, std::int64_t read_at) {
  arena_.reset();
  event_ = &event;
  const auto stage = time_at(event, "stageTimestamp");
  const auto received = stage ? stage : time_at(event, "requestReceivedTimestamp");
  time_ = received.value_or(read_at);
  if (number_++ == 0) first_time_ = time_;
}

std::uint16_t AuditEventView::type() const { return kPluginEvent; }

Value AuditEventView::common(FieldId field) const {
  using F = K8sAuditField;
  const std::int64_t since = time_ - first_time_;
  switch (static_cast<F>(field)) {
    case F::kEvtNum:
      return Value::integer(number_);
    case F::kEvtTime:
      return text(arena_, time_, TimeFormat::kTime);
    case F::kEvtTimeS:
      return text(arena_, time_, TimeFormat::kTimeSeconds);
    case F::kEvtTimeIso8601:
      return text(arena_, time_, TimeFormat::kIso8601);
    case F::kEvtDatetime:
      return text(arena_, time_, TimeFormat::kDateTime);
    case F::kEvtDatetimeS:
      return text(arena_, time_, TimeFormat::kDateTimeSeconds);
    case F::kEvtRawtime:
      return Value::integer(time_);
    case F::kEvtRawtimeS:
      return Value::integer(time_ / kSecond);
    case F::kEvtRawtimeNs:
      return Value::integer(time_ % kSecond);
    case F::kEvtReltime:
      return Value::integer(since);
    case F::kEvtReltimeS:
      return Value::integer(since / kSecond);
    case F::kEvtReltimeNs:
      return Value::integer(since % kSecond);
    case F::kEvtPluginname:
      return Value::string("k8saudit");
    case F::kEvtPlugininfo:
      return get({.id = static_cast<FieldId>(F::kJevtObj)});
    case F::kEvtSource:
      return Value::string("k8s_audit");
    case F::kEvtIsAsync:
      return Value::boolean(false);
    case F::kEvtHostname:
      return options_.hostname.empty() ? Value::absent() : Value::string(options_.hostname);
    default:
      return Value::absent();  // evt.asynctype: no event of this source is asynchronous
  }
}

Value AuditEventView::get(const FieldRef& field) const {
  if (event_ == nullptr || field.id >= static_cast<FieldId>(K8sAuditField::kCount)) {
    return Value::absent();
  }
  if (field.id < static_cast<FieldId>(K8sAuditField::kJevtValue)) return common(field.id);
  return extract(*event_, field, arena_, options_.cluster_name, time_);
}

}  // namespace yagura::rules
