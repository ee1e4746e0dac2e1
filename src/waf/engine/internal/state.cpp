#include "waf/engine/internal/state.hpp"

#include <array>
#include <charconv>
#include <random>

namespace yagura::waf::internal {

namespace {

constexpr std::size_t kMaxKeptBuffer = 1U << 20;

// Time and chance, as ModSecurity writes it: unique among workers without asking any of them.
std::string_view make_unique_id(State& state) {
  thread_local std::mt19937_64 random{std::random_device{}()};
  const auto micros =
      std::chrono::duration_cast<std::chrono::microseconds>(state.started.time_since_epoch())
          .count();
  std::array<char, 48> text{};
  char* end = std::to_chars(text.data(), text.data() + 24, micros / 10'000).ptr;
  *end++ = '.';
  end = std::to_chars(end, text.data() + text.size(), random() % 1'000'000'000'000).ptr;
  return state.keep({text.data(), static_cast<std::size_t>(end - text.data())});
}

template <typename Container>
void shrink_or_clear(Container& container) {
  if (container.capacity() * sizeof(typename Container::value_type) > kMaxKeptBuffer) {
    Container().swap(container);
  } else {
    container.clear();
  }
}

}  // namespace

std::string_view State::keep_number(std::int64_t number) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  return keep({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

void State::begin(std::shared_ptr<const RuleSet> rule_set, const EngineServices& given,
                  TransactionOptions wanted) {
  rules = std::move(rule_set);
  services = given;
  options = std::move(wanted);
  plan = &plan_of(*rules);
  const EngineOptions& settings = rules->options;
  mode = options.use_rule_set_mode ? settings.mode : options.mode;
  started = now();
  work_time.reset(options.time_budget);
  tx.begin(*rules, arena);
  bytes_seen.begin();
  request_body_access = settings.request_body_access;
  response_body_access = settings.response_body_access;
  request_limit = settings.request_limits.max_body;
  xml_arguments = settings.request_limits.xml_arguments;
  response_limit = settings.response_limit;
  audit_engine = settings.audit.engine;
  audit_parts = settings.audit.parts;
  unique_id = options.unique_id.empty() ? make_unique_id(*this) : keep(options.unique_id);
  set_single(Variable::kUniqueId, unique_id);
  set_single(Variable::kReqbodyError, "0");
  set_single(Variable::kReqbodyProcessorError, "0");
  set_single(Variable::kUrlencodedError, "0");
  set_single(Variable::kInboundDataError, "0");
  set_single(Variable::kOutboundDataError, "0");
  set_single(Variable::kMscPcreError, "0");
  set_single(Variable::kMscPcreLimitsExceeded, "0");
  set_single(Variable::kArgsCombinedSize, "0");
  set_single(Variable::kFilesCombinedSize, "0");
  set_single(Variable::kWebAppId, settings.web_app_id);
  count(&EngineCounters::transactions);
}

void State::end() {
  values.clear();
  singles.fill({});
  geo.clear();
  environment.clear();
  collection_keys.fill({});
  matched_vars.clear();
  chain_matches.clear();
  last_match = {};
  has_last_match = false;
  current = nullptr;
  detections.clear();
  detections_dropped = 0;
  sanitised.clear();
  verdict = {};
  removed_rules.clear();
  removed_targets.clear();
  allowed = AllowScope::kNone;
  highest_severity = 255;
  not_evaluated = 0;
  gave_up = finished = false;
  phases_done = 0;
  for (const std::uint32_t item : touched_items) item_hits[item] = {};
  touched_items.clear();
  first_stage_phase = 0;
  scan.reset();
  scanned = 0;
  shrink_or_clear(hits);
  shrink_or_clear(forms);
  shrink_or_clear(buffers.first);
  shrink_or_clear(buffers.second);
  client_port = server_port = response_status = 0;
  force_request_body = false;
  request_processor = {};
  request_body_size = response_body_size = 0;
  request_body_cut = response_body_cut = request_reader_done = false;
  request_reader.reset();
  own_limits.reset();
  request_store.reset();
  parsed = {};
  shrink_or_clear(response_buffer);
  decompressor.reset();
  response_undecodable = false;
  response_wanted.reset();
  services = {};
  options = {};
  arena.reset();
  rules.reset();  // last: an old rule set goes with the last transaction that began under it
}

// Never a quiet pass: counted, shown to rules (TX:MSC_PCRE_LIMITS_EXCEEDED, as ModSecurity's
// recommended rules ask), and refused where the policy is to fail closed.
void State::count_not_evaluated(bool is_pattern) {
  ++not_evaluated;
  count(&EngineCounters::rules_not_evaluated);
  if (is_pattern) {
    set_single(Variable::kMscPcreLimitsExceeded, "1");
    const std::uint32_t slot = tx.find_or_add("msc_pcre_limits_exceeded");
    if (slot != kNone) tx.set_text(slot, "1");
  }
  if (!options.fail_open && mode == EngineMode::kOn) give_up();
}

void State::give_up() {
  if (gave_up) return;
  gave_up = true;
  if (options.fail_open || mode != EngineMode::kOn) {
    count(&EngineCounters::fail_open);
    return;
  }
  count(&EngineCounters::fail_closed);
  verdict = {.action = VerdictAction::kDeny, .status = 503, .redirect_url = {}, .rule = nullptr};
}

}  // namespace yagura::waf::internal
