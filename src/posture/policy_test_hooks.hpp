#pragma once

// What table tests of policies (policy/testing) ask of the engine that makes findings: the fields
// that a failure is reported at, and whether the policy's fix really mends it.

#include "policy/testing/table_tests.hpp"

namespace yagura::posture {

// `paths` are the findings' fields. A failing object of a policy with a `yagura.dev/fix` is mended
// by the fixes of all its findings and judged again: it must pass then, unless the fix's places are
// not there for one of them.
[[nodiscard]] policy::PolicyTestOptions policy_test_options();

}  // namespace yagura::posture
