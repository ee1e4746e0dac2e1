#pragma once

// Admission policies compiled together. Immutable; shared by all threads, each of which evaluates
// with a session of its own (evaluation_session.hpp).

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics.hpp"
#include "policy/program/program.hpp"
#include "policy/vap/expression_compiler.hpp"
#include "policy/vap/policy_document.hpp"

namespace yagura::policy {

struct CompiledCondition {
  std::string_view name;
  std::shared_ptr<const Program> program;
};

struct CompiledValidation {
  const ValidationText* text = nullptr;
  std::shared_ptr<const Program> program;
  std::shared_ptr<const Program> message;  // null: there is no messageExpression
};

struct CompiledAudit {
  std::string_view key;
  std::shared_ptr<const Program> program;
};

struct CompiledVariable {
  std::string_view name;
  std::uint32_t slot = 0;
};

struct CompiledPolicy {
  const PolicyDocument* text = nullptr;  // in the same set
  std::vector<CompiledCondition> match_conditions;
  std::vector<CompiledVariable> variables;
  std::vector<CompiledValidation> validations;
  std::vector<CompiledAudit> audits;

  // Variable slots that its expressions can read.
  std::vector<std::uint32_t> reachable;
  // Those of them whose value depends on the parameters.
  std::vector<std::uint32_t> params_dependent;
};

class PolicySet {
 public:
  [[nodiscard]] std::span<const CompiledPolicy> policies() const { return policies_; }
  [[nodiscard]] std::span<const BindingDocument> bindings() const { return documents_.bindings; }
  [[nodiscard]] std::span<const SlotInfo> slots() const { return slots_; }
  // Variable slots whose value depends on the matched kind.
  [[nodiscard]] std::span<const std::uint32_t> request_dependent() const {
    return request_dependent_;
  }
  // The policy with this name; null: there is none.
  [[nodiscard]] const CompiledPolicy* find(PolicyType type, std::string_view name) const;
  [[nodiscard]] std::size_t index_of(const CompiledPolicy& policy) const {
    return static_cast<std::size_t>(&policy - policies_.data());
  }

  // Bindings of a policy: indices into bindings(), ascending.
  [[nodiscard]] std::span<const std::uint32_t> bindings_of(const CompiledPolicy& policy) const;
  // Expressions that were compiled, after sharing.
  [[nodiscard]] std::size_t compiled_count() const { return compiled_count_; }

 private:
  friend std::shared_ptr<const PolicySet> compile_policies(PolicyDocuments documents,
                                                           Diagnostics& diagnostics);
  PolicyDocuments documents_;
  std::vector<CompiledPolicy> policies_;
  std::vector<std::vector<std::uint32_t>> bindings_of_;
  std::vector<SlotInfo> slots_;
  std::vector<std::uint32_t> request_dependent_;
  std::size_t compiled_count_ = 0;
};

// Every problem of an expression is a diagnostic at its place inside the YAML string; a policy with
// one is left out. Two policies with one name: the second is refused. A binding of a policy that is
// not there is kept and warned of.
[[nodiscard]] std::shared_ptr<const PolicySet> compile_policies(PolicyDocuments documents,
                                                                Diagnostics& diagnostics);

// read_policy_documents() and compile_policies() in one.
[[nodiscard]] std::shared_ptr<const PolicySet> load_policies(
    const std::vector<kube::Document>& documents, Diagnostics& diagnostics);

}  // namespace yagura::policy
