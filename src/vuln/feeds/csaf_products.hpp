#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "vuln/feeds/json.hpp"

namespace yagura::vuln {

// A package of a platform.
struct CsafProduct {
  std::string ecosystem;  // "Red Hat:9", "SUSE:15.5"
  std::string name;
  std::string version;  // [epoch:]version-release; empty: any
  std::string module_label;
};

// "openssl-3.0.7-18.el9_2.x86_64", with or without an epoch ("openssl-1:3.0.7-…"); nothing: not of
// this form.
struct RpmName {
  std::string name;
  std::string version;
};
[[nodiscard]] std::optional<RpmName> parse_rpm_name(std::string_view text);

// The product tree of a document. Views point into the document.
class CsafProducts {
 public:
  // False: deeper or larger than any real one.
  [[nodiscard]] bool read(const json::Object& tree);
  // Nothing: no RPM package, or of no platform that we know.
  [[nodiscard]] std::optional<CsafProduct> find(std::string_view product_id) const;

 private:
  struct Package {
    std::string name;
    std::string version;
    std::string module_label;
  };
  struct Relationship {
    std::string_view component;
    std::string_view platform;
  };

  [[nodiscard]] bool read_branches(const json::Object& parent, std::size_t depth);
  void read_product(const json::Object& product);
  void read_relationships(const json::Object& tree);
  void add_package(std::string_view id, std::string_view purl, std::string_view name);
  [[nodiscard]] std::string_view platform_of(std::string_view product_id, int depth) const;
  [[nodiscard]] const Package* package_of(std::string_view product_id, std::string& module_label,
                                          int depth) const;

  std::size_t products_ = 0;
  std::unordered_map<std::string_view, std::string> platforms_;  // id -> ecosystem
  std::unordered_map<std::string_view, Package> packages_;
  std::unordered_map<std::string_view, std::string> modules_;  // id -> "nodejs:18"
  std::unordered_map<std::string_view, Relationship> relationships_;
};

}  // namespace yagura::vuln
