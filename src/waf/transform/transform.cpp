// The table of transformations: name, function, and the bytes without which the function changes
// nothing.

#include "waf/transform/transform.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "waf/transform/internal/ascii.hpp"
#include "waf/transform/internal/functions.hpp"

namespace yagura::waf {
namespace {

using Function = std::string_view (*)(std::string_view, std::string&);

struct Entry {
  std::string_view name;
  Function function = nullptr;
  ByteSet triggers;
};

constexpr ByteSet kUpper = ByteSet::range('A', 'Z');
constexpr ByteSet kLower = ByteSet::range('a', 'z');
constexpr ByteSet kSpaces = ByteSet::of(" \t\n\v\f\r");
constexpr ByteSet kSpacesAndNbsp = kSpaces | ByteSet::of("\xA0");
constexpr ByteSet kHighBit = ByteSet::range(0x80, 0xff);
constexpr ByteSet kAll = ByteSet::all();
constexpr ByteSet kNull = ByteSet::range(0, 0);

// The bytes that setting bit 7 by the parity of the other bits changes.
constexpr ByteSet changed_by_parity(int wanted) {
  ByteSet set;
  for (unsigned value = 0; value < 256; ++value) {
    if (std::popcount(value) % 2 != wanted) set.add(static_cast<unsigned char>(value));
  }
  return set;
}

constexpr ByteSet changed_by_url_encoding() {
  return ~(ByteSet::range('0', '9') | kUpper | kLower | ByteSet::of("*"));
}

using namespace internal;

// In the order of the enumeration.
constexpr std::array<Entry, kTransformCount> kEntries = {{
    {"base64Decode", base64_decode, kAll},
    {"base64DecodeExt", base64_decode_ext, kAll},
    {"base64Encode", base64_encode, kAll},
    {"cmdLine", cmd_line, kUpper | ByteSet::of("\\\"'^,; \t\r\n")},
    {"compressWhitespace", compress_whitespace, kSpacesAndNbsp},
    {"cssDecode", css_decode, ByteSet::of("\\")},
    {"escapeSeqDecode", escape_seq_decode, ByteSet::of("\\")},
    {"hexDecode", hex_decode, kAll},
    {"hexEncode", hex_encode, kAll},
    {"htmlEntityDecode", html_entity_decode, ByteSet::of("&")},
    {"jsDecode", js_decode, ByteSet::of("\\")},
    {"length", length, kAll},
    {"lowercase", lowercase, kUpper},
    {"md5", md5, kAll},
    {"normalizePath", normalize_path, ByteSet::of("/.")},
    {"normalizePathWin", normalize_path_win, ByteSet::of("/.\\")},
    {"parityEven7bit", parity_even_7bit, changed_by_parity(0)},
    {"parityOdd7bit", parity_odd_7bit, changed_by_parity(1)},
    {"parityZero7bit", parity_zero_7bit, kHighBit},
    {"removeComments", remove_comments, ByteSet::of("*-#")},
    {"removeCommentsChar", remove_comments_char, ByteSet::of("*-#")},
    {"removeNulls", remove_nulls, kNull},
    {"removeWhitespace", remove_whitespace, kSpacesAndNbsp},
    {"replaceComments", replace_comments, ByteSet::of("*")},
    {"replaceNulls", replace_nulls, kNull},
    {"sha1", sha1, kAll},
    {"sqlHexDecode", sql_hex_decode, ByteSet::of("xX")},
    {"trim", trim, kSpaces},
    {"trimLeft", trim_left, kSpaces},
    {"trimRight", trim_right, kSpaces},
    {"uppercase", uppercase, kLower},
    {"urlDecode", url_decode, ByteSet::of("%+")},
    {"urlDecodeUni", url_decode_uni, ByteSet::of("%+")},
    {"urlEncode", url_encode, changed_by_url_encoding()},
    {"utf8toUnicode", utf8_to_unicode, kHighBit},
}};
static_assert(kEntries.back().function != nullptr);

struct Alias {
  std::string_view name;
  Transform transform;
};
constexpr Alias kAliases[] = {{"normalisePath", Transform::kNormalizePath},
                              {"normalisePathWin", Transform::kNormalizePathWin}};

const Entry& entry(Transform transform) { return kEntries[static_cast<std::size_t>(transform)]; }

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, to_lower, to_lower);
}

}  // namespace

std::optional<Transform> find_transform(std::string_view name) {
  for (std::size_t i = 0; i < kEntries.size(); ++i) {
    if (same_name(kEntries[i].name, name)) return static_cast<Transform>(i);
  }
  for (const Alias& alias : kAliases) {
    if (same_name(alias.name, name)) return alias.transform;
  }
  return std::nullopt;
}

std::string_view name_of(Transform transform) { return entry(transform).name; }

const ByteSet& triggers(Transform transform) { return entry(transform).triggers; }

std::string_view apply(Transform transform, std::string_view input, std::string& out,
                       const UnicodeMap* map) {
  const bool mapped = map != nullptr && transform == Transform::kUrlDecodeUni;
  const std::string_view result =
      mapped ? url_decode_uni_mapped(input, out, *map) : entry(transform).function(input, out);
  if (result.data() == input.data() || result != input) return result;
  return input;
}

namespace {

// The bytes of `from` become the byte `to`.
ByteSet replaced(const ByteSet& before, const ByteSet& from, char to) {
  if (!before.intersects(from)) return before;
  ByteSet after = before & ~from;
  after.add(static_cast<unsigned char>(to));
  return after;
}

ByteSet lowered(const ByteSet& before) {
  ByteSet after = before & ~kUpper;
  (before & kUpper).for_each([&](unsigned char byte) {
    after.add(static_cast<unsigned char>(to_lower(static_cast<char>(byte))));
  });
  return after;
}

constexpr ByteSet kUnicodeEscape = ByteSet::of("%u0123456789abcdefABCDEF");

}  // namespace

ByteSet bytes_after(Transform transform, const ByteSet& before, std::string_view out) {
  switch (transform) {
    case Transform::kLowercase:
      return lowered(before);
    case Transform::kRemoveNulls:
      return before & ~kNull;
    case Transform::kReplaceNulls:
      return replaced(before, kNull, ' ');
    case Transform::kRemoveWhitespace:
      return before & ~kSpacesAndNbsp;
    case Transform::kCompressWhitespace:
      return replaced(before, kSpacesAndNbsp, ' ');
    case Transform::kCmdLine: {
      const ByteSet kept = before & ~ByteSet::of("\\\"'^");
      return lowered(replaced(kept, ByteSet::of(" ,;\t\r\n"), ' '));
    }
    case Transform::kNormalizePath:
    case Transform::kTrim:
    case Transform::kTrimLeft:
    case Transform::kTrimRight:
    case Transform::kRemoveCommentsChar:
      return before;
    case Transform::kNormalizePathWin:
      return replaced(before, ByteSet::of("\\"), '/');
    case Transform::kReplaceComments:
      return before | ByteSet::of(" ");
    case Transform::kUtf8ToUnicode:
      return (before & ~kHighBit) | kUnicodeEscape | (before & kHighBit);
    default:
      return bytes_in(out);
  }
}

TransformChain::TransformChain(std::vector<Transform> transforms)
    : transforms_(std::move(transforms)) {
  for (const Transform transform : transforms_) triggers_ |= waf::triggers(transform);
}

std::string TransformChain::to_string() const {
  if (transforms_.empty()) return "none";
  std::string text;
  for (const Transform transform : transforms_) {
    if (!text.empty()) text += ',';
    text += name_of(transform);
  }
  return text;
}

std::string_view TransformChain::apply(std::string_view input, Buffers& buffers,
                                       const UnicodeMap* map) const {
  std::string* free = &buffers.first;
  std::string* used = &buffers.second;
  std::string_view current = input;
  for (const Transform transform : transforms_) {
    const std::string_view next = waf::apply(transform, current, *free, map);
    if (next.data() == free->data()) std::swap(free, used);
    current = next;
  }
  return current == input ? input : current;
}

}  // namespace yagura::waf
