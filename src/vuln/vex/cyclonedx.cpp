// CycloneDX VEX (cyclonedx.org/capabilities/vex): vulnerabilities with an analysis, in an SBOM or
// beside it. What is affected is named by bom-ref, here or in another document.

#include <unordered_map>

#include "image/model/purl.hpp"
#include "vuln/vex/internal/formats.hpp"

namespace yagura::vuln::vex {
namespace {

std::optional<VexStatus> status_of_state(std::string_view state) {
  if (state == "not_affected" || state == "false_positive") return VexStatus::kNotAffected;
  if (state == "resolved" || state == "resolved_with_pedigree") return VexStatus::kFixed;
  if (state == "exploitable") return VexStatus::kAffected;
  if (state == "in_triage") return VexStatus::kUnderInvestigation;
  return std::nullopt;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string percent_decoded(std::string_view in) {
  std::string out;
  for (std::size_t i = 0; i < in.size(); ++i) {
    const bool escaped =
        in[i] == '%' && i + 2 < in.size() && hex_value(in[i + 1]) >= 0 && hex_value(in[i + 2]) >= 0;
    out.push_back(escaped ? static_cast<char>(hex_value(in[i + 1]) * 16 + hex_value(in[i + 2]))
                          : in[i]);
    if (escaped) i += 2;
  }
  return out;
}

using Products = std::unordered_map<std::string, VexProduct>;

VexProduct product_of(const kube::Node& component) {
  VexProduct product;
  add_id(product, text(component, "purl"));
  const std::string name = text(component, "name");
  const std::string version = text(component, "version");
  if (text(component, "type") == "container") {
    add_id(product, version);
    if (product.name.empty()) product.name = name;
  }
  return product;
}

void add_components(const kube::Node& root, Products& products) {
  std::vector<std::span<const kube::Node>> open{root.list("components")};
  while (!open.empty()) {
    if (open.back().empty()) {
      open.pop_back();
      continue;
    }
    const kube::Node& component = open.back().front();
    open.back() = open.back().subspan(1);
    const std::string ref = text(component, "bom-ref");
    if (!ref.empty()) products.emplace(ref, product_of(component));
    if (const auto inside = component.list("components"); !inside.empty()) open.push_back(inside);
  }
}

// A bom-ref of this document, "urn:cdx:SERIAL/VERSION#REF" of another, or a purl as such.
VexProduct resolve(const std::string& ref, const Products& products) {
  if (const auto found = products.find(ref); found != products.end()) return found->second;
  std::string name = ref;
  if (ref.starts_with("urn:cdx:") && ref.contains('#')) name = ref.substr(ref.find('#') + 1);
  if (const auto found = products.find(name); found != products.end()) return found->second;
  VexProduct product;
  add_id(product, name);
  if (product.purls.empty()) {
    product = {};
    add_id(product, percent_decoded(name));
  }
  return product;
}

// "versions" narrow a purl that has none: each affected or unaffected one is a product of its own.
std::vector<VexProduct> with_versions(const kube::Node& affect, const VexProduct& product) {
  std::vector<VexProduct> out;
  for (const kube::Node& node : affect.list("versions")) {
    const std::string version = text(node, "version");
    if (version.empty()) continue;
    VexProduct narrowed = product;
    narrowed.name.clear();
    bool has_purl = false;
    for (std::string& one : narrowed.purls) {
      auto purl = image::parse_purl(one);
      if (!purl || !purl->version.empty()) continue;
      purl->version = version;
      one = to_string(*purl);
      has_purl = true;
    }
    if (has_purl) out.push_back(std::move(narrowed));
  }
  if (out.empty()) out.push_back(product);
  return out;
}

std::string time_of(const kube::Node& vulnerability, const kube::Node& analysis,
                    const std::string& document_time) {
  for (const std::string& time :
       {text(analysis, "lastUpdated"), text(analysis, "firstIssued"), document_time,
        text(vulnerability, "updated"), text(vulnerability, "published")}) {
    if (!time.empty()) return time;
  }
  return {};
}

Result<void> read_vulnerability(const kube::Node& node, const Products& products,
                                const std::string& document_time, const VexLimits& limits,
                                VexDocument& document) {
  const kube::Node* const analysis = node.find("analysis");
  if (analysis == nullptr) return {};  // a finding, not a statement
  const auto status = status_of_state(text(*analysis, "state"));
  VexStatement statement;
  if (const std::string id = text(node, "id"); !id.empty()) statement.vulnerabilities.push_back(id);
  for (const kube::Node& reference : node.list("references")) {
    if (const std::string id = text(reference, "id"); !id.empty()) {
      statement.vulnerabilities.push_back(id);
    }
  }
  if (!status || statement.vulnerabilities.empty()) {
    document.notes.push_back("a vulnerability without known state or id is left out");
    return {};
  }
  statement.status = *status;
  const std::string justification = text(*analysis, "justification");
  statement.justification = justification_of_cyclonedx(justification);
  statement.explanation = text(*analysis, "detail");
  if (statement.justification.empty()) statement.justification = justification;
  statement.timestamp = time_of(node, *analysis, document_time);
  for (const kube::Node& affect : node.list("affects")) {
    for (VexProduct& product : with_versions(affect, resolve(text(affect, "ref"), products))) {
      VexStatement one = statement;
      one.product = std::move(product);
      if (auto added = add_statement(document, std::move(one), limits); !added) return added;
    }
  }
  if (node.list("affects").empty()) {
    document.notes.push_back(statement.vulnerabilities.front() +
                             ": an analysis that says not what it is about is left out");
  }
  return {};
}

}  // namespace

Result<VexDocument> read_cyclonedx(const kube::Node& root, const VexLimits& limits) {
  VexDocument document{.id = text(root, "serialNumber"), .format = "CycloneDX VEX"};
  Products products;
  std::string time;
  if (const kube::Node* const metadata = root.find("metadata"); metadata != nullptr) {
    time = text(*metadata, "timestamp");
    if (const kube::Node* const component = metadata->find("component"); component != nullptr) {
      products.emplace(text(*component, "bom-ref"), product_of(*component));
    }
    if (const kube::Node* const supplier = metadata->find("supplier"); supplier != nullptr) {
      document.author = text(*supplier, "name");
    }
  }
  add_components(root, products);
  for (const kube::Node& vulnerability : root.list("vulnerabilities")) {
    if (auto read = read_vulnerability(vulnerability, products, time, limits, document); !read) {
      return std::unexpected(std::move(read).error());
    }
  }
  return document;
}

}  // namespace yagura::vuln::vex
