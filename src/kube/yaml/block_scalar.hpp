#pragma once

// `|` and `>`: header, indentation, folding and chomping (YAML 1.2.2, 8.1). Internal to
// src/kube/yaml.

#include <string>
#include <string_view>

namespace yagura::kube::yaml {

struct BlockScalar {
  const char* problem = nullptr;  // null: all is well
  const char* problem_at = nullptr;
  const char* hint = "";
  bool as_written = false;  // `written` is the value, else it is in the buffer
  std::string_view written;
  std::string_view comment;  // on the header's line, from its '#' on
  // Behind the last line of text, or behind the header where there is none.
  const char* end = nullptr;
  const char* behind = nullptr;  // begin of the first line that does not belong to it, or the end
};

// `at`: the `|` or `>`. `parent`: the column that the text must be indented more than; -1 at the
// top.
[[nodiscard]] BlockScalar read_block_scalar_text(const char* at, const char* end, int parent,
                                                 std::string& buffer);

}  // namespace yagura::kube::yaml
