#include "policy/library/library.hpp"

#include "policy/library/kubernetes/kubernetes_library.hpp"

namespace yagura::policy {

std::vector<std::span<const Function>> all_functions() {
  return {standard_functions(),
          optional_functions(),
          string_functions(),
          math_functions(),
          set_functions(),
          list_functions(),
          encoder_functions(),
          macro_functions(),
          network_functions(),
          kubernetes_ip_functions(),
          kubernetes_cidr_functions()};
}

}  // namespace yagura::policy
