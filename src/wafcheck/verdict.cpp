#include "wafcheck/verdict.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <re2/re2.h>

#include <algorithm>

namespace yagura::wafcheck {

namespace {

// Nothing: the expression is wrong.
std::optional<bool> any_matches(const std::vector<std::string>& lines, const std::string& regex) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  const re2::RE2 pattern(regex, options);
  if (!pattern.ok()) return std::nullopt;
  return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
    return re2::RE2::PartialMatch(line, pattern);
  });
}

std::string join(const std::vector<std::uint64_t>& ids) {
  return ids.empty() ? "none" : fmt::format("{}", fmt::join(ids, ", "));
}

std::optional<std::string> judge_regex(const std::vector<std::string>& lines,
                                       const std::string& regex, bool wanted,
                                       std::string_view where) {
  if (regex.empty()) return std::nullopt;
  const auto matches = any_matches(lines, regex);
  if (!matches) return fmt::format("the regular expression {} is wrong", regex);
  if (*matches == wanted) return std::nullopt;
  return fmt::format("expected {} that matches {}, logged: {}",
                     wanted ? fmt::format("{}", where) : fmt::format("no {}", where), regex,
                     join(logged_ids(lines)));
}

std::optional<std::string> judge_ids(const StageOutput& expected,
                                     const std::vector<std::uint64_t>& logged) {
  std::vector<std::uint64_t> missing;
  for (const std::uint64_t id : expected.expect_ids) {
    if (!std::binary_search(logged.begin(), logged.end(), id)) missing.push_back(id);
  }
  if (!missing.empty()) {
    return fmt::format("expected {} to be logged, logged: {}", join(missing), join(logged));
  }
  if (expected.isolated && logged.size() != 1) {
    return fmt::format("expected one rule to be logged alone, logged: {}", join(logged));
  }
  return std::nullopt;
}

std::optional<std::string> judge_absent_ids(const StageOutput& expected,
                                            const std::vector<std::uint64_t>& logged) {
  for (const std::uint64_t id : expected.no_expect_ids) {
    if (std::binary_search(logged.begin(), logged.end(), id)) {
      return fmt::format("expected {} not to be logged, logged: {}", id, join(logged));
    }
  }
  return std::nullopt;
}

std::optional<std::string> judge_response(const StageOutput& expected, const Observed& observed) {
  if (expected.expect_error.value_or(false) != observed.error) {
    return observed.error ? fmt::format("expected a response, seen: {}", observed.error_text)
                          : fmt::format("expected no response, seen: status {}", observed.status);
  }
  if (observed.error) return std::nullopt;
  if (expected.status && *expected.status != observed.status) {
    return fmt::format("expected status {}, seen: {}", *expected.status, observed.status);
  }
  return judge_regex({observed.response}, expected.response_contains, true, "a response");
}

}  // namespace

std::vector<std::uint64_t> logged_ids(const std::vector<std::string>& log) {
  static const re2::RE2 kId(R"re(\[id "(\d{1,18})"\]|"id":\s*"?(\d{1,18})"?)re");
  std::vector<std::uint64_t> ids;
  for (const std::string& line : log) {
    re2::StringPiece rest(line);
    std::string bracketed, member;
    while (re2::RE2::FindAndConsume(&rest, kId, &bracketed, &member)) {
      ids.push_back(std::stoull(bracketed.empty() ? member : bracketed));
    }
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

std::optional<std::string> judge(const StageOutput& expected, const Observed& observed) {
  if (auto wrong = judge_response(expected, observed)) return wrong;
  if (auto wrong = judge_regex(observed.log, expected.match_regex, true, "a log line")) {
    return wrong;
  }
  const auto logged = logged_ids(observed.log);
  if (auto wrong = judge_ids(expected, logged)) return wrong;
  if (auto wrong = judge_regex(observed.log, expected.no_match_regex, false, "log line")) {
    return wrong;
  }
  return judge_absent_ids(expected, logged);
}

}  // namespace yagura::wafcheck
