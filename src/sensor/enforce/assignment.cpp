#include "sensor/enforce/assignment.hpp"

namespace yagura::sensor::enforce {
namespace {

template <typename Select>
Assignment assign(const std::vector<Policy>& policies, bool polices_unknown, Select select) {
  Assignment result;
  for (std::size_t i = 0; i < policies.size(); ++i) {
    const Selection selection = select(policies[i].selector);
    if (selection == Selection::kUnknown) result.is_unknown = true;
    if (selection == Selection::kYes || (selection == Selection::kUnknown && polices_unknown)) {
      result.policies.push_back(i);
    }
  }
  return result;
}

}  // namespace

Assignment Assigner::of_container(const Container& container) const {
  return assign(*policies_, polices_unknown_,
                [&](const Selector& selector) { return selector.select(container); });
}

Assignment Assigner::of_pod(const Pod& pod) const {
  return assign(*policies_, polices_unknown_,
                [&](const Selector& selector) { return selector.select_pod(pod); });
}

}  // namespace yagura::sensor::enforce
