#include "waf/c_api/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace yagura::waf {
namespace {

std::uint64_t value_of(const Counter& counter) { return counter.load(std::memory_order_relaxed); }

class Writer {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    fmt::format_to(out(), "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
  }
  // Labels are ours, never a client's: they need no escapes.
  void sample(std::string_view labels, std::uint64_t value) {
    fmt::format_to(out(), "{}{} {}\n", name_, labels, value);
  }
  void suffixed(std::string_view suffix, std::string_view labels, std::string_view value) {
    fmt::format_to(out(), "{}{}{} {}\n", name_, suffix, labels, value);
  }
  void counter(std::string_view name, std::string_view help, std::uint64_t value) {
    family(name, "counter", help);
    sample({}, value);
  }
  void gauge(std::string_view name, std::string_view help, std::uint64_t value) {
    family(name, "gauge", help);
    sample({}, value);
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::back_insert_iterator<std::string> out() { return std::back_inserter(text_); }
  std::string text_;
  std::string_view name_;
};

void write_requests(Writer& writer, const SharedCounters& counters) {
  static constexpr std::string_view kEndings[kEndingCount] = {"passed", "detected", "denied",
                                                              "dropped", "redirected"};
  writer.family("yagura_waf_requests_total", "counter",
                "Requests inspected, by how they ended (detected: rules matched, none blocked).");
  for (std::size_t i = 0; i < kEndingCount; ++i) {
    writer.sample(fmt::format("{{verdict=\"{}\"}}", kEndings[i]), value_of(counters.requests[i]));
  }
}

void write_histogram(Writer& writer, const Histogram& histogram) {
  writer.family("yagura_waf_inspection_seconds", "histogram",
                "Time that the engine spent on a request, all phases.");
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < kLatencyBoundsUs.size(); ++i) {
    total += value_of(histogram.buckets[i]);
    writer.suffixed("_bucket",
                    fmt::format("{{le=\"{}\"}}", static_cast<double>(kLatencyBoundsUs[i]) / 1e6),
                    fmt::to_string(total));
  }
  total += value_of(histogram.buckets.back());
  writer.suffixed("_bucket", "{le=\"+Inf\"}", fmt::to_string(total));
  writer.suffixed("_sum", {},
                  fmt::format("{:.9f}", static_cast<double>(value_of(histogram.sum_ns)) / 1e9));
  writer.suffixed("_count", {}, fmt::to_string(total));
}

void write_rules(Writer& writer, const RuleHits& rules) {
  std::vector<RuleHits::Hits> hits;
  rules.for_each([&](const RuleHits::Hits& each) { hits.push_back(each); });
  std::sort(hits.begin(), hits.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  writer.family(
      "yagura_waf_rule_hits_total", "counter",
      "Matches of a rule: matched (reported), decided (it blocked), shadow (reported only).");
  for (const RuleHits::Hits& rule : hits) {
    for (const auto& [kind, count] :
         {std::pair{"matched", rule.matched}, std::pair{"decided", rule.decided},
          std::pair{"shadow", rule.shadowed}}) {
      if (count != 0)
        writer.sample(fmt::format("{{rule=\"{}\",kind=\"{}\"}}", rule.id, kind), count);
    }
  }
  writer.counter("yagura_waf_rule_hits_uncounted_total",
                 "Matches of rules that the table of rule hits has no room for.",
                 rules.without_room());
}

void write_limits(Writer& writer, const SharedCounters& counters) {
  const EngineCounters& engine = counters.engine;
  writer.family("yagura_waf_limits_reached_total", "counter",
                "What was given up because a bound was reached.");
  writer.sample("{limit=\"body_size\"}", value_of(engine.body_limit_reached));
  writer.sample("{limit=\"body_parse\"}", value_of(engine.body_errors));
  writer.sample("{limit=\"time_budget\"}", value_of(engine.time_budget_exceeded));
  writer.sample("{limit=\"rule_not_evaluated\"}", value_of(engine.rules_not_evaluated));
  writer.sample("{limit=\"prefilter_fallback\"}", value_of(engine.prefilter_fallbacks));
  writer.sample("{limit=\"collection_eviction\"}", value_of(counters.collection_evictions));
  writer.sample("{limit=\"collection_value_size\"}", value_of(counters.collection_refusals));
}

void write_failures(Writer& writer, const SharedCounters& counters) {
  writer.family("yagura_waf_failures_total", "counter",
                "Requests on which the engine gave up, by the failure policy that applied.");
  writer.sample("{policy=\"open\"}",
                value_of(counters.engine.fail_open) + value_of(counters.failed_open));
  writer.sample("{policy=\"closed\"}",
                value_of(counters.engine.fail_closed) + value_of(counters.failed_closed));
  writer.counter("yagura_waf_engine_errors_total",
                 "Errors within the engine that ended at its boundary (each is a bug).",
                 value_of(counters.engine_failures));
  writer.counter("yagura_waf_lines_lost_total",
                 "Events, block records and audit records that could not be written.",
                 value_of(counters.lines_lost));
}

}  // namespace

std::string metrics_text(const SharedCounters& counters) {
  Writer writer;
  write_requests(writer, counters);
  write_histogram(writer, counters.inspection);
  writer.family("yagura_waf_bytes_total", "counter", "Bytes of bodies given to the engine.");
  writer.sample("{direction=\"request\"}", value_of(counters.request_bytes));
  writer.sample("{direction=\"response\"}", value_of(counters.response_bytes));
  writer.counter("yagura_waf_inspected_bytes_total",
                 "Bytes of values that the first stage of matching has seen.",
                 value_of(counters.engine.bytes_inspected));
  write_rules(writer, counters.rules);
  write_limits(writer, counters);
  write_failures(writer, counters);
  writer.gauge("yagura_waf_rule_set_generation",
               "Number of the newest rule set that has served a request; grows with each reload.",
               value_of(counters.generation));
  writer.gauge("yagura_waf_rule_set_rules", "Rules in that rule set.",
               value_of(counters.generation_rules));
  return writer.take();
}

}  // namespace yagura::waf
