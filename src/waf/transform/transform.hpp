#pragma once

// The transformations of SecLang (`t:urlDecodeUni`), each a pure function from bytes to bytes, and
// chains of them. Reference: ModSecurity Reference Manual (v3.x), "Transformation functions"; where
// the manual is silent libmodsecurity 3.0.9 decides.
//
// Linear in the input; the output is at most four times as long (a bound that the tests hit). Never
// fails: malformed input passes through as the manual says. Thread-safe.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "waf/base/byte_set.hpp"
#include "waf/transform/unicode_map.hpp"

namespace yagura::waf {

enum class Transform : std::uint8_t {
  kBase64Decode,
  kBase64DecodeExt,
  kBase64Encode,
  kCmdLine,
  kCompressWhitespace,
  kCssDecode,
  kEscapeSeqDecode,
  kHexDecode,
  kHexEncode,
  kHtmlEntityDecode,
  kJsDecode,
  kLength,
  kLowercase,
  kMd5,
  kNormalizePath,
  kNormalizePathWin,
  kParityEven7bit,
  kParityOdd7bit,
  kParityZero7bit,
  kRemoveComments,
  kRemoveCommentsChar,
  kRemoveNulls,
  kRemoveWhitespace,
  kReplaceComments,
  kReplaceNulls,
  kSha1,
  kSqlHexDecode,
  kTrim,
  kTrimLeft,
  kTrimRight,
  kUppercase,
  kUrlDecode,
  kUrlDecodeUni,
  kUrlEncode,
  kUtf8ToUnicode,
};
inline constexpr std::size_t kTransformCount = 35;

// By SecLang name in any case, with the spellings that exist twice (normalisePath). `none` is no
// transformation: it empties a chain, which is the reader's work.
[[nodiscard]] std::optional<Transform> find_transform(std::string_view name);
[[nodiscard]] std::string_view name_of(Transform transform);  // as the manual spells it

// The bytes without which `transform` leaves a text as it is: a text of one byte or more with none
// of them comes out as the same view. All bytes for those that change (nearly) everything (sha1,
// length, base64Decode). The empty text is changed by length, md5 and sha1 alone.
[[nodiscard]] const ByteSet& triggers(Transform transform);

// Applies one. Returns `input` itself where nothing changes, else a view of `out`, which is
// overwritten. `input` must not lie in `out`. `map` is urlDecodeUni's; null: no code page.
[[nodiscard]] std::string_view apply(Transform transform, std::string_view input, std::string& out,
                                     const UnicodeMap* map = nullptr);

// The bytes of `out`, which `transform` made of a text with the bytes `before`, or some more:
// mostly known without looking at the text.
[[nodiscard]] ByteSet bytes_after(Transform transform, const ByteSet& before, std::string_view out);

// The transformations of a rule, in order.
class TransformChain {
 public:
  TransformChain() = default;
  explicit TransformChain(std::vector<Transform> transforms);

  [[nodiscard]] std::span<const Transform> transforms() const { return transforms_; }
  [[nodiscard]] bool empty() const { return transforms_.empty(); }
  // Without one of these bytes the whole chain changes nothing (the empty text: see above).
  [[nodiscard]] const ByteSet& triggers() const { return triggers_; }
  [[nodiscard]] std::string to_string() const;  // "urlDecodeUni,lowercase"; "none" where empty

  struct Buffers {
    std::string first, second;
  };
  // Returns `input` itself or a view of one of the buffers, valid until they are used again.
  [[nodiscard]] std::string_view apply(std::string_view input, Buffers& buffers,
                                       const UnicodeMap* map = nullptr) const;

  friend bool operator==(const TransformChain& a, const TransformChain& b) {
    return a.transforms_ == b.transforms_;
  }

 private:
  std::vector<Transform> transforms_;
  ByteSet triggers_;
};

}  // namespace yagura::waf
