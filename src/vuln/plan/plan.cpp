#include "vuln/plan/plan.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "vuln/match/queries.hpp"
#include "vuln/plan/commands.hpp"
#include "vuln/version/scheme.hpp"

namespace yagura::vuln {

namespace {

using image::Component;
using image::Inventory;
using image::Package;
using image::PackageType;

constexpr int kMaxSteps = 8;  // from one target version to the next higher one

Scheme scheme_of(const Package& package) {
  return scheme_of_purl_type(image::to_string(package.type)).value_or(Scheme::kGeneric);
}

std::string higher(Scheme scheme, const std::string& a, const std::string& b) {
  if (a.empty()) return b;
  return b.empty() || compare(scheme, a, b) >= 0 ? a : b;
}

// The lowest version that none of the package's fixable vulnerabilities affects: of branches that
// were fixed apart, the highest fix of one vulnerability may have another.
std::string clear_version(const Inventory& inventory, const Package& package, std::string target,
                          const Index& index) {
  const Scheme scheme = scheme_of(package);
  Package candidate = package;
  for (int step = 0; step < kMaxSteps; ++step) {
    candidate.version = target;
    Judge judge(index);
    for (const Query& query : queries_of(inventory.distro, candidate)) judge.ask(query);
    std::string next = target;
    for (const Verdict& verdict : judge.verdicts()) {
      next = higher(scheme, next, std::string(verdict.deciding.front()->fixed));
    }
    if (next == target) break;
    target = std::move(next);
  }
  return target;
}

std::string command_of(const Upgrade& upgrade, bool pin) {
  if (upgrade.manager == "cargo") {
    return "cargo update -p " + shell_word(upgrade.name) + " --precise " +
           shell_word(upgrade.changes.front().to);
  }
  if (upgrade.manager == "dotnet") {
    return "dotnet add package " + shell_word(upgrade.name) + " --version " +
           shell_word(upgrade.changes.front().to);
  }
  if (upgrade.manager == "go" && upgrade.name == "stdlib") return {};
  std::vector<std::string> arguments;
  for (const PackageChange& change : upgrade.changes) {
    arguments.push_back(argument_of(upgrade.manager, change, pin));
  }
  std::ranges::sort(arguments);
  arguments.erase(std::ranges::unique(arguments).begin(), arguments.end());
  return command_for(upgrade.manager, arguments);
}

void count(const Finding& finding, LayerShare& share) {
  ++share.findings;
  if (finding.fix_state == FixState::kFixed) ++share.fixable;
  ++share.counts[static_cast<std::size_t>(finding.vulnerability->severity)];
  share.risk += risk_of(finding);
}

class Planner {
 public:
  Planner(const Inventory& inventory, std::span<const Finding> findings, const Index* index,
          const PlanOptions& options)
      : inventory_(inventory), findings_(findings), index_(index), options_(options) {}

  FixPlan run() {
    for (std::size_t i = 0; i < findings_.size(); ++i) add(i);
    find_dependents();
    for (auto& [key, group] : groups_) finish(group);
    choose();
    add_commands();
    for (auto& [layer, share] : layers_) plan_.layers.push_back(share);
    return std::move(plan_);
  }

 private:
  using Key = std::tuple<std::string_view, std::string, std::string>;  // manager, name, place
  struct Group {
    Upgrade upgrade;
    std::map<std::size_t, std::string> targets;  // component -> version
  };

  void add(std::size_t position) {
    const Finding& finding = findings_[position];
    if (!finding.counts() || !finding.vulnerability ||
        finding.component >= inventory_.components.size()) {
      return;
    }
    const Component& component = inventory_.components[finding.component];
    plan_.risk += risk_of(finding);
    count_layers(finding, component);
    const std::string_view manager = manager_of(component.package, inventory_.distro);
    if (finding.fix_state != FixState::kFixed || finding.fixed_version.empty() || manager.empty()) {
      ++plan_.remains;
      return;
    }
    Group& group = groups_[key_of(manager, component)];
    group.upgrade.manager = manager;
    group.upgrade.name = image::is_distribution_package(component.package.type)
                             ? component.package.source()
                             : component.package.name;
    group.upgrade.findings.push_back(position);
    std::string& target = group.targets[finding.component];
    target = higher(scheme_of(component.package), target, finding.fixed_version);
  }

  // The same module in two programs is two upgrades: each is built anew.
  static Key key_of(std::string_view manager, const Component& component) {
    if (image::is_distribution_package(component.package.type)) {
      return {manager, component.package.source(), ""};
    }
    return {manager, component.package.name, component.path};
  }

  void count_layers(const Finding& finding, const Component& component) {
    const bool base =
        component.layer >= 0 && static_cast<std::size_t>(component.layer) < options_.base_layers;
    count(finding, base ? plan_.base : plan_.own);
    LayerShare& share = layers_[component.layer];
    share.layer = component.layer;
    count(finding, share);
  }

  // npm: who needs whom, by name inside one place.
  void find_dependents() {
    for (const Component& component : inventory_.components) {
      if (component.package.type != PackageType::kNpm) continue;
      for (const std::string& name : component.package.depends) {
        dependents_.try_emplace(name, component.package.name);
      }
    }
  }

  void finish(Group& group) {
    Upgrade& upgrade = group.upgrade;
    upgrade.in_base = options_.base_layers > 0;
    for (auto& [position, target] : group.targets) {
      const Component& component = inventory_.components[position];
      upgrade.components.push_back(position);
      upgrade.in_base = upgrade.in_base && component.layer >= 0 &&
                        static_cast<std::size_t>(component.layer) < options_.base_layers;
      upgrade.changes.push_back(change_of(component.package, target));
    }
    for (const std::size_t position : upgrade.findings) {
      const Finding& finding = findings_[position];
      ++upgrade.cleared[static_cast<std::size_t>(finding.vulnerability->severity)];
      upgrade.risk += risk_of(finding);
    }
    upgrade.command = command_of(upgrade, options_.pin);
    upgrade.note = note_for(upgrade.manager, upgrade.changes.front());
    if (upgrade.manager == "npm") add_npm_note(upgrade);
    if (upgrade.in_base) {
      upgrade.note += upgrade.note.empty() ? "" : "; ";
      upgrade.note += "from the base image: a newer base may have it";
    }
  }

  PackageChange change_of(const Package& package, const std::string& target) const {
    PackageChange change{.name = package.name, .from = package.version, .to = target};
    if (image::is_distribution_package(package.type)) {
      // The fix is the source's version; a binary of another version has another one.
      if (package.version != package.source_or_own_version() && package.type == PackageType::kDeb) {
        change.to.clear();
      }
    } else if (index_ != nullptr) {
      change.to = clear_version(inventory_, package, target, *index_);
    }
    return change;
  }

  void add_npm_note(Upgrade& upgrade) const {
    const auto dependent = dependents_.find(upgrade.name);
    if (dependent == dependents_.end()) return;
    upgrade.command = "npm update " + shell_word(upgrade.name);
    upgrade.note = "needed by " + dependent->second + ": where that does not allow " +
                   upgrade.changes.front().to + ", upgrade it or set \"overrides\"";
  }

  void choose() {
    std::vector<Upgrade> all;
    double clearable = 0;
    for (auto& [key, group] : groups_) {
      clearable += group.upgrade.risk;
      all.push_back(std::move(group.upgrade));
    }
    std::ranges::stable_sort(all,
                             [](const Upgrade& a, const Upgrade& b) { return a.risk > b.risk; });
    for (Upgrade& upgrade : all) {
      const bool enough = plan_.upgrades.size() >= options_.max_upgrades ||
                          (options_.share < 1 && plan_.risk_cleared >= clearable * options_.share);
      if (enough) {
        plan_.remains += upgrade.findings.size();
        continue;
      }
      plan_.clears += upgrade.findings.size();
      plan_.risk_cleared += upgrade.risk;
      plan_.upgrades.push_back(std::move(upgrade));
    }
  }

  void add_commands() {
    std::vector<std::string> managers;  // in the order of their first upgrade
    std::map<std::string, std::vector<std::string>> arguments;
    for (const Upgrade& upgrade : plan_.upgrades) {
      if (upgrade.command.empty()) continue;
      const bool alone =
          !takes_several(upgrade.manager) || upgrade.command.starts_with("npm update ");
      if (alone) {
        if (std::ranges::find(plan_.commands, upgrade.command) == plan_.commands.end()) {
          plan_.commands.push_back(upgrade.command);
        }
        continue;
      }
      auto& list = arguments[upgrade.manager];
      if (list.empty()) managers.push_back(upgrade.manager);
      for (const PackageChange& change : upgrade.changes) {
        list.push_back(argument_of(upgrade.manager, change, options_.pin));
      }
    }
    std::vector<std::string> joined;
    for (const std::string& manager : managers) {
      auto& list = arguments[manager];
      std::vector<std::string> unique;
      for (std::string& argument : list) {
        if (std::ranges::find(unique, argument) == unique.end()) {
          unique.push_back(std::move(argument));
        }
      }
      joined.push_back(command_for(manager, unique));
    }
    plan_.commands.insert(plan_.commands.begin(), joined.begin(), joined.end());
  }

  const Inventory& inventory_;
  std::span<const Finding> findings_;
  const Index* index_;
  const PlanOptions& options_;
  FixPlan plan_;
  std::map<Key, Group> groups_;
  std::map<std::int32_t, LayerShare> layers_;
  std::map<std::string, std::string> dependents_;  // package -> one that needs it
};

}  // namespace

double risk_of(const Finding& finding) {
  static constexpr std::array<double, 5> kWeights = {0, 1, 3, 10, 40};
  const Vulnerability& vulnerability = *finding.vulnerability;
  double risk = kWeights[static_cast<std::size_t>(vulnerability.severity)];
  if (vulnerability.known_exploited) risk *= 5;
  return risk * (1 + vulnerability.epss.value_or(0));
}

FixPlan make_plan(const Inventory& inventory, std::span<const Finding> findings, const Index* index,
                  const PlanOptions& options) {
  return Planner(inventory, findings, index, options).run();
}

}  // namespace yagura::vuln
