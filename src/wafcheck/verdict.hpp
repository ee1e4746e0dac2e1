#pragma once

// Whether what was seen of a stage is what it expects, by go-ftw's rules.

#include <optional>
#include <string>
#include <vector>

#include "wafcheck/ftw_test.hpp"

namespace yagura::wafcheck {

struct Observed {
  bool error = false;  // no response that could be read
  std::string error_text;
  int status = 0;
  std::string response;          // as received, where it was
  std::vector<std::string> log;  // the lines that belong to the stage
};

// Empty: as expected. Else a line of what was expected and what was seen. In this order:
// expect_error, status, response_contains, match_regex, expect_ids, isolated, no_match_regex,
// no_expect_ids. A stage that expects an error is also held to its log.
[[nodiscard]] std::optional<std::string> judge(const StageOutput& expected,
                                               const Observed& observed);

// The ids that log lines name, `[id "920100"]` or `"id": 920100`, each once, rising.
[[nodiscard]] std::vector<std::uint64_t> logged_ids(const std::vector<std::string>& log);

}  // namespace yagura::wafcheck
