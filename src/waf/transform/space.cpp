// White space and null bytes: compressed, removed, replaced, trimmed. ModSecurity 2 counts the
// no-break space of Latin-1 (A0, what &nbsp; decodes to) as white space, and so do we, with that of
// UTF-8 (C2 A0): else it would hide between two keywords.

#include <algorithm>

#include "waf/transform/internal/ascii.hpp"
#include "waf/transform/internal/functions.hpp"
#include "waf/transform/internal/write.hpp"

namespace yagura::waf::internal {
namespace {

constexpr std::string_view kUtf8NoBreakSpace = "\xc2\xa0";

// The length of the white space at `from`: 0 where there is none.
std::size_t space_length(const char* from, const char* end) {
  if (is_space_or_nbsp(*from)) return 1;
  return std::string_view(from, end).starts_with(kUtf8NoBreakSpace) ? 2 : 0;
}

// The first white space from `from` on, or `end`.
const char* find_space(const char* from, const char* end) {
  while (from != end && space_length(from, end) == 0) ++from;
  return from;
}

const char* skip_spaces(const char* from, const char* end) {
  while (from != end) {
    const std::size_t length = space_length(from, end);
    if (length == 0) break;
    from += length;
  }
  return from;
}

// The first white space that is more than one space, or `end`.
const char* find_uncompressed(const char* from, const char* end) {
  for (from = find_space(from, end); from != end; from = find_space(from + 1, end)) {
    if (*from != ' ' || (from + 1 != end && space_length(from + 1, end) > 0)) return from;
  }
  return end;
}

// Copies with `with` for each run of white space, from the first run at `run` on.
std::string_view replace_runs(std::string_view input, const char* run, std::string_view with,
                              std::string& out) {
  const char* from = input.data();
  const char* const end = from + input.size();
  if (run == end) return input;
  return write_to(out, input.size(), [&](char* to) {
    while (true) {
      to = copy_span(from, run, to);
      if (run == end) return to;
      to = copy_span(with.data(), with.data() + with.size(), to);
      from = skip_spaces(run, end);
      run = find_space(from, end);
    }
  });
}

std::string_view without_front(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  return text;
}

std::string_view without_back(std::string_view text) {
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// A part of the input as the result that apply() promises: the input or a view of `out`.
std::string_view copy_of_part(std::string_view part, std::string_view input, std::string& out) {
  if (part.size() == input.size()) return input;
  out.assign(part);
  return out;
}

}  // namespace

std::string_view compress_whitespace(std::string_view input, std::string& out) {
  const char* const begin = input.data();
  return replace_runs(input, find_uncompressed(begin, begin + input.size()), " ", out);
}

std::string_view remove_whitespace(std::string_view input, std::string& out) {
  const char* const begin = input.data();
  return replace_runs(input, find_space(begin, begin + input.size()), "", out);
}

std::string_view remove_nulls(std::string_view input, std::string& out) {
  if (input.find('\0') == std::string_view::npos) return input;
  return write_to(out, input.size(),
                  [&](char* to) { return std::remove_copy(input.begin(), input.end(), to, '\0'); });
}

std::string_view replace_nulls(std::string_view input, std::string& out) {
  if (input.find('\0') == std::string_view::npos) return input;
  return write_to(out, input.size(), [&](char* to) {
    return std::replace_copy(input.begin(), input.end(), to, '\0', ' ');
  });
}

std::string_view trim(std::string_view input, std::string& out) {
  return copy_of_part(without_back(without_front(input)), input, out);
}

std::string_view trim_left(std::string_view input, std::string& out) {
  return copy_of_part(without_front(input), input, out);
}

std::string_view trim_right(std::string_view input, std::string& out) {
  return copy_of_part(without_back(input), input, out);
}

}  // namespace yagura::waf::internal
