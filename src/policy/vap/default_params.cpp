#include "policy/vap/default_params.hpp"

#include <fmt/format.h>

#include "kube/reader.hpp"

namespace yagura::policy {

std::optional<kube::Document> read_default_params(const PolicyDocument& policy,
                                                  Diagnostics& diagnostics) {
  const std::string_view text = policy.annotation("yagura.dev/params");
  if (text.empty()) return std::nullopt;
  const kube::Place place = policy.document.position_of(*policy.annotations);
  const auto source =
      std::make_shared<const kube::Source>(fmt::format("{} (yagura.dev/params)", place.file),
                                           std::string(text), kube::SourceFormat::kYaml);
  const std::vector<kube::Document> documents = kube::read_documents(source, diagnostics);
  if (documents.size() == 1 && documents[0].root().is_map()) return documents[0];
  diagnostics.error(
      std::string(place.file), place.position.line, place.position.column,
      fmt::format("policy {}: yagura.dev/params is not one YAML object", policy.name));
  return std::nullopt;
}

}  // namespace yagura::policy
