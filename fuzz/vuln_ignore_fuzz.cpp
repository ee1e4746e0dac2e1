// Ignore rules and baselines: any text is read or refused; each rule that is kept restricts
// something; rules that have ended never suppress; a baseline suppresses exactly what it names.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include "vuln/ignore/ignore.hpp"

namespace {

using namespace yagura;

void check(bool holds) {
  if (!holds) std::abort();
}

image::Inventory some_inventory() {
  image::Inventory out;
  out.components.push_back({.purl = "pkg:deb/debian/libssl3@3.0.11-1?arch=amd64", .path = "a/b"});
  out.components[0].package.type = image::PackageType::kDeb;
  out.components[0].package.name = "libssl3";
  out.components.push_back({.purl = "pkg:npm/lodash@4.17.0", .path = "app/x"});
  out.components[1].package.name = "lodash";
  return out;
}

std::vector<vuln::Finding> some_findings() {
  std::vector<vuln::Finding> out;
  for (std::size_t component = 0; component < 3; ++component) {
    auto vulnerability = std::make_shared<vuln::Vulnerability>();
    vulnerability->id = "CVE-2024-1";
    vulnerability->aliases = {"GHSA-1"};
    out.push_back({.component = component, .vulnerability = std::move(vulnerability)});
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const image::Inventory inventory = some_inventory();
  vuln::IgnoreRules rules;
  Diagnostics diagnostics;
  rules.add("rules", text, diagnostics, {.max_size = 1 << 18, .max_rules = 1000});
  bool all_end = true;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const vuln::IgnoreRule& rule = rules.rule(i);
    check(!rule.ids.empty() || !rule.purls.empty() || !rule.packages.empty() ||
          !rule.name_pattern.empty() || !rule.paths.empty() || !rule.fix_states.empty() ||
          !rule.version.empty() || rule.type.has_value());
    check(!rule.source.empty());
    all_end = all_end && rule.last_day.has_value();
  }
  const auto late = vuln::Day(std::chrono::year(30000) / 1 / 1);
  auto findings = some_findings();
  rules.apply(inventory, late, findings);
  for (const vuln::Finding& finding : findings) {
    check(finding.counts() || !all_end);
    check(finding.counts() || !finding.suppression.reason.empty());
  }
  findings = some_findings();
  static_cast<void>(vuln::apply_baseline("base", text, inventory, findings));
  const std::string written = vuln::write_baseline(inventory, findings);
  auto again = some_findings();
  check(vuln::apply_baseline("base", written, inventory, again).has_value());
  for (std::size_t i = 0; i < inventory.components.size(); ++i) {
    check(findings[i].counts() != again[i].counts());
  }
  return 0;
}
