// A response's body: whether it is read at all, decoded on the way, cut at its limit.

#include <algorithm>

#include "waf/engine/internal/state.hpp"

namespace yagura::waf::internal {

namespace {

std::string_view header(const State& state, std::string_view name) {
  for (const Value& value : state.values.of(Variable::kResponseHeaders)) {
    if (equal_ignoring_case(value.name, name)) return value.text;
  }
  return {};
}

bool is_listed(const State& state, std::string_view type) {
  std::string_view bare = type.substr(0, type.find(';'));
  while (bare.ends_with(' ') || bare.ends_with('\t')) bare.remove_suffix(1);
  const auto& listed = state.rules->options.response_mime_types;
  return std::ranges::any_of(listed, [&](const std::string& mime) {
    return equal_ignoring_case(mime, bare) || (mime == "(null)" && bare.empty());
  });
}

void start_decoding(State& state) {
  const std::string_view encoding = header(state, "Content-Encoding");
  if (encoding.empty() || equal_ignoring_case(encoding, "identity")) return;
  auto made = Decompressor::make(encoding, {.max_output = state.response_limit + 1});
  if (made) {
    state.decompressor.emplace(std::move(*made));
  } else {
    state.response_undecodable = true;
    state.set_single(Variable::kOutboundDataError, "1");
    state.count(&EngineCounters::body_errors);
  }
}

Verdict reach_limit(State& state) {
  if (!state.response_body_cut) state.count(&EngineCounters::body_limit_reached);
  state.response_body_cut = true;
  state.set_single(Variable::kOutboundDataError, "1");
  if (state.rules->options.response_at_limit == EngineOptions::AtLimit::kReject &&
      state.mode == EngineMode::kOn) {
    state.verdict = {
        .action = VerdictAction::kDeny, .status = 500, .redirect_url = {}, .rule = nullptr};
  }
  return state.verdict;
}

}  // namespace

bool wants_response(State& state) {
  if (state.mode == EngineMode::kOff || state.gave_up || state.verdict.interrupts()) return false;
  if (!state.response_wanted) {
    state.response_wanted = state.response_body_access && state.rules->needs_response_body &&
                            is_listed(state, header(state, "Content-Type"));
    if (*state.response_wanted) start_decoding(state);
  }
  return *state.response_wanted;
}

Verdict take_response_chunk(State& state, std::string_view chunk) {
  if (!wants_response(state) || state.response_body_cut) return state.verdict;
  state.count(&EngineCounters::bytes_inspected, chunk.size());
  if (state.decompressor) {
    if (const auto fed = state.decompressor->feed(chunk, state.response_buffer); !fed) {
      // What came before the bound or the damage is inspected.
      state.set_single(Variable::kOutboundDataError, "1");
      state.count(&EngineCounters::body_errors);
      if (fed.error().code == ErrorCode::kLimitExceeded) return reach_limit(state);
      state.response_body_cut = true;
    }
  } else if (!state.response_undecodable) {
    state.response_buffer += chunk;
  }
  state.response_body_size = state.response_buffer.size();
  if (state.response_buffer.size() > state.response_limit) {
    state.response_buffer.resize(static_cast<std::size_t>(state.response_limit));
    return reach_limit(state);
  }
  return state.verdict;
}

void finish_response_body(State& state) {
  state.set_single(Variable::kResponseBody, state.response_buffer);
  state.set_single(Variable::kResponseContentLength,
                   state.keep_number(static_cast<std::int64_t>(state.response_buffer.size())));
}

}  // namespace yagura::waf::internal
