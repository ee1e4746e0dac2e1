#include "supply/attestation/statement.hpp"

#include <array>

#include "supply/encoding/json.hpp"

namespace yagura::supply {
namespace {

std::string digest_text(const JsonValue& digest) {
  for (const std::string_view name : {"sha256", "sha1", "gitCommit"}) {
    if (const std::string text = digest[name].text(); !text.empty())
      return std::string(name) + ":" + text;
  }
  return {};
}

std::string commit_of(const JsonValue& digest) {
  for (const std::string_view name : {"gitCommit", "sha1"}) {
    if (std::string text = digest[name].text(); !text.empty()) return text;
  }
  return {};
}

Provenance read_first(const JsonValue& predicate) {
  Provenance out;
  out.builder = predicate["builder"]["id"].text();
  out.build_type = predicate["buildType"].text();
  const JsonValue source = predicate["invocation"]["configSource"];
  out.source = source["uri"].text();
  out.commit = commit_of(source["digest"]);
  out.invocation = predicate["metadata"]["buildInvocationId"].text();
  out.finished = predicate["metadata"]["buildFinishedOn"].text();
  for (const JsonValue& material : predicate["materials"].items())
    out.materials.emplace_back(material["uri"].text(), digest_text(material["digest"]));
  return out;
}

Provenance read_second(const JsonValue& predicate) {
  Provenance out;
  const JsonValue definition = predicate["buildDefinition"];
  const JsonValue run = predicate["runDetails"];
  out.builder = run["builder"]["id"].text();
  out.build_type = definition["buildType"].text();
  out.invocation = run["metadata"]["invocationId"].text();
  out.finished = run["metadata"]["finishedOn"].text();
  for (const JsonValue& material : definition["resolvedDependencies"].items()) {
    out.materials.emplace_back(material["uri"].text(), digest_text(material["digest"]));
    // The first that comes from version control is the source.
    if (out.source.empty() && out.materials.back().first.starts_with("git+")) {
      out.source = out.materials.back().first;
      out.commit = commit_of(material["digest"]);
    }
  }
  const JsonValue parameters = definition["externalParameters"];
  if (const std::string repository = parameters["workflow"]["repository"].text();
      out.source.empty() && !repository.empty())
    out.source = repository + "@" + parameters["workflow"]["ref"].text();
  if (out.source.empty()) out.source = parameters["source"].text();
  return out;
}

}  // namespace

std::string Statement::kind() const {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kKinds{{
      {"https://slsa.dev/provenance/", "SLSA provenance"},
      {"https://cyclonedx.org/bom", "CycloneDX SBOM"},
      {"https://spdx.dev/Document", "SPDX SBOM"},
      {"https://openvex.dev/ns", "OpenVEX"},
      {"https://cosign.sigstore.dev/attestation/vuln/", "vulnerability scan"},
      {"https://in-toto.io/attestation/vulns", "vulnerability scan"},
      {"https://sigstore.dev/cosign/sign/", "signature"},
  }};
  for (const auto& [prefix, name] : kKinds) {
    if (predicate_type.starts_with(prefix)) return std::string(name);
  }
  return predicate_type;
}

Result<Statement> parse_statement(std::string_view json) {
  YAGURA_TRY(const JsonDocument document, JsonDocument::parse(json));
  const JsonValue root = document.root();
  if (!root["_type"].text().starts_with("https://in-toto.io/Statement/v")) {
    return fail(ErrorCode::kInvalidInput, "it is no in-toto statement: _type is \"" +
                                              root["_type"].text().substr(0, 80) + "\"");
  }
  Statement out;
  out.predicate_type = root["predicateType"].text();
  for (const JsonValue& subject : root["subject"].items()) {
    if (const std::string digest = subject["digest"]["sha256"].text(); !digest.empty())
      out.subjects.push_back("sha256:" + digest);
  }
  const JsonValue predicate = root["predicate"];
  out.predicate = predicate.json();
  out.is_provenance = out.predicate_type.starts_with("https://slsa.dev/provenance/v");
  if (out.is_provenance) {
    out.provenance =
        predicate["buildDefinition"].exists() ? read_second(predicate) : read_first(predicate);
  }
  return out;
}

}  // namespace yagura::supply
