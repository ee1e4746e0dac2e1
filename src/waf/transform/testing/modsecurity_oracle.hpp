#pragma once

// What libmodsecurity makes of a text: the second opinion of the differential tests.

#include <memory>
#include <string>
#include <string_view>

namespace yagura::waf::testing {

class ModSecurityOracle {
 public:
  // Values go through `actions` ("t:urlDecode,t:lowercase"). Aborts where the library refuses them.
  explicit ModSecurityOracle(std::string_view actions);
  ~ModSecurityOracle();

  [[nodiscard]] std::string transform(const std::string& value) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace yagura::waf::testing
