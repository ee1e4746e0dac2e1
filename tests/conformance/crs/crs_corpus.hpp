#pragma once

// Where the tests' rules and regression tests are, and how they are read.

#include <filesystem>
#include <vector>

#include "core/diagnostics.hpp"
#include "wafcheck/ftw_test.hpp"

namespace yagura::conformance {

inline constexpr int kSkipped = 77;  // exit code that ctest shows as skipped

// The folder of CRS 4 (YAGURA_CORPORA/crs); empty: there is none.
[[nodiscard]] std::filesystem::path crs4_folder();
// Empty and a message on standard output: they cannot be read as a whole.
[[nodiscard]] std::vector<wafcheck::FtwTest> crs4_tests();
void print(const Diagnostics& diagnostics);

}  // namespace yagura::conformance
