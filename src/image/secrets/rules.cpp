#include <vector>

#include "image/secrets/rule.hpp"

namespace yagura::image {

std::span<const SecretRule> secret_rules() {
  static const std::vector<SecretRule> all = [] {
    std::vector<SecretRule> out;
    for (const auto group : {internal::cloud_rules(), internal::developer_rules(),
                             internal::service_rules(), internal::generic_rules()}) {
      out.insert(out.end(), group.begin(), group.end());
    }
    return out;
  }();
  return all;
}

}  // namespace yagura::image
