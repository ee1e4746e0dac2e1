// How one evaluation counts cost. Upstream evaluates a policy's variables anew for each group of
// its expressions (match conditions; validations with messages; audit annotations) and adds the
// cost of those that were used. Here values are shared by policies, so that what was used is not
// known: the cost of every loaded variable that the policy can reach is taken, which is never less.
// Only where that exceeds the budget is the policy evaluated again, with its variables forgotten,
// and counted exactly.

#include "policy/vap/evaluation_session.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/check.hpp"
#include "policy/check/check.hpp"
#include "policy/program/collections.hpp"
#include "policy/vap/request_value.hpp"

namespace yagura::policy {

namespace {

constexpr std::string_view kOutOfBudget =
    "validation failed due to running out of cost budget, no further validation rules will be run";

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n\v\f");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n\v\f") - first + 1);
}

bool contains(std::span<const std::uint32_t> sorted, std::uint32_t wanted) {
  return std::binary_search(sorted.begin(), sorted.end(), wanted);
}

}  // namespace

// The policies whose rules match one kind of request, with what is left to look at.
struct EvaluationSession::Candidates {
  std::vector<std::uint32_t> indices;
  std::vector<RuleMatch> matches;  // of indices[i]
  // The texts that the matches' kinds point to, where the first request's may be gone.
  std::string group;
  std::string version;
  std::string kind;
  std::string resource;
};

bool PolicyResult::denies() const {
  return std::any_of(failures.begin(), failures.end(),
                     [](const ValidationFailure& failure) { return !failure.is_ignored; });
}

EvaluationSession::EvaluationSession(std::shared_ptr<const PolicySet> set, VapLimits limits)
    : set_(std::move(set)),
      limits_(limits),
      context_({.cost = limits.per_call}),
      slots_(set_->slots().size()),
      slot_costs_(set_->slots().size()) {
  context_.set_null_fields(NullFields::kAbsent);
}

EvaluationSession::~EvaluationSession() = default;

void EvaluationSession::begin(const AdmissionRequest& request) {
  context_.reset();
  request_ = request;
  matched_kind_ = request.kind;
  current_ = nullptr;
  std::fill(slots_.begin(), slots_.end(), Value());
  std::fill(slot_costs_.begin(), slot_costs_.end(), 0);
  slots_[kObjectSlot] = request.object == nullptr ? Value::null() : Value::node(*request.object);
  slots_[kOldObjectSlot] =
      request.old_object == nullptr ? Value::null() : Value::node(*request.old_object);
  slots_[kParamsSlot] = Value::null();
  candidates_ = &candidates_for(request_);
}

std::span<const std::uint32_t> EvaluationSession::candidates() const {
  return candidates_ == nullptr ? std::span<const std::uint32_t>() : candidates_->indices;
}

const EvaluationSession::Candidates& EvaluationSession::candidates_for(
    const AdmissionRequest& request) {
  cache_key_.clear();
  for (const std::string_view part : {request.kind.group, request.kind.version, request.kind.kind,
                                      request.kind.resource, request.subresource}) {
    cache_key_.append(part).push_back('\n');
  }
  cache_key_.push_back(static_cast<char>('0' + static_cast<int>(request.operation)));
  cache_key_.push_back(request.scope == kube::ResourceScope::kCluster ? 'c' : 'n');
  const auto found = candidate_cache_.find(cache_key_);
  if (found != candidate_cache_.end()) return *found->second;

  auto made = std::make_unique<Candidates>();
  made->group = request.kind.group;
  made->version = request.kind.version;
  made->kind = request.kind.kind;
  made->resource = request.kind.resource;
  AdmissionRequest kept = request;
  kept.kind = {.group = made->group,
               .version = made->version,
               .kind = made->kind,
               .resource = made->resource};
  const std::vector<RequestedKind> equivalents = equivalent_kinds_of(kept);
  const auto policies = set_->policies();
  for (std::uint32_t i = 0; i < policies.size(); ++i) {
    const RuleMatch match = match_rules(policies[i].text->constraints, kept, equivalents);
    if (match.excluded || (!match.matched && !match.has_named_rules)) continue;
    made->indices.push_back(i);
    made->matches.push_back(match);
  }
  // A hostile input may hold any number of kinds: the cache is forgotten before it grows large.
  constexpr std::size_t kMaxKinds = 4096;
  if (candidate_cache_.size() >= kMaxKinds) candidate_cache_.clear();
  return *candidate_cache_.emplace(cache_key_, std::move(made)).first->second;
}

void EvaluationSession::clear(std::span<const std::uint32_t> slots) {
  for (const std::uint32_t slot : slots) slots_[slot] = Value();
}

void EvaluationSession::bind(const CompiledPolicy& policy, const kube::Node* params,
                             const RequestedKind& kind) {
  slots_[kParamsSlot] = params == nullptr ? Value::null() : Value::node(*params);
  clear(policy.params_dependent);
  if (!(kind == matched_kind_)) {
    matched_kind_ = kind;
    slots_[kRequestSlot] = Value();
    clear(set_->request_dependent());  // other policies' variables are stale as well
  }
}

Value EvaluationSession::load(EvalContext& context, std::uint32_t slot) {
  switch (slot) {
    case kRequestSlot:
      return make_request_value(context, request_, matched_kind_);
    case kNamespaceObjectSlot:
      return make_namespace_value(context, request_);
    case kAuthorizerSlot:
    case kRequestResourceSlot: {
      if (request_.user == nullptr) return unknown_value();
      const Authorizer& authorizer =
          request_.authorizer == nullptr ? unknown_authorizer() : *request_.authorizer;
      if (slot == kAuthorizerSlot) return make_authorizer(context, authorizer, *request_.user);
      return make_request_resource_check(context, authorizer, *request_.user,
                                         {.group = request_.kind.group,
                                          .resource = request_.kind.resource,
                                          .subresource = request_.subresource,
                                          .namespace_ = request_.namespace_,
                                          .name = request_.name});
    }
    default:
      break;
  }
  const SlotInfo& info = set_->slots()[slot];
  if (info.program == nullptr) {
    MapBuilder map(context.arena(), info.members.size());
    for (const auto& [name, member] : info.members) {
      if (slots_[member].is_absent()) slots_[member] = load(context, member);
      map.add_or_replace(Value::string(name), slots_[member]);
    }
    return map.build();
  }
  const EvalResult result = info.program->evaluate(context, activation());
  slot_costs_[slot] = result.cost;
  if (exact_) policy_cost_ += result.cost;
  if (!result.value.is_error()) return result.value;
  const std::string_view name = std::string_view(info.name).substr(info.name.find('.') + 1);
  return context.error(fmt::format("composited variable \"{}\" fails to evaluate: {}", name,
                                   error_text(result.value)));
}

void EvaluationSession::set_params(const kube::Node* params) {
  slots_[kParamsSlot] = params == nullptr ? Value::null() : Value::node(*params);
}

const Program* EvaluationSession::program(std::uint32_t slot) const {
  return set_->slots()[slot].program.get();
}

EvalResult EvaluationSession::evaluate(const Program& program) {
  return program.evaluate(context_, activation());
}

EvalResult EvaluationSession::run(const Program& program) {
  EvalResult result = program.evaluate(context_, activation());
  group_cost_ += result.cost;
  policy_cost_ += result.cost;
  return result;
}

void EvaluationSession::begin_group(const CompiledPolicy& policy, std::uint64_t budget) {
  if (exact_) clear(policy.reachable);
  group_cost_ = 0;
  group_budget_ = budget;
  if (exact_) policy_cost_ = 0;
}

bool EvaluationSession::over_budget(const CompiledPolicy& policy) {
  if (exact_) return policy_cost_ > group_budget_;
  std::uint64_t cost = group_cost_;
  for (const std::uint32_t slot : policy.reachable) {
    if (!slots_[slot].is_absent()) cost += slot_costs_[slot];
  }
  return cost > group_budget_;
}

PolicyResult EvaluationSession::evaluate(std::uint32_t index, const kube::Node* params) {
  YAGURA_CHECK(candidates_ != nullptr, "begin() comes first");
  const CompiledPolicy& policy = set_->policies()[index];
  failures_.clear();
  audits_.clear();
  current_ = nullptr;
  PolicyResult result;
  const auto at = std::lower_bound(candidates_->indices.begin(), candidates_->indices.end(), index);
  if (at == candidates_->indices.end() || *at != index) return result;
  const RuleMatch& rules =
      candidates_->matches[static_cast<std::size_t>(at - candidates_->indices.begin())];

  const SelectorMatch match = matches_request(policy.text->constraints, request_, rules);
  if (match == SelectorMatch::kNo) return result;
  if (match == SelectorMatch::kUnknown) {
    result.outcome = PolicyOutcome::kNotEvaluated;
    result.detail = "the labels of the object's namespace are not known";
    return result;
  }
  if (policy.text->type == PolicyType::kMutating) {
    result.outcome = PolicyOutcome::kNotEvaluated;
    result.detail = "mutating policies are checked, not evaluated";
    return result;
  }

  bind(policy, params, rules.kind);
  current_ = &policy;
  policy_cost_ = 0;
  result.outcome = run_policy(policy);
  result.failures = failures_;
  result.cost = policy_cost_;
  if (!exact_) {
    for (const std::uint32_t slot : policy.reachable) {
      if (!slots_[slot].is_absent()) result.cost += slot_costs_[slot];
    }
  }
  exact_ = false;
  if (result.outcome == PolicyOutcome::kNotEvaluated)
    result.detail = failures_.empty() ? "" : failures_[0].message;
  if (result.outcome == PolicyOutcome::kNotEvaluated || result.outcome == PolicyOutcome::kNoMatch) {
    result.failures = {};
  }
  return result;
}

PolicyOutcome EvaluationSession::run_policy(const CompiledPolicy& policy) {
  const PolicyOutcome matched = match_conditions(policy);
  if (matched != PolicyOutcome::kPass) return matched;
  return validate(policy);
}

PolicyOutcome EvaluationSession::fail_for_budget(const CompiledPolicy& policy) {
  failures_.clear();
  add_error(policy, ValidationFailure::kNoValidation, kOutOfBudget);
  return PolicyOutcome::kFail;
}

PolicyOutcome EvaluationSession::not_evaluated(const Program& program) {
  failures_.clear();
  failures_.push_back({.message = unknown_reason(program)});
  return PolicyOutcome::kNotEvaluated;
}

std::string_view EvaluationSession::unknown_reason(const Program& program) const {
  std::vector<std::uint32_t> slots(program.used_slots().begin(), program.used_slots().end());
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const SlotInfo& info = set_->slots()[slots[i]];
    if (info.program == nullptr) continue;
    for (const std::uint32_t used : info.program->used_slots()) {
      if (std::find(slots.begin(), slots.end(), used) == slots.end()) slots.push_back(used);
    }
  }
  std::sort(slots.begin(), slots.end());
  if (contains(slots, kAuthorizerSlot) || contains(slots, kRequestResourceSlot)) {
    return "it asks the cluster's authorization, which is not known here";
  }
  if (contains(slots, kNamespaceObjectSlot)) return "the object's namespace is not known";
  return "it asks who sent the request, which is not known here";
}

// All hold: kPass. One is false: kNoMatch, whatever the others are. Errors otherwise: failurePolicy
// decides.
PolicyOutcome EvaluationSession::match_conditions(const CompiledPolicy& policy) {
  if (policy.match_conditions.empty()) return PolicyOutcome::kPass;
  begin_group(policy, limits_.match_conditions);
  std::string errors;
  const Program* unknown = nullptr;
  for (const CompiledCondition& condition : policy.match_conditions) {
    const EvalResult result = run(*condition.program);
    if (result.value.is_false()) return PolicyOutcome::kNoMatch;
    if (result.value.is_unknown()) unknown = condition.program.get();
    if (result.value.is_error()) {
      if (!errors.empty()) errors += ", ";
      errors += fmt::format("expression '{}' resulted in error: {}",
                            condition.program->checked().ast->source, error_text(result.value));
    }
  }
  if (over_budget(policy)) errors = kOutOfBudget;
  if (errors.empty()) {
    return unknown != nullptr ? not_evaluated(*unknown) : PolicyOutcome::kPass;
  }
  if (policy.text->failure_policy == FailurePolicy::kIgnore) return PolicyOutcome::kNoMatch;
  add_error(policy, ValidationFailure::kNoValidation, context_.arena().copy(errors));
  return PolicyOutcome::kFail;
}

PolicyOutcome EvaluationSession::validate(const CompiledPolicy& policy) {
  begin_group(policy, limits_.per_policy);
  const Program* unknown = nullptr;
  for (std::uint32_t i = 0; i < policy.validations.size(); ++i) {
    const CompiledValidation& validation = policy.validations[i];
    const EvalResult result = run(*validation.program);
    if (result.value.is_true()) continue;
    if (result.value.is_unknown()) {
      unknown = validation.program.get();
    } else if (result.value.is_error()) {
      add_error(policy, i,
                context_.arena().copy(fmt::format("expression '{}' resulted in error: {}",
                                                  validation.text->expression.text,
                                                  error_text(result.value))));
    } else {
      add_failure(policy, i);
    }
  }
  if (over_budget(policy)) {
    if (exact_) return fail_for_budget(policy);
    exact_ = true;
    failures_.clear();
    return validate(policy);
  }
  if (!failures_.empty()) return PolicyOutcome::kFail;
  return unknown != nullptr ? not_evaluated(*unknown) : PolicyOutcome::kPass;
}

void EvaluationSession::add_error(const CompiledPolicy& policy, std::uint32_t index,
                                  std::string_view message) {
  failures_.push_back({.index = index,
                       .is_error = true,
                       .is_ignored = policy.text->failure_policy == FailurePolicy::kIgnore,
                       .message = message,
                       .reason = DenyReason::kInvalid});
}

void EvaluationSession::add_failure(const CompiledPolicy& policy, std::uint32_t index) {
  const CompiledValidation& validation = policy.validations[index];
  const std::string_view message = message_of(validation);
  failures_.push_back({.index = index, .message = message, .reason = validation.text->reason});
}

// messageExpression, unless it fails, is no string, blank, too long or has line breaks; else
// message; else the expression.
std::string_view EvaluationSession::message_of(const CompiledValidation& validation) {
  if (validation.message != nullptr) {
    const EvalResult result = run(*validation.message);
    if (result.value.is_string()) {
      const std::string_view message = trim(result.value.as_string());
      const bool fits =
          message.size() <= limits_.message_size && message.find('\n') == std::string_view::npos;
      if (fits && !message.empty()) return message;
    }
  }
  if (!validation.text->message.empty()) return validation.text->message;
  return context_.arena().copy(
      fmt::format("failed expression: {}", trim(validation.text->expression.text)));
}

std::span<const AuditAnnotation> EvaluationSession::audit_annotations() {
  audits_.clear();
  if (current_ == nullptr) return audits_;
  begin_group(*current_, limits_.per_policy);
  const bool ignores = current_->text->failure_policy == FailurePolicy::kIgnore;
  using Action = AuditAnnotation::Action;
  for (const CompiledAudit& audit : current_->audits) {
    const EvalResult result = run(*audit.program);
    AuditAnnotation annotation{.key = audit.key, .value = {}};
    if (result.value.is_string()) {
      annotation.value = trim(result.value.as_string());
      annotation.action = annotation.value.empty() ? Action::kExclude : Action::kPublish;
    } else if (!result.value.is_null()) {
      annotation.action = ignores ? Action::kExclude : Action::kError;
      const std::string why = result.value.is_error() ? error_text(result.value) : "not evaluated";
      annotation.value = context_.arena().copy(fmt::format(
          "expression '{}' resulted in error: {}", audit.program->checked().ast->source, why));
    }
    audits_.push_back(annotation);
  }
  return audits_;
}

Explanation EvaluationSession::explain(std::uint32_t validation, const ExplainLimits& limits) {
  return policy::explain(*current_->validations[validation].program, context_, activation(),
                         limits);
}

}  // namespace yagura::policy
