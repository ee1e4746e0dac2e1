#pragma once

// A checked expression compiled to something that runs fast: names resolved to slots and functions,
// constants folded, the usual comprehensions recognised. Immutable, shared by all threads.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.hpp"
#include "policy/program/context.hpp"
#include "policy/program/value.hpp"

namespace yagura::policy {

struct CheckedAst;

// Which variable stands in which slot of an Activation. Programs that share their variables are
// compiled with the same slots. "variables.containers" is one name, as it is declared.
class VariableSlots {
 public:
  // The slot of a new or a known name: slots are numbered in the order of adding, from 0.
  std::uint32_t add(std::string_view name);
  // A name for a slot that the caller numbered: sets that share slots but not all names.
  void bind(std::string_view name, std::uint32_t slot) {
    names_.insert_or_assign(slot, std::string(name));
    slots_.insert_or_assign(std::string(name), slot);
  }
  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view name) const;
  [[nodiscard]] std::size_t size() const { return names_.size(); }
  [[nodiscard]] const std::string& name(std::uint32_t slot) const {
    return names_.at(slot);  // precondition: the slot has a name
  }

 private:
  std::map<std::uint32_t, std::string> names_;  // sparse where slots are bound
  std::unordered_map<std::string, std::uint32_t> slots_;
};

struct EvalResult {
  Value value;             // never kAbsent; an error is a value too
  std::uint64_t cost = 0;  // of this expression; that of lazy variables is its source's to count
};

class Program {
 public:
  // Thread-safe; context and activation belong to one thread. The value lives as long as the
  // context's arena, the activation's values and this program.
  // The cost limit is context.limits().cost, for each (also nested) evaluation on its own.
  [[nodiscard]] EvalResult evaluate(EvalContext& context, const Activation& activation) const;

  // The slots that the expression may read, ascending.
  [[nodiscard]] std::span<const std::uint32_t> used_slots() const;
  [[nodiscard]] const CheckedAst& checked() const;
  [[nodiscard]] const VariableSlots& slots() const;

  struct Code;  // code.hpp
  explicit Program(std::unique_ptr<const Code> code);
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program();
  [[nodiscard]] const Code& code() const { return *code_; }

 private:
  std::unique_ptr<const Code> code_;
};

// Functions are bound by the references of the CheckedAst; what has no reference there (an
// unchecked expression) fails when it is evaluated, not here. Variables without a slot: likewise.
// kLimitExceeded: nested too deep or too large.
[[nodiscard]] Result<std::shared_ptr<const Program>> compile(
    std::shared_ptr<const CheckedAst> checked, std::shared_ptr<const VariableSlots> slots);

}  // namespace yagura::policy
