#pragma once

// One audit event (audit.k8s.io/v1, kind Event) as rules see it: answers every ka.* and jevt.*
// field, as the documentation of Falco's k8saudit and json plug-ins says, and evt.* of all sources.
// Where those leave a way around a rule, we differ; README.md lists it.

#include <cstdint>
#include <string>

#include "core/arena.hpp"
#include "kube/node.hpp"
#include "rules/event_view.hpp"

namespace yagura::rules {

struct AuditViewOptions {
  std::string cluster_name;  // ka.cluster.name; empty: absent
  std::string hostname;      // evt.hostname; empty: absent
};

// Used by one thread, for one event after another. Values live until the next set(): what they need
// beyond the event's own tree is kept in an arena that set() forgets.
class AuditEventView final : public EventView {
 public:
  explicit AuditEventView(AuditViewOptions options = {});
  AuditEventView(const AuditEventView&) = delete;  // values point into it
  AuditEventView& operator=(const AuditEventView&) = delete;

  // `event` must outlive the view's use. Its time is its stageTimestamp, else its
  // requestReceivedTimestamp, else `read_at` (nanoseconds since 1970).
  void set(const kube::Node& event, std::int64_t read_at);

  [[nodiscard]] Source source() const override { return Source::kK8sAudit; }
  [[nodiscard]] std::uint16_t type() const override;
  [[nodiscard]] Value get(const FieldRef& field) const override;

  [[nodiscard]] std::int64_t time() const { return time_; }

 private:
  [[nodiscard]] Value common(FieldId field) const;

  AuditViewOptions options_;
  const kube::Node* event_ = nullptr;
  std::int64_t time_ = 0;
  std::int64_t first_time_ = 0;  // of the first event, for evt.reltime
  std::int64_t number_ = 0;      // of the event, from 1
  mutable core::Arena arena_;
};

}  // namespace yagura::rules
