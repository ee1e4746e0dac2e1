#pragma once

// Everything that one transaction holds. Recycled: vectors, maps and the arena keep their memory
// from one exchange to the next on the same thread (see recycle.hpp).

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/arena.hpp"
#include "waf/body/body.hpp"
#include "waf/compile/rule_set.hpp"
#include "waf/engine/internal/bytes_seen.hpp"
#include "waf/engine/internal/plan.hpp"
#include "waf/engine/internal/tx_store.hpp"
#include "waf/engine/internal/values.hpp"
#include "waf/engine/internal/work_time.hpp"
#include "waf/engine/transaction.hpp"
#include "waf/match/prefilter.hpp"

namespace yagura::waf::internal {

// A form of a value that the first stage was given.
struct Form {
  ValueRef value;
  std::string_view bytes;
};

struct ItemHits {
  std::uint32_t begin = 0, end = 0;  // in State::hits
};

// One value that matched, for MATCHED_VARS and for the detection.
struct Match {
  Variable variable = Variable::kArgs;
  std::string_view name;      // of the member; empty for a single value
  std::string_view original;  // before transformations
  std::string_view text;      // what the operator saw, or @rsub made of it
  std::string_view matched;   // what the operator matched of it
  std::uint32_t offset = kNoOffset;
  bool in_body = false;
  bool counted = false;  // &TARGET
};

// ctl:ruleRemoveTarget… that this transaction ran.
struct RemovedTarget {
  const RuleAction* action = nullptr;
};

enum class AllowScope : std::uint8_t { kNone, kPhase, kRequest, kAll };

struct State {
  // Of the thread: kept from one exchange to the next.
  core::Arena arena;
  PrefilterScratch scratch;
  TransformChain::Buffers buffers;
  std::vector<PrefilterHit> hits;
  std::vector<Form> forms;
  std::vector<ItemHits> item_hits;  // by item; only those of touched_items are not empty
  std::vector<std::uint32_t> touched_items;
  BytesSeen bytes_seen;
  std::vector<std::uint64_t> hot;  // bits of the steps that are to be evaluated

  // Of the exchange.
  std::shared_ptr<const RuleSet> rules;
  const Plan* plan = nullptr;  // of `rules`
  EngineServices services;
  TransactionOptions options;
  EngineMode mode = EngineMode::kOn;
  std::chrono::system_clock::time_point started;
  WorkTime work_time;
  ValueStore values;
  std::array<std::string_view, kVariableCount> singles{};
  TxStore tx;
  std::vector<std::pair<std::string_view, std::string_view>> geo, environment;
  std::array<std::string_view, 5> collection_keys{};  // kGlobal, kIp, kResource, kSession, kUser
  std::vector<Match> matched_vars;                    // of the chain that runs, all its links
  std::vector<ChainMatch> chain_matches;              // the same, for who wants an exclusion
  Match last_match;                                   // of any rule: MATCHED_VAR
  bool has_last_match = false;
  std::uint32_t expansion_depth = 0;  // of macros in macros
  const Rule* current = nullptr;      // for RULE:*
  std::vector<Detection> detections;
  std::uint32_t detections_dropped = 0;
  std::vector<SanitisedTarget> sanitised;
  Verdict verdict;
  std::vector<bool> removed_rules;  // by rule index; empty: none
  std::vector<RemovedTarget> removed_targets;
  AllowScope allowed = AllowScope::kNone;
  int highest_severity = 255;
  std::uint32_t not_evaluated = 0;
  bool gave_up = false;  // the engine stopped inspecting: time, memory
  bool finished = false;
  std::uint8_t phases_done = 0;       // bits
  std::size_t first_stage_phase = 0;  // whose forms are in `scan`; 0: none
  std::optional<PrefilterScan> scan;
  PartMask scanned = 0;  // parts whose hits are in item_hits

  // Connection and lines.
  std::uint16_t client_port = 0, server_port = 0, response_status = 0;
  std::string_view unique_id;

  // Bodies.
  bool request_body_access = false, response_body_access = false, force_request_body = false;
  std::string_view request_processor;  // by ctl, upper case; empty: by content type
  XmlArgumentsMode xml_arguments = XmlArgumentsMode::kOff;
  std::optional<BodyLimits> own_limits;  // the rule set's with what ctl has changed of them
  std::uint64_t request_limit = 0, response_limit = 0;
  std::uint64_t request_body_size = 0, response_body_size = 0;
  bool request_body_cut = false, response_body_cut = false;
  bool request_reader_done = false;
  std::unique_ptr<BodyReader> request_reader;
  std::optional<BodyStore> request_store;
  ParsedBody parsed;
  std::string response_buffer;
  std::optional<Decompressor> decompressor;
  bool response_undecodable = false;
  std::optional<bool> response_wanted;
  AuditOptions::Engine audit_engine = AuditOptions::Engine::kOff;
  std::string_view audit_parts;

  void begin(std::shared_ptr<const RuleSet> rule_set, const EngineServices& given,
             TransactionOptions wanted);
  void end();  // frees what must not outlive the exchange

  [[nodiscard]] std::string_view keep(std::string_view text) { return arena.copy(text); }
  [[nodiscard]] std::string_view keep_number(std::int64_t number);
  void set_single(Variable variable, std::string_view text) {
    singles[static_cast<std::size_t>(variable)] = text;
  }
  [[nodiscard]] std::chrono::system_clock::time_point now() const {
    return services.clock ? services.clock() : std::chrono::system_clock::now();
  }
  void count(std::atomic<std::uint64_t> EngineCounters::* counter, std::uint64_t by = 1) const {
    if (services.counters != nullptr)
      (services.counters->*counter).fetch_add(by, std::memory_order_relaxed);
  }
  void give_up();  // by the failure policy
  void count_not_evaluated(bool is_pattern);
};

struct Member {
  Variable variable = Variable::kArgs;
  std::string_view name, text;
  std::string_view original;  // before transformations, where that is not `text`
  std::uint32_t offset = kNoOffset;
  bool in_body = false;
  bool counted = false;        // the text is a number of members
  bool was_matched = false;    // a member of MATCHED_VARS
  bool is_last_match = false;  // MATCHED_VAR: without it, it would be another
};

// variables.cpp
[[nodiscard]] std::string_view single_value(State& state, Variable variable);

// macro.cpp: the text with its macros replaced, in the arena (or the rule set, where it has none).
[[nodiscard]] std::string_view expand(State& state, const MacroText& text);
// The number that it expands to; of a TX member without making its text.
[[nodiscard]] std::int64_t expand_number(State& state, const MacroText& text);

// actions.cpp
void run_action(State& state, const RuleAction& action);

// scan.cpp: gives every value of `phase` to the first stage.
void start_first_stage(State& state, std::size_t phase);
// Scans for one more part; afterwards its hits are in state.item_hits. False: that could not be
// done, and the first stage is out of the game for this phase.
[[nodiscard]] bool scan_part(State& state, std::uint8_t part);

// phase.cpp
void run_phase(State& state, std::size_t phase);

// request_body.cpp, response_body.cpp
void choose_processor(State& state);
// Does anything read or show a body of this processor?
[[nodiscard]] bool has_use_for_request_body(const State& state);
Verdict take_request_chunk(State& state, std::string_view chunk);
Verdict finish_request_body(State& state);
Verdict take_response_chunk(State& state, std::string_view chunk);
[[nodiscard]] bool wants_response(State& state);
void finish_response_body(State& state);

}  // namespace yagura::waf::internal
