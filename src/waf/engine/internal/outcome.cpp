// What follows a match: matched variables, captures, actions, detections, the verdict.

#include <algorithm>

#include "waf/engine/internal/actions.hpp"
#include "waf/engine/internal/evaluator.hpp"

namespace yagura::waf::internal {
namespace {

constexpr std::size_t kLogging = 5;
constexpr std::size_t kMaxDetections = 1'000;  // of one transaction; the rest is counted
constexpr std::size_t kMaxDetectionsOfRule = 32;
constexpr std::uint16_t kFound = 302;

bool refuses(Disruptive action) {
  return action == Disruptive::kDeny || action == Disruptive::kDrop ||
         action == Disruptive::kRedirect || action == Disruptive::kProxy ||
         action == Disruptive::kBlock;
}

VerdictAction verdict_of(Disruptive action) {
  if (action == Disruptive::kDrop) return VerdictAction::kDrop;
  return action == Disruptive::kRedirect ? VerdictAction::kRedirect : VerdictAction::kDeny;
}

// Moves a view of `from` to the same place in `to`; others (static texts, the operator's own) are
// copied.
std::string_view moved(State& state, std::string_view view, std::string_view from,
                       std::string_view to) {
  if (view.empty()) return {};
  const bool inside =
      view.data() >= from.data() && view.data() + view.size() <= from.data() + from.size();
  return inside ? to.substr(static_cast<std::size_t>(view.data() - from.data()), view.size())
                : state.keep(view);
}

std::string_view cut(std::string_view text) { return text.substr(0, Detection::kMaxValue); }

}  // namespace

void Evaluator::matched(const Rule& rule, const Member& member, std::string_view form,
                        bool form_is_kept, std::string_view found) {
  ++matches_;
  // The form may lie in a buffer that the next value overwrites.
  const std::string_view kept = form_is_kept ? form : state_.keep(form);
  const Match match{.variable = member.variable,
                    .name = member.name,
                    .original = member.original.data() != nullptr ? member.original : member.text,
                    .text = replaced_.data() != nullptr ? replaced_ : kept,
                    .matched = moved(state_, found, form, kept),
                    .offset = member.offset,
                    .in_body = member.in_body,
                    .counted = member.counted};
  // What a link finds in MATCHED_VARS as it was is there already.
  if (!member.was_matched || match.text != member.text) state_.matched_vars.push_back(match);
  if (head_->next_in_chain != kNone) note_chain_match(member);
  chain_match_ = match;
  chain_has_match_ = true;
  if (!head_->shadow) {
    state_.last_match = match;
    state_.has_last_match = true;
  }
  if (captures_.count != 0) store_captures(form, kept);
  run_actions(rule, matches_ == 1);
  if (&rule == head_ && rule.next_in_chain == kNone) detect(&match);
}

// The groups of an earlier rule must not be taken for this one's.
void Evaluator::store_captures(std::string_view form, std::string_view kept) {
  for (std::uint32_t slot = 0; slot < captures_.group.size(); ++slot) {  // TX:0 to TX:9
    if (slot < captures_.count) {
      state_.tx.set_text(slot, moved(state_, captures_.group[slot], form, kept));
    } else {
      state_.tx.unset(slot);
    }
  }
}

// In the order written. setvar runs for each value that matches, the others once for the link;
// whether the rest of the chain matches does not matter. What a shadow rule sets in TX is undone
// afterwards; it does nothing else.
void Evaluator::run_actions(const Rule& rule, bool is_first) {
  for (const RuleAction& action : rule.actions) {
    const bool is_setvar = action.kind == ActionKind::kSetVar;
    if (!is_setvar && !is_first) continue;
    if (head_->shadow && !(is_setvar && action.collection == Variable::kTx)) continue;
    run_action(state_, action);
  }
}

void Evaluator::note_chain_match(const Member& member) {
  if (state_.chain_matches.size() > ChainMatch::kMost) return;
  state_.chain_matches.push_back({.link = link_,
                                  .variable = member.variable,
                                  .name = member.name,
                                  .is_certain = !member.counted && !member.is_last_match});
}

void Evaluator::detect(const Match* match) {
  const Rule& head = *head_;
  if (head.severity >= 0 && !head.shadow) {
    state_.highest_severity = std::min(state_.highest_severity, head.severity);
  }
  const bool would_refuse = refuses(head.disruptive) && phase_ != kLogging && !head.shadow;
  if (!head.log && !head.audit_log && !would_refuse) return;
  if (detections_of_rule_++ >= kMaxDetectionsOfRule || state_.detections.size() >= kMaxDetections) {
    ++state_.detections_dropped;
    return;
  }
  Detection detection;
  detection.rule = &head;
  detection.phase = static_cast<std::uint8_t>(phase_);
  if (match != nullptr) {
    detection.variable = match->variable;
    detection.address =
        state_.keep((match->counted ? "&" : "") + address_text(match->variable, match->name));
    detection.body_offset = match->offset;
    detection.in_body = match->in_body;
    detection.value = cut(match->original);
    detection.matched = cut(match->matched);
  }
  const std::vector<ChainMatch>& matches = state_.chain_matches;
  if (!matches.empty() && matches.size() <= ChainMatch::kMost) {
    const auto kept = state_.arena.make_array<ChainMatch>(matches.size());
    std::ranges::copy(matches, kept.begin());
    detection.chain_matches = kept;
  }
  detection.message = expand(state_, head.message);
  detection.log_data = expand(state_, head.log_data);
  const auto tags = state_.arena.make_array<std::string_view>(head.tags.size());
  for (std::size_t i = 0; i < tags.size(); ++i) tags[i] = expand(state_, head.tags[i]);
  detection.tags = tags;
  detection.logged = head.log;
  detection.audited = head.audit_log;
  detection.shadow = head.shadow;
  detection.would_disrupt = would_refuse && state_.mode != EngineMode::kOn;
  state_.detections.push_back(detection);
}

void Evaluator::decide() {
  const Rule& head = *head_;
  // Detecting alone runs no disruptive action, and allow is one.
  if (phase_ == kLogging || state_.mode != EngineMode::kOn) return;
  switch (head.disruptive) {
    case Disruptive::kAllow:
      state_.allowed = AllowScope::kAll;
      return;
    case Disruptive::kAllowPhase:
      state_.allowed = AllowScope::kPhase;
      return;
    case Disruptive::kAllowRequest:
      state_.allowed = AllowScope::kRequest;
      return;
    case Disruptive::kPass:
      return;
    default:
      break;
  }
  state_.verdict = {.action = verdict_of(head.disruptive),
                    .status = head.status,
                    .redirect_url = {},
                    .rule = &head};
  if (head.disruptive == Disruptive::kRedirect) {
    state_.verdict.redirect_url = state_.keep(expand(state_, head.redirect));
    const bool is_redirection = head.status >= 300 && head.status < 400;
    if (!is_redirection) state_.verdict.status = kFound;
  }
  const bool is_last = !state_.detections.empty() && state_.detections.back().rule == &head;
  if (is_last) state_.detections.back().disrupted = true;
}

}  // namespace yagura::waf::internal
