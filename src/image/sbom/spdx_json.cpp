// SPDX 2.2 and 2.3 as JSON (spdx.github.io/spdx-spec/v2.3).

#include "core/json_text.hpp"
#include "image/sbom/internal/formats.hpp"
#include "image/sbom/internal/spdx.hpp"

namespace yagura::image::sbom {
namespace {

void write_package(core::JsonWriter& json, const SpdxPackage& package,
                   const SpdxDocument& document) {
  json.begin_object();
  json.member("SPDXID", package.id).member("name", package.name);
  if (!package.version.empty()) json.member("versionInfo", package.version);
  json.member("supplier", package.supplier).member("downloadLocation", "NOASSERTION");
  json.member("filesAnalyzed", false);
  json.member("licenseConcluded", package.license_concluded);
  json.member("licenseDeclared", package.license_declared);
  json.member("copyrightText", "NOASSERTION");
  json.member("primaryPackagePurpose", package.purpose);
  if (!package.checksums.empty()) {
    json.key("checksums").begin_array();
    for (const auto& [algorithm, value] : package.checksums) {
      json.begin_object().member("algorithm", algorithm).member("checksumValue", value);
      json.end_object();
    }
    json.end_array();
  }
  if (!package.purl.empty()) {
    json.key("externalRefs").begin_array().begin_object();
    json.member("referenceCategory", "PACKAGE-MANAGER").member("referenceType", "purl");
    json.member("referenceLocator", package.purl).end_object().end_array();
  }
  if (!package.annotations.empty()) {
    json.key("annotations").begin_array();
    for (const std::string& comment : package.annotations) {
      json.begin_object().member("annotator", document.creators.front());
      json.member("annotationDate", document.created).member("annotationType", "OTHER");
      json.member("comment", comment).end_object();
    }
    json.end_array();
  }
  json.end_object();
}

void write_relationship(core::JsonWriter& json, const SpdxRelationship& relationship) {
  json.begin_object().member("spdxElementId", relationship.from);
  json.member("relationshipType", relationship.type);
  json.member("relatedSpdxElement", relationship.to).end_object();
}

std::string render(const SpdxDocument& document, std::string_view name_space) {
  std::string out;
  core::JsonWriter json(out);
  json.begin_object();
  json.member("spdxVersion", document.spdx_version).member("dataLicense", "CC0-1.0");
  json.member("SPDXID", "SPDXRef-DOCUMENT").member("name", document.name);
  json.member("documentNamespace", name_space);
  json.key("creationInfo").begin_object().key("creators").begin_array();
  for (const std::string& creator : document.creators) json.value(creator);
  json.end_array().member("created", document.created).end_object();
  json.key("packages").begin_array();
  for (const SpdxPackage& package : document.packages) write_package(json, package, document);
  json.end_array();
  if (!document.licenses.empty()) {
    json.key("hasExtractedLicensingInfos").begin_array();
    for (const auto& [id, text] : document.licenses) {
      json.begin_object().member("licenseId", id).member("extractedText", text);
      json.member("name", text).end_object();
    }
    json.end_array();
  }
  json.key("relationships").begin_array();
  for (const std::string& id : document.describes) {
    write_relationship(json, {"SPDXRef-DOCUMENT", "DESCRIBES", id});
  }
  for (const SpdxRelationship& relationship : document.relationships) {
    write_relationship(json, relationship);
  }
  json.end_array().end_object();
  out += '\n';
  return out;
}

std::string text(const kube::Node& node, std::string_view key) {
  const kube::Node* const found = node.find(key);
  return found == nullptr ? std::string() : std::string(found->string_or());
}

bool is_purl(const kube::Node& reference) { return text(reference, "referenceType") == "purl"; }

SpdxPackage read_package(const kube::Node& node) {
  SpdxPackage package{.id = text(node, "SPDXID"),
                      .name = text(node, "name"),
                      .version = text(node, "versionInfo"),
                      .supplier = text(node, "supplier"),
                      .originator = text(node, "originator"),
                      .purpose = text(node, "primaryPackagePurpose"),
                      .license_declared = text(node, "licenseDeclared"),
                      .license_concluded = text(node, "licenseConcluded"),
                      .source_info = text(node, "sourceInfo"),
                      .comment = text(node, "comment"),
                      .file_name = text(node, "packageFileName")};
  for (const kube::Node& reference : node.list("externalRefs")) {
    if (package.purl.empty() && is_purl(reference))
      package.purl = text(reference, "referenceLocator");
  }
  for (const kube::Node& checksum : node.list("checksums")) {
    package.checksums.emplace_back(text(checksum, "algorithm"), text(checksum, "checksumValue"));
  }
  for (const kube::Node& annotation : node.list("annotations")) {
    package.annotations.push_back(text(annotation, "comment"));
  }
  for (const kube::Node& attribution : node.list("attributionTexts")) {
    package.attributions.emplace_back(attribution.string_or());
  }
  return package;
}

}  // namespace

std::string write_spdx_json(const Bom& bom, const SbomOptions& options) {
  const SpdxDocument document = spdx_of(bom, options);
  return render(document, uuid_of(render(document, "")));
}

Result<Bom> read_spdx_json(const kube::Node& root, const SbomLimits& limits) {
  SpdxDocument document{.spdx_version = text(root, "spdxVersion"), .name = text(root, "name")};
  if (!document.spdx_version.starts_with("SPDX-2.")) {
    return fail(ErrorCode::kUnsupported, "SPDX version " + document.spdx_version);
  }
  if (const kube::Node* const info = root.find("creationInfo"); info != nullptr) {
    document.created = text(*info, "created");
    for (const kube::Node& creator : info->list("creators")) {
      document.creators.emplace_back(creator.string_or());
    }
  }
  const auto packages = root.list("packages");
  if (packages.size() > limits.max_components) {
    return fail(ErrorCode::kLimitExceeded,
                "more than " + std::to_string(limits.max_components) + " packages");
  }
  for (const kube::Node& package : packages) document.packages.push_back(read_package(package));
  for (const kube::Node& license : root.list("hasExtractedLicensingInfos")) {
    std::string name = text(license, "name");
    if (name.empty() || name == "NOASSERTION") name = text(license, "extractedText");
    document.licenses.emplace_back(text(license, "licenseId"), std::move(name));
  }
  for (const kube::Node& relationship : root.list("relationships")) {
    document.relationships.push_back({text(relationship, "spdxElementId"),
                                      text(relationship, "relationshipType"),
                                      text(relationship, "relatedSpdxElement")});
  }
  for (const kube::Node& id : root.list("documentDescribes")) {
    document.describes.emplace_back(id.string_or());
  }
  Bom bom = bom_of_spdx(document);
  bom.format = document.spdx_version;
  return bom;
}

}  // namespace yagura::image::sbom
