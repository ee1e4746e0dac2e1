#pragma once

// A PEP 440 version in its parts, for its order and for specifiers. Views of the text.

#include <compare>
#include <optional>
#include <string_view>

namespace yagura::vuln::version {

struct Pep440 {
  std::string_view epoch;
  std::string_view release;  // "1.2.3"
  bool has_pre = false;
  unsigned char pre = 0;  // 0 alpha, 1 beta, 2 release candidate
  std::string_view pre_number;
  bool has_post = false;
  std::string_view post_number;
  bool has_dev = false;
  std::string_view dev_number;
  std::string_view local;  // behind the "+"
};

[[nodiscard]] std::optional<Pep440> parse_pep440(std::string_view text);
// Without the local part.
[[nodiscard]] std::strong_ordering compare_public(const Pep440& a, const Pep440& b);

}  // namespace yagura::vuln::version
