#include "vuln/feeds/csaf_products.hpp"

#include <algorithm>

#include "image/model/purl.hpp"
#include "vuln/feeds/ecosystem.hpp"

namespace yagura::vuln {

namespace {

using json::Element;
using json::Object;

constexpr std::size_t kMaxBranchDepth = 16;
constexpr std::size_t kMaxProducts = 2'000'000;
constexpr int kMaxRelationshipDepth = 4;  // package, module, platform

// "cpe:/a:redhat:enterprise_linux:9::appstream", "cpe:/o:suse:sles:15:sp5".
std::string ecosystem_of_cpe(std::string_view cpe, std::string_view name) {
  if (const auto at = cpe.find(":redhat:"); at != std::string_view::npos) {
    // Layered products (OpenShift, JBoss) have packages that are in no image's RPM database.
    const std::string_view product = cpe.substr(at + 8);
    if (!product.starts_with("enterprise_linux:") && !product.starts_with("rhel_")) return {};
    return canonical_ecosystem("Red Hat:" + std::string(product));
  }
  if (name.find("openSUSE") != std::string_view::npos) {
    return canonical_ecosystem("openSUSE:" + std::string(name));
  }
  if (cpe.find(":suse:") != std::string_view::npos || name.starts_with("SUSE")) {
    return canonical_ecosystem("SUSE:" + std::string(name));
  }
  return {};
}

// Products without a CPE are platforms where their name says so.
bool is_platform_name(std::string_view name) {
  return name.starts_with("SUSE Linux") || name.starts_with("openSUSE Leap") ||
         name.starts_with("openSUSE Tumbleweed");
}

bool is_architecture(std::string_view text) {
  for (const std::string_view known : {"x86_64", "aarch64", "noarch", "src", "nosrc", "i686",
                                       "i586", "i386", "ppc64le", "ppc64", "s390x", "s390"}) {
    if (text == known) return true;
  }
  return false;
}

}  // namespace

std::optional<RpmName> parse_rpm_name(std::string_view text) {
  if (const auto dot = text.rfind('.');
      dot != std::string_view::npos && is_architecture(text.substr(dot + 1))) {
    text = text.substr(0, dot);
  }
  const auto release = text.rfind('-');
  if (release == std::string_view::npos || release == 0) return std::nullopt;
  const auto version = text.rfind('-', release - 1);
  if (version == std::string_view::npos || version == 0) return std::nullopt;
  if (version + 1 >= release || release + 1 >= text.size()) return std::nullopt;
  const char first = text[version + 1];
  if (first < '0' || first > '9') return std::nullopt;
  std::string full(text.substr(version + 1));
  if (full.starts_with("0:")) full.erase(0, 2);
  return RpmName{std::string(text.substr(0, version)), std::move(full)};
}

void CsafProducts::add_package(std::string_view id, std::string_view purl, std::string_view name) {
  Package package;
  if (!purl.empty()) {
    const auto parsed = image::parse_purl(purl);
    if (!parsed) return;
    if (parsed->type == "rpmmod") {  // "pkg:rpmmod/redhat/nodejs@18:8060020:ad008a3a"
      modules_[id] = parsed->name + ":" + parsed->version.substr(0, parsed->version.find(':'));
      return;
    }
    if (parsed->type != "rpm") return;
    package.name = parsed->name;
    package.version = parsed->version;
    const std::string_view epoch = parsed->qualifier("epoch");
    if (!package.version.empty() && !epoch.empty() && epoch != "0") {
      package.version.insert(0, std::string(epoch) + ":");
    }
    if (const std::string_view module = parsed->qualifier("rpmmod"); !module.empty()) {
      // "nodejs:18:8060020:ad008a3a": name and stream
      const auto first = module.find(':');
      const auto second = first == std::string_view::npos ? first : module.find(':', first + 1);
      package.module_label = module.substr(0, second);
    }
  } else if (const auto rpm = parse_rpm_name(name)) {
    package.name = rpm->name;
    package.version = rpm->version;
  } else if (!name.empty() && name.find(' ') == std::string_view::npos) {
    // Of no version: "openssl", "nodejs:18/nodejs".
    const auto slash = name.find('/');
    if (slash != std::string_view::npos &&
        name.substr(0, slash).find(':') != std::string_view::npos) {
      package.module_label = name.substr(0, slash);
      name.remove_prefix(slash + 1);
    }
    package.name = name;
  } else {
    return;
  }
  packages_[id] = std::move(package);
}

void CsafProducts::read_product(const Object& product) {
  ++products_;
  const std::string_view id = json::text(product, "product_id");
  const std::string_view name = json::text(product, "name");
  if (id.empty()) return;
  Object helper;
  std::string_view cpe;
  std::string_view purl;
  if (json::object(product, "product_identification_helper", helper)) {
    cpe = json::text(helper, "cpe");
    purl = json::text(helper, "purl");
  }
  if (purl.empty() && (!cpe.empty() || is_platform_name(name))) {
    if (std::string ecosystem = ecosystem_of_cpe(cpe, name); !ecosystem.empty()) {
      platforms_[id] = std::move(ecosystem);
    }
    return;
  }
  add_package(id, purl, name);
}

bool CsafProducts::read_branches(const Object& parent, std::size_t depth) {
  if (depth > kMaxBranchDepth) return false;
  bool fits = true;
  json::each_object(parent, "branches", [&](const Object& branch) {
    if (products_ > kMaxProducts) fits = false;
    if (!fits) return;
    Object product;
    if (json::object(branch, "product", product)) read_product(product);
    fits = fits && read_branches(branch, depth + 1);
  });
  return fits;
}

void CsafProducts::read_relationships(const Object& tree) {
  json::each_object(tree, "relationships", [&](const Object& relationship) {
    Object product;
    if (relationships_.size() >= kMaxProducts ||
        !json::object(relationship, "full_product_name", product)) {
      return;
    }
    const std::string_view id = json::text(product, "product_id");
    if (id.empty()) return;
    relationships_[id] = {json::text(relationship, "product_reference"),
                          json::text(relationship, "relates_to_product_reference")};
  });
}

bool CsafProducts::read(const Object& tree) {
  json::each_object(tree, "full_product_names",
                    [&](const Object& product) { read_product(product); });
  if (!read_branches(tree, 0)) return false;
  read_relationships(tree);
  return true;
}

std::string_view CsafProducts::platform_of(std::string_view product_id, int depth) const {
  if (const auto found = platforms_.find(product_id); found != platforms_.end()) {
    return found->second;
  }
  const auto relationship = relationships_.find(product_id);
  if (depth >= kMaxRelationshipDepth || relationship == relationships_.end()) return {};
  return platform_of(relationship->second.platform, depth + 1);
}

const CsafProducts::Package* CsafProducts::package_of(std::string_view product_id,
                                                      std::string& module_label, int depth) const {
  if (const auto found = packages_.find(product_id); found != packages_.end()) {
    return &found->second;
  }
  const auto relationship = relationships_.find(product_id);
  if (depth >= kMaxRelationshipDepth || relationship == relationships_.end()) return nullptr;
  const auto& [component, platform] = relationship->second;
  // What the package is part of may itself be a module of the platform.
  for (const std::string_view id : {component, platform}) {
    if (const auto module = modules_.find(id); module != modules_.end()) {
      module_label = module->second;
    }
    const auto inner = relationships_.find(id);
    if (inner == relationships_.end()) continue;
    if (const auto module = modules_.find(inner->second.component); module != modules_.end()) {
      module_label = module->second;
    }
  }
  return package_of(component, module_label, depth + 1);
}

std::optional<CsafProduct> CsafProducts::find(std::string_view product_id) const {
  const std::string_view ecosystem = platform_of(product_id, 0);
  if (ecosystem.empty()) return std::nullopt;
  std::string module_label;
  const Package* package = package_of(product_id, module_label, 0);
  if (package == nullptr) return std::nullopt;
  if (!package->module_label.empty()) module_label = package->module_label;
  return CsafProduct{std::string(ecosystem), package->name, package->version,
                     std::move(module_label)};
}

}  // namespace yagura::vuln
