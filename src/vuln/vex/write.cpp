// Findings as OpenVEX and CycloneDX VEX: one statement for each vulnerability, status and reason,
// with all components that it is about.

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "core/json_text.hpp"
#include "vuln/vex/internal/formats.hpp"
#include "vuln/vex/purl_match.hpp"

namespace yagura::vuln {
namespace {

using vex::Judged;

struct Group {
  const Vulnerability* vulnerability = nullptr;
  Judged judged;
  std::set<std::string> purls;
};

std::vector<Group> groups_of(const image::Inventory& inventory, std::span<const Finding> findings) {
  std::map<std::tuple<std::string, VexStatus, std::string, std::string>, Group> groups;
  for (const Finding& finding : findings) {
    if (finding.component >= inventory.components.size() || !finding.vulnerability) continue;
    Judged judged = vex::judged_of(finding);
    Group& group = groups[{finding.vulnerability->id, judged.status, judged.justification,
                           judged.explanation}];
    group.vulnerability = finding.vulnerability.get();
    group.judged = std::move(judged);
    group.purls.insert(inventory.components[finding.component].purl);
  }
  std::vector<Group> out;
  for (auto& [key, group] : groups) out.push_back(std::move(group));
  return out;
}

std::string_view time_of(const VexWriteOptions& options) {
  return options.timestamp.empty() ? std::string_view("1970-01-01T00:00:00Z") : options.timestamp;
}

// FNV-1a of the content: an id that changes with it.
std::string id_of(std::string_view content) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : content) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  std::string out;
  for (int shift = 60; shift >= 0; shift -= 4) out.push_back(kHex[(hash >> shift) & 15]);
  return out;
}

void write_products(core::JsonWriter& json, const Group& group, const std::string& image_purl) {
  json.key("products").begin_array();
  if (image_purl.empty()) {
    for (const std::string& purl : group.purls) {
      json.begin_object().member("@id", purl).key("identifiers").begin_object();
      json.member("purl", purl).end_object().end_object();
    }
  } else {
    json.begin_object().member("@id", image_purl).key("identifiers").begin_object();
    json.member("purl", image_purl).end_object();
    json.key("subcomponents").begin_array();
    for (const std::string& purl : group.purls) {
      json.begin_object().member("@id", purl).end_object();
    }
    json.end_array().end_object();
  }
  json.end_array();
}

bool is_openvex_justification(std::string_view word) {
  return word == "component_not_present" || !vex::justification_for_cyclonedx(word).empty();
}

void write_statement(core::JsonWriter& json, const Group& group, const std::string& image_purl) {
  const Vulnerability& vulnerability = *group.vulnerability;
  json.begin_object().key("vulnerability").begin_object().member("name", vulnerability.id);
  if (!vulnerability.aliases.empty()) {
    json.key("aliases").begin_array();
    for (const std::string& alias : vulnerability.aliases) json.value(alias);
    json.end_array();
  }
  json.end_object();
  write_products(json, group, image_purl);
  json.member("status", to_string(group.judged.status));
  const Judged& judged = group.judged;
  const bool not_affected = judged.status == VexStatus::kNotAffected;
  if (not_affected && is_openvex_justification(judged.justification)) {
    json.member("justification", judged.justification);
  }
  // The specification wants one of the two of whom says "not affected".
  if (not_affected) {
    json.member("impact_statement",
                judged.explanation.empty() ? std::string("not affected") : judged.explanation);
  } else if (!judged.explanation.empty()) {
    json.member("status_notes", judged.explanation);
  }
  json.end_object();
}

std::string render_openvex(const std::vector<Group>& groups, const std::string& image_purl,
                           std::string_view id, const VexWriteOptions& options) {
  std::string out;
  core::JsonWriter json(out);
  json.begin_object().member("@context", "https://openvex.dev/ns/v0.2.0").member("@id", id);
  json.member("author", options.author).member("timestamp", time_of(options)).member("version", 1);
  json.member("tooling", options.tool_version.empty() ? std::string("yagura")
                                                      : "yagura " + options.tool_version);
  json.key("statements").begin_array();
  for (const Group& group : groups) write_statement(json, group, image_purl);
  json.end_array().end_object();
  out += '\n';
  return out;
}

std::string_view state_of(VexStatus status) {
  switch (status) {
    case VexStatus::kNotAffected:
      return "not_affected";
    case VexStatus::kFixed:
      return "resolved";
    case VexStatus::kAffected:
      return "exploitable";
    case VexStatus::kUnderInvestigation:
      return "in_triage";
  }
  return "in_triage";
}

void write_component(core::JsonWriter& json, const image::Component& component) {
  json.begin_object().member("bom-ref", component.purl).member("type", "library");
  json.member("name", component.package.name).member("version", component.package.version);
  json.member("purl", component.purl).end_object();
}

void write_vulnerability(core::JsonWriter& json, const Group& group, std::size_t number) {
  const Judged& judged = group.judged;
  json.begin_object().member("bom-ref", "vulnerability-" + std::to_string(number));
  json.member("id", group.vulnerability->id);
  if (!group.vulnerability->aliases.empty()) {
    json.key("references").begin_array();
    for (const std::string& alias : group.vulnerability->aliases) {
      json.begin_object().member("id", alias).key("source").begin_object();
      json.member("name", alias.substr(0, alias.find('-'))).end_object().end_object();
    }
    json.end_array();
  }
  json.key("analysis").begin_object().member("state", state_of(judged.status));
  const auto justification = vex::justification_for_cyclonedx(judged.justification);
  if (judged.status == VexStatus::kNotAffected && !justification.empty()) {
    json.member("justification", justification);
  }
  if (!judged.explanation.empty()) json.member("detail", judged.explanation);
  json.end_object();
  json.key("affects").begin_array();
  for (const std::string& purl : group.purls) json.begin_object().member("ref", purl).end_object();
  json.end_array().end_object();
}

}  // namespace

std::string write_openvex(const image::Inventory& inventory, std::span<const Finding> findings,
                          const VexWriteOptions& options) {
  const std::vector<Group> groups = groups_of(inventory, findings);
  const image::Purl image = purl_of_image(inventory);
  const std::string image_purl = image.type.empty() ? std::string() : to_string(image);
  const std::string content = render_openvex(groups, image_purl, "", options);
  return render_openvex(groups, image_purl, "urn:yagura:vex:" + id_of(content), options);
}

std::string write_cyclonedx_vex(const image::Inventory& inventory,
                                std::span<const Finding> findings, const VexWriteOptions& options) {
  const std::vector<Group> groups = groups_of(inventory, findings);
  std::map<std::string_view, const image::Component*> components;
  for (const Finding& finding : findings) {
    if (finding.component >= inventory.components.size()) continue;
    const image::Component& component = inventory.components[finding.component];
    components.emplace(component.purl, &component);
  }
  std::string out;
  core::JsonWriter json(out);
  json.begin_object().member("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
  json.member("bomFormat", "CycloneDX").member("specVersion", "1.6").member("version", 1);
  json.key("metadata").begin_object().member("timestamp", time_of(options));
  json.key("component").begin_object().member("bom-ref", "root").member("type", "container");
  json.member("name", inventory.name);
  if (!inventory.digest.empty()) json.member("version", inventory.digest);
  json.end_object().end_object();
  json.key("components").begin_array();
  for (const auto& [purl, component] : components) write_component(json, *component);
  json.end_array().key("vulnerabilities").begin_array();
  std::size_t number = 0;
  for (const Group& group : groups) write_vulnerability(json, group, ++number);
  json.end_array().end_object();
  out += '\n';
  return out;
}

}  // namespace yagura::vuln
