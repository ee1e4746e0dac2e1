#pragma once

// The bytes that YAML text may hold (YAML 1.2.2, 5.1): valid UTF-8 without control characters other
// than tab, line feed, carriage return and NEL, and without a byte order mark inside. Internal to
// src/kube/yaml.

#include <string_view>

namespace yagura::kube::yaml {

struct TextCheck {
  const char* bad = nullptr;  // the first byte that may not stand there; null: all is well
  const char* problem = "";   // what is wrong with it
  const char* hint = "";
  bool ascii = true;  // of the whole text, or of what is before `bad`
};

// Linear; many bytes at a time where they are ASCII.
[[nodiscard]] TextCheck check_text(std::string_view text);

}  // namespace yagura::kube::yaml
