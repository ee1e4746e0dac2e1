#pragma once

#include "report/internal/output.hpp"

namespace yagura::report {

// PolicyReport and ClusterPolicyReport (wgpolicyk8s.io/v1alpha2, Kubernetes Policy Working Group)
// as a YAML stream that kubectl applies: one report a namespace, in parts of 1,000 results, since
// etcd refuses objects above 1.5 MB. Objects whose manifest names no namespace are reported without
// one, so that they land where the manifest itself would.
//
// fail -> fail; not evaluated -> error; ignored -> skip; pass -> pass. A scan that judged nothing
// gives a report whose one result is an error.
void write_policy_report(const Report& report, const WriteOptions& options, Output& output);

}  // namespace yagura::report
