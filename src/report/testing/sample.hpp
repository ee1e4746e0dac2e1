#pragma once

// Reports for tests and benchmarks.

#include <cstddef>
#include <memory>
#include <string>

#include "report/report.hpp"

namespace yagura::report::testing {

// A small shop with every status, severity, a collapsed control, an inherited field, an exception,
// a broken document. At 2026-01-02T03:04:05Z.
[[nodiscard]] Report shop_report();

// Nothing but what an attacker may put where: control characters, ANSI escapes, markup of every
// format, bidirectional overrides, invalid UTF-8, wide characters, a very long name.
[[nodiscard]] Report hostile_report();

// No resource was found.
[[nodiscard]] Report empty_report();

// `findings` findings over a tenth as many workloads, of 40 controls.
[[nodiscard]] Report large_report(std::size_t findings);

}  // namespace yagura::report::testing
