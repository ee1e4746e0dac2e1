#pragma once

// A rule set ready to run: what compile() makes of a document, immutable, shared by every
// transaction that started under it. Names are resolved to numbers, chains of transformations are
// numbered, operators are made, jumps are indexes.

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/severity.hpp"
#include "waf/body/body.hpp"
#include "waf/compile/variable.hpp"
#include "waf/match/pattern.hpp"
#include "waf/match/prefilter.hpp"
#include "waf/operator/operator.hpp"
#include "waf/transform/transform.hpp"

namespace yagura::waf {

using RuleId = std::uint64_t;
inline constexpr std::uint32_t kNone = 0xffff'ffff;
inline constexpr std::size_t kPhaseCount = 5;

enum class EngineMode : std::uint8_t { kOff, kDetectionOnly, kOn };

// "%{tx.score}/%{MATCHED_VAR}": pieces in order.
struct MacroText {
  struct Piece {
    std::string literal;  // where variable is empty
    std::optional<Variable> variable;
    std::string name;            // of a collection's member; lower case for TX
    std::uint32_t slot = kNone;  // of a TX member
    // %{rule.id} and such are Variable::kRule with the name
  };
  std::vector<Piece> pieces;
  std::string text;  // as written
  [[nodiscard]] bool is_literal() const {
    return pieces.size() <= 1 && (pieces.empty() || !pieces[0].variable);
  }
};

struct Selector {
  enum class Kind : std::uint8_t { kAll, kName, kRegex, kXPath } kind = Kind::kAll;
  std::string name;  // kName: compared ignoring ASCII case; kXPath: the expression
  std::shared_ptr<const Pattern> pattern;  // kRegex: matches the member's name
  std::uint32_t slot = kNone;              // kName of TX: its number
};

struct RuleTarget {
  Variable variable = Variable::kArgs;
  bool count = false;
  Selector selector;
  // "!ARGS:foo" and SecRuleUpdateTarget* that apply to this variable. kAll: nothing is left.
  std::vector<Selector> exclusions;
  // Of the first stage. 0: never scanned. Where the rule has a prefilter_item, its targets with a
  // bit are evaluated on hits alone, those without (TX, MATCHED_VARS, counts) on every value.
  ClassMask class_bit = 0;
};

enum class ActionKind : std::uint8_t {
  kSetVar,
  kSetEnv,
  kSetSid,
  kSetUid,
  kSetRsc,
  kInitCollection,
  kExpireVar,
  kDeprecateVar,
  kCapture,
  kCtl,
  kExec,
  kAppend,
  kPrepend,
  kSanitiseArg,
  kSanitiseMatched,
  kSanitiseMatchedBytes,
  kSanitiseRequestHeader,
  kSanitiseResponseHeader,
};

enum class CtlKind : std::uint8_t {
  kAuditEngine,
  kAuditLogParts,
  kDebugLogLevel,
  kForceRequestBodyVariable,
  kRequestBodyAccess,
  kRequestBodyLimit,
  kRequestBodyProcessor,
  kResponseBodyAccess,
  kResponseBodyLimit,
  kRuleEngine,
  kRuleRemoveById,
  kRuleRemoveByMsg,
  kRuleRemoveByTag,
  kRuleRemoveTargetById,
  kRuleRemoveTargetByMsg,
  kRuleRemoveTargetByTag,
  kHashEngine,
  kHashEnforcement,
  kParseXmlIntoArgs,
};

struct RuleIdRange {
  RuleId first = 0, last = 0;
};

// One non-disruptive action; which fields count depends on the kind.
struct RuleAction {
  ActionKind kind = ActionKind::kSetVar;
  enum class SetOp : std::uint8_t { kAssign, kAdd, kSubtract, kUnset } set_op = SetOp::kAssign;
  Variable collection =
      Variable::kTx;           // kSetVar, kExpireVar, kDeprecateVar, kInitCollection, target of ctl
  MacroText name;              // of the variable (its name may hold macros)
  std::uint32_t slot = kNone;  // of a TX variable whose name is literal
  MacroText value;             // value, key of a collection, seconds
  CtlKind ctl = CtlKind::kRuleEngine;
  // ctl:ruleRemove*: the rules that are meant, sorted, apart. For ByTag and ByMsg resolved at load
  // (their tags and messages as written, before macros), so that no pattern runs in a request.
  std::vector<RuleIdRange> ids;
  std::shared_ptr<const Pattern> pattern;  // …ByTag, …ByMsg, for explanations
  RuleTarget target;  // ctl:ruleRemoveTarget*: what is excluded (variable and selector; all:
                      // Selector kAll)
};

enum class Disruptive : std::uint8_t {
  kPass,
  kBlock,
  kDeny,
  kDrop,
  kRedirect,
  kProxy,
  kAllow,
  kAllowPhase,
  kAllowRequest
};

struct Rule {
  RuleId id = 0;                    // 0 in the later links of a chain
  std::uint8_t phase = 2;           // 1 to 5
  std::vector<RuleTarget> targets;  // empty: SecAction, always true
  std::unique_ptr<const Operator> op;
  std::string op_name;                // "rx", as written in the manual
  std::string op_argument;            // as written
  std::optional<MacroText> op_macro;  // where the argument holds macros
  bool negated = false;
  std::uint8_t chain = 0;  // index in RuleSet::transform_chains
  bool multi_match = false;
  bool capture = false;
  std::uint32_t prefilter_item =
      kNone;  // index among its phase's items; none: evaluated on every value
  std::uint32_t next_in_chain = kNone;  // index in RuleSet::rules
  std::uint32_t chain_head = kNone;     // index of the chain's first rule; itself where not chained
  std::vector<RuleAction> actions;      // in the order written, defaults first
  Disruptive disruptive = Disruptive::kPass;  // `block` is resolved to what SecDefaultAction says
  bool block_by_default = false;              // it was written as `block`
  std::uint16_t status = 403;
  MacroText redirect;
  std::uint32_t skip = 0;            // number of rules
  std::uint32_t skip_after = kNone;  // index in Phase::steps behind the marker
  bool log = true, audit_log = true;
  bool shadow = false;  // evaluated and reported; sets nothing, disrupts nothing
  MacroText message, log_data;
  std::vector<MacroText> tags;
  int severity = -1;  // 0 EMERGENCY to 7 DEBUG; -1: none
  std::string revision, version, maturity, accuracy;
  std::vector<std::pair<std::string, std::string>> xml_namespaces;  // xmlns: prefix, URI
  std::string file;                                                 // where it stands
  std::uint32_t line = 0;
  std::string text;  // as written
};

struct Phase {
  std::vector<std::uint32_t> steps;    // indexes of rules (heads of chains), in order
  std::optional<Prefilter> prefilter;  // absent where no item is in this phase
  std::vector<std::uint32_t>
      item_rule;  // item -> index of its rule (a link of a chain may have one too)
  std::vector<std::uint8_t> item_part;  // item -> the part of the prefilter that knows it
};

struct AuditOptions {
  enum class Engine : std::uint8_t { kOff, kOn, kRelevantOnly } engine = Engine::kOff;
  enum class Type : std::uint8_t { kSerial, kConcurrent, kHttps } type = Type::kSerial;
  std::string parts = "ABIJDEFHZ";
  std::string path, path2;     // SecAuditLog, SecAuditLog2
  std::string storage_folder;  // SecAuditLogStorageDir
  std::uint32_t folder_mode = 0750, file_mode = 0640;
  std::shared_ptr<const Pattern> relevant_status;
  bool json = true;  // SecAuditLogFormat
};

struct EngineOptions {
  EngineMode mode = EngineMode::kDetectionOnly;
  bool request_body_access = false, response_body_access = false;
  BodyLimits request_limits;
  enum class AtLimit : std::uint8_t { kReject, kProcessPartial };
  AtLimit request_at_limit = AtLimit::kReject;
  AtLimit response_at_limit = AtLimit::kProcessPartial;
  std::uint64_t response_limit = 524'288;
  std::vector<std::string> response_mime_types = {"text/plain", "text/html"};
  AuditOptions audit;
  std::string component_signature, web_app_id = "default", sensor_id;
  std::uint32_t collection_timeout_seconds = 3600;
  std::uint32_t pattern_match_limit = kDefaultMatchLimit;
  std::string unicode_map_file;
};

struct RuleSet {
  EngineOptions options;
  std::vector<Rule> rules;                // heads and links, in the order of the files
  std::array<Phase, kPhaseCount> phases;  // phase n at n - 1
  std::vector<TransformChain>
      transform_chains;  // [0] is the empty one; at most 64 take part in the first stage
  std::shared_ptr<const UnicodeMap> unicode_map;  // SecUnicodeMapFile, for every apply(); or null
  std::vector<std::string> tx_names;  // slot -> lower-case name; every TX member that a rule names
                                      // Slots 0 to 9 are TX:0 to TX:9.
  std::unordered_map<std::string, std::uint32_t> tx_slots;
  // Class bits of the first stage. By the place where a value lives (kArgsGet and kArgsPost, not
  // kArgs; kArgsGetNames and kArgsPostNames, not kArgsNames): the bits of all targets that cover
  // it, and further bits of single members. XPaths are names of members: "/*" and "//@*".
  struct NamedClass {
    std::string name;  // lower case
    ClassMask bits;
  };
  struct HomeClasses {
    ClassMask all = 0;
    std::vector<NamedClass> named;
  };
  std::array<HomeClasses, kVariableCount> classes;
  // The bits of one value; `name` in any case. O(named members of that variable). 0: no rule scans
  // it.
  [[nodiscard]] ClassMask classes_of(Variable home, std::string_view name) const;
  // The chains whose forms the rule's operator sees: its own, and with multiMatch each that its own
  // begins with. Of those that take part in the first stage.
  [[nodiscard]] ChainMask chains_of(const Rule& rule) const;
  bool needs_request_body = false;  // some rule of phase 2 or later looks into it
  bool needs_response_body = false;
  std::string fingerprint;     // of all rule text: names a generation
  std::size_t rule_count = 0;  // heads

  // What the engine derives from all this when the first transaction begins
  // (engine/internal/plan.hpp). Nobody else's business.
  mutable std::once_flag plan_made;
  mutable std::shared_ptr<const void> plan;
};

}  // namespace yagura::waf
