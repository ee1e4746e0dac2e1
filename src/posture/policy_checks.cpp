// Two sets of policies: what ships is judged without bindings, each policy with its own parameter
// object; the user's are judged through their bindings, as the API server does. Two sets, so that a
// user may give a policy the name of one of ours.

#include "posture/policy_checks.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/json_text.hpp"
#include "kube/node_json.hpp"
#include "kube/reader.hpp"
#include "kube/resource_kinds.hpp"
#include "policy/vap/admission.hpp"
#include "policy/vap/evaluation_session.hpp"
#include "posture/control_metadata.hpp"
#include "posture/finding_builder.hpp"
#include "posture/fix_template.hpp"

namespace yagura::posture {

namespace {

using policy::EvaluationSession;
using policy::PolicyOutcome;
using policy::PolicySet;

constexpr std::string_view kFixAnnotation = "yagura.dev/fix";
constexpr std::string_view kParamsAnnotation = "yagura.dev/params";

// What we know of a policy beyond its semantics.
struct Check {
  ControlPtr control;
  std::optional<FixTemplate> fix;
  std::optional<kube::Document> params;

  [[nodiscard]] FindingContext context() const {
    return {.control = control,
            .fix = fix ? &*fix : nullptr,
            .hide_values = control->category == "secrets"};
  }
};

const kube::Node* annotation_of(const kube::Document& policy, std::string_view name) {
  const kube::Node* node = policy.root().get({"metadata", "annotations", name});
  return node != nullptr && node->is_string() ? node : nullptr;
}

void error_at(const kube::Document& document, const kube::Node& node, std::string message,
              std::string hint, Diagnostics& diagnostics) {
  const kube::Place place = document.position_of(node);
  diagnostics.error(std::string(place.file), place.position.line, place.position.column,
                    std::move(message), std::move(hint));
}

// An annotation that holds YAML. Nothing where it is not there or wrong (reported).
std::optional<kube::Document> yaml_annotation(const kube::Document& policy, std::string_view name,
                                              Diagnostics& diagnostics) {
  const kube::Node* node = annotation_of(policy, name);
  if (node == nullptr) return std::nullopt;
  const auto source = std::make_shared<const kube::Source>(
      policy.source().name() + " (" + std::string(name) + ")", std::string(node->as_string()),
      kube::SourceFormat::kYaml);
  Diagnostics problems;
  std::vector<kube::Document> documents = kube::read_documents(source, problems);
  if (!problems.has_errors() && documents.size() == 1) return std::move(documents.front());
  error_at(policy, *node, std::string(name) + " is not one YAML document",
           problems.list().empty() ? std::string{} : to_string(problems.list().front()),
           diagnostics);
  return std::nullopt;
}

std::optional<FixTemplate> fix_of(const kube::Document& policy, Diagnostics& diagnostics) {
  const auto steps = yaml_annotation(policy, kFixAnnotation, diagnostics);
  if (!steps) return std::nullopt;
  auto fix = read_fix_template(steps->root());
  if (fix) return *std::move(fix);
  error_at(policy, *annotation_of(policy, kFixAnnotation),
           std::string(kFixAnnotation) + ": " + fix.error().message,
           "rules/README.md shows the form", diagnostics);
  return std::nullopt;
}

// The default parameter object with the configured data over it.
kube::Document with_overrides(const kube::Document& params, const ControlSettings& settings) {
  std::string text;
  core::JsonWriter json(text, 0);
  json.begin_object();
  for (const kube::Member& member : params.root().members()) {
    if (member.key != "data") json.key(member.key).raw(kube::to_json(member.value));
  }
  json.key("data").begin_object();
  if (const kube::Node* data = params.root().find("data"); data != nullptr && data->is_map()) {
    for (const kube::Member& member : data->members()) {
      if (!settings.params.contains(std::string(member.key)))
        json.key(member.key).raw(kube::to_json(member.value));
    }
  }
  for (const auto& [key, value] : settings.params) json.member(key, value);
  json.end_object().end_object();
  Diagnostics none;
  const auto source = std::make_shared<const kube::Source>(params.source().name(), std::move(text),
                                                           kube::SourceFormat::kJson);
  return kube::read_documents(source, none).front();
}

void warn_of_unknown_params(const kube::Document& params, const ControlSettings& settings,
                            const std::string& id, Diagnostics& diagnostics) {
  const kube::Node* data = params.root().find("data");
  std::string known = "it has: ";
  for (const kube::Member& member :
       data == nullptr ? std::span<const kube::Member>{} : data->members()) {
    known += member.key;
    known += ' ';
  }
  for (const auto& [key, value] : settings.params) {
    if (data != nullptr && data->find(key) != nullptr) continue;
    std::string message = id;
    message.append(" has no parameter \"").append(key).append("\"");
    diagnostics.warning({}, settings.line, 0, std::move(message), known);
  }
}

}  // namespace

struct PolicyChecks::State {
  std::vector<kube::Document> shipped_documents;
  std::unordered_map<std::string, Check> shipped_by_name;
  std::vector<kube::Document> user_documents;
  std::unordered_map<std::string, Check> user_by_name;

  std::shared_ptr<const PolicySet> shipped;
  std::vector<const Check*> shipped_checks;  // by the policy's index in the set
  std::shared_ptr<const PolicySet> user;
  std::vector<const Check*> user_checks;
  policy::ParamStore params;
};

PolicyChecks::PolicyChecks() : state_(std::make_unique<State>()) {}
PolicyChecks::~PolicyChecks() = default;

void PolicyChecks::add_shipped(kube::Document policy, ControlPtr control,
                               const ControlSettings* settings, Diagnostics& diagnostics) {
  Check check;
  check.fix = fix_of(policy, diagnostics);
  check.params = yaml_annotation(policy, kParamsAnnotation, diagnostics);
  if (settings != nullptr && !settings->params.empty()) {
    if (check.params) {
      warn_of_unknown_params(*check.params, *settings, control->id, diagnostics);
      check.params = with_overrides(*check.params, *settings);
    } else {
      diagnostics.warning({}, settings->line, 0, control->id + " has no parameters");
    }
  }
  check.control = std::move(control);
  std::string name = check.control->id;
  state_->shipped_by_name.emplace(std::move(name), std::move(check));
  state_->shipped_documents.push_back(std::move(policy));
}

namespace {

// Without a severity of its own, a policy is as severe as what its bindings do.
model::Severity severity_of_actions(const PolicySet& set, const policy::CompiledPolicy& policy) {
  auto severity = model::Severity::kLow;
  for (const std::uint32_t index : set.bindings_of(policy)) {
    const policy::BindingDocument& binding = set.bindings()[index];
    if (binding.has(policy::ValidationAction::kDeny)) return model::Severity::kHigh;
    if (binding.has(policy::ValidationAction::kWarn)) severity = model::Severity::kMedium;
  }
  return set.bindings_of(policy).empty() ? model::Severity::kMedium : severity;
}

}  // namespace

std::vector<ControlPtr> PolicyChecks::add_user_policies(std::span<const kube::Document> documents,
                                                        ControlIndex& index,
                                                        Diagnostics& diagnostics) {
  std::vector<ControlPtr> controls;
  if (documents.empty()) return controls;
  state_->user_documents.assign(documents.begin(), documents.end());
  state_->user = policy::load_policies(state_->user_documents, diagnostics);
  state_->params.add(state_->user_documents);
  for (const policy::CompiledPolicy& policy : state_->user->policies()) {
    const kube::Document& document = policy.text->document;
    if (policy.text->type == policy::PolicyType::kMutating) {
      diagnostics.warning(document.source().name(),
                          document.position_of(document.root()).position.line, 0,
                          "MutatingAdmissionPolicy " + std::string(policy.text->name) +
                              " is read but not evaluated");
      state_->user_checks.push_back(nullptr);
      continue;
    }
    auto control = read_control(document, diagnostics);
    if (!control) {
      state_->user_checks.push_back(nullptr);
      continue;
    }
    if (annotation_of(document, "yagura.dev/severity") == nullptr) {
      control->severity = severity_of_actions(*state_->user, policy);
    }
    if (state_->user->bindings_of(policy).empty()) {
      const kube::Place place = document.position_of(document.root());
      diagnostics.warning(std::string(place.file), place.position.line, 0,
                          "no binding names the policy " + std::string(policy.text->name) +
                              ": it is judged as if it were bound to everything",
                          "the API server does nothing with it; put its "
                          "ValidatingAdmissionPolicyBinding beside it");
    }
    Check check;
    check.control = std::make_shared<const model::Control>(*std::move(control));
    check.fix = fix_of(document, diagnostics);
    controls.push_back(check.control);
    index.add(check.control);  // one of ours with that id stays the one that ids in ignores mean
    const auto [place, added] =
        state_->user_by_name.emplace(std::string(policy.text->name), std::move(check));
    state_->user_checks.push_back(&place->second);
  }
  return controls;
}

void PolicyChecks::finish(Diagnostics& diagnostics) {
  state_->shipped = policy::load_policies(state_->shipped_documents, diagnostics);
  for (const policy::CompiledPolicy& policy : state_->shipped->policies()) {
    state_->shipped_checks.push_back(&state_->shipped_by_name.at(std::string(policy.text->name)));
  }
}

struct PolicyJudge::Scratch {
  explicit Scratch(const PolicyChecks& checks) : state(checks.state()), shipped(state.shipped) {
    if (state.user) user.emplace(state.user);
  }

  // Turns the result of the last evaluate() into findings.
  void report(EvaluationSession& session, const policy::PolicyResult& result, const Check& check,
              const FindingBuilder& builder, bool errors_fail, bool report_passed,
              std::vector<model::Finding>& findings) const {
    const FindingContext context = check.context();
    switch (result.outcome) {
      case PolicyOutcome::kNoMatch:
        return;
      case PolicyOutcome::kPass:
        if (report_passed)
          builder.add_whole(context, model::Status::kPass, "no violation", findings);
        return;
      case PolicyOutcome::kNotEvaluated:
        builder.add_whole(context, model::Status::kNotEvaluated, std::string(result.detail),
                          findings);
        return;
      case PolicyOutcome::kFail:
        for (const policy::ValidationFailure& failure : result.failures) {
          report_failure(session, failure, context, builder, errors_fail, findings);
        }
        return;
    }
  }

  // An error is explained like a failure: a number where a text belongs is told with its place.
  static void report_error(EvaluationSession& session, const policy::ValidationFailure& failure,
                           FindingContext context, const FindingBuilder& builder, bool fails,
                           std::vector<model::Finding>& findings) {
    constexpr std::string_view kBeforeCause = "resulted in error: ";
    std::string cause(failure.message);
    if (const std::size_t at = cause.find(kBeforeCause); at != std::string::npos) {
      cause.erase(0, at + kBeforeCause.size());
    }
    std::string message = "could not be evaluated (" + cause + ")";
    if (fails) message += "; failurePolicy is Fail: the API server refuses the object";
    context.fix = nullptr;
    context.status = fails ? model::Status::kFail : model::Status::kNotEvaluated;
    if (failure.index == policy::ValidationFailure::kNoValidation) {
      builder.add_whole(context, context.status, std::move(message), findings);
      return;
    }
    policy::Explanation explanation = session.explain(failure.index);
    explanation.failures =
        explanation.failures.first(std::min<std::size_t>(1, explanation.failures.size()));
    explanation.more = 0;
    builder.add_failures(context, message, explanation, findings);
  }

  static void report_failure(EvaluationSession& session, const policy::ValidationFailure& failure,
                             const FindingContext& context, const FindingBuilder& builder,
                             bool errors_fail, std::vector<model::Finding>& findings) {
    if (failure.is_error) {
      report_error(session, failure, context, builder, errors_fail && !failure.is_ignored,
                   findings);
      return;
    }
    // The message lives until the session evaluates again, and explaining does.
    const std::string message(failure.message);
    builder.add_failures(context, message, session.explain(failure.index), findings);
  }

  std::size_t judge_shipped(const policy::AdmissionRequest& request, const FindingBuilder& builder,
                            bool report_passed, std::vector<model::Finding>& findings) {
    shipped.begin(request);
    std::size_t matched = 0;
    for (const std::uint32_t policy : shipped.candidates()) {
      const Check& check = *state.shipped_checks[policy];
      const policy::PolicyResult result =
          shipped.evaluate(policy, check.params ? &check.params->root() : nullptr);
      matched += result.outcome == PolicyOutcome::kNoMatch ? 0U : 1U;
      report(shipped, result, check, builder, false, report_passed, findings);
    }
    return matched;
  }

  std::size_t judge_user(const policy::AdmissionRequest& request, const FindingBuilder& builder,
                         bool report_passed, std::vector<model::Finding>& findings) {
    user->begin(request);
    std::size_t matched = 0;
    for (const std::uint32_t index : user->candidates()) {
      const Check* check = state.user_checks[index];
      if (check == nullptr) continue;
      const policy::CompiledPolicy& policy = state.user->policies()[index];
      for (const kube::Node* params : parameters(policy, request, *check, builder, findings)) {
        const policy::PolicyResult result = user->evaluate(index, params);
        matched += result.outcome == PolicyOutcome::kNoMatch ? 0U : 1U;
        report(*user, result, *check, builder, true, report_passed, findings);
      }
    }
    return matched;
  }

  // The parameter objects that the policy is judged with: one null where it takes none. None at all
  // where no binding applies to the request.
  std::vector<const kube::Node*> parameters(const policy::CompiledPolicy& policy,
                                            const policy::AdmissionRequest& request,
                                            const Check& check, const FindingBuilder& builder,
                                            std::vector<model::Finding>& findings) const {
    std::vector<const kube::Node*> params;
    const auto add = [&params](const kube::Node* node) {
      if (std::ranges::find(params, node) == params.end()) params.push_back(node);
    };
    const auto bindings = state.user->bindings_of(policy);
    if (bindings.empty() && !policy.text->param_kind) add(nullptr);
    if (bindings.empty() && policy.text->param_kind) {
      builder.add_whole(check.context(), model::Status::kNotEvaluated,
                        "the policy needs parameters, and no binding says which", findings);
    }
    for (const std::uint32_t index : bindings) {
      const policy::BindingDocument& binding = state.user->bindings()[index];
      if (binding.resources &&
          policy::matches_request(*binding.resources, request) == policy::SelectorMatch::kNo) {
        continue;
      }
      if (!policy.text->param_kind || !binding.param_ref) {
        add(nullptr);
        continue;
      }
      const auto found = state.params.find(*policy.text->param_kind, *binding.param_ref, request);
      for (const kube::Node* node : found.objects) add(node);
      if (!found.error.empty() || (found.objects.empty() && binding.param_ref->not_found ==
                                                                policy::ParameterNotFound::kDeny)) {
        builder.add_whole(check.context(), model::Status::kNotEvaluated,
                          found.error.empty()
                              ? "the parameter object of the binding " + std::string(binding.name) +
                                    " is not among the files of --policy (the API server refuses "
                                    "the request then)"
                              : found.error,
                          findings);
      }
    }
    return params;
  }

  const PolicyChecks::State& state;
  EvaluationSession shipped;
  std::optional<EvaluationSession> user;
  kube::KindRegistry kinds;
};

PolicyJudge::PolicyJudge(const PolicyChecks& checks)
    : scratch_(std::make_unique<Scratch>(checks)) {}
PolicyJudge::~PolicyJudge() = default;

void PolicyJudge::add_definition(const kube::Document& document) {
  scratch_->kinds.add_definition(document.root());
}

std::size_t PolicyJudge::judge(const kube::Document& document,
                               const std::shared_ptr<const model::Resource>& resource,
                               const kube::Node* namespace_object, bool report_passed,
                               std::vector<model::Finding>& findings) {
  policy::AdmissionRequest request = policy::request_to_create(document.root(), scratch_->kinds);
  request.namespace_object = namespace_object;
  const FindingBuilder builder(document, resource);
  std::size_t matched = scratch_->judge_shipped(request, builder, report_passed, findings);
  if (scratch_->user) matched += scratch_->judge_user(request, builder, report_passed, findings);
  return matched;
}

}  // namespace yagura::posture
