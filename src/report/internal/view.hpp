#pragma once

// A report's findings in the order that readers want, and safe access to their parts.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/report.hpp"

namespace yagura::report {

// A finding without a control or resource is a bug of its maker; it is shown with empty ones rather
// than lost.
[[nodiscard]] const model::Control& control_of(const model::Finding& finding);
[[nodiscard]] const model::Resource& resource_of(const model::Finding& finding);

// "Deployment shop/web", "ClusterRole admin", "Pod (unnamed)". As it was read: the writer escapes
// it.
[[nodiscard]] std::string resource_title(const model::Resource& resource);

// Every control that is in force or has a finding, once an id (the first), sorted by id.
[[nodiscard]] std::vector<const model::Control*> all_controls(const Report& report);

struct ResourceGroup {
  const model::Resource* resource = nullptr;
  std::size_t position = 0;                     // in the order of the input
  std::vector<const model::Finding*> findings;  // worst first, then by control id, then as found
  std::uint64_t fails_by_severity[5] = {};

  [[nodiscard]] std::uint64_t fails() const;
};

// The findings of the statuses that `keep` names (indexed by model::Status), by resource. The
// resource with the worst fail comes first, among equals the one with more of them, then as found.
// O(n log n).
struct KeepStatus {
  bool by_status[4] = {true, true, true, true};
};
[[nodiscard]] std::vector<ResourceGroup> group_by_resource(const Report& report,
                                                           const KeepStatus& keep);

// Fails of one control over the whole report.
struct ControlCount {
  const model::Control* control = nullptr;
  model::Severity severity = model::Severity::kInfo;  // the worst of its findings
  std::uint64_t fails = 0;
  std::uint64_t resources = 0;
};

// Worst severity first, then by how many resources fail it. O(n log n).
[[nodiscard]] std::vector<ControlCount> fails_by_control(const Report& report);

// Not-evaluated findings of one control for one reason.
struct UnknownGroup {
  const model::Finding* first = nullptr;
  std::vector<const model::Finding*> findings;
};

// By control id, then as found. O(n log n).
[[nodiscard]] std::vector<UnknownGroup> unknowns(const Report& report);

}  // namespace yagura::report
