// Which format it is, and the JSON.

#include <utility>

#include "core/diagnostics.hpp"
#include "kube/document.hpp"
#include "kube/reader.hpp"
#include "vuln/vex/internal/formats.hpp"

namespace yagura::vuln {
namespace {

Result<VexDocument> read_object(const kube::Node& root, const VexLimits& limits) {
  if (!root.is_map()) return fail(ErrorCode::kInvalidInput, "not a JSON object");
  if (const kube::Node* const context = root.find("@context");
      context != nullptr && context->string_or().contains("openvex")) {
    return vex::read_openvex(root, limits);
  }
  if (vex::text(root, "bomFormat") == "CycloneDX") return vex::read_cyclonedx(root, limits);
  const kube::Node* const document = root.find("document");
  if (document != nullptr && document->find("csaf_version") != nullptr) {
    return vex::read_csaf(root, limits);
  }
  // An in-toto statement around one.
  if (const kube::Node* const predicate = root.find("predicate");
      predicate != nullptr && predicate->is_map() && predicate->find("predicate") == nullptr) {
    return read_object(*predicate, limits);
  }
  return fail(ErrorCode::kUnsupported, "neither OpenVEX, CycloneDX nor CSAF");
}

}  // namespace

Result<VexDocument> read_vex(std::string_view text, std::string source, const VexLimits& limits) {
  if (text.size() > limits.max_size) {
    return fail(ErrorCode::kLimitExceeded,
                source + ": larger than " + std::to_string(limits.max_size) + " bytes");
  }
  const kube::Source json(source, std::string(text), kube::SourceFormat::kJson);
  Diagnostics diagnostics;
  const auto documents = kube::read_json(
      json, diagnostics, {.max_document_size = limits.max_size, .max_depth = limits.max_depth});
  if (diagnostics.has_errors() || documents.empty()) {
    const auto& list = diagnostics.list();
    return fail(ErrorCode::kInvalidInput,
                list.empty() ? source + ": empty" : to_string(list.front()));
  }
  auto read = read_object(*documents.front(), limits);
  if (!read) return std::unexpected(std::move(read).error().with_context(source));
  read->source = std::move(source);
  return read;
}

bool looks_like_vex(std::string_view text) {
  constexpr std::size_t kLook = 4096;
  const std::string_view head = text.substr(0, kLook);
  return head.contains("openvex.dev/ns") || head.contains("\"csaf_version\"") ||
         (head.contains("\"CycloneDX\"") && text.contains("\"vulnerabilities\""));
}

}  // namespace yagura::vuln
