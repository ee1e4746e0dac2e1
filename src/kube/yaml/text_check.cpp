#include "kube/yaml/text_check.hpp"

#include <cstdint>
#include <cstring>

#include "core/utf8.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace yagura::kube::yaml {

namespace {

bool is_plain_ascii(unsigned char byte) {
  return (byte >= 0x20 && byte < 0x7F) || byte == '\n' || byte == '\t' || byte == '\r';
}

#if defined(__SSE2__)
constexpr std::size_t kBlock = 16;

// All of the block is printable ASCII, tab or a line end.
bool block_is_plain(const char* at) {
  const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  // Signed: everything from 0x80 on is below 0x20 too.
  const __m128i low = _mm_cmplt_epi8(block, _mm_set1_epi8(0x20));
  const __m128i line_ends = _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('\n')),
                                         _mm_cmpeq_epi8(block, _mm_set1_epi8('\r')));
  const __m128i fine = _mm_or_si128(line_ends, _mm_cmpeq_epi8(block, _mm_set1_epi8('\t')));
  const __m128i bad =
      _mm_or_si128(_mm_andnot_si128(fine, low), _mm_cmpeq_epi8(block, _mm_set1_epi8(0x7F)));
  return _mm_movemask_epi8(bad) == 0;
}
#else
constexpr std::size_t kBlock = 8;

bool block_is_plain(const char* at) {
  for (std::size_t i = 0; i < kBlock; ++i) {
    if (!is_plain_ascii(static_cast<unsigned char>(at[i]))) return false;
  }
  return true;
}
#endif

constexpr const char* kNulHint = "is this a binary file, or UTF-16? Save it as UTF-8";

void check_byte(const char* at, TextCheck& result) {
  if (is_plain_ascii(static_cast<unsigned char>(*at))) return;
  result.bad = at;
  result.problem =
      *at == 0 ? "a NUL byte stands in the text" : "a control character stands in the text";
  result.hint =
      *at == 0 ? kNulHint : "remove it, or write it as an escape in a double-quoted string";
}

// Length of the sequence at `at`.
std::size_t check_sequence(std::string_view text, std::size_t at, TextCheck& result) {
  const std::size_t length = core::utf8_sequence_length(text, at);
  if (length == 0) {
    result.bad = text.data() + at;
    result.problem = "this byte is not valid UTF-8";
    result.hint = "save the file as UTF-8";
    return 1;
  }
  const char32_t code_point = core::utf8_decode(text, at, length);
  const bool c1_control = code_point < 0xA0 && code_point != 0x85;
  if (c1_control || code_point == 0xFEFF || code_point == 0xFFFE || code_point == 0xFFFF) {
    result.bad = text.data() + at;
    result.problem = code_point == 0xFEFF ? "a byte order mark stands within the text"
                                          : "a control character stands in the text";
    result.hint = "remove it, or write it as an escape in a double-quoted string";
  }
  return length;
}

}  // namespace

TextCheck check_text(std::string_view text) {
  TextCheck result;
  std::size_t at = 0;
  while (at < text.size() && result.bad == nullptr) {
    if (text.size() - at >= kBlock && block_is_plain(text.data() + at)) {
      at += kBlock;
    } else if (static_cast<unsigned char>(text[at]) < 0x80) {
      check_byte(text.data() + at++, result);
    } else {
      result.ascii = false;
      at += check_sequence(text, at, result);
    }
  }
  return result;
}

}  // namespace yagura::kube::yaml
