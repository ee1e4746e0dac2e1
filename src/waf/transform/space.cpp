// White space and null bytes: compressed, removed, replaced, trimmed. ModSecurity 2 counts the
// no-break space of Latin-1 (A0, what &nbsp; decodes to) as white space, and so do we, with that of
// UTF-8 (C2 A0): else it would hide between two keywords.

#include <algorithm>
#include <array>

#include "waf/transform/internal/ascii.hpp"
#include "waf/transform/internal/functions.hpp"
#include "waf/transform/internal/write.hpp"

namespace yagura::waf::internal {
namespace {

// What a byte may be: these loops see every byte of every value, so they look up instead of asking.
enum Space : unsigned char {
  kNone = 0,
  kSpace = 1,
  kLead = 2
};  // kLead: C2, white space where A0 follows

constexpr std::array<unsigned char, 256> kSpaces = [] {
  std::array<unsigned char, 256> table{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    if (is_space_or_nbsp(static_cast<char>(byte))) table[byte] = kSpace;
  }
  table[0xc2] = kLead;
  return table;
}();

unsigned char space_of(char byte) { return kSpaces[static_cast<unsigned char>(byte)]; }

bool is_utf8_nbsp(const char* from, const char* end) {
  return end - from >= 2 && from[1] == '\xa0';
}

// The length of the white space at `from`: 0 where there is none.
std::size_t space_length(const char* from, const char* end) {
  const unsigned char space = space_of(*from);
  if (space != kLead) return space;
  return is_utf8_nbsp(from, end) ? 2 : 0;
}

// The first white space from `from` on, or `end`.
const char* find_space(const char* from, const char* end) {
  for (; from != end; ++from) {
    if (space_of(*from) != kNone && space_length(from, end) != 0) return from;
  }
  return end;
}

// The first white space that is more than one space, or `end`.
const char* find_uncompressed(const char* from, const char* end) {
  for (from = find_space(from, end); from != end; from = find_space(from + 1, end)) {
    if (*from != ' ' || (from + 1 != end && space_length(from + 1, end) > 0)) return from;
  }
  return end;
}

// Copies from `run` on, byte by byte and without a branch on what a byte is: words and spaces
// alternate, which no processor foresees. `blank`: a run of white space leaves one space; else
// nothing.
template <bool blank>
char* copy_without_runs(const char* from, const char* end, char* to) {
  bool after_space = false;
  while (from != end) {
    const unsigned char space = space_of(*from);
    if (space == kLead && is_utf8_nbsp(from, end)) [[unlikely]] {
      if (blank && !after_space) *to++ = ' ';
      after_space = true;
      from += 2;
      continue;
    }
    const bool is_space = space == kSpace;
    *to = is_space ? ' ' : *from;
    to += blank ? !(is_space && after_space) : !is_space;
    after_space = is_space;
    ++from;
  }
  return to;
}

template <bool blank>
std::string_view replace_runs(std::string_view input, const char* run, std::string& out) {
  const char* const end = input.data() + input.size();
  if (run == end) return input;
  return write_to(out, input.size(), [&](char* to) {
    return copy_without_runs<blank>(run, end, copy_span(input.data(), run, to));
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
  return replace_runs<true>(input, find_uncompressed(begin, begin + input.size()), out);
}

std::string_view remove_whitespace(std::string_view input, std::string& out) {
  const char* const begin = input.data();
  return replace_runs<false>(input, find_space(begin, begin + input.size()), out);
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
