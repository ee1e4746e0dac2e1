#pragma once

// What is in force in a scan: the shipped policies and relations as configured, the user's own
// policies, and the controls of all of them. Made once, then immutable and shared by threads.

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/diagnostics.hpp"
#include "core/result.hpp"
#include "kube/document.hpp"
#include "model/control.hpp"
#include "posture/config.hpp"
#include "posture/control_index.hpp"

namespace yagura::posture {

class PolicyChecks;  // policy_checks.hpp

struct RulesetOptions {
  std::vector<std::string> controls;          // ids or aliases: these alone; empty: the default set
  std::vector<std::string> skipped_controls;  // ids or aliases
  bool shipped = true;                        // false: the user's policies alone
  std::span<const kube::Document>
      user_policies;  // ValidatingAdmissionPolicies, their bindings and parameter objects
};

class Ruleset {
 public:
  // Wrong policies and unknown ids go to `diagnostics`, each with its place. Takes about 20 ms for
  // all that ships.
  [[nodiscard]] static Ruleset load(const Config& config, const RulesetOptions& options,
                                    Diagnostics& diagnostics);

  Ruleset(Ruleset&&) noexcept;
  Ruleset& operator=(Ruleset&&) noexcept;
  ~Ruleset();

  // Every control that we know, in force or not: for ids in exceptions and for `policy explain`.
  [[nodiscard]] const ControlIndex& index() const { return index_; }
  // In force, with configured severities, in the order of ids.
  [[nodiscard]] const std::vector<ControlPtr>& active() const { return active_; }

  [[nodiscard]] const PolicyChecks& policies() const { return *policies_; }
  [[nodiscard]] const std::vector<ControlPtr>& relations() const { return relations_; }

 private:
  Ruleset();
  ControlIndex index_;
  std::vector<ControlPtr> active_;
  std::vector<ControlPtr> relations_;
  std::unique_ptr<PolicyChecks> policies_;
};

// All controls that ship, without compiling a policy: for lists and explanations.
[[nodiscard]] ControlIndex shipped_controls(Diagnostics& diagnostics);

}  // namespace yagura::posture
