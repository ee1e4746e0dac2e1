#pragma once

// The content of quoted and block scalars that cannot stay as it is written. Internal to
// src/kube/yaml.

#include <string>
#include <string_view>

namespace yagura::kube::yaml {

// Where and why; `problem` is null where all is well.
struct TextProblem {
  const char* at = nullptr;
  const char* problem = nullptr;
};

// `inside`: what stands between the quotes, whole; ends before the closing quote. The result
// replaces `out`.
void unfold_single_quoted(std::string_view inside, std::string& out);
[[nodiscard]] TextProblem unfold_double_quoted(std::string_view inside, std::string& out);

// Reads the line ends at `at` (and the blanks at the begin of each line behind them), which stand
// within a plain or quoted scalar: one becomes a blank, n become n-1 line feeds. `at` moves to the
// next text or to `end`.
void fold_line_ends(const char*& at, const char* end, std::string& out);

}  // namespace yagura::kube::yaml
