// Comments of C, SQL and HTML: replaced, removed with their text, or only their marks removed.

#include "waf/transform/internal/functions.hpp"
#include "waf/transform/internal/write.hpp"

namespace yagura::waf::internal {
namespace {

constexpr std::string_view kHtmlOpen = "<!--", kHtmlClose = "-->";

constexpr std::size_t kNone = std::string_view::npos;

// Past the first `close` in `text` at or behind `from`; kNone where there is none.
std::size_t past(std::string_view text, std::size_t from, std::string_view close) {
  const std::size_t found = text.find(close, from);
  return found == kNone ? kNone : found + close.size();
}

// Past the comment that begins at `at`, kNone where it has no end; `at` itself where none begins.
std::size_t past_comment(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  if (rest.starts_with("/*")) return past(text, at + 2, "*/");
  if (rest.starts_with(kHtmlOpen)) return past(text, at + kHtmlOpen.size(), kHtmlClose);
  return at;
}

std::size_t comment_mark_length(std::string_view rest) {
  if (rest.starts_with(kHtmlOpen)) return 4;
  if (rest.starts_with(kHtmlClose)) return 3;
  for (const std::string_view mark : {"/*", "*/", "--"}) {
    if (rest.starts_with(mark)) return 2;
  }
  return rest.starts_with('#') ? 1 : 0;
}

}  // namespace

// Each /* … */ becomes one space; one that is not closed reaches to the end.
std::string_view replace_comments(std::string_view input, std::string& out) {
  std::size_t open = input.find("/*");
  if (open == kNone) return input;
  return write_to(out, input.size(), [&](char* to) {
    const char* const begin = input.data();
    std::size_t from = 0;
    while (open != kNone) {
      to = copy_span(begin + from, begin + open, to);
      *to++ = ' ';
      from = past(input, open + 2, "*/");
      if (from == kNone) return to;
      open = input.find("/*", from);
    }
    return copy_span(begin + from, begin + input.size(), to);
  });
}

// Comments go with their text: /* … */ and <!-- … --> (one that is not closed leaves a space and
// takes all that follows); from -- or # on all goes.
std::string_view remove_comments(std::string_view input, std::string& out) {
  if (input.find_first_of("*-#") == kNone) return input;
  return write_to(out, input.size(), [&](char* to) {
    std::size_t at = 0;
    while (at < input.size()) {
      const std::size_t next = past_comment(input, at);
      if (next == kNone) {
        *to++ = ' ';
        break;
      }
      if (next == at) {
        if (input[at] == '#' || input.substr(at).starts_with("--")) break;
        *to++ = input[at++];
      } else {
        at = next;
      }
    }
    return to;
  });
}

std::string_view remove_comments_char(std::string_view input, std::string& out) {
  if (input.find_first_of("*-#") == kNone) return input;
  return write_to(out, input.size(), [&](char* to) {
    std::size_t from = 0;
    while (from < input.size()) {
      const std::size_t mark = comment_mark_length(input.substr(from));
      if (mark == 0) {
        *to++ = input[from++];
      } else {
        from += mark;
      }
    }
    return to;
  });
}

}  // namespace yagura::waf::internal
