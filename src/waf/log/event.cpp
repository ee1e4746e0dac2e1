// A detection in the form that alerts, store and console read.

#include <fmt/format.h>

#include "core/json_text.hpp"
#include "waf/log/internal/sanitise.hpp"
#include "waf/log/internal/text.hpp"
#include "waf/log/log.hpp"

namespace yagura::waf {

namespace {

model::Severity severity_of(int severity) {
  switch (severity) {
    case 0:
    case 1:
    case 2:
      return model::Severity::kCritical;
    case 3:
      return model::Severity::kHigh;
    case 4:
      return model::Severity::kMedium;
    case 5:
      return model::Severity::kLow;
    default:
      return model::Severity::kInfo;
  }
}

std::string_view effect(const Detection& detection) {
  if (detection.shadow) return "shadow";
  if (detection.disrupted) return "blocked";
  return detection.would_disrupt ? "would-block" : "matched";
}

}  // namespace

model::Event to_event(const Transaction& transaction, const Detection& detection) {
  const log::Sanitiser sanitiser(transaction);
  model::Event event;
  event.kind = model::EventKind::kHttp;
  event.severity = severity_of(detection.rule->severity);
  event.outcome =
      transaction.verdict().interrupts() ? model::Outcome::kDenied : model::Outcome::kAllowed;
  event.time = transaction.started();
  event.action = transaction.method();
  event.rule = std::to_string(detection.rule->id);
  event.message = sanitiser.text(detection.message);
  event.peer = {.address = std::string(transaction.client_address()),
                .port = transaction.client_port(),
                .name = {}};
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) event.attributes.emplace_back(name, value);
  };
  add("id", transaction.unique_id());
  add("host", transaction.host());
  add("uri", sanitiser.uri(transaction.uri()));
  add("effect", effect(detection));
  add("phase", std::to_string(detection.phase));
  add("address", transaction.address_of(detection));
  add("target", detection.address);
  add("matched", sanitiser.quoted(detection, detection.matched));
  add("data", sanitiser.quoted(detection, detection.log_data));
  add("score", transaction.tx("blocking_inbound_anomaly_score"));
  if (transaction.verdict().interrupts())
    add("status", std::to_string(transaction.verdict().status));
  for (const std::string_view tag : detection.tags) add("tag", sanitiser.text(tag));
  event.truncated = detection.value.size() >= Detection::kMaxValue ||
                    detection.matched.size() >= Detection::kMaxValue;
  return event;
}

std::string event_json(const model::Event& event) {
  std::string out;
  core::JsonWriter json(out, 0);
  json.begin_object()
      .member("time", log::rfc3339(event.time))
      .member("kind", model::to_string(event.kind))
      .member("severity", model::to_string(event.severity))
      .member("outcome", model::to_string(event.outcome))
      .member("action", event.action)
      .member("rule", event.rule)
      .member("message", event.message);
  if (!event.node.empty()) json.member("node", event.node);
  json.key("peer")
      .begin_object()
      .member("address", event.peer.address)
      .member("port", unsigned{event.peer.port});
  if (!event.peer.name.empty()) json.member("name", event.peer.name);
  json.end_object().key("attributes").begin_object();
  // Repeated names (tags) become one list: JSON readers keep the last of two equal keys.
  for (std::size_t i = 0; i < event.attributes.size();) {
    const std::string& name = event.attributes[i].first;
    std::size_t end = i + 1;
    while (end < event.attributes.size() && event.attributes[end].first == name) ++end;
    if (name == "tag") {
      json.key("tags").begin_array();
      for (std::size_t j = i; j < end; ++j) json.value(event.attributes[j].second);
      json.end_array();
    } else {
      json.member(name, event.attributes[i].second);
      end = i + 1;
    }
    i = end;
  }
  json.end_object().member("truncated", event.truncated).end_object();
  return out;
}

}  // namespace yagura::waf
