#include "waf/transform/transform.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace yagura::waf {
namespace {

using namespace std::string_literals;

struct Case {
  std::string transform, input, expected;
};

std::string apply_named(const std::string& name, const std::string& input) {
  const auto transform = find_transform(name);
  EXPECT_TRUE(transform.has_value()) << name;
  std::string out;
  return std::string(apply(transform.value_or(Transform::kLength), input, out));
}

void check(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    EXPECT_EQ(apply_named(c.transform, c.input), c.expected) << c.transform << " of " << c.input;
  }
}

TEST(Transform, UrlDecodingReadsPercentAndPlusAndLeavesWhatIsNoEscape) {
  check({{"urlDecode", "a%41+b", "aA b"},
         {"urlDecode", "%4", "%4"},
         {"urlDecode", "100%", "100%"},
         {"urlDecode", "%zz%%41", "%zz%A"},
         {"urlDecode", "%00", "\0"s},
         {"urlDecode", "%u0041", "%u0041"},
         {"urlDecodeUni", "%u0041%U0042", "AB"},
         {"urlDecodeUni", "%uff1cscript%uFF1E", "<script>"},
         {"urlDecodeUni", "%u004", "%u004"},
         {"urlDecodeUni", "%u00zz%41", "%u00zzA"},
         {"urlDecodeUni", "%c3%a9", "\xc3\xa9"},
         {"urlEncode", "a b*/\xff", "a+b*%2f%ff"}});
}

TEST(Transform, Base64DecodingStopsAtOrSkipsForeignBytes) {
  check({{"base64Decode", "VGVzdA==", "Test"},
         {"base64Decode", "VGVzdA", "Test"},
         {"base64Decode", "VGVz\r\ndA==", "Test"},
         {"base64Decode", "VGVz dA==", "Tes"},
         {"base64Decode", "VA==VA==", "T"},
         {"base64DecodeExt", "V.G!V z\0dA=="s, "Test"},
         {"base64DecodeExt", "-_-_", "\xfb\xff\xbf"},
         {"base64DecodeExt", "+/+/", "\xfb\xff\xbf"},
         {"base64Decode", "-_-_", ""},
         {"base64Encode", "Test", "VGVzdA=="},
         {"base64Encode", "Tes", "VGVz"},
         {"base64Encode", "\xff\xfe", "//4="},
         {"base64Encode", "", ""}});
}

TEST(Transform, CommandLinesOfUnixAndWindowsLookAlike) {
  check({{"cmdLine", "C^A't \t/\"etc/passwd;ls", "cat/etc/passwd ls"},
         {"cmdLine", "ping , -c 3", "ping -c 3"},
         {"cmdLine", "system (x)", "system(x)"},
         {"cmdLine", "plain text", "plain text"},
         {"cmdLine", " /x", "/x"},
         {"cmdLine", "a b C", "a b c"},
         {"cmdLine", "a ;b", "a b"}});
}

TEST(Transform, WhiteSpaceIsCompressedRemovedAndTrimmed) {
  check({{"compressWhitespace", "a  b\t\n\vc", "a b c"},
         {"compressWhitespace",
          "a\xa0\xa0"
          "b",
          "a b"},
         {"compressWhitespace", " a ", " a "},
         {"compressWhitespace", "\t", " "},
         {"removeWhitespace", " a \xa0 b\r\n", "ab"},
         {"removeWhitespace",
          "or\xc2\xa0"
          "1 \xc3\xa9",
          "or1\xc3\xa9"},
         {"compressWhitespace", "or\xc2\xa0 1", "or 1"},
         {"removeNulls", "a\0b\0"s, "ab"},
         {"replaceNulls", "a\0b"s, "a b"},
         {"trim", " \t a b \n", "a b"},
         {"trimLeft", "  a ", "a "},
         {"trimRight", "  a ", "  a"},
         {"trim", "   ", ""}});
}

TEST(Transform, CssEscapesOfUpToSixDigitsTakeOneWhiteSpaceAlong) {
  check({{"cssDecode", "\\61 b", "ab"},
         {"cssDecode", "\\000061b", "ab"},
         {"cssDecode", "ja\\vascript", "javascript"},
         {"cssDecode", "ja\\\nva", "java"},
         {"cssDecode", "\\ff1c\\0ff1e", "<>"},
         {"cssDecode", "x\\", "x"},
         {"cssDecode", "\\9 z", "\tz"}});
}

TEST(Transform, JavaScriptAndAnsiCEscapesAreDecoded) {
  check({{"jsDecode", "\\u0041\\x42\\103", "ABC"},
         {"jsDecode", "\\uff1c", "<"},
         {"jsDecode", "\\400", " 0"},
         {"jsDecode", "\\n\\q\\", "\nq\\"},
         {"jsDecode", "\\u00zz", "u00zz"},
         {"escapeSeqDecode", "\\x41\\101\\n\\?\\\"\\\\", "AA\n?\"\\"},
         {"escapeSeqDecode", "c\\at", "c\at"},
         {"escapeSeqDecode", "w\\ho", "who"},
         {"escapeSeqDecode", "x\\", "x\\"}});
}

TEST(Transform, HtmlEntitiesNeedNoSemicolon) {
  check({{"htmlEntityDecode", "&lt;&#x73;&#99&#0000114;&GT;", "<scr>"},
         {"htmlEntityDecode", "&quot&nbsp;&amp;amp;", "\"\xa0&amp;"},
         {"htmlEntityDecode", "&ltx &#; &#x; &", "&ltx &#; &#x; &"},
         {"htmlEntityDecode", "a&b&#x3c", "a&b<"}});
}

TEST(Transform, HexadecimalAndSqlHexadecimal) {
  check({{"hexEncode", "Az\xff", "417aff"},
         {"hexDecode", "417aFF", "Az\xff"},
         {"hexDecode", "417", "A"},
         {"hexDecode", "zz3c", "zz<"},
         {"sqlHexDecode", "a 0x414243 b", "a ABC b"},
         {"sqlHexDecode", "0x4", "0x4"},
         {"sqlHexDecode", "x41 0xzz 0X41", "x41 0xzz A"}});
}

TEST(Transform, PathsLoseEmptyAndDotSegments) {
  check({{"normalizePath", "/a/./b//../c", "/a/c"},
         {"normalizePath", "/../../etc/passwd", "/etc/passwd"},
         {"normalizePath", "../../etc/passwd", "../../etc/passwd"},
         {"normalizePath", "a/../../b", "../b"},
         {"normalizePath", "./a", "a"},
         {"normalizePath", "a/b/", "a/b/"},
         {"normalizePath", "//", "/"},
         {"normalizePath", "/a/..", "/"},
         {"normalizePath", "a..b/c.", "a..b/c."},
         {"normalizePath", "", ""},
         {"normalizePath", "a\\..\\b", "a\\..\\b"},
         {"normalizePathWin", "a\\..\\b", "b"},
         {"normalizePathWin", "c:\\x\\\\y/./z", "c:/x/y/z"},
         {"normalisePathWin", "\\", "/"}});
}

TEST(Transform, CommentsAreReplacedRemovedOrLoseTheirMarks) {
  check({{"replaceComments", "a/* x */b/*c", "a b "},
         {"replaceComments", "a*/b/c", "a*/b/c"},
         {"replaceComments", "/*/", " "},
         {"removeComments", "a/*x*/b<!-- y -->c", "abc"},
         {"removeComments", "select 1 -- rest", "select 1 "},
         {"removeComments", "a#b", "a"},
         {"removeComments", "a/* x", "a "},
         {"removeCommentsChar", "/*!50000union*/ sel--ect#<!--x-->", "!50000union selectx"}});
}

TEST(Transform, DigestsAreRawAndLengthIsDecimal) {
  EXPECT_EQ(apply_named("hexEncode", apply_named("md5", "abc")),
            "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(apply_named("hexEncode", apply_named("sha1", "abc")),
            "a9993e364706816aba3e25717850c26c9cd0d89d");
  check({{"length", "", "0"}, {"length", std::string(1234, 'x'), "1234"}});
}

TEST(Transform, CaseChangesTouchAsciiLettersOnly) {
  check({{"lowercase", "ABCXYZ@[`{ \xc3\x89 Abcdefghijk", "abcxyz@[`{ \xc3\x89 abcdefghijk"},
         {"uppercase", "abcxyz@[`{ \xc3\xa9 abcdefghijk", "ABCXYZ@[`{ \xc3\xa9 ABCDEFGHIJK"}});
}

TEST(Transform, ParityIsSetInBitSeven) {
  check({{"parityZero7bit", "\xc1\xe2", "Ab"},
         {"parityEven7bit", "A\x43", "A\xc3"},
         {"parityOdd7bit", "A\x43", "\xc1\x43"}});
}

TEST(Transform, Utf8BecomesUnicodeEscapesOverlongFormsIncluded) {
  check({{"utf8toUnicode", "\xef\xbc\x9cscript\xef\xbc\x9e", "%uff1cscript%uff1e"},
         {"utf8toUnicode", "\xc0\xae", "%u002e"},
         {"utf8toUnicode", "\xe0\x80\xaf", "%u002f"},
         {"utf8toUnicode", "\xc3", "\xc3"},
         {"utf8toUnicode", "\xff\x80x", "\xff\x80x"},
         {"utf8toUnicode", "\xf0\x9f\x98\x80", "%u1f600"}});
}

TEST(Transform, NamesAreFoundInAnyCaseAndSpelledAsTheManualDoes) {
  for (std::size_t i = 0; i < kTransformCount; ++i) {
    const auto transform = static_cast<Transform>(i);
    std::string name(name_of(transform));
    EXPECT_EQ(find_transform(name), transform) << name;
    for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    EXPECT_EQ(find_transform(name), transform) << name;
  }
  EXPECT_EQ(find_transform("normalisepath"), Transform::kNormalizePath);
  EXPECT_EQ(find_transform("none"), std::nullopt);
  EXPECT_EQ(find_transform("rot13"), std::nullopt);
  EXPECT_EQ(name_of(Transform::kUtf8ToUnicode), "utf8toUnicode");
}

TEST(TransformChain, AppliesInOrderAndNamesItself) {
  const TransformChain chain(
      {Transform::kUrlDecodeUni, Transform::kHtmlEntityDecode, Transform::kLowercase});
  TransformChain::Buffers buffers;
  EXPECT_EQ(chain.apply("%26lt%3bSCRIPT", buffers), "<script");
  EXPECT_EQ(chain.to_string(), "urlDecodeUni,htmlEntityDecode,lowercase");
  EXPECT_EQ(TransformChain().to_string(), "none");
}

TEST(TransformChain, ReturnsTheInputItselfWhereNothingChanges) {
  const std::string text = "nothing to do here";
  TransformChain::Buffers buffers;
  const TransformChain chain({Transform::kUrlDecodeUni, Transform::kCmdLine, Transform::kTrim});
  EXPECT_EQ(chain.apply(text, buffers).data(), text.data());
  const TransformChain there_and_back({Transform::kHexEncode, Transform::kHexDecode});
  EXPECT_EQ(there_and_back.apply(text, buffers).data(), text.data());
}

}  // namespace
}  // namespace yagura::waf
