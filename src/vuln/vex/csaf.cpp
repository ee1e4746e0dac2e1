// CSAF 2.0 (docs.oasis-open.org/csaf/csaf/v2.0), profile VEX and security advisories alike:
// products stand in a tree, "relationships" put a component into a platform, statuses list product
// ids.

#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "vuln/vex/internal/formats.hpp"

namespace yagura::vuln::vex {
namespace {

// A product id: itself, and the platform that it is part of.
struct Placed {
  VexProduct product;
  std::string platform;  // product id; empty: stands alone
};
using Products = std::unordered_map<std::string, Placed>;
using Groups = std::unordered_map<std::string, std::vector<std::string>>;

void add_hashes(const kube::Node& helper, VexProduct& product) {
  for (const kube::Node& hash : helper.list("hashes")) {
    for (const kube::Node& file : hash.list("file_hashes")) {
      if (text(file, "algorithm") == "sha256") {
        product.digests.push_back("sha256:" + text(file, "value"));
      }
    }
  }
}

void add_product(const kube::Node& node, Products& products) {
  const std::string id = text(node, "product_id");
  if (id.empty()) return;
  VexProduct product;
  if (const kube::Node* const helper = node.find("product_identification_helper");
      helper != nullptr) {
    add_id(product, text(*helper, "purl"));
    for (const kube::Node& purl : helper->list("purls")) add_id(product, purl.string_or());
    if (const std::string cpe = text(*helper, "cpe"); !cpe.empty()) product.cpes.push_back(cpe);
    add_hashes(*helper, product);
  }
  if (product.name.empty()) product.name = text(node, "name");
  products.emplace(id, Placed{.product = std::move(product)});
}

void add_branches(const kube::Node& tree, Products& products) {
  std::vector<std::span<const kube::Node>> open{tree.list("branches")};
  while (!open.empty()) {
    if (open.back().empty()) {
      open.pop_back();
      continue;
    }
    const kube::Node& branch = open.back().front();
    open.back() = open.back().subspan(1);
    if (const kube::Node* const product = branch.find("product"); product != nullptr) {
      add_product(*product, products);
    }
    if (const auto inside = branch.list("branches"); !inside.empty()) open.push_back(inside);
  }
}

void add_relationships(const kube::Node& tree, Products& products) {
  for (const kube::Node& relationship : tree.list("relationships")) {
    const kube::Node* const full = relationship.find("full_product_name");
    if (full == nullptr) continue;
    const auto part = products.find(text(relationship, "product_reference"));
    if (part == products.end()) continue;
    Placed placed{.product = part->second.product,
                  .platform = text(relationship, "relates_to_product_reference")};
    products.emplace(text(*full, "product_id"), std::move(placed));
  }
}

Groups groups_of(const kube::Node& tree) {
  Groups groups;
  for (const kube::Node& group : tree.list("product_groups")) {
    auto& ids = groups[text(group, "group_id")];
    for (const kube::Node& id : group.list("product_ids")) ids.emplace_back(id.string_or());
  }
  return groups;
}

// A label or detail and the products that it is for; none: all of the vulnerability's.
class Remarks {
 public:
  void add(const kube::Node& node, std::string text, const Groups& groups) {
    const bool for_all = node.list("product_ids").empty() && node.list("group_ids").empty();
    if (for_all) all_ = text;
    for (const kube::Node& id : node.list("product_ids")) by_product_.emplace(id.string_or(), text);
    for (const kube::Node& id : node.list("group_ids")) {
      const auto group = groups.find(std::string(id.string_or()));
      if (group == groups.end()) continue;
      for (const std::string& product : group->second) by_product_.emplace(product, text);
    }
  }
  [[nodiscard]] const std::string& of(const std::string& product) const {
    const auto found = by_product_.find(product);
    return found == by_product_.end() ? all_ : found->second;
  }

 private:
  std::unordered_map<std::string, std::string> by_product_;
  std::string all_;
};

struct Listed {
  std::string_view list;
  VexStatus status;
};
constexpr Listed kLists[] = {{"known_not_affected", VexStatus::kNotAffected},
                             {"fixed", VexStatus::kFixed},
                             {"first_fixed", VexStatus::kFixed},
                             {"known_affected", VexStatus::kAffected},
                             {"first_affected", VexStatus::kAffected},
                             {"last_affected", VexStatus::kAffected},
                             {"under_investigation", VexStatus::kUnderInvestigation}};

class Vulnerability {
 public:
  Vulnerability(const kube::Node& node, const Products& products, const Groups& groups,
                std::string time)
      : node_(node), products_(products), time_(std::move(time)) {
    if (const std::string cve = text(node, "cve"); !cve.empty()) names_.push_back(cve);
    for (const kube::Node& id : node.list("ids")) {
      if (const std::string name = text(id, "text"); !name.empty()) names_.push_back(name);
    }
    for (const kube::Node& flag : node.list("flags")) flags_.add(flag, text(flag, "label"), groups);
    for (const kube::Node& threat : node.list("threats")) {
      if (text(threat, "category") == "impact") {
        threats_.add(threat, text(threat, "details"), groups);
      }
    }
  }

  Result<void> read(const VexLimits& limits, VexDocument& document) const {
    const kube::Node* const statuses = node_.find("product_status");
    if (statuses == nullptr || names_.empty()) return {};
    std::size_t unknown = 0;
    for (const auto& [list, status] : kLists) {
      for (const kube::Node& id : statuses->list(list)) {
        const auto product = products_.find(std::string(id.string_or()));
        if (product == products_.end()) {
          ++unknown;
          continue;
        }
        auto added = add_statement(document, statement(*product, status), limits);
        if (!added) return added;
      }
    }
    if (unknown > 0) {
      document.notes.push_back(names_.front() + ": " + std::to_string(unknown) +
                               " products that the tree doesn't have");
    }
    return {};
  }

 private:
  [[nodiscard]] VexStatement statement(const Products::value_type& entry, VexStatus status) const {
    const auto& [id, placed] = entry;
    VexStatement out{.vulnerabilities = names_, .status = status, .timestamp = time_};
    if (status == VexStatus::kNotAffected) {
      out.justification = flags_.of(id);
      out.explanation = threats_.of(id);
    }
    const auto platform = products_.find(placed.platform);
    if (platform == products_.end()) {
      out.product = placed.product;
    } else {
      out.product = platform->second.product;
      out.parts.push_back(placed.product);
    }
    return out;
  }

  const kube::Node& node_;
  const Products& products_;
  std::string time_;
  std::vector<std::string> names_;
  Remarks flags_;
  Remarks threats_;
};

}  // namespace

Result<VexDocument> read_csaf(const kube::Node& root, const VexLimits& limits) {
  VexDocument document{.format = "CSAF"};
  std::string time;
  if (const kube::Node* const head = root.find("document"); head != nullptr) {
    if (const kube::Node* const tracking = head->find("tracking"); tracking != nullptr) {
      document.id = text(*tracking, "id");
      time = text(*tracking, "current_release_date");
    }
    if (const kube::Node* const publisher = head->find("publisher"); publisher != nullptr) {
      document.author = text(*publisher, "name");
    }
  }
  Products products;
  Groups groups;
  if (const kube::Node* const tree = root.find("product_tree"); tree != nullptr) {
    for (const kube::Node& product : tree->list("full_product_names")) {
      add_product(product, products);
    }
    add_branches(*tree, products);
    add_relationships(*tree, products);
    groups = groups_of(*tree);
  }
  for (const kube::Node& node : root.list("vulnerabilities")) {
    if (auto read = Vulnerability(node, products, groups, time).read(limits, document); !read) {
      return std::unexpected(std::move(read).error());
    }
  }
  return document;
}

}  // namespace yagura::vuln::vex
