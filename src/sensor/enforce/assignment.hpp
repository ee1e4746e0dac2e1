#pragma once

// Which policies each control group gets. Internal to the enforcer.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sensor/enforce/enforcer.hpp"

namespace yagura::sensor::enforce {

// Indices of policies, ascending.
using PolicySet = std::vector<std::size_t>;

struct Assignment {
  PolicySet policies;
  bool is_unknown = false;  // some policy may select it
};

class Assigner {
 public:
  Assigner(const std::vector<Policy>& policies, bool polices_unknown)
      : policies_(&policies), polices_unknown_(polices_unknown) {}

  [[nodiscard]] Assignment of_container(const Container& container) const;
  // For whatever container comes next in the pod.
  [[nodiscard]] Assignment of_pod(const Pod& pod) const;

 private:
  const std::vector<Policy>* policies_;
  bool polices_unknown_;
};

}  // namespace yagura::sensor::enforce
