#include "posture/policy_test_hooks.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kube/edit.hpp"
#include "kube/node_json.hpp"
#include "kube/reader.hpp"
#include "kube/resource_kinds.hpp"
#include "policy/vap/admission_request.hpp"
#include "posture/control_metadata.hpp"
#include "posture/finding_builder.hpp"
#include "posture/fix_template.hpp"

namespace yagura::posture {

namespace {

using policy::FailingCase;

// The policy's fix; nothing where it has none. Whether it is well formed is another test's to say.
std::optional<FixTemplate> fix_of(const FailingCase& failing) {
  const std::string text(failing.policy.text->annotation("yagura.dev/fix"));
  if (text.empty()) return std::nullopt;
  Diagnostics ignored;
  const auto source = std::make_shared<const kube::Source>("fix", text, kube::SourceFormat::kYaml);
  const auto documents = kube::read_documents(source, ignored);
  if (documents.size() != 1) return std::nullopt;
  auto fix = read_fix_template(documents.front().root());
  if (!fix) return std::nullopt;
  return *std::move(fix);
}

std::vector<model::Finding> findings_of(const FailingCase& failing, const kube::Document& document,
                                        const FixTemplate* fix) {
  Diagnostics ignored;
  auto control = read_control(failing.policy.text->document, ignored);
  if (!control) return {};
  const FindingContext context{
      .control = std::make_shared<const model::Control>(*std::move(control)),
      .fix = fix,
      .hide_values = false};
  const FindingBuilder builder(document, resource_of(document));
  std::vector<model::Finding> findings;
  for (const policy::ValidationFailure& failure : failing.result.failures) {
    if (failure.is_error) continue;
    builder.add_failures(context, "test", failing.session.explain(failure.index), findings);
  }
  return findings;
}

std::vector<std::string> paths_of(const FailingCase& failing) {
  std::vector<std::string> paths;
  for (const model::Finding& finding : findings_of(failing, failing.object, nullptr)) {
    paths.push_back(finding.location.path);
  }
  return paths;
}

// The object as a text of its own, with the fixes of the findings written into it. An error says
// why not.
Result<kube::Document> mend(const kube::Document& object,
                            const std::vector<model::Finding>& findings) {
  const auto source = std::make_shared<const kube::Source>(
      "object.json", kube::to_json(object.root(), kube::JsonLayout::kIndented),
      kube::SourceFormat::kJson);
  Diagnostics ignored;
  const std::vector<kube::Document> documents = kube::read_documents(source, ignored);
  if (documents.size() != 1) return fail(ErrorCode::kInternal, "the object does not read back");
  std::vector<kube::FixRequest> requests;
  requests.reserve(findings.size());
  for (const model::Finding& finding : findings) {
    requests.push_back({.document = &documents.front(), .operations = finding.fix.operations});
  }
  YAGURA_TRY(const kube::EditResult edited, kube::edit_source(*source, documents, requests));
  if (!edited.refused.empty()) return fail(ErrorCode::kInvalidInput, edited.refused.front().reason);
  const auto mended =
      std::make_shared<const kube::Source>("object.json", edited.text, kube::SourceFormat::kJson);
  const std::vector<kube::Document> read = kube::read_documents(mended, ignored);
  if (read.size() != 1) return fail(ErrorCode::kInternal, "the mended object does not read back");
  return read.front();
}

std::string check_fix(const FailingCase& failing) {
  const std::optional<FixTemplate> fix = fix_of(failing);
  if (!fix) return {};
  const std::vector<model::Finding> findings = findings_of(failing, failing.object, &*fix);
  const bool mechanical =
      !findings.empty() && std::ranges::all_of(findings, [](const model::Finding& finding) {
        return !finding.fix.operations.empty();
      });
  if (!mechanical) return {};
  const auto mended = mend(failing.object, findings);
  if (!mended) return "its fix cannot be applied: " + mended.error().message;
  kube::KindRegistry kinds;
  const policy::AdmissionRequest request = policy::request_to_create(mended->root(), kinds);
  // A session of its own over the same policies: the caller's still holds the failure.
  const std::shared_ptr<const policy::PolicySet> set(&failing.session.set(),
                                                     [](const policy::PolicySet*) {});
  policy::EvaluationSession session(set);
  session.begin(request);
  const auto index = static_cast<std::uint32_t>(set->index_of(failing.policy));
  const policy::PolicyResult result = session.evaluate(index, failing.params);
  if (result.outcome == policy::PolicyOutcome::kPass ||
      result.outcome == policy::PolicyOutcome::kNoMatch)
    return {};
  return "its fix does not mend it: " + kube::to_json(mended->root());
}

}  // namespace

policy::PolicyTestOptions policy_test_options() {
  policy::PolicyTestOptions options;
  options.paths = paths_of;
  options.check_failing = check_fix;
  return options;
}

}  // namespace yagura::posture
