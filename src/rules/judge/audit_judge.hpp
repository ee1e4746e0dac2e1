#pragma once

// Texts of an audit log or webhook in, one line a firing out; counts what it saw for a summary and
// for Prometheus.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/engine/evaluator.hpp"
#include "rules/judge/rule_files.hpp"
#include "rules/k8s_audit/audit_event_view.hpp"
#include "rules/k8s_audit/audit_reader.hpp"
#include "rules/output/alert.hpp"

namespace yagura::rules {

enum class LineFormat : std::uint8_t { kText, kJson };
enum class RuleMatching : std::uint8_t {
  kAll,    // every rule that fires
  kFirst,  // the first in order of definition: Falco's default
};

struct JudgeOptions {
  LineFormat format = LineFormat::kText;
  RuleMatching matching = RuleMatching::kAll;
  AlertTime time_style = AlertTime::kLocal;
  Priority minimum = Priority::kDebug;  // firings below it are neither written nor counted
  AuditViewOptions view;
  AuditLimits limits;
};

// Not thread-safe.
class AuditJudge {
 public:
  // `line` ends with a line end and lives until the call returns.
  using OnLine = std::function<void(std::string_view line)>;
  using Clock = std::function<std::int64_t()>;  // nanoseconds since 1970

  // Precondition: rules.set is not null. `on_refusal` may be empty.
  AuditJudge(LoadedRules rules, JudgeOptions options, OnLine on_line,
             AuditReader::OnRefusal on_refusal, Clock clock);
  AuditJudge(const AuditJudge&) = delete;  // the reader calls back into it
  AuditJudge& operator=(const AuditJudge&) = delete;

  // Judges all events of a text. False: some of it was refused.
  bool read(std::string_view text, const std::string& name) { return reader_.read(text, name); }
  void refuse(AuditRefusal reason, std::string_view message) { reader_.refuse(reason, message); }

  [[nodiscard]] const AuditCounts& counts() const { return reader_.counts(); }
  [[nodiscard]] std::uint64_t firings() const { return firings_; }
  // Firings of rules at least as bad as this.
  [[nodiscard]] std::uint64_t firings_from(Priority priority) const;
  // "3 events, 1 refused (bad_json 1), 2 firings" and a line a rule that fired, most often first.
  [[nodiscard]] std::string summary() const;
  // Prometheus' text format: yagura_rules_audit_events_total, …_refused_total{reason},
  // …_firings_total{rule,priority}.
  [[nodiscard]] std::string metrics() const;

 private:
  void judge(const kube::Node& event);
  void fire(std::size_t rule);

  LoadedRules rules_;
  JudgeOptions options_;
  OnLine on_line_;
  Clock clock_;
  Evaluator evaluator_;
  AuditEventView view_;
  AuditReader reader_;
  std::vector<std::uint64_t> by_rule_;  // firings by position in the set
  std::uint64_t firings_ = 0;
  std::string line_;
};

}  // namespace yagura::rules
