#pragma once

// `# yagura:ignore ID[,ID…] reason`. Internal to src/kube/yaml.

#include <optional>
#include <string_view>

#include "kube/document.hpp"

namespace yagura::kube::yaml {

inline constexpr std::string_view kIgnoreWord = "yagura:ignore";

// `comment`: from its '#' to the line end. Nothing: it does not begin with the word. Offset and
// line are left to the caller; no ids: they were forgotten.
[[nodiscard]] std::optional<IgnoreComment> parse_ignore_comment(std::string_view comment);

}  // namespace yagura::kube::yaml
