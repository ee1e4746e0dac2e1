#pragma once

// What to do about findings: the upgrades that clear most risk, as commands to run.
//
// One upgrade is one thing to decide: a source package of the distribution (its binaries go up
// together), or one package of a language. Each clears findings of its own, so the order by risk
// per upgrade is also the shortest list for any share of the risk.
//
// The risk of a finding: critical 40, high 10, medium 3, low 1, else 0; five times that where it is
// known to be exploited, and up to twice by EPSS.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "image/model/inventory.hpp"
#include "vuln/index/index.hpp"
#include "vuln/model/finding.hpp"

namespace yagura::vuln {

[[nodiscard]] double risk_of(const Finding& finding);

struct PackageChange {
  std::string name;
  std::string from;
  std::string to;
};

using SeverityCounts = std::array<std::size_t, 5>;  // by model::Severity

struct Upgrade {
  std::string manager;  // "apt", "apk", "dnf", "zypper", "npm", "pip", "go", "maven", …
  std::string name;     // the source package, the language's package
  std::vector<PackageChange> changes;
  // One line for a shell, every word quoted that needs it (names are a stranger's); empty: there
  // is none, `note` says what to do.
  std::string command;
  std::string note;
  std::vector<std::size_t> components;  // positions in the inventory
  std::vector<std::size_t> findings;    // positions in the findings: those that it clears
  SeverityCounts cleared = {};
  double risk = 0;
  bool in_base = false;  // all its components come from the base image: a newer base may do it
};

// What layers brought.
struct LayerShare {
  std::int32_t layer = -1;  // -1: not told
  std::size_t findings = 0;
  std::size_t fixable = 0;
  SeverityCounts counts = {};
  double risk = 0;
};

struct FixPlan {
  std::vector<Upgrade> upgrades;  // those that clear most risk first
  // The upgrades' commands, those of one manager as one where it can take several.
  std::vector<std::string> commands;
  std::size_t clears = 0;   // findings
  std::size_t remains = 0;  // findings that no upgrade clears
  double risk_cleared = 0;
  double risk = 0;  // of all findings
  // "Base brings 31, you bring 5".
  LayerShare base;
  LayerShare own;
  std::vector<LayerShare> layers;  // by position; those with findings
};

struct PlanOptions {
  // How many of the inventory's layers the base image has, from the bottom; 0: not known.
  std::size_t base_layers = 0;
  // No more upgrades than this, and none once this share of the risk that upgrades clear is
  // reached.
  std::size_t max_upgrades = 1000;
  double share = 1.0;
  // Name exact versions where the manager can, instead of "the newest".
  bool pin = true;
};

// Findings that are suppressed don't count. With an index each language's target version is looked
// up again, so that an upgrade does not lead into another branch's hole; without (nullptr) it is
// the highest of the findings' fixes. Deterministic.
[[nodiscard]] FixPlan make_plan(const image::Inventory& inventory,
                                std::span<const Finding> findings, const Index* index,
                                const PlanOptions& options = {});

}  // namespace yagura::vuln
