#include "gateway/ext_proc/exchange.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "external_processor.pb.h"

namespace yagura::gateway {

namespace {

namespace pb = envoy::service::ext_proc::v3;

std::string_view text_of(const pb::HeaderValue& header) {
  return header.raw_value().empty() ? std::string_view(header.value())
                                    : std::string_view(header.raw_value());
}

struct Endpoint {
  std::string address;
  std::uint16_t port = 0;
};

// "192.0.2.1:443", "[2001:db8::1]:443", or an address alone.
Endpoint parse_endpoint(std::string_view text) {
  Endpoint endpoint;
  const std::size_t colon = text.rfind(':');
  const bool bracketed = text.starts_with('[');
  const bool has_port = colon != std::string_view::npos &&
                        (bracketed ? text.find(']') + 1 == colon : text.find(':') == colon);
  std::string_view address = has_port ? text.substr(0, colon) : text;
  if (has_port) {
    const std::string_view port = text.substr(colon + 1);
    std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
  }
  if (bracketed && address.ends_with(']')) address = address.substr(1, address.size() - 2);
  endpoint.address = address;
  return endpoint;
}

// An attribute that the filter was configured to send ("source.address"), from whatever namespace.
std::optional<std::string> attribute(const pb::ProcessingRequest& request,
                                     const std::string& name) {
  for (const auto& [space, values] : request.attributes()) {
    const auto found = values.fields().find(name);
    if (found != values.fields().end()) return found->second.string_value();
  }
  return std::nullopt;
}

// Envoy appends the address it saw to X-Forwarded-For: the last one is the only one that a client
// cannot choose.
std::string_view last_forwarded(std::string_view header) {
  const std::size_t comma = header.rfind(',');
  std::string_view last = comma == std::string_view::npos ? header : header.substr(comma + 1);
  while (last.starts_with(' ')) last.remove_prefix(1);
  while (last.ends_with(' ')) last.remove_suffix(1);
  return last;
}

struct RequestHead {
  std::string_view method, path, authority, scheme, forwarded;
};

RequestHead read_head(const pb::HeaderMap& map) {
  RequestHead head;
  for (const pb::HeaderValue& header : map.headers()) {
    const std::string_view key = header.key();
    if (key == ":method") head.method = text_of(header);
    if (key == ":path") head.path = text_of(header);
    if (key == ":authority") head.authority = text_of(header);
    if (key == ":scheme") head.scheme = text_of(header);
    if (key == "x-forwarded-for") head.forwarded = text_of(header);
  }
  return head;
}

bool is_end(const pb::ProcessingRequest& request) {
  switch (request.request_case()) {
    case pb::ProcessingRequest::kRequestHeaders:
      return request.request_headers().end_of_stream();
    case pb::ProcessingRequest::kResponseHeaders:
      return request.response_headers().end_of_stream();
    case pb::ProcessingRequest::kRequestBody:
      return request.request_body().end_of_stream();
    case pb::ProcessingRequest::kResponseBody:
      return request.response_body().end_of_stream();
    default:
      return true;
  }
}

std::string_view verdict_word(const waf::Transaction& transaction) {
  if (transaction.verdict().interrupts()) return "blocked";
  for (const waf::Detection& detection : transaction.detections()) {
    if (detection.logged) return "detected";
  }
  return "passed";
}

}  // namespace

// One direction's body: which bytes were held back, and whether its phase has run.
struct BodySide {
  pb::ProcessingMode::BodySendMode mode = pb::ProcessingMode::NONE;
  std::string held;
  bool judged = false;
  bool gave_up =
      false;  // max_held was reached: chunks pass as they come, the verdict comes at the end
};

struct Exchange::State {
  State(std::shared_ptr<const waf::RuleSet> rules, const waf::EngineServices& services,
        ExchangeOptions given)
      : options(std::move(given)), transaction(std::move(rules), services, options.transaction) {}

  ExchangeOptions options;
  waf::Transaction transaction;
  BodySide request, response;
  std::string protocol = "HTTP/1.1";
  bool head_seen = false, stopped = false, finished = false;

  void read_protocol(const pb::ProcessingRequest& message);
  waf::Verdict on_request_headers(const pb::ProcessingRequest& message);
  waf::Verdict on_response_headers(const pb::ProcessingRequest& message);
  waf::Verdict on_body(const pb::HttpBody& body, bool is_request);
  waf::Verdict judge_body(bool is_request);
  waf::Verdict judge(const pb::ProcessingRequest& message);
  void answer_headers(pb::HeadersResponse& answer, pb::ProcessingResponse& response_message,
                      bool is_request, bool ended);
  void answer_body(const pb::HttpBody& body, bool is_request,
                   std::vector<pb::ProcessingResponse>& answers);
  void answer(const pb::ProcessingRequest& message, std::vector<pb::ProcessingResponse>& answers);
  void add_metadata(pb::ProcessingResponse& message) const;
  pb::ProcessingResponse immediate(const waf::Verdict& verdict) const;
  void flush_held(bool is_request, bool end, std::vector<pb::ProcessingResponse>& answers);
  BodySide& side(bool is_request) { return is_request ? request : response; }
};

void Exchange::State::read_protocol(const pb::ProcessingRequest& message) {
  if (message.has_protocol_config()) {
    request.mode = message.protocol_config().request_body_mode();
    response.mode = message.protocol_config().response_body_mode();
  }
}

waf::Verdict Exchange::State::on_request_headers(const pb::ProcessingRequest& message) {
  const pb::HeaderMap& map = message.request_headers().headers();
  const RequestHead head = read_head(map);
  head_seen = true;
  if (const auto given = attribute(message, "request.protocol")) protocol = *given;
  const Endpoint client = parse_endpoint(
      attribute(message, "source.address").value_or(std::string(last_forwarded(head.forwarded))));
  const Endpoint server = parse_endpoint(attribute(message, "destination.address").value_or(""));
  transaction.set_connection(client.address, client.port, server.address, server.port);
  transaction.set_request_line(head.method, head.path, protocol);
  // HTTP/2 has :authority where HTTP/1 has Host; rules know Host.
  if (!head.authority.empty()) transaction.add_request_header("Host", head.authority);
  for (const pb::HeaderValue& header : map.headers()) {
    if (!header.key().starts_with(':'))
      transaction.add_request_header(header.key(), text_of(header));
  }
  waf::Verdict verdict = transaction.process_request_headers();
  // No body, or none that a rule reads: phase 2 runs now, before anything reaches the upstream.
  const bool complete =
      message.request_headers().end_of_stream() || !transaction.wants_request_body();
  if (!verdict.interrupts() && complete) verdict = judge_body(true);
  return verdict;
}

waf::Verdict Exchange::State::on_response_headers(const pb::ProcessingRequest& message) {
  // A filter may send no request body, or none that ended: phase 2 still runs before phase 3.
  waf::Verdict verdict = judge_body(true);
  if (verdict.interrupts()) return verdict;
  std::uint16_t status = 200;
  for (const pb::HeaderValue& header : message.response_headers().headers().headers()) {
    if (header.key() != ":status") continue;
    const std::string_view text = text_of(header);
    std::from_chars(text.data(), text.data() + text.size(), status);
  }
  transaction.set_response(status, protocol);
  for (const pb::HeaderValue& header : message.response_headers().headers().headers()) {
    if (!header.key().starts_with(':'))
      transaction.add_response_header(header.key(), text_of(header));
  }
  verdict = transaction.process_response_headers();
  const bool complete =
      message.response_headers().end_of_stream() || !transaction.wants_response_body();
  if (!verdict.interrupts() && complete) verdict = judge_body(false);
  return verdict;
}

waf::Verdict Exchange::State::judge_body(bool is_request) {
  BodySide& body = side(is_request);
  if (body.judged || !head_seen) return transaction.verdict();
  body.judged = true;
  return is_request ? transaction.process_request_body() : transaction.process_response_body();
}

waf::Verdict Exchange::State::on_body(const pb::HttpBody& body, bool is_request) {
  if (side(is_request).judged) return transaction.verdict();
  const bool wanted =
      is_request ? transaction.wants_request_body() : transaction.wants_response_body();
  if (wanted && !body.body().empty()) {
    const waf::Verdict verdict = is_request ? transaction.append_request_body(body.body())
                                            : transaction.append_response_body(body.body());
    if (verdict.interrupts()) return verdict;
  }
  return body.end_of_stream() ? judge_body(is_request) : waf::Verdict{};
}

waf::Verdict Exchange::State::judge(const pb::ProcessingRequest& message) {
  switch (message.request_case()) {
    case pb::ProcessingRequest::kRequestHeaders:
      return on_request_headers(message);
    case pb::ProcessingRequest::kResponseHeaders:
      return on_response_headers(message);
    case pb::ProcessingRequest::kRequestBody:
      return on_body(message.request_body(), true);
    case pb::ProcessingRequest::kResponseBody:
      return on_body(message.response_body(), false);
    case pb::ProcessingRequest::kRequestTrailers:
      return judge_body(true);
    case pb::ProcessingRequest::kResponseTrailers:
      return judge_body(false);
    case pb::ProcessingRequest::REQUEST_NOT_SET:
      break;
  }
  return {};
}

// The verdict for filters behind ours and for access logs: %DYNAMIC_METADATA(yagura.waf:verdict)%.
void Exchange::State::add_metadata(pb::ProcessingResponse& message) const {
  auto& fields =
      *(*message.mutable_dynamic_metadata()->mutable_fields())[options.metadata_namespace]
           .mutable_struct_value()
           ->mutable_fields();
  fields["verdict"].set_string_value(std::string(verdict_word(transaction)));
  fields["id"].set_string_value(std::string(transaction.unique_id()));
  auto& rules = *fields["rules"].mutable_list_value();
  for (const waf::Detection& detection : transaction.detections()) {
    if (detection.logged) rules.add_values()->set_string_value(std::to_string(detection.rule->id));
  }
  const std::string_view score = transaction.tx("blocking_inbound_anomaly_score");
  double number = 0;
  std::from_chars(score.data(), score.data() + score.size(), number);
  fields["score"].set_number_value(number);
}

pb::ProcessingResponse Exchange::State::immediate(const waf::Verdict& verdict) const {
  pb::ProcessingResponse message;
  pb::ImmediateResponse& answer = *message.mutable_immediate_response();
  // Envoy has no way to close a connection from here: a drop answers 403 and nothing else.
  const bool redirect = verdict.action == waf::VerdictAction::kRedirect;
  const std::uint16_t otherwise = redirect ? 302 : 403;
  answer.mutable_status()->set_code(verdict.status >= 300 ? verdict.status : otherwise);
  if (redirect) {
    pb::HeaderValueOption& location = *answer.mutable_headers()->add_set_headers();
    location.set_append_action(pb::HeaderValueOption::OVERWRITE_IF_EXISTS_OR_ADD);
    location.mutable_header()->set_key("location");
    location.mutable_header()->set_raw_value(std::string(verdict.redirect_url));
  } else if (verdict.action == waf::VerdictAction::kDeny) {
    answer.set_body(fmt::format("Request refused. Reference: {}\n", transaction.unique_id()));
  }
  answer.set_details(
      fmt::format("yagura_waf_rule_{}", verdict.rule == nullptr ? 0 : verdict.rule->id));
  add_metadata(message);
  return message;
}

void Exchange::State::answer_headers(pb::HeadersResponse& answer, pb::ProcessingResponse& message,
                                     bool is_request, bool ended) {
  answer.mutable_response()->set_status(pb::CommonResponse::CONTINUE);
  if (ended) return;
  // Ignored by Envoy where the filter does not allow it; then bodies come as the filter is
  // configured.
  const bool wanted =
      is_request ? transaction.wants_request_body() : transaction.wants_response_body();
  const pb::ProcessingMode::BodySendMode now = side(is_request).mode;
  if (now == pb::ProcessingMode::FULL_DUPLEX_STREAMED) return;
  pb::ProcessingMode& mode = *message.mutable_mode_override();
  mode.set_request_header_mode(pb::ProcessingMode::SEND);
  mode.set_response_header_mode(pb::ProcessingMode::SEND);
  const auto choice = wanted ? pb::ProcessingMode::BUFFERED : pb::ProcessingMode::NONE;
  if (is_request) {
    mode.set_request_body_mode(choice);
    mode.set_response_body_mode(response.mode);
  } else {
    mode.set_response_body_mode(choice);
  }
}

void Exchange::State::flush_held(bool is_request, bool end,
                                 std::vector<pb::ProcessingResponse>& answers) {
  BodySide& body = side(is_request);
  pb::ProcessingResponse message;
  pb::BodyResponse& answer =
      is_request ? *message.mutable_request_body() : *message.mutable_response_body();
  pb::StreamedBodyResponse& streamed =
      *answer.mutable_response()->mutable_body_mutation()->mutable_streamed_response();
  streamed.set_body(std::exchange(body.held, {}));
  streamed.set_end_of_stream(end);
  if (end) add_metadata(message);
  answers.push_back(std::move(message));
}

void Exchange::State::answer_body(const pb::HttpBody& chunk, bool is_request,
                                  std::vector<pb::ProcessingResponse>& answers) {
  BodySide& body = side(is_request);
  if (body.mode == pb::ProcessingMode::FULL_DUPLEX_STREAMED) {
    body.held += chunk.body();
    const bool wanted =
        is_request ? transaction.wants_request_body() : transaction.wants_response_body();
    body.gave_up = body.gave_up || body.held.size() > options.max_held || !wanted;
    if (chunk.end_of_stream() || body.gave_up)
      flush_held(is_request, chunk.end_of_stream(), answers);
    return;
  }
  pb::ProcessingResponse message;
  pb::BodyResponse& answer =
      is_request ? *message.mutable_request_body() : *message.mutable_response_body();
  answer.mutable_response()->set_status(pb::CommonResponse::CONTINUE);
  if (chunk.end_of_stream()) add_metadata(message);
  answers.push_back(std::move(message));
}

void Exchange::State::answer(const pb::ProcessingRequest& request_message,
                             std::vector<pb::ProcessingResponse>& answers) {
  const bool ended = is_end(request_message);
  pb::ProcessingResponse message;
  switch (request_message.request_case()) {
    case pb::ProcessingRequest::kRequestHeaders:
      answer_headers(*message.mutable_request_headers(), message, true, ended);
      break;
    case pb::ProcessingRequest::kResponseHeaders:
      answer_headers(*message.mutable_response_headers(), message, false, ended);
      break;
    case pb::ProcessingRequest::kRequestBody:
      return answer_body(request_message.request_body(), true, answers);
    case pb::ProcessingRequest::kResponseBody:
      return answer_body(request_message.response_body(), false, answers);
    case pb::ProcessingRequest::kRequestTrailers:
      if (!request.held.empty()) flush_held(true, false, answers);
      message.mutable_request_trailers();
      break;
    case pb::ProcessingRequest::kResponseTrailers:
      if (!response.held.empty()) flush_held(false, false, answers);
      message.mutable_response_trailers();
      break;
    case pb::ProcessingRequest::REQUEST_NOT_SET:
      return;
  }
  if (ended) add_metadata(message);
  answers.push_back(std::move(message));
}

Exchange::Exchange(std::shared_ptr<const waf::RuleSet> rules, const waf::EngineServices& services,
                   ExchangeOptions options)
    : state_(std::make_unique<State>(std::move(rules), services, std::move(options))) {}

Exchange::~Exchange() { finish(); }

std::vector<Exchange::Response> Exchange::take(const Request& request) {
  std::vector<Response> answers;
  if (state_->stopped)
    return answers;  // after an ImmediateResponse Envoy sends nothing that counts
  state_->read_protocol(request);
  const waf::Verdict verdict = state_->judge(request);
  if (request.observability_mode()) return answers;
  if (verdict.interrupts()) {
    state_->stopped = true;
    answers.push_back(state_->immediate(verdict));
    return answers;
  }
  state_->answer(request, answers);
  return answers;
}

void Exchange::finish() {
  if (std::exchange(state_->finished, true)) return;
  state_->transaction.finish();
}

const waf::Transaction& Exchange::transaction() const { return state_->transaction; }
waf::Transaction& Exchange::mutable_transaction() { return state_->transaction; }

}  // namespace yagura::gateway
