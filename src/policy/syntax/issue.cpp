#include "policy/syntax/issue.hpp"

#include <algorithm>

#include "core/utf8.hpp"

namespace yagura::policy {

namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// The 1-based line, without its end.
std::string_view line_of(std::string_view source, std::uint32_t line) {
  while (--line > 0) source.remove_prefix(source.find('\n') + 1);
  source = source.substr(0, source.find('\n'));
  if (source.ends_with('\r')) source.remove_suffix(1);
  return source;
}

// Of a long line, what stands around the column; the column then counts from there.
std::string shown_line(std::string_view line, std::uint32_t& column) {
  constexpr std::uint32_t kBefore = 70;
  constexpr std::uint32_t kAfter = 40;
  std::string out;
  std::uint32_t at = 0;
  std::uint32_t skipped = 0;
  for (std::size_t i = 0; i < line.size();) {
    std::size_t next = i + 1;
    while (next < line.size() && is_continuation(line[next])) ++next;
    ++at;
    if (at + kBefore < column) {
      ++skipped;
    } else if (at > column + kAfter) {
      out += "…";
      break;
    } else {
      out += line.substr(i, next - i);
    }
    i = next;
  }
  if (skipped > 0) {
    out.insert(0, "…");
    column -= skipped - 1;
  }
  return out;
}

}  // namespace

Issue make_issue(std::string_view source, std::uint32_t offset, std::string message) {
  Issue issue = {.offset = offset, .message = std::move(message)};
  std::uint32_t left = offset;
  for (std::size_t i = 0; i < source.size() && left > 0; --left) {
    const bool ends_line = source[i] == '\n';
    issue.line += ends_line ? 1 : 0;
    issue.column = ends_line ? 1 : issue.column + 1;
    for (++i; i < source.size() && is_continuation(source[i]);) ++i;
  }
  return issue;
}

void finish_issues(std::string_view source, std::vector<Issue>& issues) {
  std::ranges::sort(issues, [](const Issue& a, const Issue& b) {
    return a.offset != b.offset ? a.offset < b.offset : a.message < b.message;
  });
  for (Issue& issue : issues) issue = make_issue(source, issue.offset, std::move(issue.message));
}

std::string to_string(const Issue& issue, std::string_view source, std::string_view name) {
  std::string out = "ERROR: " + std::string(name) + ":" + std::to_string(issue.line) + ":" +
                    std::to_string(issue.column) + ": " + issue.message;
  const auto lines = static_cast<std::uint32_t>(std::ranges::count(source, '\n')) + 1;
  if (issue.line > lines) return out;
  std::uint32_t column = issue.column;
  out.append("\n | ").append(shown_line(line_of(source, issue.line), column));
  out.append("\n | ").append(column - 1, '.').append("^");
  return out;
}

std::string to_string(const std::vector<Issue>& issues, std::string_view source,
                      std::string_view name) {
  std::string out;
  for (const Issue& issue : issues) {
    if (!out.empty()) out += '\n';
    out += to_string(issue, source, name);
  }
  return out;
}

}  // namespace yagura::policy
