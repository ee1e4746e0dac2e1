#include "report/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/utf8.hpp"
#include "report/internal/json_value.hpp"
#include "report/width.hpp"

namespace yagura::report {
namespace {

using testing::ElementsAre;
using testing::Pair;

std::string markdown(std::string_view text) {
  std::string out;
  append_markdown(out, text);
  return out;
}

std::string markdown_code(std::string_view text) {
  std::string out;
  append_markdown_code(out, text);
  return out;
}

TEST(Visible, SpellsOutWhatATerminalWouldObey) {
  EXPECT_EQ(visible("\x1b[31mred\x07"), "\\x1b[31mred\\x07");
  EXPECT_EQ(visible("a\x7f\xc2\x9b"), "a\\x7f\\u{009b}");  // DEL; C1's control sequence introducer
  EXPECT_EQ(visible(std::string_view("a\0b", 3)), "a\\x00b");
}

TEST(Visible, SpellsOutWhatReordersOrHidesText) {
  EXPECT_EQ(visible("a\xe2\x80\xae"
                    "b"),
            "a\\u{202e}b");
  EXPECT_EQ(visible("a\xe2\x81\xa6"
                    "b"),
            "a\\u{2066}b");
  EXPECT_EQ(visible("\xef\xbb\xbf"), "\\u{feff}");
  EXPECT_EQ(visible("\xe2\x80\x8b"), "\\u{200b}");
  EXPECT_EQ(visible("\xf3\xa0\x81\x81"), "\\u{e0041}");
}

TEST(Visible, KeepsTextOfEveryLanguageAndMakesOneLine) {
  EXPECT_EQ(visible("日本語 é न्‍ये"), "日本語 é न्‍ये");
  EXPECT_EQ(visible("a\nb\tc\r"), "a b c ");
}

TEST(Visible, ReplacesInvalidUtf8) {
  const std::string out = visible("a\xff\xc0\xaf\xed\xa0\x80z");
  EXPECT_EQ(core::find_invalid_utf8(out), std::string::npos);
  EXPECT_TRUE(out.starts_with("a\xEF\xBF\xBD"));
  EXPECT_TRUE(out.ends_with("z"));
}

TEST(Html, LeavesNoMarkup) {
  EXPECT_EQ(html("<a href=\"x\" b='c'>&amp;"),
            "&lt;a href=&quot;x&quot; b=&#39;c&#39;&gt;&amp;amp;");
}

TEST(Markdown, MakesNoMarkupLinksMentionsOrReferences) {
  EXPECT_EQ(markdown("*a* _b_ [c](d) `e` <f> |g|"),
            "\\*a\\* \\_b\\_ \\[c\\](d) \\`e\\` &lt;f&gt; \\|g\\|");
  EXPECT_EQ(markdown("@team"), "@<!-- -->team");
  EXPECT_EQ(markdown("see #12, not #x"), "see #<!-- -->12, not #x");
  EXPECT_EQ(markdown("https://evil.example"), "https:<!-- -->//evil.example");
  EXPECT_EQ(markdown("www.evil.example"), "www<!-- -->.evil.example");
  EXPECT_EQ(markdown("privileged: true"), "privileged: true");
}

TEST(Markdown, CodeSpansCannotBeLeft) {
  EXPECT_EQ(markdown_code("spec.containers[0]"), "`spec.containers[0]`");
  EXPECT_EQ(markdown_code("a`b|c"), "<code>a&#96;b&#124;c</code>");
  EXPECT_EQ(markdown_code("</code><b>"), "`</code><b>`");  // nothing is markup inside a code span
  EXPECT_EQ(markdown_code("x\n`*y*"), "<code>x &#96;&#42;y&#42;</code>");
  EXPECT_EQ(markdown_code(""), "<code></code>");
}

TEST(InlineRuns, FindsCodeAndStrongText) {
  EXPECT_THAT(inline_runs("set `a.b` to **off** now"),
              ElementsAre(Pair(Markup::kPlain, "set "), Pair(Markup::kCode, "a.b"),
                          Pair(Markup::kPlain, " to "), Pair(Markup::kStrong, "off"),
                          Pair(Markup::kPlain, " now")));
}

TEST(InlineRuns, MarksThatAreNotClosedArePlain) {
  EXPECT_THAT(inline_runs("a ` b"), ElementsAre(Pair(Markup::kPlain, "a ` b")));
  EXPECT_THAT(inline_runs("**"), ElementsAre(Pair(Markup::kPlain, "**")));
  EXPECT_THAT(inline_runs("``x"), ElementsAre(Pair(Markup::kPlain, "``x")));
}

TEST(InlineRuns, ManyOpenMarksStayLinear) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "**x`";
  std::size_t bytes = 0;
  for (const auto& [markup, run] : inline_runs(text)) bytes += run.size();
  EXPECT_LE(bytes, text.size());
  EXPECT_GT(bytes, text.size() / 4);
}

TEST(WebUrl, TakesOnlyPlainWebAddresses) {
  EXPECT_TRUE(is_web_url("https://kubernetes.io/docs/?a=1&b=2#c"));
  EXPECT_FALSE(is_web_url("javascript:alert(1)"));
  EXPECT_FALSE(is_web_url("https://x/\"onload=y"));
  EXPECT_FALSE(is_web_url("https://x/ y"));
  EXPECT_FALSE(is_web_url(" https://x"));
}

TEST(FileUri, EncodesWhatAUriCannotHold) {
  EXPECT_EQ(file_uri("deploy/a b.yaml"), "deploy/a%20b.yaml");
  EXPECT_EQ(file_uri("/tmp/a#b?.yaml"), "file:///tmp/a%23b%3F.yaml");
  EXPECT_EQ(file_uri("javascript:x"), "javascript%3Ax");
  EXPECT_EQ(file_uri("\xff日"), "%FF%E6%97%A5");
}

TEST(FormatTime, IsRfc3339InUtc) {
  using namespace std::chrono;
  EXPECT_EQ(format_time(sys_days{year{2024} / February / 29} + hours{23} + minutes{59} +
                        seconds{58} + milliseconds{999}),
            "2024-02-29T23:59:58Z");
  EXPECT_EQ(format_time(system_clock::time_point{}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_time(system_clock::time_point{} - seconds{1}), "1969-12-31T23:59:59Z");
}

TEST(FormatNumbers, ReadWell) {
  EXPECT_EQ(format_number(0), "0");
  EXPECT_EQ(format_number(999), "999");
  EXPECT_EQ(format_number(1234567), "1,234,567");
  EXPECT_EQ(plural(0, "file"), "no files");
  EXPECT_EQ(plural(1, "file"), "1 file");
  EXPECT_EQ(plural(1000, "file"), "1,000 files");
  EXPECT_EQ(format_duration(std::chrono::milliseconds{999}), "999 ms");
  EXPECT_EQ(format_duration(std::chrono::milliseconds{1449}), "1.4 s");
  EXPECT_EQ(format_duration(std::chrono::milliseconds{200'000}), "3 min 20 s");
}

TEST(DisplayWidth, KnowsWideAndCombiningCharacters) {
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("日本語"), 6U);
  EXPECT_EQ(display_width("한글"), 4U);
  EXPECT_EQ(display_width("e\xcc\x81"), 1U);  // e and a combining acute accent
  EXPECT_EQ(display_width("ｱ"), 1U);          // half-width katakana
  EXPECT_EQ(display_width("Ａ"), 2U);         // full-width A
  EXPECT_EQ(display_width("🔒"), 2U);
  EXPECT_EQ(display_width("─│╰"), 3U);
}

TEST(Wrap, BreaksAtBlanks) {
  EXPECT_THAT(wrap("one two  three", 7), ElementsAre("one two", "three"));
  EXPECT_THAT(wrap("", 7), ElementsAre(""));
  EXPECT_THAT(wrap("   ", 7), ElementsAre(""));
}

TEST(Wrap, BreaksLongWordsBehindSeparatorsWhereThereAreSome) {
  EXPECT_THAT(wrap("spec.template.spec", 12), ElementsAre("spec.", "template.", "spec"));
  EXPECT_THAT(wrap("spec.template", 14), ElementsAre("spec.template"));
  EXPECT_THAT(wrap("aaaaaaaaaa", 4), ElementsAre("aaaa", "aaaa", "aa"));
  EXPECT_THAT(wrap("x aaaaaaaaaa y", 4), ElementsAre("x", "aaaa", "aaaa", "aa y"));
}

TEST(Wrap, CountsColumnsNotBytes) {
  EXPECT_THAT(wrap("日本語日本語", 6), ElementsAre("日本語", "日本語"));
  EXPECT_THAT(wrap("日本語日本語", 5), ElementsAre("日本", "語日", "本語"));
}

TEST(Wrap, NeverExceedsTheWidth) {
  const std::string text = "a.bb/ccc-dddd,eeeee[ffffff ggggggg日本語hhhhhhhhé iiiiiiiii.jjjjjjjjjj";
  for (std::size_t width = 2; width < 40; ++width) {
    std::string joined;
    for (const std::string& line : wrap(text, width)) {
      EXPECT_LE(display_width(line), width) << line;
      for (const char c : line) joined += c == ' ' ? "" : std::string(1, c);
    }
    std::string expected = text;
    std::erase(expected, ' ');
    EXPECT_EQ(joined, expected) << "nothing is lost at width " << width;
  }
}

TEST(IsJson, AcceptsEveryKindOfValue) {
  for (const char* text :
       {"null", " true ", "false", "0", "-1.5e+10", "\"a\\u00e9\\n\"", "[]", "{}",
        "[1,[2,{\"a\":[]}]]", "{\"a\":1,\"b\":{\"c\":null}}", "\"日本\"", "1E5"}) {
    EXPECT_TRUE(is_json(text)) << text;
  }
}

TEST(IsJson, RefusesEverythingElse) {
  for (const char* text :
       {"",     " ",         "nul",      "true false", "01",      "-",           "1.",
        ".5",   "1e",        "+1",       "\"a",        "\"\\x\"", "\"\\u00g0\"", "[1,]",
        "[,1]", "[1 2]",     "{\"a\"}",  "{\"a\":}",   "{a:1}",   "{\"a\":1,}",  "[}",
        "]",    "{\"a\":1]", "\"a\nb\"", "\"\xff\"",   "[1]]",    "NaN",         "'a'"}) {
    EXPECT_FALSE(is_json(text)) << text;
  }
  EXPECT_FALSE(is_json(std::string_view("1\0", 2)));
}

TEST(IsJson, BoundsTheDepth) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(is_json(nested(64)));
  EXPECT_FALSE(is_json(nested(65)));
  EXPECT_FALSE(is_json(nested(100'000)));
}

}  // namespace
}  // namespace yagura::report
