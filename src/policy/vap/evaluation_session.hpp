#pragma once

// Judges one request after another by the policies of a set. One session a thread, kept for long:
// what it needs to remember is reused, so that a request that passes allocates nothing. Variables
// that mean the same in several policies are computed once a request.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "policy/program/context.hpp"
#include "policy/program/explain.hpp"
#include "policy/program/program.hpp"
#include "policy/vap/policy_set.hpp"

namespace yagura::policy {

// Kubernetes' limits (apiserver pkg/apis/cel/config.go), in its units of cost.
struct VapLimits {
  std::uint64_t per_call = 1'000'000;     // one expression
  std::uint64_t per_policy = 10'000'000;  // all validations and messages; all audit annotations
  std::uint64_t match_conditions = 2'500'000;  // all match conditions
  std::size_t message_size = 5 * 1024;         // bytes of a messageExpression's result
};

enum class PolicyOutcome : std::uint8_t {
  kNoMatch,  // it is not about this request
  kPass,
  kFail,          // at least one validation failed, or could not be evaluated
  kNotEvaluated,  // nobody can say: `detail` tells why
};

struct ValidationFailure {
  // Of the policy's validations; kNoValidation: the policy as a whole (match conditions, a cost
  // budget).
  static constexpr std::uint32_t kNoValidation = UINT32_MAX;
  std::uint32_t index = kNoValidation;
  bool is_error = false;     // it could not be evaluated: failurePolicy decides
  bool is_ignored = false;   // an error, and failurePolicy is Ignore: the request goes on
  std::string_view message;  // with all fallbacks; for an error, the error
  DenyReason reason = DenyReason::kInvalid;
};

// Valid until the session's next evaluate() or begin().
struct PolicyResult {
  PolicyOutcome outcome = PolicyOutcome::kNoMatch;
  std::span<const ValidationFailure>
      failures;  // in the order of the validations; kFail has at least one
  std::string_view detail;
  std::uint64_t cost = 0;  // of what was evaluated, shared variables counted once for each policy

  // Would the API server refuse the request, if a binding says Deny?
  [[nodiscard]] bool denies() const;
};

struct AuditAnnotation {
  enum class Action : std::uint8_t { kPublish, kExclude, kError };
  std::string_view key;
  std::string_view value;  // the error, where it is one
  Action action = Action::kExclude;
};

class EvaluationSession final : private VariableSource {
 public:
  explicit EvaluationSession(std::shared_ptr<const PolicySet> set, VapLimits limits = {});
  EvaluationSession(const EvaluationSession&) = delete;
  EvaluationSession& operator=(const EvaluationSession&) = delete;
  ~EvaluationSession() override;

  [[nodiscard]] const PolicySet& set() const { return *set_; }

  // Forgets the request before. What the request points to must live until the next begin().
  void begin(const AdmissionRequest& request);

  // Indices of the policies whose rules may match the request: by kind, operation and scope, not
  // yet by names, selectors and match conditions. Ascending. O(1) for a kind that was seen before.
  [[nodiscard]] std::span<const std::uint32_t> candidates() const;

  // Judges the request by a policy of the set (also one that is no candidate). `params`: the
  // parameter object; null where there is none, as CEL then sees null.
  [[nodiscard]] PolicyResult evaluate(std::uint32_t policy, const kube::Node* params = nullptr);

  // Of the policy that was evaluated last, if it matched.
  [[nodiscard]] std::span<const AuditAnnotation> audit_annotations();
  // Why a validation of it is false: elements and fields. Precondition: it failed.
  [[nodiscard]] Explanation explain(std::uint32_t validation, const ExplainLimits& limits = {});

  // Any program that was compiled with the slots of the set (or with the base slots alone), for
  // this request, and with these parameters.
  void set_params(const kube::Node* params);
  [[nodiscard]] EvalResult evaluate(const Program& program);
  [[nodiscard]] EvalContext& context() { return context_; }

 private:
  struct Candidates;
  enum class Group : std::uint8_t { kMatchConditions, kValidations, kAudit };

  Value load(EvalContext& context, std::uint32_t slot) override;
  [[nodiscard]] const Program* program(std::uint32_t slot) const override;

  [[nodiscard]] const Candidates& candidates_for(const AdmissionRequest& request);
  void bind(const CompiledPolicy& policy, const kube::Node* params, const RequestedKind& kind);
  void clear(std::span<const std::uint32_t> slots);
  [[nodiscard]] Activation activation() { return {.slots = slots_, .source = this}; }

  void begin_group(const CompiledPolicy& policy, std::uint64_t budget);
  [[nodiscard]] EvalResult run(const Program& program);
  [[nodiscard]] bool over_budget(const CompiledPolicy& policy);

  [[nodiscard]] PolicyOutcome run_policy(const CompiledPolicy& policy);
  [[nodiscard]] PolicyOutcome match_conditions(const CompiledPolicy& policy);
  [[nodiscard]] PolicyOutcome validate(const CompiledPolicy& policy);
  void add_failure(const CompiledPolicy& policy, std::uint32_t index);
  void add_error(const CompiledPolicy& policy, std::uint32_t index, std::string_view message);
  [[nodiscard]] std::string_view message_of(const CompiledValidation& validation);
  [[nodiscard]] PolicyOutcome fail_for_budget(const CompiledPolicy& policy);
  [[nodiscard]] PolicyOutcome not_evaluated(const Program& program);
  [[nodiscard]] std::string_view unknown_reason(const Program& program) const;

  std::shared_ptr<const PolicySet> set_;
  VapLimits limits_;
  EvalContext context_;
  AdmissionRequest request_;
  RequestedKind matched_kind_;  // what the request variable says now

  std::vector<Value> slots_;
  std::vector<std::uint64_t> slot_costs_;
  std::vector<ValidationFailure> failures_;
  std::vector<AuditAnnotation> audits_;
  const CompiledPolicy* current_ = nullptr;

  std::uint64_t group_cost_ = 0;  // of the expressions of the group, without variables
  std::uint64_t group_budget_ = 0;
  std::uint64_t policy_cost_ = 0;
  bool exact_ = false;  // variables are computed for this policy alone, to count their cost

  std::unordered_map<std::string, std::unique_ptr<Candidates>> candidate_cache_;
  const Candidates* candidates_ = nullptr;
  std::string cache_key_;
};

}  // namespace yagura::policy
