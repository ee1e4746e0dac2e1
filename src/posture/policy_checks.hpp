#pragma once

// ValidatingAdmissionPolicies as checks: what ships, each with its control, fix and parameters; and
// the user's own with their bindings and parameter objects.

#include <memory>
#include <span>
#include <vector>

#include "core/diagnostics.hpp"
#include "kube/document.hpp"
#include "model/finding.hpp"
#include "model/resource.hpp"
#include "posture/config.hpp"
#include "posture/control_index.hpp"

namespace yagura::posture {

// Filled, then finish(), then immutable: judged from any number of threads, each with a Judge of
// its own.
class PolicyChecks {
 public:
  PolicyChecks();
  ~PolicyChecks();
  PolicyChecks(const PolicyChecks&) = delete;
  PolicyChecks& operator=(const PolicyChecks&) = delete;

  // `settings` (may be null) overrides data of the default parameter object. Keeps the document.
  void add_shipped(kube::Document policy, ControlPtr control, const ControlSettings* settings,
                   Diagnostics& diagnostics);

  // Policies, bindings and the objects that bindings name. Adds the policies' controls to the index
  // and returns them. A policy that no binding names is judged as if it were bound to everything,
  // with a warning that says so.
  [[nodiscard]] std::vector<ControlPtr> add_user_policies(std::span<const kube::Document> documents,
                                                          ControlIndex& index,
                                                          Diagnostics& diagnostics);

  // Compiles what was added.
  void finish(Diagnostics& diagnostics);

  struct State;
  [[nodiscard]] const State& state() const { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

// Judges one object after the other; reuses its memory. Belongs to one thread.
class PolicyJudge {
 public:
  explicit PolicyJudge(const PolicyChecks& checks);
  ~PolicyJudge();
  PolicyJudge(const PolicyJudge&) = delete;
  PolicyJudge& operator=(const PolicyJudge&) = delete;

  // Tells the plural and scope of a custom kind, where the document is a CustomResourceDefinition.
  void add_definition(const kube::Document& document);

  // Appends the findings; returns how many policies matched the object. `namespace_object` may be
  // null: what depends on more than the namespace's name is then not evaluated.
  std::size_t judge(const kube::Document& document,
                    const std::shared_ptr<const model::Resource>& resource,
                    const kube::Node* namespace_object, bool report_passed,
                    std::vector<model::Finding>& findings);

 private:
  struct Scratch;
  std::unique_ptr<Scratch> scratch_;
};

}  // namespace yagura::posture
