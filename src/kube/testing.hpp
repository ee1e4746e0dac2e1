#pragma once

// For tests: a document in one line. Aborts (with the diagnostics on stderr) where the text is not
// exactly one good document.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics.hpp"
#include "kube/document.hpp"
#include "kube/reader.hpp"

namespace yagura::kube {

// YAML, and so JSON too. The source is named "test.yaml".
[[nodiscard]] Document parse_one(std::string_view yaml);
[[nodiscard]] std::vector<Document> parse_all(std::string_view yaml);

}  // namespace yagura::kube
