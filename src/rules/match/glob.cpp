// fnmatch(3) with FNM_EXTMATCH in terms of RE2. One pass; groups are kept on a stack.

#include <string>
#include <vector>

#include "rules/match/pattern.hpp"

namespace yagura::rules {

namespace {

constexpr std::size_t kMaxGroups = 100;

bool is_special(char c) {
  return std::string_view(R"(\.+*?()|[]{}^$)").find(c) != std::string_view::npos;
}

void append_literal(std::string& out, char c) {
  if (is_special(c)) out += '\\';
  out += c;
}

// From behind `[`; npos: the bracket does not close, so it stands for itself.
std::size_t append_class(std::string& out, std::string_view glob, std::size_t at) {
  std::string set = "[";
  if (at < glob.size() && (glob[at] == '!' || glob[at] == '^')) {
    set += '^';
    ++at;
  }
  for (bool first = true; at < glob.size(); first = false) {
    const char c = glob[at];
    if (c == ']' && !first) {
      out += set + ']';
      return at + 1;
    }
    if (c == '[' && glob.substr(at).starts_with("[:")) {
      const std::size_t end = glob.find(":]", at + 2);
      if (end == std::string_view::npos) return end;
      set += glob.substr(at, end + 2 - at);
      at = end + 2;
      continue;
    }
    if (c == '\\' && at + 1 < glob.size()) ++at;
    const bool is_range = c == '-' && !first && at + 1 < glob.size() && glob[at + 1] != ']';
    if (!is_range && std::string_view("[]\\^-&~|").find(glob[at]) != std::string_view::npos) {
      set += '\\';
    }
    set += glob[at++];
  }
  return std::string_view::npos;
}

}  // namespace

Result<std::string> glob_to_regex(std::string_view glob) {
  std::string out;
  std::vector<char> groups;  // what repeats each open group
  for (std::size_t at = 0; at < glob.size();) {
    const char c = glob[at];
    const bool opens = at + 1 < glob.size() && glob[at + 1] == '(';
    if (opens && c == '!') {
      return fail(ErrorCode::kUnsupported, "!(…) in a glob cannot be matched in linear time");
    }
    if (opens && (c == '?' || c == '*' || c == '+' || c == '@')) {
      if (groups.size() == kMaxGroups) return fail(ErrorCode::kLimitExceeded, "too many groups");
      groups.push_back(c);
      out += "(?:";
      at += 2;
    } else if (c == ')' && !groups.empty()) {
      out += ')';
      if (groups.back() != '@') out += groups.back();
      groups.pop_back();
      ++at;
    } else if (c == '|' && !groups.empty()) {
      out += '|';
      ++at;
    } else if (c == '*') {
      while (at < glob.size() && glob[at] == '*' &&
             !(at + 1 < glob.size() && glob[at + 1] == '(')) {
        ++at;
      }
      out += ".*";
    } else if (c == '?') {
      out += '.';
      ++at;
    } else if (c == '[') {
      const std::size_t end = append_class(out, glob, at + 1);
      if (end == std::string_view::npos) append_literal(out, c);
      at = end == std::string_view::npos ? at + 1 : end;
    } else {
      if (c == '\\' && at + 1 < glob.size()) ++at;
      append_literal(out, glob[at++]);
    }
  }
  if (!groups.empty()) return fail(ErrorCode::kInvalidInput, "a group of the glob is not closed");
  return out;
}

}  // namespace yagura::rules
