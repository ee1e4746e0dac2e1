#include "wafcheck/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/json_text.hpp"
#include "waf/log/log.hpp"
#include "wafcheck/exchange.hpp"
#include "wafcheck/http_request.hpp"
#include "wafcheck/socket.hpp"

namespace yagura::wafcheck {

namespace {

constexpr std::size_t kMaxCollectionMembers = 10'000;
constexpr std::chrono::seconds kCollectionTimeout{3600};
constexpr std::size_t kShown = 200;  // bytes of hostile text in a line for a human

int to_number(std::string_view text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// CRS 4 sums up in blocking_inbound_anomaly_score, CRS 3 in anomaly_score.
int score_of(const waf::Transaction& transaction, std::initializer_list<std::string_view> names) {
  int score = 0;
  for (const std::string_view name : names) {
    score = std::max(score, to_number(transaction.tx(name)));
  }
  return score;
}

CheckedMatch to_match(const waf::Transaction& transaction, const waf::Detection& detection) {
  const waf::Rule& rule = *detection.rule;
  return {.rule = rule.id,
          .phase = detection.phase,
          .severity = rule.severity,
          .message = std::string(detection.message),
          .data = std::string(detection.log_data),
          .address = transaction.address_of(detection),
          .matched = std::string(detection.matched),
          .exclusion = waf::exclusion_for(transaction, detection),
          .tags = {detection.tags.begin(), detection.tags.end()},
          .decided = detection.disrupted || detection.would_disrupt};
}

CheckVerdict verdict_of(const waf::Transaction& transaction) {
  if (transaction.verdict().interrupts()) return CheckVerdict::kBlocked;
  CheckVerdict verdict = CheckVerdict::kPass;
  for (const waf::Detection& detection : transaction.detections()) {
    if (detection.shadow) continue;
    if (detection.would_disrupt) return CheckVerdict::kBlocked;
    if (detection.logged) verdict = CheckVerdict::kDetected;
  }
  return verdict;
}

// As given: nothing joined, nothing dropped.
std::vector<ServedField> fields_of(const HttpRequest& request) {
  std::vector<ServedField> fields;
  for (const HttpField& field : request.fields) {
    fields.push_back({.name = field.name, .value = std::string(field.value)});
  }
  return fields;
}

// Hostile text in one line: controls and what is no ASCII as \xHH, cut to a bearable length.
std::string shown(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, kShown)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F) {
      out += c;
    } else {
      out += fmt::format("\\x{:02x}", byte);
    }
  }
  return text.size() > kShown ? out + "…" : out;
}

void write_match(core::JsonWriter& json, const CheckedMatch& match) {
  json.begin_object().member("rule", match.rule).member("phase", match.phase);
  json.member("message", match.message).member("data", match.data);
  json.member("address", match.address).member("matched", match.matched);
  if (match.severity >= 0) json.member("severity", match.severity);
  json.member("decided", match.decided).member("exclusion", match.exclusion);
  json.key("tags").begin_array();
  for (const std::string& tag : match.tags) json.value(tag);
  json.end_array().end_object();
}

}  // namespace

std::string_view to_string(CheckVerdict verdict) {
  switch (verdict) {
    case CheckVerdict::kPass:
      return "pass";
    case CheckVerdict::kDetected:
      return "detected";
    case CheckVerdict::kBlocked:
      return "blocked";
  }
  return "";
}

Result<BackendResponse> read_response(std::string_view text) {
  const int status = status_of(text);
  if (status < 100 || status > 599) {
    return fail(ErrorCode::kInvalidInput,
                "the response has no status line, for example \"HTTP/1.1 200 OK\"");
  }
  // But for its first line, the head of a response is that of a request.
  const std::size_t line = std::min(text.find('\n'), text.size() - 1);
  const std::string as_request = "GET / HTTP/1.0\n" + std::string(text.substr(line + 1));
  YAGURA_TRY(const HttpRequest read, read_http_request(as_request, BodyWithoutLength::kRest));
  BackendResponse response{.status = status, .headers = {}, .body = std::string(read.body())};
  for (const HttpField& field : read.fields) {
    response.headers.emplace_back(field.name, field.value);
  }
  return response;
}

RequestChecker::RequestChecker(std::shared_ptr<const waf::RuleSet> rules)
    : rules_(std::move(rules)),
      collections_(waf::make_memory_collection_store(kMaxCollectionMembers, kCollectionTimeout)) {
  services_.collections = collections_.get();
}

Result<CheckedRequest> RequestChecker::check(std::string name, std::string_view text,
                                             const std::optional<BackendResponse>& response) {
  YAGURA_TRY(const HttpRequest request, read_http_request(text, BodyWithoutLength::kRest));
  if (request.method.empty()) {
    return fail(ErrorCode::kInvalidInput,
                name + ": no request: the first line must be like \"GET /path?a=b HTTP/1.1\"");
  }
  // No budget of time: the answer must not depend on how busy the machine is.
  waf::Transaction transaction(rules_, services_, {.time_budget = std::chrono::microseconds(0)});
  transaction.set_connection("127.0.0.1", 50'000, "127.0.0.1", 80);
  exchange(transaction, request, fields_of(request), response.value_or(BackendResponse{}));

  CheckedRequest checked;
  checked.name = std::move(name);
  checked.request_line = fmt::format("{} {} {}", request.method, request.target, request.protocol);
  checked.verdict = verdict_of(transaction);
  const waf::Verdict verdict = transaction.verdict();
  checked.status = verdict.interrupts() ? verdict.status : 200;
  checked.inbound_score =
      score_of(transaction, {"blocking_inbound_anomaly_score", "anomaly_score"});
  checked.outbound_score =
      score_of(transaction, {"blocking_outbound_anomaly_score", "outbound_anomaly_score"});
  checked.not_evaluated = transaction.rules_not_evaluated();
  checked.microseconds =
      std::chrono::duration<double, std::micro>(transaction.time_spent()).count();
  for (const waf::Detection& detection : transaction.detections()) {
    if (detection.logged) checked.matches.push_back(to_match(transaction, detection));
  }
  for (const HttpProblem& problem : request.problems) {
    checked.malformed.emplace_back(describe(problem.fault));
  }
  return checked;
}

std::string check_line(const CheckedRequest& checked) {
  std::string ids;
  for (const CheckedMatch& match : checked.matches) {
    ids += (ids.empty() ? "" : ",") + std::to_string(match.rule);
  }
  return fmt::format("{:<8} {:>4}  {}{}{}\n", to_string(checked.verdict),
                     checked.inbound_score + checked.outbound_score, checked.name,
                     ids.empty() ? "" : "  ", ids);
}

std::string check_details(const CheckedRequest& checked) {
  std::string text = check_line(checked);
  text += fmt::format("  {}\n", shown(checked.request_line));
  if (checked.verdict == CheckVerdict::kBlocked) {
    text += fmt::format("  answered with status {}; score {} in, {} out\n", checked.status,
                        checked.inbound_score, checked.outbound_score);
  }
  for (const std::string& problem : checked.malformed) {
    text += fmt::format("  malformed: {}\n", problem);
  }
  if (checked.not_evaluated > 0) {
    text +=
        fmt::format("  {} rules were not evaluated: a limit was reached\n", checked.not_evaluated);
  }
  for (const CheckedMatch& match : checked.matches) {
    text += fmt::format("\n  {}  {}{}\n", match.rule, shown(match.message),
                        match.decided ? "  (decides)" : "");
    if (!match.address.empty()) text += fmt::format("    at       {}\n", shown(match.address));
    if (!match.matched.empty()) text += fmt::format("    matched  {}\n", shown(match.matched));
    // What a rule that compares a score names was said under the rules that raised it.
    if (!match.exclusion.empty() && !match.address.starts_with("TX:"))
      text += fmt::format("    allow    {}\n", match.exclusion);
  }
  return text;
}

std::string check_json(const std::vector<CheckedRequest>& checked) {
  std::string text;
  core::JsonWriter json(text);
  json.begin_array();
  for (const CheckedRequest& item : checked) {
    json.begin_object().member("name", item.name).member("request", item.request_line);
    json.member("verdict", to_string(item.verdict)).member("status", item.status);
    json.member("inboundScore", item.inbound_score).member("outboundScore", item.outbound_score);
    json.member("microseconds", item.microseconds).member("notEvaluated", item.not_evaluated);
    json.key("malformed").begin_array();
    for (const std::string& problem : item.malformed) json.value(problem);
    json.end_array().key("rules").begin_array();
    for (const CheckedMatch& match : item.matches) write_match(json, match);
    json.end_array().end_object();
  }
  json.end_array();
  return text + "\n";
}

}  // namespace yagura::wafcheck
