#include "waf/engine/transaction.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "waf/engine/internal/members.hpp"
#include "waf/engine/internal/recycle.hpp"
#include "waf/engine/internal/state.hpp"

namespace yagura::waf {

using internal::Member;
using internal::Value;

struct Transaction::State {
  std::unique_ptr<internal::State> inner;
};

namespace {

// Adds the time of its life to the transaction's: waiting for a slow client spends nothing.
class Stopwatch {
 public:
  explicit Stopwatch(internal::State& state) : time_(state.work_time) { time_.enter(); }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;
  ~Stopwatch() { time_.leave(); }

 private:
  internal::WorkTime& time_;
};

// "http://host/path?x" in a request line: rules know the path.
std::string_view without_host(std::string_view uri) {
  const std::size_t scheme = uri.find("://");
  if (scheme == std::string_view::npos || uri.starts_with('/') || uri.find_first_of("/?#") < scheme)
    return uri;
  const std::size_t path = uri.find_first_of("/?#", scheme + 3);
  return path == std::string_view::npos ? "/" : uri.substr(path);
}

std::string_view base_name(std::string_view path) {
  const std::size_t slash = path.find_last_of("/\\");
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

// A path with its %xy undone, as a server does before it looks for the file; what is no escape
// stays.
std::string_view decoded_path(internal::State& state, std::string_view path) {
  if (path.find('%') == std::string_view::npos) return path;
  std::string text;
  text.reserve(path.size());
  for (std::size_t i = 0; i < path.size(); ++i) {
    unsigned byte = 0;
    if (path[i] == '%' && i + 3 <= path.size() &&
        std::from_chars(path.data() + i + 1, path.data() + i + 3, byte, 16).ptr ==
            path.data() + i + 3) {
      text += static_cast<char>(byte);
      i += 2;
    } else {
      text += path[i];
    }
  }
  return state.keep(text);
}

void set_uri(internal::State& state, std::string_view uri) {
  const std::string_view local = without_host(uri);
  // A fragment does not belong into a request; ModSecurity leaves it out of the query.
  const std::size_t question = local.find('?');
  const std::string_view path = decoded_path(state, local.substr(0, question));
  state.set_single(Variable::kRequestUriRaw, uri);
  state.set_single(Variable::kRequestUri, local);
  state.set_single(Variable::kRequestFilename, path);
  state.set_single(Variable::kRequestBasename, base_name(path));
  state.set_single(Variable::kPathInfo, path);
  if (question != std::string_view::npos)
    state.set_single(Variable::kQueryString, local.substr(question + 1));
}

void read_query(internal::State& state) {
  ParsedBody parsed;
  const std::string_view query = state.singles[static_cast<std::size_t>(Variable::kQueryString)];
  if (query.empty()) return;
  read_urlencoded(query, state.rules->options.request_limits, state.arena, parsed);
  std::size_t combined = 0;
  for (const Argument& argument : parsed.arguments) {
    state.values.add(Variable::kArgsGet, {.name = argument.name, .text = argument.value});
    combined += argument.name.size() + argument.value.size();
  }
  state.set_single(Variable::kArgsCombinedSize,
                   state.keep_number(static_cast<std::int64_t>(combined)));
  if (parsed.urlencoded_error) state.set_single(Variable::kUrlencodedError, "1");
  if (!parsed.error.empty()) {
    state.set_single(Variable::kReqbodyError, "1");
    state.set_single(Variable::kReqbodyErrorMsg, parsed.error);
  }
}

// "Basic " and, in base64, "name:password" (RFC 7617): what the client claims to be.
void read_authorization(internal::State& state, std::string_view text) {
  const std::size_t space = text.find(' ');
  const std::string_view scheme = text.substr(0, space);
  state.set_single(Variable::kAuthType, scheme);
  if (space == std::string_view::npos || !internal::equal_ignoring_case(scheme, "Basic")) return;
  std::string decoded;
  const std::string_view credentials =
      apply(Transform::kBase64Decode, text.substr(space + 1), decoded);
  const std::size_t colon = credentials.find(':');
  if (colon != std::string_view::npos)
    state.set_single(Variable::kRemoteUser, state.keep(credentials.substr(0, colon)));
}

void read_cookie_header(internal::State& state, std::string_view text) {
  std::vector<Argument> cookies;
  if (!read_cookies(text, state.rules->options.request_limits.max_arguments, cookies)) {
    state.count(&EngineCounters::body_limit_reached);
  }
  for (const Argument& cookie : cookies)
    state.values.add(Variable::kRequestCookies, {.name = cookie.name, .text = cookie.value});
}

}  // namespace

Transaction::Transaction(std::shared_ptr<const RuleSet> rules, const EngineServices& services,
                         TransactionOptions options)
    : state_(std::make_unique<State>()) {
  state_->inner = internal::take_state();
  state_->inner->begin(std::move(rules), services, std::move(options));
}

Transaction::~Transaction() { internal::give_back(std::move(state_->inner)); }

void Transaction::set_connection(std::string_view client_address, std::uint16_t client_port,
                                 std::string_view server_address, std::uint16_t server_port) {
  internal::State& state = *state_->inner;
  state.set_single(Variable::kRemoteAddr, state.keep(client_address));
  state.set_single(Variable::kRemoteHost,
                   state.singles[static_cast<std::size_t>(Variable::kRemoteAddr)]);
  state.set_single(Variable::kRemotePort, state.keep_number(client_port));
  state.set_single(Variable::kServerAddr, state.keep(server_address));
  state.set_single(Variable::kServerPort, state.keep_number(server_port));
  state.client_port = client_port;
  state.server_port = server_port;
}

void Transaction::set_request_line(std::string_view method, std::string_view uri,
                                   std::string_view protocol) {
  internal::State& state = *state_->inner;
  std::string line;
  line.reserve(method.size() + uri.size() + protocol.size() + 2);
  line.append(method).append(" ").append(uri).append(" ").append(protocol);
  const std::string_view kept = state.keep(line);
  state.set_single(Variable::kRequestLine, kept);
  state.set_single(Variable::kRequestMethod, kept.substr(0, method.size()));
  state.set_single(Variable::kRequestProtocol, kept.substr(kept.size() - protocol.size()));
  set_uri(state, kept.substr(method.size() + 1, uri.size()));
}

void Transaction::add_request_header(std::string_view name, std::string_view value) {
  internal::State& state = *state_->inner;
  const Value header{.name = state.keep(name), .text = state.keep(value)};
  state.values.add(Variable::kRequestHeaders, header);
  if (internal::equal_ignoring_case(name, "Cookie")) read_cookie_header(state, header.text);
  if (internal::equal_ignoring_case(name, "Host")) state.set_single(Variable::kServerName, host());
  if (internal::equal_ignoring_case(name, "Authorization")) {
    read_authorization(state, header.text);
  }
}

Verdict Transaction::process_request_headers() {
  internal::State& state = *state_->inner;
  const Stopwatch watch(state);
  if (state.mode != EngineMode::kOff && (state.phases_done & 2U) == 0) {
    read_query(state);
    internal::choose_processor(state);
  }
  internal::run_phase(state, 1);
  return state.verdict;
}

bool Transaction::wants_request_body() const {
  const internal::State& state = *state_->inner;
  return state.request_body_access && state.rules->needs_request_body &&
         state.mode != EngineMode::kOff && !state.gave_up && !state.verdict.interrupts() &&
         internal::has_use_for_request_body(state);
}

Verdict Transaction::append_request_body(std::string_view chunk) {
  internal::State& state = *state_->inner;
  const Stopwatch watch(state);
  if (!wants_request_body() ||
      (state.request_body_cut && state.request_body_size >= state.request_limit))
    return state.verdict;
  return internal::take_request_chunk(state, chunk);
}

Verdict Transaction::process_request_body() {
  internal::State& state = *state_->inner;
  const Stopwatch watch(state);
  if ((state.phases_done & 4U) != 0) return state.verdict;
  if (!state.verdict.interrupts() && state.mode != EngineMode::kOff)
    internal::finish_request_body(state);
  internal::run_phase(state, 2);
  if (state.services.listener != nullptr) state.services.listener->on_request(*this);
  return state.verdict;
}

void Transaction::set_response(std::uint16_t status, std::string_view protocol) {
  internal::State& state = *state_->inner;
  state.response_status = status;
  state.set_single(Variable::kResponseStatus, state.keep_number(status));
  state.set_single(Variable::kResponseProtocol, state.keep(protocol));
  state.set_single(Variable::kStatusLine,
                   state.keep(std::string(protocol) + " " + std::to_string(status)));
}

void Transaction::add_response_header(std::string_view name, std::string_view value) {
  internal::State& state = *state_->inner;
  const Value header{.name = state.keep(name), .text = state.keep(value)};
  state.values.add(Variable::kResponseHeaders, header);
  if (internal::equal_ignoring_case(name, "Content-Type")) {
    state.set_single(Variable::kResponseContentType, header.text.substr(0, header.text.find(';')));
  }
}

Verdict Transaction::process_response_headers() {
  internal::State& state = *state_->inner;
  const Stopwatch watch(state);
  internal::run_phase(state, 3);
  return state.verdict;
}

bool Transaction::wants_response_body() const { return internal::wants_response(*state_->inner); }

Verdict Transaction::append_response_body(std::string_view chunk) {
  const Stopwatch watch(*state_->inner);
  return internal::take_response_chunk(*state_->inner, chunk);
}

Verdict Transaction::process_response_body() {
  internal::State& state = *state_->inner;
  const Stopwatch watch(state);
  if ((state.phases_done & 16U) != 0) return state.verdict;
  if (!state.verdict.interrupts()) internal::finish_response_body(state);
  internal::run_phase(state, 4);
  if (state.services.listener != nullptr) state.services.listener->on_response(*this);
  return state.verdict;
}

void Transaction::finish() {
  internal::State& state = *state_->inner;
  if (std::exchange(state.finished, true)) return;
  {
    const Stopwatch watch(state);
    internal::run_phase(state, 5);
  }
  if (state.verdict.interrupts()) {
    state.count(&EngineCounters::blocked);
  } else if (std::ranges::any_of(state.detections, &Detection::logged)) {
    state.count(&EngineCounters::detected);
  }
  if (state.services.listener != nullptr) state.services.listener->on_finish(*this);
}

const std::vector<Detection>& Transaction::detections() const { return state_->inner->detections; }
Verdict Transaction::verdict() const { return state_->inner->verdict; }
std::string_view Transaction::unique_id() const { return state_->inner->unique_id; }
EngineMode Transaction::mode() const { return state_->inner->mode; }
const RuleSet& Transaction::rule_set() const { return *state_->inner->rules; }
std::string_view Transaction::method() const { return single(Variable::kRequestMethod); }
std::string_view Transaction::uri() const { return single(Variable::kRequestUriRaw); }
std::string_view Transaction::protocol() const { return single(Variable::kRequestProtocol); }

std::string_view Transaction::host() const {
  for (const Value& header : state_->inner->values.of(Variable::kRequestHeaders)) {
    if (!internal::equal_ignoring_case(header.name, "Host")) continue;
    const std::string_view text = header.text;
    const std::size_t colon =
        text.starts_with('[') ? text.find(':', text.find(']')) : text.find(':');
    return text.substr(0, colon);
  }
  return {};
}

std::string_view Transaction::client_address() const { return single(Variable::kRemoteAddr); }
std::uint16_t Transaction::client_port() const { return state_->inner->client_port; }
std::string_view Transaction::server_address() const { return single(Variable::kServerAddr); }
std::uint16_t Transaction::server_port() const { return state_->inner->server_port; }
std::uint16_t Transaction::response_status() const { return state_->inner->response_status; }
std::chrono::system_clock::time_point Transaction::started() const {
  return state_->inner->started;
}
std::chrono::nanoseconds Transaction::time_spent() const {
  return state_->inner->work_time.wall_time();
}

std::string_view Transaction::request_body() {
  internal::State& state = *state_->inner;
  if (!state.request_store) return {};
  const auto body = state.request_store->view();
  return body ? *body : std::string_view{};
}

std::string_view Transaction::response_body() { return state_->inner->response_buffer; }

std::string_view Transaction::tx(std::string_view name) const {
  internal::State& state = *state_->inner;
  const std::uint32_t slot = state.tx.find(name);
  return slot == kNone ? std::string_view{} : state.tx.text(slot);
}

std::string_view Transaction::single(Variable variable) const {
  return is_collection(variable) ? std::string_view{}
                                 : internal::single_value(*state_->inner, variable);
}

void Transaction::for_each(Variable variable,
                           const std::function<void(const ValueView&)>& each) const {
  RuleTarget target;
  target.variable = variable;
  internal::each_member(*state_->inner, target, nullptr, [&](const Member& member) {
    each({.variable = variable,
          .name = member.name,
          .value = member.text,
          .body_offset = member.offset});
    return true;
  });
}

bool Transaction::audit_wanted() const {
  const internal::State& state = *state_->inner;
  using Engine = AuditOptions::Engine;
  if (state.audit_engine == Engine::kOff || state.mode == EngineMode::kOff) return false;
  if (state.audit_engine == Engine::kOn) return true;
  if (std::ranges::any_of(state.detections, &Detection::audited)) return true;
  const auto& relevant = state.rules->options.audit.relevant_status;
  const std::uint16_t status =
      state.verdict.interrupts() ? state.verdict.status : state.response_status;
  return relevant != nullptr &&
         relevant->match(std::to_string(status), nullptr) == OperatorResult::kMatch;
}

std::string_view Transaction::audit_parts() const { return state_->inner->audit_parts; }
std::span<const SanitisedTarget> Transaction::sanitised() const { return state_->inner->sanitised; }
std::uint32_t Transaction::rules_not_evaluated() const { return state_->inner->not_evaluated; }

// "json.items.0.id" is ModSecurity's name for a leaf; the pointer says where it is in the document
// that was sent.
std::string Transaction::address_of(const Detection& detection) const {
  internal::State& state = *state_->inner;
  const bool json =
      detection.in_body && state.request_processor == "JSON" && detection.body_offset != kNoOffset;
  if (!json || !state.request_store) return std::string(detection.address);
  const auto body = state.request_store->view();
  if (!body) return std::string(detection.address);
  std::string pointer = json_pointer_at(*body, detection.body_offset);
  return pointer.empty() ? std::string(detection.address) : pointer;
}

}  // namespace yagura::waf
