#include "rules/judge/audit_judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "rules/output/value_text.hpp"

namespace yagura::rules {
namespace {

// A label's value: backslash, quote and line end are escaped (Prometheus' text format 0.0.4).
std::string label(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

AuditJudge::AuditJudge(LoadedRules rules, JudgeOptions options, OnLine on_line,
                       AuditReader::OnRefusal on_refusal, Clock clock)
    : rules_(std::move(rules)),
      options_(std::move(options)),
      on_line_(std::move(on_line)),
      clock_(std::move(clock)),
      evaluator_(rules_.set),
      view_(options_.view),
      reader_([this](const kube::Node& event) { judge(event); }, std::move(on_refusal),
              options_.limits),
      by_rule_(rules_.set->rules.size()) {}

void AuditJudge::judge(const kube::Node& event) {
  view_.set(event, clock_());
  if (options_.matching == RuleMatching::kFirst) {
    const std::int64_t first = evaluator_.match_first(view_);
    if (first >= 0) fire(static_cast<std::size_t>(first));
    return;
  }
  for (const std::uint32_t rule : evaluator_.match(view_)) fire(rule);
}

void AuditJudge::fire(std::size_t position) {
  const CompiledRule& rule = rules_.set->rules[position];
  if (rule.priority > options_.minimum) return;
  ++firings_;
  ++by_rule_[position];
  const Alert alert{.rule = rule.name,
                    .priority = to_string(rule.priority),
                    .tags = rule.tags,
                    .output = &rules_.outputs[position],
                    .event = &view_,
                    .hostname = options_.view.hostname,
                    .time_style = options_.time_style};
  line_.clear();
  if (options_.format == LineFormat::kJson) {
    append_json_line(line_, alert);
  } else {
    append_text_line(line_, alert);
  }
  line_ += '\n';
  on_line_(line_);
}

std::uint64_t AuditJudge::firings_from(Priority priority) const {
  std::uint64_t sum = 0;
  for (std::size_t at = 0; at < by_rule_.size(); ++at) {
    if (rules_.set->rules[at].priority <= priority) sum += by_rule_[at];
  }
  return sum;
}

std::string AuditJudge::summary() const {
  std::string out = fmt::format("{} events", counts().events);
  if (const std::uint64_t refused = counts().refused_in_all(); refused > 0) {
    out += fmt::format(", {} refused (", refused);
    bool first = true;
    for (std::size_t reason = 0; reason < kAuditRefusals; ++reason) {
      if (counts().refused[reason] == 0) continue;
      out += fmt::format("{}{} {}", first ? "" : ", ", to_string(static_cast<AuditRefusal>(reason)),
                         counts().refused[reason]);
      first = false;
    }
    out += ')';
  }
  out += fmt::format(", {} firings\n", firings_);
  std::vector<std::size_t> order;
  for (std::size_t at = 0; at < by_rule_.size(); ++at) {
    if (by_rule_[at] > 0) order.push_back(at);
  }
  std::ranges::stable_sort(order, std::ranges::greater(),
                           [this](std::size_t at) { return by_rule_[at]; });
  for (const std::size_t at : order) {
    const CompiledRule& rule = rules_.set->rules[at];
    fmt::format_to(std::back_inserter(out), "{:>8}  {:<13}  ", by_rule_[at],
                   to_string(rule.priority));
    append_clean(out, rule.name);
    out += '\n';
  }
  return out;
}

std::string AuditJudge::metrics() const {
  std::string out =
      "# HELP yagura_rules_audit_events_total Audit events that were judged.\n"
      "# TYPE yagura_rules_audit_events_total counter\n";
  auto to = std::back_inserter(out);
  fmt::format_to(to, "yagura_rules_audit_events_total {}\n", counts().events);
  out +=
      "# HELP yagura_rules_audit_refused_total Texts and events that were not judged.\n"
      "# TYPE yagura_rules_audit_refused_total counter\n";
  for (std::size_t reason = 0; reason < kAuditRefusals; ++reason) {
    fmt::format_to(to, "yagura_rules_audit_refused_total{{reason=\"{}\"}} {}\n",
                   to_string(static_cast<AuditRefusal>(reason)), counts().refused[reason]);
  }
  out +=
      "# HELP yagura_rules_audit_firings_total Firings by rule.\n"
      "# TYPE yagura_rules_audit_firings_total counter\n";
  for (std::size_t at = 0; at < by_rule_.size(); ++at) {
    const CompiledRule& rule = rules_.set->rules[at];
    if (by_rule_[at] == 0) continue;
    fmt::format_to(to, "yagura_rules_audit_firings_total{{rule=\"{}\",priority=\"{}\"}} {}\n",
                   label(rule.name), to_string(rule.priority), by_rule_[at]);
  }
  return out;
}

}  // namespace yagura::rules
