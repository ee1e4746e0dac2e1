#include "posture/baseline.hpp"

#include <memory>
#include <utility>

#include "core/diagnostics.hpp"
#include "kube/document.hpp"
#include "kube/reader.hpp"

namespace yagura::posture {

Result<Baseline> Baseline::read(const std::string& name, std::string text) {
  Diagnostics diagnostics;
  const auto source =
      std::make_shared<const kube::Source>(name, std::move(text), kube::SourceFormat::kJson);
  kube::ReadLimits limits;
  limits.max_document_size = std::uint32_t{1} << 30;
  limits.max_nodes = 100'000'000;
  const auto documents = kube::read_documents(source, diagnostics, limits);
  if (diagnostics.has_errors()) {
    return fail(ErrorCode::kInvalidInput,
                "the baseline cannot be read: " + to_string(diagnostics.list().front()));
  }
  const kube::Node* findings =
      documents.size() == 1 ? documents[0].root().find("findings") : nullptr;
  if (findings == nullptr || !findings->is_list()) {
    return fail(ErrorCode::kInvalidInput,
                "the baseline " + name +
                    " is no report: make one with `yagura scan … -o json --output-file " + name +
                    "`");
  }
  Baseline baseline;
  for (const kube::Node& finding : findings->items()) {
    const kube::Node* id = finding.find("id");
    if (id != nullptr && id->is_string()) baseline.ids_.emplace(id->as_string());
  }
  return baseline;
}

std::size_t Baseline::remove_known(std::vector<model::Finding>& findings) const {
  return std::erase_if(findings, [this](const model::Finding& finding) {
    return (finding.status == model::Status::kFail || finding.status == model::Status::kIgnored) &&
           ids_.contains(model::fingerprint(finding));
  });
}

}  // namespace yagura::posture
