#pragma once

#include <filesystem>
#include <vector>

namespace yagura::sensor::e2e {

// The three published files and the tests' overrides; empty: no corpora.
[[nodiscard]] std::vector<std::filesystem::path> published_rules();

}  // namespace yagura::sensor::e2e
