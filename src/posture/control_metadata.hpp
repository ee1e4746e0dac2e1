#pragma once

// The metadata of a check, as rules/README.md defines it: `metadata.name` and the `yagura.dev/*`
// annotations of a ValidatingAdmissionPolicy or of a `kind: Control`.

#include "core/diagnostics.hpp"
#include "core/result.hpp"
#include "kube/document.hpp"
#include "model/control.hpp"

namespace yagura::posture {

// Fails where the object has no name. A policy without our annotations (a user's own) is fine: its
// name is its title, medium its severity, "governance" its category. A `kind: Control` must have
// title, severity, category, rationale and remedy. Wrong values and unknown `yagura.dev/`
// annotations go to `diagnostics`, and the default stands in. `yagura.dev/params` and
// `yagura.dev/fix` are not read here.
[[nodiscard]] Result<model::Control> read_control(const kube::Document& document,
                                                  Diagnostics& diagnostics);

}  // namespace yagura::posture
