// Every transformation against libmodsecurity's on texts full of escapes. Where we differ on
// purpose (README.md, "Differences") the sample is left out by a predicate that says so.

#include <gtest/gtest.h>

#include <algorithm>

#include "waf/transform/testing/random_text.hpp"
#include "waf/transform/transform.hpp"
#ifdef YAGURA_HAVE_MODSECURITY
#include "waf/transform/testing/modsecurity_oracle.hpp"
#endif

namespace yagura::waf {
namespace {

#ifdef YAGURA_HAVE_MODSECURITY

std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) {
    char buffer[8];
    if (c >= ' ' && c < 0x7f) {
      out += c;
    } else {
      std::snprintf(buffer, sizeof buffer, "<%02x>", static_cast<unsigned char>(c));
      out += buffer;
    }
  }
  return out;
}

bool holds_any(std::string_view text, std::string_view bytes) {
  return text.find_first_of(bytes) != std::string_view::npos;
}

bool holds_high_byte(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

bool holds_null(std::string_view text) { return text.find('\0') != std::string_view::npos; }

bool mixes_comments(std::string_view text) {
  const auto holds = [&](std::string_view mark) {
    return text.find(mark) != std::string_view::npos;
  };
  return (holds("/*") && holds("-->")) || (holds("<!--") && holds("*/"));
}

// A segment like "foo.." (libmodsecurity takes it for "..") or a path that ends in "." or "..".
bool has_odd_dots(std::string_view path) {
  if (path.ends_with("/.") || path.ends_with("\\.")) return true;
  for (std::size_t at = path.find(".."); at != std::string_view::npos;
       at = path.find("..", at + 1)) {
    if (at > 0 && !holds_any(path.substr(at - 1, 1), "/\\")) return true;
    if (at + 2 == path.size()) return true;
  }
  return false;
}

bool has_run_of_slashes(std::string_view path) {
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (holds_any(path.substr(i - 1, 1), "/\\") && holds_any(path.substr(i, 1), "/\\")) return true;
  }
  return false;
}

// Where we differ on purpose: see README.md, "Differences from libmodsecurity".
bool differs_on_purpose(Transform transform, std::string_view text, std::string_view ours,
                        std::string_view theirs) {
  switch (transform) {
    case Transform::kBase64Decode:
      return theirs.empty() || (ours.starts_with(theirs) && !holds_any(text, "="));
    case Transform::kBase64DecodeExt:
      return theirs.empty() || holds_any(text, "-_");
    case Transform::kCompressWhitespace:
    case Transform::kRemoveWhitespace:
      return holds_any(text, "\xc2\xa0");
    case Transform::kCssDecode:
      return theirs == ours.substr(0, ours.find('\0'));
    case Transform::kHexDecode:
      return text.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos;
    case Transform::kNormalizePath:
      return has_odd_dots(text);
    case Transform::kNormalizePathWin:
      return has_odd_dots(text) || has_run_of_slashes(text);
    case Transform::kParityEven7bit:
    case Transform::kParityOdd7bit:
      return holds_high_byte(text);
    case Transform::kRemoveComments:
      return theirs == std::string(ours) + '\0' || mixes_comments(text);
    case Transform::kSqlHexDecode:
      return theirs == ours.substr(0, ours.size() - 1) || holds_null(text) ||
             std::ranges::count_if(text, [](char c) { return c == 'x' || c == 'X'; }) > 1;
    case Transform::kUtf8ToUnicode:
      return holds_null(text) || holds_high_byte(ours) || holds_any(text, "\xc0\xc1\xe0\xed\xf0");
    default:
      return false;
  }
}

// The samples of a transformation: random pieces, and what its counterpart makes of them.
std::string sample(Transform transform, testing::RandomText& random, int round) {
  std::string text = random.next(1 + random.pick(8));
  std::string out;
  if (round % 2 == 0) return text;
  if (transform == Transform::kBase64Decode || transform == Transform::kBase64DecodeExt) {
    return std::string(apply(Transform::kBase64Encode, text, out));
  }
  if (transform == Transform::kHexDecode)
    return std::string(apply(Transform::kHexEncode, text, out));
  return text;
}

class TransformOracle : public ::testing::TestWithParam<std::size_t> {};

TEST_P(TransformOracle, AgreesWithLibmodsecurity) {
  const auto transform = static_cast<Transform>(GetParam());
  const testing::ModSecurityOracle oracle("t:" + std::string(name_of(transform)));
  testing::RandomText random(7);
  int same = 0, failures = 0;
  for (int round = 0; round < 3000 && failures < 8; ++round) {
    const std::string text = sample(transform, random, round);
    std::string out;
    const std::string_view ours = apply(transform, text, out);
    const std::string theirs = oracle.transform(text);
    if (ours == theirs) {
      ++same;
    } else if (!differs_on_purpose(transform, text, ours, theirs)) {
      ++failures;
      ADD_FAILURE() << name_of(transform) << " of " << printable(text) << "\n  ours   "
                    << printable(ours) << "\n  theirs " << printable(theirs);
    }
  }
  EXPECT_GT(same, transform == Transform::kSqlHexDecode ? 0 : 1000);
}

INSTANTIATE_TEST_SUITE_P(All, TransformOracle, ::testing::Range<std::size_t>(0, kTransformCount),
                         [](const auto& param) {
                           return std::string(name_of(static_cast<Transform>(param.param)));
                         });

#else

TEST(TransformOracle, AgreesWithLibmodsecurity) { GTEST_SKIP() << "skipped: no libmodsecurity"; }

#endif

}  // namespace
}  // namespace yagura::waf
