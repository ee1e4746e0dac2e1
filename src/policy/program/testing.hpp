#pragma once

// For tests: expression text to value, with an object read from YAML.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kube/document.hpp"
#include "policy/check/check.hpp"
#include "policy/program/program.hpp"

namespace yagura::policy::testing {

// Variables are dyn: `object` and others that a test adds.
class Bench {
 public:
  explicit Bench(CheckMode mode = CheckMode::kFull);
  ~Bench();

  void set(std::string_view name, const Value& value);
  // The documents live as long as this. Returns the root.
  const kube::Node& read(std::string_view yaml);
  void set_object(std::string_view yaml, std::string_view name = "object");

  // Aborts with a message where the text does not compile.
  [[nodiscard]] std::shared_ptr<const Program> compile(std::string_view text);
  [[nodiscard]] EvalResult evaluate(std::string_view text);
  // to_debug_string of the value.
  [[nodiscard]] std::string text_of(std::string_view text);

  EvalContext context;
  Activation activation;
  std::shared_ptr<VariableSlots> slots;

 private:
  std::shared_ptr<const Environment> environment();

  CheckMode mode_;
  std::vector<Value> values_;
  std::vector<kube::Document> documents_;
  std::vector<std::shared_ptr<const Program>> programs_;
};

}  // namespace yagura::policy::testing
