// OpenVEX 0.2.0 (github.com/openvex/spec). 0.0.x had names where 0.2 has objects; both are read.

#include "vuln/vex/internal/formats.hpp"

namespace yagura::vuln::vex {
namespace {

VexProduct product_of(const kube::Node& node) {
  VexProduct product;
  if (node.is_string()) {
    add_id(product, node.as_string());
    return product;
  }
  add_id(product, text(node, "@id"));
  if (const kube::Node* const identifiers = node.find("identifiers"); identifiers != nullptr) {
    add_id(product, text(*identifiers, "purl"));
  }
  if (const kube::Node* const hashes = node.find("hashes"); hashes != nullptr && hashes->is_map()) {
    const std::string digest = text(*hashes, "sha-256");
    if (!digest.empty()) product.digests.push_back("sha256:" + digest);
  }
  return product;
}

std::vector<std::string> vulnerabilities_of(const kube::Node& statement) {
  std::vector<std::string> out;
  const kube::Node* const node = statement.find("vulnerability");
  if (node == nullptr) return out;
  if (node->is_string()) {
    out.emplace_back(node->as_string());
    return out;
  }
  std::string name = text(*node, "name");
  if (name.empty()) {
    // Only an address: its last part is the name.
    name = text(*node, "@id");
    if (const auto slash = name.rfind('/'); slash != std::string::npos) name.erase(0, slash + 1);
  }
  if (!name.empty()) out.push_back(std::move(name));
  for (const kube::Node& alias : node->list("aliases")) out.emplace_back(alias.string_or());
  return out;
}

std::string first_of(std::initializer_list<std::string> texts) {
  for (const std::string& one : texts) {
    if (!one.empty()) return one;
  }
  return {};
}

Result<void> read_statement(const kube::Node& node, const std::string& document_time,
                            const VexLimits& limits, VexDocument& document) {
  VexStatement statement{.vulnerabilities = vulnerabilities_of(node)};
  const auto status = status_of(text(node, "status"));
  if (!status || statement.vulnerabilities.empty()) {
    document.notes.push_back("a statement without known status or vulnerability is left out");
    return {};
  }
  statement.status = *status;
  statement.justification = text(node, "justification");
  statement.explanation = first_of(
      {text(node, "impact_statement"), text(node, "action_statement"), text(node, "status_notes")});
  statement.timestamp =
      first_of({text(node, "last_updated"), text(node, "timestamp"), document_time});
  for (const kube::Node& product : node.list("products")) {
    VexStatement one = statement;
    one.product = product_of(product);
    for (const kube::Node& part : product.list("subcomponents")) {
      one.parts.push_back(product_of(part));
    }
    // 0.0.x: beside the products.
    for (const kube::Node& part : node.list("subcomponents")) one.parts.push_back(product_of(part));
    if (auto added = add_statement(document, std::move(one), limits); !added) return added;
  }
  if (node.list("products").empty()) {
    document.notes.push_back(statement.vulnerabilities.front() +
                             ": a statement without products is left out");
  }
  return {};
}

}  // namespace

Result<VexDocument> read_openvex(const kube::Node& root, const VexLimits& limits) {
  VexDocument document{
      .id = text(root, "@id"), .author = text(root, "author"), .format = "OpenVEX"};
  const std::string time = first_of({text(root, "last_updated"), text(root, "timestamp")});
  for (const kube::Node& statement : root.list("statements")) {
    if (auto read = read_statement(statement, time, limits, document); !read) {
      return std::unexpected(std::move(read).error());
    }
  }
  return document;
}

}  // namespace yagura::vuln::vex
