#pragma once

// What libmodsecurity answers to `SecRule ARGS:x "@name argument"`: the second opinion of the
// differential tests.

#include <memory>
#include <string>

namespace yagura::waf::testing {

class ModSecurityOperator {
 public:
  // `rule` is "@name argument". Aborts where the library refuses it.
  explicit ModSecurityOperator(const std::string& rule);
  ~ModSecurityOperator();

  struct Answer {
    bool matched = false;
    std::string tx_0;
  };
  [[nodiscard]] Answer ask(const std::string& value) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace yagura::waf::testing
