#include "sensor/detect/alert_writer.hpp"

#include <algorithm>

#include "rules/output/value_text.hpp"

namespace yagura::sensor {

namespace {

// Outputs come from rules and from our own analyses, but rules are loaded anew: bounded all the
// same.
constexpr std::size_t kMaxTemplates = 20'000;

constexpr std::string_view kContainerOutput =
    " container_id=%container.id container_image_repository=%container.image.repository"
    " container_image_tag=%container.image.tag container_image_digest=%container.image.digest"
    " container_name=%container.name k8s_ns_name=%k8s.ns.name k8s_pod_name=%k8s.pod.name";

// What a policy's verdict is about is no field of the event's: the program that was to be started,
// who a packet was from.
std::string addition_of(const SensorAlert& alert) {
  std::string text;
  if (alert.origin != AlertOrigin::kEnforcement) return text;
  for (const auto& [name, value] : alert.fields) {
    if (name == "yagura.subject") text += " subject=" + value;
    if (name == "yagura.peer") text += " peer=" + value;
  }
  return text;
}

}  // namespace

AlertWriter::AlertWriter(AlertWriterOptions options, ViewSources sources, OnLine on_line)
    : options_(options),
      hostname_(sources.hostname),
      view_(std::move(sources)),
      on_line_(std::move(on_line)) {}

const rules::OutputTemplate& AlertWriter::template_of(std::string_view output) {
  if (const auto found = templates_.find(output); found != templates_.end()) return found->second;
  if (templates_.size() >= kMaxTemplates) templates_.clear();
  std::string text(output);
  if (options_.append_container) text += kContainerOutput;
  auto parsed = rules::OutputTemplate::parse(rules::Source::kSyscall, text);
  if (!parsed) {
    ++counts_.bad_outputs;
    std::string literal;  // the text itself, no field in it
    for (const char c : output) {
      literal += c;
      if (c == '%') literal += '%';
    }
    if (literal.size() > rules::OutputTemplate::kMaxText) literal.clear();
    parsed = rules::OutputTemplate::parse(rules::Source::kSyscall, literal);
  }
  return templates_.emplace(output, std::move(*parsed)).first->second;
}

AlertWriter::Bucket* AlertWriter::bucket_of(const SensorAlert& alert) {
  if (options_.rate.per_second <= 0) return nullptr;
  bucket_key_ = alert.rule;
  bucket_key_ += '\0';
  if (const Container* const container = alert.event->container()) {
    bucket_key_ += container->pod != nullptr ? container->pod->uid : container->id;
  }
  if (const auto found = buckets_.find(bucket_key_); found != buckets_.end()) {
    return &found->second;
  }
  if (buckets_.size() >= options_.rate.max_buckets) buckets_.clear();
  Bucket& bucket = buckets_[bucket_key_];
  bucket.tokens = options_.rate.burst;
  bucket.time_ns = alert.event->wall_ns;
  return &bucket;
}

bool AlertWriter::take(Bucket& bucket, const AlertRate& rate, std::int64_t now_ns) {
  if (now_ns > bucket.time_ns) {
    const double seconds =
        (static_cast<double>(now_ns) - static_cast<double>(bucket.time_ns)) / 1e9;
    bucket.tokens = std::min(rate.burst, bucket.tokens + seconds * rate.per_second);
    bucket.time_ns = now_ns;
  }
  if (bucket.tokens < 1) {
    ++bucket.suppressed;
    return false;
  }
  bucket.tokens -= 1;
  return true;
}

std::string AlertWriter::text_of(const SensorAlert& alert) {
  view_.set(*alert.event, alert.by_given_name ? Reading::kAsGiven : Reading::kResolved);
  std::string text;
  template_of(alert.output).append(text, view_);
  rules::append_clean(text, addition_of(alert));
  return text;
}

void AlertWriter::on_alert(const SensorAlert& alert) {
  fields_.assign(alert.fields.begin(), alert.fields.end());
  if (Bucket* const bucket = bucket_of(alert)) {
    if (!take(*bucket, options_.rate, alert.event->wall_ns)) {
      ++counts_.suppressed;
      return;
    }
    if (bucket->suppressed > 0) {
      fields_.emplace_back("yagura.suppressed", std::to_string(bucket->suppressed));
      bucket->suppressed = 0;
    }
  }
  view_.set(*alert.event, alert.by_given_name ? Reading::kAsGiven : Reading::kResolved);
  const std::string addition = addition_of(alert);
  const rules::Alert written{.rule = alert.rule,
                             .priority = alert.priority,
                             .tags = alert.tags,
                             .output = &template_of(alert.output),
                             .addition = addition,
                             .event = &view_,
                             .hostname = hostname_,
                             .time_style = options_.time_style,
                             .members = options_.json_members,
                             .extra_fields = fields_};
  line_.clear();
  if (options_.format == AlertFormat::kJson) {
    rules::append_json_line(line_, written);
  } else {
    rules::append_text_line(line_, written);
  }
  ++counts_.written;
  on_line_(line_);
}

}  // namespace yagura::sensor
