// A block as it is kept, and told to a human.

#include <fmt/format.h>
#include <simdjson.h>

#include <vector>

#include "core/json_text.hpp"
#include "waf/log/internal/cause.hpp"
#include "waf/log/internal/sanitise.hpp"
#include "waf/log/internal/text.hpp"
#include "waf/log/log.hpp"

namespace yagura::waf {

namespace {

constexpr std::size_t kMaxUri = 2048, kMaxExclusion = 4096;
constexpr std::size_t kMaxDetections = 50;  // of one record; the rest is counted

void write_detection(core::JsonWriter& json, const Transaction& transaction,
                     const Detection& detection, const log::Sanitiser& sanitiser) {
  const Rule& rule = *detection.rule;
  json.begin_object()
      .member("rule", static_cast<unsigned long long>(rule.id))
      .member("phase", unsigned{detection.phase})
      .member("message", sanitiser.text(detection.message))
      .member("severity", rule.severity)
      .member("file", rule.file)
      .member("line", unsigned{rule.line})
      .member("target", detection.address)
      .member("address", transaction.address_of(detection))
      .member("value", sanitiser.quoted(detection, detection.value))
      .member("matched", sanitiser.quoted(detection, detection.matched))
      .member("data", sanitiser.quoted(detection, detection.log_data))
      .member("cause", is_cause(detection))
      .member("decided", detection.disrupted || detection.would_disrupt)
      .member("shadow", detection.shadow)
      .member("exclusion", exclusion_for(transaction, detection))
      .end_object();
}

using simdjson::dom::element;

std::string text(const element& from, const char* name) {
  std::string_view value;
  return from[name].get(value) == simdjson::SUCCESS ? std::string(value) : std::string();
}
std::int64_t number(const element& from, const char* name) {
  std::int64_t value = 0;
  return from[name].get(value) == simdjson::SUCCESS ? value : 0;
}
bool flag(const element& from, const char* name) {
  bool value = false;
  return from[name].get(value) == simdjson::SUCCESS && value;
}

std::string shown(const element& from, const char* name) {
  return log::for_human(text(from, name));
}

std::string explain_cause(const element& detection) {
  std::string out =
      fmt::format("  {}  {}\n", number(detection, "rule"), shown(detection, "message"));
  const std::string address = shown(detection, "address"), target = shown(detection, "target");
  out += fmt::format("    value      {}{}\n", address,
                     address == target ? "" : fmt::format("  ({})", target));
  out += fmt::format("    was        {}\n", shown(detection, "value"));
  if (const std::string matched = shown(detection, "matched"); !matched.empty())
    out += fmt::format("    matched    {}\n", matched);
  out += fmt::format("    rule       {}:{}\n", shown(detection, "file"), number(detection, "line"));
  out += fmt::format("    to allow it, and nothing else:\n      {}\n",
                     log::for_human(text(detection, "exclusion"), kMaxExclusion));
  return out;
}

}  // namespace

std::string block_record(const Transaction& transaction) {
  const Verdict verdict = transaction.verdict();
  const log::Sanitiser sanitiser(transaction);
  std::string out;
  core::JsonWriter json(out, 0);
  json.begin_object()
      .member("id", transaction.unique_id())
      .member("time", log::rfc3339(transaction.started()))
      .member("client", transaction.client_address())
      .member("host", transaction.host())
      .member("method", transaction.method())
      .member("uri", sanitiser.uri(transaction.uri()).substr(0, kMaxUri))
      .member("blocked", verdict.interrupts())
      .member("status",
              unsigned{verdict.interrupts() ? verdict.status : transaction.response_status()})
      .member("score", transaction.tx("blocking_inbound_anomaly_score"))
      .member("threshold", transaction.tx("inbound_anomaly_score_threshold"));
  json.key("detections").begin_array();
  std::size_t written = 0, left_out = 0;
  for (const Detection& detection : transaction.detections()) {
    if (!detection.logged && !detection.disrupted && !detection.would_disrupt) continue;
    if (written == kMaxDetections && !detection.disrupted) {
      ++left_out;
      continue;
    }
    ++written;
    write_detection(json, transaction, detection, sanitiser);
  }
  json.end_array().member("left_out", static_cast<unsigned long long>(left_out)).end_object();
  return out;
}

namespace {

// Refused by no rule.
std::string_view explain_limit(std::int64_t status) {
  constexpr std::int64_t kTooLarge = 413;
  if (status == kTooLarge) {
    return "  no rule: the body is longer than SecRequestBodyLimit allows (files and all), or\n"
           "  longer than SecRequestBodyNoFilesLimit without files.\n"
           "  To allow it, raise them where your exclusions stand:\n"
           "      SecRequestBodyLimit 52428800\n"
           "      SecRequestBodyNoFilesLimit 1048576\n";
  }
  return "  no rule: the engine gave up, because its time budget was used up or it failed; the\n"
         "  policy for that is --fail (yagura_fail), the budget --time-budget "
         "(yagura_time_budget)\n";
}

}  // namespace

Result<std::string> explain_block(std::string_view record_line) {
  simdjson::dom::parser parser;
  element record;
  if (parser.parse(record_line.data(), record_line.size()).get(record) != simdjson::SUCCESS) {
    return fail(ErrorCode::kInvalidInput,
                "the record of the block is no JSON: was its file cut or edited?");
  }
  const bool blocked = flag(record, "blocked");
  std::string out = fmt::format("{} {}{} from {}\n", shown(record, "method"), shown(record, "host"),
                                shown(record, "uri"), shown(record, "client"));
  out += blocked ? fmt::format("was refused with {} at {}", number(record, "status"),
                               shown(record, "time"))
                 : fmt::format("would have been refused at {} (the mode is detect)",
                               shown(record, "time"));
  const std::string score = shown(record, "score");
  if (!score.empty()) out += fmt::format(", score {} of {}", score, shown(record, "threshold"));
  out += fmt::format("\nid {}\n\nWhat did it:\n", shown(record, "id"));
  simdjson::dom::array detections;
  if (record["detections"].get(detections) != simdjson::SUCCESS) {
    return fail(ErrorCode::kInvalidInput,
                "the record of the block has no detections: was its file edited?");
  }
  std::string decided;
  bool any = false;
  for (const element detection : detections) {
    const bool cause = flag(detection, "cause");
    if (cause) out += explain_cause(detection);
    any = any || cause;
    if (flag(detection, "decided") && !cause) {
      decided += fmt::format("Decided by {}: {}\n", number(detection, "rule"),
                             shown(detection, "message"));
    }
  }
  if (!any && decided.empty()) out += explain_limit(number(record, "status"));
  if (const std::int64_t left_out = number(record, "left_out"); left_out > 0) {
    out += fmt::format("  … and {} more that the record left out\n", left_out);
  }
  return out + (decided.empty() ? "" : "\n" + decided);
}

}  // namespace yagura::waf
